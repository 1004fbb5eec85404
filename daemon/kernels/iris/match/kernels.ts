// The iris twins as the WebAssembly module exports them. Offsets are bytes in its memory; described in daemon/kernels/simd/iris-code*.as.ts.

export interface IrisCodeKernels {
  irisShifts(a: number, aMask: number, b: number, bMask: number, columns: number, perSector: number, turns: number, out: number): void
  irisBandPower(grey: number, widthPx: number, left: number, top: number, right: number, bottom: number): number
  irisStraighten(table: number, sectors: number, bends: number, penalties: number, count: number, out: number): void
  irisConvolve(lines: number, rows: number, columns: number, taps: number, size: number, out: number): void
}
