// Twin of kernels/finger/extract/thin.ts: thinning after Guo and Hall, 128 pixels at a time.

/**
 * Sets the bits of samples that are positive (`sign` 1) or negative (−1) in blocks whose mask is not 0.
 * @param words  bytes of lines of `wordsPerLine` words, zeroed: pixel (0, 0) is the lowest bit of word 4 of line 1
 */
export function extractBits(
  plane: usize, stride: i32, width: i32, height: i32, columns: i32, mask: usize, sign: i32, words: usize, wordsPerLine: i32,
): void {
  const zero = i16x8.splat(0)
  const lastBits = width & 7 ? (1 << (width & 7)) - 1 : 0xff
  for (let y = 0; y < height; y++) {
    const start = plane + (<usize>((y + 16) * stride + 16) << 1)
    const out = words + (<usize>((y + 1) * wordsPerLine + 4) << 2)
    const blocks = mask + <usize>((y >> 3) * columns)
    for (let column = 0; column < columns; column++) {
      if (load<u8>(blocks + <usize>column) == 0) continue
      const eight = v128.load(start + (<usize>column << 4))
      const bits = i16x8.bitmask(sign > 0 ? i16x8.gt_s(eight, zero) : i16x8.lt_s(eight, zero))
      store<u8>(out + <usize>column, <u8>(column == columns - 1 ? bits & lastBits : bits))
    }
  }
}

/**
 * @param mostPasses  two make a round
 * @param changes     scratch: i32 a line, zeroed
 * @param scratch     2 lines
 */
export function extractThin(words: usize, wordsPerLine: i32, lines: i32, mostPasses: i32, changes: usize, scratch: usize): void {
  const pitch = <usize>wordsPerLine << 2
  let above = scratch
  let own = scratch + pitch
  for (let pass = 2; pass < 2 + mostPasses; pass++) {
    let changed = false
    memory.fill(above, 0, pitch)
    for (let line = 1; line < lines - 1; line++) {
      const start = words + <usize>line * pitch
      memory.copy(own, start, pitch)
      const at = changes + (<usize>line << 2)
      if (pass < 4 || load<i32>(at - 4) >= pass - 2 || load<i32>(at) >= pass - 2 || load<i32>(at + 4) >= pass - 2) {
        if (thinLine(start, pitch, above, own, (pass & 1) == 0)) {
          store<i32>(at, pass)
          changed = true
        }
      }
      const last = above
      above = own
      own = last
    }
    if (!changed && pass > 3) return
  }
}

function thinLine(start: usize, pitch: usize, above: usize, own: usize, odd: bool): bool {
  let changed = i32x4.splat(0)
  for (let at: usize = 16; at < pitch - 16; at += 16) {
    const p = v128.load(own + at)
    if (!v128.any_true(p)) continue
    const below = start + pitch + at
    const n = v128.load(above + at)
    const s = v128.load(below)
    const ne = east(n, above + at)
    const nw = west(n, above + at)
    const e = east(p, own + at)
    const w = west(p, own + at)
    const se = east(s, below)
    const sw = west(s, below)
    const a = v128.andnot(v128.or(ne, e), n)
    const b = v128.andnot(v128.or(se, s), e)
    const c = v128.andnot(v128.or(sw, w), s)
    const d = v128.andnot(v128.or(nw, n), w)
    const one = v128.andnot(v128.xor(v128.xor(a, b), v128.xor(c, d)), v128.or(v128.and(a, b), v128.and(c, d)))
    const a1 = v128.or(nw, n), b1 = v128.or(ne, e), c1 = v128.or(se, s), d1 = v128.or(sw, w)
    const a2 = v128.or(n, ne), b2 = v128.or(e, se), c2 = v128.or(s, sw), d2 = v128.or(w, nw)
    const least = v128.and(atLeastTwo(a1, b1, c1, d1), atLeastTwo(a2, b2, c2, d2))
    const most = v128.and(v128.and(v128.and(a1, b1), v128.and(c1, d1)), v128.and(v128.and(a2, b2), v128.and(c2, d2)))
    const keep = odd ? v128.and(v128.or(v128.or(n, ne), v128.not(se)), e) : v128.and(v128.or(v128.or(s, sw), v128.not(nw)), w)
    const peel = v128.andnot(v128.and(v128.and(p, one), least), v128.or(most, keep))
    v128.store(start + at, v128.andnot(p, peel))
    changed = v128.or(changed, peel)
  }
  return v128.any_true(changed)
}

@inline
function east(v: v128, at: usize): v128 {
  return v128.or(i32x4.shr_u(v, 1), i32x4.shl(v128.load(at + 4), 31))
}

@inline
function west(v: v128, at: usize): v128 {
  return v128.or(i32x4.shl(v, 1), i32x4.shr_u(v128.load(at - 4), 31))
}

@inline
function atLeastTwo(a: v128, b: v128, c: v128, d: v128): v128 {
  return v128.or(v128.or(v128.and(a, b), v128.and(c, d)), v128.and(v128.or(a, b), v128.or(c, d)))
}
