// Twins of the WSQ codec (kernels/wsq/twin.ts drives them).

export { wsqClear, wsqLineBytes } from './wsq-lines.as'
export { wsqSplit, wsqSplitGrey } from './wsq-split.as'
export { wsqJoin, wsqJoinGrey } from './wsq-join.as'
export { wsqGreyLevels, wsqSums, wsqQuantise, wsqEndBlock } from './wsq-quantise.as'
export { wsqPack, wsqStuff, wsqUnstuff, wsqUnpack } from './wsq-entropy.as'
