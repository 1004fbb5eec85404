// Twins of the WSQ codec. kernels/wsq/encode-twin.ts, decode-twin.ts and planes.ts drive them.

export { wsqClear, wsqLineBytes } from './wsq-lines.as'
export { wsqSplit, wsqSplitGrey } from './wsq-split.as'
export { wsqJoin, wsqJoinGrey } from './wsq-join.as'
export { wsqGreyLevels, wsqSums, wsqQuantise, wsqEndBlock } from './wsq-quantise.as'
export { wsqPack, wsqStuff, wsqUnstuff, wsqUnpack } from './wsq-entropy.as'
