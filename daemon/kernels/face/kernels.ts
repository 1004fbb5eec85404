// What simd/face.as.ts exports: the twins of warp.ts over memory offsets.

export interface FaceKernels {
  /** @param lines a cell has in the source  @param line scratch of 16-bit sums, one line of the source and 32 bytes more */
  meansOfCells(source: number, columns: number, rows: number, cellPx: number, lines: number, line: number, out: number): void
  samplePlanes(
    rgb: number,
    widthPx: number,
    heightPx: number,
    x0: number,
    y0: number,
    a: number,
    b: number,
    sizePx: number,
    low: number,
    high: number,
    out: number,
  ): void
}
