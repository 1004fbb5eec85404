// The WSQ twins as the WebAssembly module exports them; each is described in daemon/kernels/simd/wsq-*.as.ts.
// All addresses and strides are bytes in its memory.

export interface WsqKernels {
  wsqClear(at: number, bytes: number): void
  wsqLineBytes(width: number): number
  wsqSplit(
    from: number,
    to: number,
    stride: number,
    x: number,
    y: number,
    width: number,
    height: number,
    inverted: number,
    taps: number,
    lines: number,
  ): void
  wsqSplitGrey(
    grey: number,
    to: number,
    stride: number,
    width: number,
    height: number,
    mean: number,
    scale: number,
    taps: number,
    lines: number,
  ): void
  wsqJoin(
    from: number,
    to: number,
    stride: number,
    x: number,
    y: number,
    width: number,
    height: number,
    inverted: number,
    taps: number,
    lines: number,
  ): void
  wsqJoinGrey(
    from: number,
    grey: number,
    stride: number,
    width: number,
    height: number,
    scale: number,
    shift: number,
    taps: number,
    lines: number,
  ): void
  wsqGreyLevels(grey: number, count: number, out: number): void
  wsqSums(plane: number, stride: number, width: number, height: number, out: number): void
  wsqQuantise(plane: number, stride: number, width: number, height: number, bin: number, half: number, tokens: number, state: number): void
  wsqEndBlock(tokens: number, end: number, state: number, histogram: number): number
  wsqPack(tokens: number, end: number, codes: number, out: number): number
  wsqStuff(from: number, count: number, to: number): number
  wsqUnstuff(from: number, end: number, to: number, read: number): number
  wsqUnpack(bits: number, byteCount: number, table: number, bands: number, stride: number, filled: number, total: number): number
}
