// Twin of kernels/finger/match/local.ts: cylinders compared 128 bits at a time.

/**
 * Likeness of all cylinders of `a` with all of `b`; the arithmetic is that of the reference, so the results are equal.
 * @param words      i32 words of one cylinder, a multiple of 4, at most 124
 * @param aBits      `aCount * words` i32; `aValid` alike; `aUsable` one byte each
 * @param out        `aCount * bCount` f32
 */
export function matchCylinders(
  aCount: i32, aBits: usize, aValid: usize, aUsable: usize,
  bCount: i32, bBits: usize, bValid: usize, bUsable: usize,
  words: i32, halfEvidence: f64, out: usize,
): void {
  const size = <usize>words << 2
  for (let i = 0; i < aCount; i++) {
    const row = out + <usize>(i * bCount) * 4
    if (load<u8>(aUsable + <usize>i) == 0) {
      memory.fill(row, 0, <usize>bCount << 2)
      continue
    }
    const p = aBits + <usize>i * size
    const pv = aValid + <usize>i * size
    for (let j = 0; j < bCount; j++) {
      const at = row + (<usize>j << 2)
      if (load<u8>(bUsable + <usize>j) == 0) {
        store<f32>(at, 0)
        continue
      }
      store<f32>(at, alike(p, pv, bBits + <usize>j * size, bValid + <usize>j * size, size, halfEvidence))
    }
  }
}

@inline
function alike(p: usize, pv: usize, q: usize, qv: usize, size: usize, halfEvidence: f64): f32 {
  let common = i8x16.splat(0)
  let different = i8x16.splat(0)
  for (let w: usize = 0; w < size; w += 16) {
    const x = v128.load(p + w)
    const y = v128.load(q + w)
    const seen = v128.and(v128.load(pv + w), v128.load(qv + w))
    common = i8x16.add(common, i8x16.popcnt(v128.and(x, y)))
    different = i8x16.add(different, i8x16.popcnt(v128.and(v128.xor(x, y), seen)))
  }
  const c = sum(common)
  const d = sum(different)
  const total = d + 2 * c
  if (total == 0) return 0
  return <f32>((1 - Math.sqrt(<f64>d / <f64>total)) * (<f64>c / (<f64>c + halfEvidence)))
}

@inline
function sum(bytes: v128): i32 {
  const fours = i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(bytes))
  return (
    i32x4.extract_lane(fours, 0) + i32x4.extract_lane(fours, 1) + i32x4.extract_lane(fours, 2) + i32x4.extract_lane(fours, 3)
  )
}
