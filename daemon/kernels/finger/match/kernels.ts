// The matcher's twins as the WebAssembly module exports them. Offsets are bytes in its memory; described in daemon/kernels/simd/match.as.ts.

export interface MatchKernels {
  matchCylinders(
    aCount: number,
    aBits: number,
    aValid: number,
    aUsable: number,
    bCount: number,
    bBits: number,
    bValid: number,
    bUsable: number,
    words: number,
    halfEvidence: number,
    out: number,
  ): void
}
