// What the SIMD twins of the extractor are called (daemon/kernels/simd/extract.as.ts, extract-thin.as.ts). Arguments are byte offsets
// and counts in the order that the references use them.

export interface ExtractKernels {
  extractClear(at: number, bytes: number): void
  extractBlockSums(
    grey: number,
    width: number,
    height: number,
    columns: number,
    rows: number,
    sums: number,
    squares: number,
    counts: number,
  ): void
  extractNormalise(
    grey: number,
    width: number,
    height: number,
    columns: number,
    stride: number,
    means: number,
    gains: number,
    gainBits: number,
    most: number,
    plane: number,
    line: number,
  ): void
  extractSmooth(from: number, to: number, stride: number, lines: number, line: number): void
  extractTensor(plane: number, stride: number, columns: number, rows: number, energy: number, doubleX: number, doubleY: number): void
  extractProducts(a: number, b: number, stride: number, columns: number, rows: number, both: number, first: number, second: number): void
  extractFilter(
    from: number,
    to: number,
    stride: number,
    lines: number,
    kernelAt: number,
    tileColumns: number,
    tileRows: number,
    kernels: number,
    count: number,
    side: number,
    bits: number,
    pairs: number,
    taps: number,
  ): void
  extractBits(
    plane: number,
    stride: number,
    width: number,
    height: number,
    columns: number,
    mask: number,
    sign: number,
    words: number,
    wordsPerLine: number,
  ): void
  extractThin(words: number, wordsPerLine: number, lines: number, mostPasses: number, changes: number, scratch: number): void
}
