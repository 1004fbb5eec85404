// What simd/segment.as.ts exports: the twin of blocks.ts over memory offsets.

export interface SegmentKernels {
  segmentBlocks(grey: number, widthPx: number, heightPx: number, columns: number, rows: number, out: number, still: number): void
}
