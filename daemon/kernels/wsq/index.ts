// The door of the WSQ kernel.

export { decodeWsq, looksLikeWsq, readWsqHeader } from './decode.js'
export { encodeWsq } from './encode.js'
