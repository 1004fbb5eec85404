// The door of the WSQ kernel.

export { decodeWsq, looksLikeWsq, readWsqHeader, type WsqHeader, type WsqImage } from './decode.js'
export { encodeWsq, type WsqEncodeOptions } from './encode.js'
