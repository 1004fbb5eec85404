// Symbols of the WSQ entropy code (IAFIS-IC-0110 v3, table of Huffman input symbols), as kernels/wsq/entropy.ts has them.
// A token is `symbol | extra bits << 8`.

export const longestRun: u32 = 65535
export const longestShortRun: u32 = 100
export const plus8: u32 = 101
export const minus8: u32 = 102
export const plus16: u32 = 103
export const minus16: u32 = 104
export const run8: u32 = 105
export const run16: u32 = 106
const largestShort: i32 = 74
const smallestShort: i32 = -73
export const shortBias: i32 = 180

@inline
export function tokenOf(index: i32): u32 {
  if (index <= largestShort && index >= smallestShort) return <u32>(index + shortBias)
  const magnitude = <u32>abs(index)
  if (index > 0) return (magnitude << 8) | (magnitude > 0xff ? plus16 : plus8)
  return (magnitude << 8) | (magnitude > 0xff ? minus16 : minus8)
}

@inline
export function runToken(run: u32): u32 {
  if (run <= longestShortRun) return run
  return (run << 8) | (run > 0xff ? run16 : run8)
}
