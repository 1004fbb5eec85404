// Lines of the WSQ wavelet twins: a row's even and odd samples are kept apart, each with room for the reflected border on both sides,
// so that filtering along a row needs unaligned loads instead of shuffles. Used by wsq-split.as.ts and wsq-join.as.ts.

/** Bytes in front of sample 0; behind the last sample there are as many. */
export const lineBorder: usize = 32
/** Rows of the ring of normalised rows: nine are needed at once, and a power of two wraps with a mask. */
export const ringRows: i32 = 16
/** Bits of a node's `inverted`: rows, columns store their high half first. */
export const highRowsFirst: i32 = 1
export const highColumnsFirst: i32 = 2
/** Even and odd halves of two lines. */
export const ringAt: usize = 4

/** Bytes from line to line, for rows of up to `width` samples. */
@inline
export function linePitch(width: i32): usize {
  // An odd number of cache lines, so that the rows of a ring do not evict each other.
  return ((((<usize>width << 2) + 2 * lineBorder + 63) >> 6) | 1) << 6
}

/** Sets `bytes` bytes to zero: several times faster than through a view, which goes word by word in shared memory. */
export function wsqClear(at: usize, bytes: usize): void {
  memory.fill(at, 0, bytes)
}

/** Bytes of scratch that `wsqSplit` and `wsqJoin` need for rows of up to `width` samples. */
export function wsqLineBytes(width: i32): usize {
  return linePitch(width) * (ringAt + ringRows)
}

/** Whole-sample symmetric reflection of `i` into 0 .. n - 1: -1 -> 1, n -> n - 2. */
export function reflect(i: i32, n: i32): i32 {
  if (i >= 0 && i < n) return i
  if (n == 1) return 0
  const period = 2 * (n - 1)
  const m = ((i % period) + period) % period
  return m < n ? m : period - m
}

@inline
function sampleAt(even: usize, odd: usize, i: i32): usize {
  // The shift is arithmetic: sample -1 is odd sample -1.
  return (i & 1 ? odd : even) + <usize>((i >> 1) << 2)
}

/** Reflects four samples over each end of a line of `n` samples. */
export function reflectLine(even: usize, odd: usize, n: i32): void {
  for (let k = 1; k <= 4; k++) {
    store<f32>(sampleAt(even, odd, -k), load<f32>(sampleAt(even, odd, reflect(-k, n))))
    store<f32>(sampleAt(even, odd, n - 1 + k), load<f32>(sampleAt(even, odd, reflect(n - 1 + k, n))))
  }
}

/** Stores the first `count` lanes: all from 4 on, none below 1. */
@inline
export function storeLanes(at: usize, value: v128, count: i32): void {
  if (count >= 4) {
    v128.store(at, value)
    return
  }
  if (count > 0) store<f32>(at, f32x4.extract_lane(value, 0))
  if (count > 1) store<f32>(at + 4, f32x4.extract_lane(value, 1))
  if (count > 2) store<f32>(at + 8, f32x4.extract_lane(value, 2))
}
