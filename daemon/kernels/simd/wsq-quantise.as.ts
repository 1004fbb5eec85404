// Twins of the passes over whole images and subbands in kernels/wsq: grey levels, sums for the variance, quantising to tokens.

import { tokenOf, runToken, longestRun } from './wsq-symbols.as'

/** Index magnitude that the reference cuts at. */
const largestIndex: i32 = 32767

/** Writes the sum, the lowest and the highest of `count` grey levels to `out`: 3 f64. */
export function wsqGreyLevels(grey: usize, count: i32, out: usize): void {
  let total: u64 = 0
  let sums = i32x4.splat(0)
  let lowest = i8x16.splat(-1)
  let highest = i8x16.splat(0)
  let i = 0
  for (; i + 16 <= count; i += 16) {
    const levels = v128.load(grey + i)
    lowest = i8x16.min_u(lowest, levels)
    highest = i8x16.max_u(highest, levels)
    // At most 2^24 levels of 255: a lane never overflows as an unsigned number.
    sums = i32x4.add(sums, i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(levels)))
  }
  for (let lane = 0; lane < 4; lane++) {
    total += <u64><u32>i32x4.extract_lane(sums, 0)
    sums = v128.shuffle<i32>(sums, sums, 1, 2, 3, 0)
  }
  let low: u32 = 255
  let high: u32 = 0
  for (let lane = 0; lane < 16; lane++) {
    low = min<u32>(low, i8x16.extract_lane_u(lowest, 0))
    high = max<u32>(high, i8x16.extract_lane_u(highest, 0))
    lowest = v128.shuffle<i8>(lowest, lowest, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0)
    highest = v128.shuffle<i8>(highest, highest, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0)
  }
  for (; i < count; i++) {
    const level = <u32>load<u8>(grey + i)
    total += level
    low = min(low, level)
    high = max(high, level)
  }
  store<f64>(out, <f64>total)
  store<f64>(out, <f64>low, 8)
  store<f64>(out, <f64>high, 16)
}

/** Writes the sum and the sum of squares of a rectangle to `out`: 2 f64. A row is summed in single, rows in double precision. */
export function wsqSums(plane: usize, stride: usize, width: i32, height: i32, out: usize): void {
  let sum: f64 = 0
  let squares: f64 = 0
  for (let y = 0; y < height; y++, plane += stride) {
    let rowSum = f32x4.splat(0)
    let rowSquares = f32x4.splat(0)
    let x = 0
    for (; x + 4 <= width; x += 4) {
      const values = v128.load(plane + (<usize>x << 2))
      rowSum = f32x4.add(rowSum, values)
      rowSquares = f32x4.add(rowSquares, f32x4.mul(values, values))
    }
    sum += acrossLanes(rowSum)
    squares += acrossLanes(rowSquares)
    for (; x < width; x++) {
      const value = <f64>load<f32>(plane + (<usize>x << 2))
      sum += value
      squares += value * value
    }
  }
  store<f64>(out, sum)
  store<f64>(out, squares, 8)
}

@inline
function acrossLanes(values: v128): f64 {
  const left = <f64>f32x4.extract_lane(values, 0) + <f64>f32x4.extract_lane(values, 1)
  return left + <f64>f32x4.extract_lane(values, 2) + <f64>f32x4.extract_lane(values, 3)
}

/**
 * Quantises one subband and appends its tokens. Zeros are never written: only the distance of the others counts.
 * May read up to 28 bytes behind a row.
 * @param plane   first coefficient
 * @param bin     width of the bins; `half` is half the width of the zero bin
 * @param tokens  where the next token goes; one token a coefficient at most
 * @param state   32 bytes, aligned to 16: u32 [0] the zeros at the end of what was read, carried from call to call;
 *                u32 [1] receives the end of the tokens
 */
export function wsqQuantise(
  plane: usize, stride: usize, width: i32, height: i32, bin: f32, half: f32, tokens: usize, state: usize,
): void {
  let run = load<u32>(state)
  const eight = state + 16
  const bins = f32x4.splat(bin)
  const halves = f32x4.splat(half)
  for (let y = 0; y < height; y++, plane += stride) {
    // Where the present run began, counted from the start of the row.
    let next = -<i32>run
    for (let x = 0; x < width; x += 8) {
      const at = plane + (<usize>x << 2)
      const a = v128.load(at)
      const b = v128.load(at, 16)
      const aboveA = f32x4.gt(f32x4.abs(a), halves)
      const aboveB = f32x4.gt(f32x4.abs(b), halves)
      if (!v128.any_true(v128.or(aboveA, aboveB))) continue
      let bits = i16x8.bitmask(i16x8.narrow_i32x4_s(aboveA, aboveB))
      if (width - x < 8) bits &= (1 << (width - x)) - 1
      v128.store(eight, i16x8.narrow_i32x4_s(v128.and(indexOf(a, halves, bins), aboveA), v128.and(indexOf(b, halves, bins), aboveB)))
      for (; bits != 0; bits &= bits - 1) {
        const lane = ctz(bits)
        const index = <i32>load<i16>(eight + (<usize>lane << 1))
        tokens = putRun(tokens, x + lane - next)
        store<u32>(tokens, tokenOf(index))
        tokens += 4
        next = x + lane + 1
      }
    }
    run = width - next
  }
  store<u32>(state, run)
  store<u32>(state, <u32>tokens, 4)
}

@inline
function indexOf(values: v128, halves: v128, bins: v128): v128 {
  const sign = i32x4.shr_s(values, 31)
  const steps = f32x4.add(f32x4.div(f32x4.sub(f32x4.abs(values), halves), bins), f32x4.splat(1))
  const magnitude = i32x4.min_s(i32x4.trunc_sat_f32x4_s(steps), i32x4.splat(largestIndex))
  return i32x4.sub(v128.xor(magnitude, sign), sign)
}

@inline
function putRun(tokens: usize, run: u32): usize {
  for (; run > longestRun; run -= longestRun, tokens += 4) store<u32>(tokens, runToken(longestRun))
  if (run > 0) {
    store<u32>(tokens, runToken(run))
    tokens += 4
  }
  return tokens
}

/** Ends a block: writes the run at its end, counts the symbols into `histogram` (256 u32, added to). @returns the end of the tokens */
export function wsqEndBlock(tokens: usize, end: usize, state: usize, histogram: usize): usize {
  end = putRun(end, load<u32>(state))
  store<u32>(state, 0)
  for (let at = tokens; at < end; at += 4) {
    const counter = histogram + (<usize>load<u8>(at) << 2)
    store<u32>(counter, load<u32>(counter) + 1)
  }
  return end
}
