// The iris twins as the WebAssembly module exports them. Offsets are bytes in its memory; described in daemon/kernels/simd/iris-*.as.ts.

export interface IrisCodeKernels {
  irisShifts(a: number, aMask: number, b: number, bMask: number, columns: number, perSector: number, turns: number, out: number): void
  irisBandPower(grey: number, widthPx: number, left: number, top: number, right: number, bottom: number): number
  irisStraighten(table: number, sectors: number, bends: number, penalties: number, count: number, out: number): void
  irisConvolve(lines: number, rows: number, columns: number, taps: number, size: number, out: number): void
}

/** Twins of the location: `at` is where a picture begins. */
export interface IrisLocateKernels {
  irisShrink(at: number, stride: number, widthPx: number, heightPx: number, factor: number, out: number, scratch: number): void
  irisOpenByArea(at: number, widthPx: number, heightPx: number, area: number, out: number, scratch: number): void
  irisTally(
    at: number,
    widthPx: number,
    heightPx: number,
    radii: number,
    count: number,
    wide: number,
    least: number,
    scratch: number,
    out: number,
    most: number,
  ): number
  irisRadialEdges(
    at: number,
    widthPx: number,
    heightPx: number,
    x: number,
    y: number,
    rays: number,
    count: number,
    first: number,
    stepPx: number,
    steps: number,
    ring: number,
    least: number,
    full: number,
    sums: number,
    found: number,
  ): void
  irisRingDifferences(
    at: number,
    widthPx: number,
    heightPx: number,
    x: number,
    y: number,
    r: number,
    rays: number,
    count: number,
    gap: number,
    ring: number,
    out: number,
  ): number
}
