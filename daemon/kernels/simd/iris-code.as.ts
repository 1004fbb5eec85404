// Twin of kernels/iris/match/shifts.ts: different and common bits of two iris codes, for each turn and sector, 128 bits at a time.

/**
 * @param a, aMask  codes of `columns` × 4 lanes of 16 bits
 * @param b, bMask  alike, with `turns` columns repeated in front and behind
 * @param columns   a multiple of `perSector`; `perSector` an even number up to 32
 * @param out       u16: for each turn from -turns to turns and each sector, different bits, then common bits
 */
export function irisShifts(
  a: usize, aMask: usize, b: usize, bMask: usize,
  columns: i32, perSector: i32, turns: i32, out: usize,
): void {
  const bytes = <usize>perSector << 3
  const end = <usize>columns << 3
  let to = out
  for (let turn = 0; turn <= 2 * turns; turn++) {
    const shift = <usize>turn << 3
    for (let from: usize = 0; from < end; from += bytes) {
      let different = i8x16.splat(0)
      let common = i8x16.splat(0)
      for (let at = from; at < from + bytes; at += 16) {
        const seen = v128.and(v128.load(aMask + at), v128.load(bMask + at + shift))
        const apart = v128.xor(v128.load(a + at), v128.load(b + at + shift))
        different = i8x16.add(different, i8x16.popcnt(v128.and(apart, seen)))
        common = i8x16.add(common, i8x16.popcnt(seen))
      }
      store<u16>(to, <u16>sumOfBytes(different))
      store<u16>(to + 2, <u16>sumOfBytes(common))
      to += 4
    }
  }
}

@inline
function sumOfBytes(bytes: v128): i32 {
  const fours = i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(bytes))
  return (
    i32x4.extract_lane(fours, 0) + i32x4.extract_lane(fours, 1) + i32x4.extract_lane(fours, 2) + i32x4.extract_lane(fours, 3)
  )
}
