// Twins of kernels/finger/extract/normalise.ts, orientation.ts, gabor.ts and mask.ts: the steps that touch every pixel, in whole numbers,
// equal to the references to the last bit. Planes are i16 with a margin of 16 samples of 0 around (planes.ts).

const margin: i32 = 16
const block: i32 = 8

/** Sets `bytes` bytes to zero: faster than through a view of shared memory. */
export function extractClear(at: usize, bytes: usize): void {
  memory.fill(at, 0, bytes)
}

/** Sum, sum of squares (f32 each) of the grey values of every block of 8 × 8, and the number of pixels in it. */
export function extractBlockSums(grey: usize, width: i32, height: i32, columns: i32, rows: i32, sums: usize, squares: usize, counts: usize): void {
  for (let row = 0; row < rows; row++) {
    const lines = min(block, height - row * block)
    for (let column = 0; column < columns; column++) {
      const pixels = min(block, width - column * block)
      const start = grey + <usize>(row * block * width + column * block)
      let sum: i32
      let square: i32
      if (pixels == block) {
        let sum8 = i16x8.splat(0)
        let square4 = i32x4.splat(0)
        for (let line = 0; line < lines; line++) {
          const eight = v128.load8x8_u(start + <usize>(line * width))
          sum8 = i16x8.add(sum8, eight)
          square4 = i32x4.add(square4, i32x4.dot_i16x8_s(eight, eight))
        }
        sum = lanes(i32x4.extadd_pairwise_i16x8_s(sum8))
        square = lanes(square4)
      } else {
        sum = 0
        square = 0
        for (let line = 0; line < lines; line++) {
          for (let x = 0; x < pixels; x++) {
            const value = <i32>load<u8>(start + <usize>(line * width + x))
            sum += value
            square += value * value
          }
        }
      }
      const at = <usize>(row * columns + column) << 2
      store<f32>(sums + at, <f32>sum)
      store<f32>(squares + at, <f32>square)
      store<f32>(counts + at, <f32>(pixels * lines))
    }
  }
}

@inline
function lanes(v: v128): i32 {
  return i32x4.extract_lane(v, 0) + i32x4.extract_lane(v, 1) + i32x4.extract_lane(v, 2) + i32x4.extract_lane(v, 3)
}

/**
 * @param means, gains  i32, `(columns + 2) * (rows + 2)`: one more block on each side
 * @param line          scratch of `width + 32` bytes
 */
export function extractNormalise(
  grey: usize, width: i32, height: i32, columns: i32, stride: i32, means: usize, gains: usize, gainBits: i32, most: i32, plane: usize, line: usize,
): void {
  const wide = columns + 2
  const left0 = i32x4(15, 13, 11, 9)
  const left4 = i32x4(7, 5, 3, 1)
  const sixteen = i32x4.splat(16)
  const upperLimit = i16x8.splat(<i16>most)
  const lowerLimit = i16x8.splat(<i16>-most)
  memory.fill(line, 0, <usize>width + 32)
  for (let y = 0; y < height; y++) {
    memory.copy(line + 4, grey + <usize>(y * width), <usize>width)
    const row = (y + 4) >> 3
    const down = 2 * ((y + 4) & 7) + 1
    const up = 16 - down
    const start = plane + (<usize>((y + margin) * stride + margin) << 1)
    const upper = <usize>(row * wide) << 2
    const lower = upper + (<usize>wide << 2)
    let meanA = (up * load<i32>(means + upper) + down * load<i32>(means + lower)) >> 4
    let gainA = (up * load<i32>(gains + upper) + down * load<i32>(gains + lower)) >> 4
    for (let column = 0; column <= columns; column++) {
      const next = <usize>(column + 1) << 2
      const meanB = (up * load<i32>(means + upper + next) + down * load<i32>(means + lower + next)) >> 4
      const gainB = (up * load<i32>(gains + upper + next) + down * load<i32>(gains + lower + next)) >> 4
      const eight = i16x8.shl(v128.load8x8_u(line + <usize>(column * block)), 4)
      const first = scaled(i32x4.extend_low_i16x8_u(eight), left0, i32x4.sub(sixteen, left0), meanA, meanB, gainA, gainB, gainBits)
      const second = scaled(i32x4.extend_high_i16x8_u(eight), left4, i32x4.sub(sixteen, left4), meanA, meanB, gainA, gainB, gainBits)
      const value = i16x8.narrow_i32x4_s(first, second)
      v128.store(start + (<usize>(column * block) << 1) - 8, i16x8.min_s(i16x8.max_s(value, lowerLimit), upperLimit))
      meanA = meanB
      gainA = gainB
    }
    // The outermost groups reach into the margin.
    store<i64>(start - 8, 0)
    const end = start + (<usize>width << 1)
    memory.fill(end, 0, <usize>(columns * block + 4 - width) << 1)
  }
}

@inline
function scaled(grey: v128, left: v128, right: v128, meanA: i32, meanB: i32, gainA: i32, gainB: i32, gainBits: i32): v128 {
  const mean = i32x4.shr_s(i32x4.add(i32x4.mul(left, i32x4.splat(meanA)), i32x4.mul(right, i32x4.splat(meanB))), 4)
  const gain = i32x4.shr_s(i32x4.add(i32x4.mul(left, i32x4.splat(gainA)), i32x4.mul(right, i32x4.splat(gainB))), 4)
  return i32x4.shr_s(i32x4.mul(i32x4.sub(mean, grey), gain), gainBits)
}

/** @param line scratch of `2 * stride + 32` bytes */
export function extractSmooth(from: usize, to: usize, stride: i32, lines: i32, line: usize): void {
  const pitch = <usize>stride << 1
  for (let y = 2; y < lines - 2; y++) {
    const at = from + <usize>y * pitch
    for (let x: usize = 0; x < pitch; x += 16) {
      v128.store(
        line + x,
        binomial(v128.load(at + x - 2 * pitch), v128.load(at + x - pitch), v128.load(at + x), v128.load(at + x + pitch), v128.load(at + x + 2 * pitch)),
      )
    }
    const out = to + <usize>y * pitch
    for (let x: usize = 16; x < pitch - 16; x += 16) {
      const i = line + x
      v128.store(out + x, binomial(v128.load(i - 4), v128.load(i - 2), v128.load(i), v128.load(i + 2), v128.load(i + 4)))
    }
  }
}

@inline
function binomial(a: v128, b: v128, c: v128, d: v128, e: v128): v128 {
  const inner = i16x8.shl(i16x8.add(b, d), 2)
  const middle = i16x8.add(i16x8.shl(c, 2), i16x8.shl(c, 1))
  return i16x8.shr_s(i16x8.add(i16x8.add(i16x8.add(a, e), i16x8.splat(8)), i16x8.add(inner, middle)), 4)
}

/** Gradient energy and doubled-angle components (f32) of central differences, summed over every block. */
export function extractTensor(plane: usize, stride: i32, columns: i32, rows: i32, energy: usize, doubleX: usize, doubleY: usize): void {
  const pitch = <usize>stride << 1
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let at = plane + (<usize>((row * block + margin) * stride + column * block + margin) << 1)
      let xx = i32x4.splat(0)
      let yy = i32x4.splat(0)
      let xy = i32x4.splat(0)
      for (let line = 0; line < block; line++) {
        const dx = i16x8.sub(v128.load(at + 2), v128.load(at - 2))
        const dy = i16x8.sub(v128.load(at + pitch), v128.load(at - pitch))
        xx = i32x4.add(xx, i32x4.dot_i16x8_s(dx, dx))
        yy = i32x4.add(yy, i32x4.dot_i16x8_s(dy, dy))
        xy = i32x4.add(xy, i32x4.dot_i16x8_s(dx, dy))
        at += pitch
      }
      const out = <usize>(row * columns + column) << 2
      const sumX = lanes(xx)
      const sumY = lanes(yy)
      store<f32>(energy + out, <f32>(sumX + sumY))
      store<f32>(doubleX + out, <f32>(sumX - sumY))
      const sumXY = lanes(xy)
      store<f32>(doubleY + out, <f32>(sumXY << 1))
    }
  }
}

/** Sums (f32) of a·b, a², b² over every block. */
export function extractProducts(a: usize, b: usize, stride: i32, columns: i32, rows: i32, both: usize, first: usize, second: usize): void {
  const pitch = <usize>stride << 1
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let at = <usize>((row * block + margin) * stride + column * block + margin) << 1
      let ab = i32x4.splat(0)
      let aa = i32x4.splat(0)
      let bb = i32x4.splat(0)
      for (let line = 0; line < block; line++) {
        const va = v128.load(a + at)
        const vb = v128.load(b + at)
        ab = i32x4.add(ab, i32x4.dot_i16x8_s(va, vb))
        aa = i32x4.add(aa, i32x4.dot_i16x8_s(va, va))
        bb = i32x4.add(bb, i32x4.dot_i16x8_s(vb, vb))
        at += pitch
      }
      const out = <usize>(row * columns + column) << 2
      store<f32>(both + out, <f32>lanes(ab))
      store<f32>(first + out, <f32>lanes(aa))
      store<f32>(second + out, <f32>lanes(bb))
    }
  }
}

/**
 * Convolves tiles of 4 × 4 with the kernel that `kernelAt` names (i32 a tile; negative: left as it is).
 * @param kernels  i16, `side * side` each, `count` of them
 * @param bits     sums are divided by 2^bits
 * @param pairs    scratch of `4 * stride * lines` bytes: each sample with the one below it, so that one dot product takes two taps
 * @param taps     scratch of `4 * side * (side + 1) / 2 * count` bytes: taps in the same pairs
 */
export function extractFilter(
  from: usize, to: usize, stride: i32, lines: i32, kernelAt: usize, tileColumns: i32, tileRows: i32,
  kernels: usize, count: i32, side: i32, bits: i32, pairs: usize, taps: usize,
): void {
  pairLines(from, pairs, stride, lines)
  for (let kernel = 0; kernel < count; kernel++) pairTaps(kernels + (<usize>(kernel * side * side) << 1), taps + <usize>(kernel * tapBytes(side)), side)
  const reach = side >> 1
  for (let row = 0; row < tileRows; row++) {
    for (let column = 0; column < tileColumns; column++) {
      const kernel = load<i32>(kernelAt + (<usize>(row * tileColumns + column) << 2))
      if (kernel < 0) continue
      const x = column * 4 + margin
      const y = row * 4 + margin
      filterTile(
        pairs + (<usize>((y - reach) * stride + x - reach) << 2),
        to + (<usize>(y * stride + x) << 1),
        stride, taps + <usize>(kernel * tapBytes(side)), side, bits,
      )
    }
  }
}

@inline
function tapBytes(side: i32): i32 {
  return 2 * side * (side + 1)
}

function pairLines(from: usize, to: usize, stride: i32, lines: i32): void {
  const pitch = <usize>stride << 1
  const samples = <usize>(stride * (lines - 1)) << 1
  for (let at: usize = 0; at < samples; at += 16) {
    const own = v128.load(from + at)
    const below = v128.load(from + at + pitch)
    v128.store(to + 2 * at, v128.shuffle<i16>(own, below, 0, 8, 1, 9, 2, 10, 3, 11))
    v128.store(to + 2 * at, v128.shuffle<i16>(own, below, 4, 12, 5, 13, 6, 14, 7, 15), 16)
  }
}

function pairTaps(kernel: usize, to: usize, side: i32): void {
  for (let y = 0; y < side; y += 2) {
    for (let x = 0; x < side; x++) {
      const upper = <i32>load<u16>(kernel + (<usize>(y * side + x) << 1))
      const lower = y + 1 < side ? <i32>load<u16>(kernel + (<usize>((y + 1) * side + x) << 1)) : 0
      store<i32>(to + (<usize>((y >> 1) * side + x) << 2), upper | (lower << 16))
    }
  }
}

function filterTile(from: usize, to: usize, stride: i32, taps: usize, side: i32, bits: i32): void {
  const pitch = <usize>stride << 2
  let a = i32x4.splat(0)
  let b = i32x4.splat(0)
  let c = i32x4.splat(0)
  let d = i32x4.splat(0)
  for (let y = 0; y < side; y += 2) {
    let at = from
    for (let x = 0; x < side; x++) {
      const tap = v128.load32_splat(taps)
      a = i32x4.add(a, i32x4.dot_i16x8_s(v128.load(at), tap))
      b = i32x4.add(b, i32x4.dot_i16x8_s(v128.load(at + pitch), tap))
      c = i32x4.add(c, i32x4.dot_i16x8_s(v128.load(at + 2 * pitch), tap))
      d = i32x4.add(d, i32x4.dot_i16x8_s(v128.load(at + 3 * pitch), tap))
      taps += 4
      at += 4
    }
    from += 2 * pitch
  }
  const step = pitch >> 1
  storeLow(to, i32x4.shr_s(a, bits))
  storeLow(to + step, i32x4.shr_s(b, bits))
  storeLow(to + 2 * step, i32x4.shr_s(c, bits))
  storeLow(to + 3 * step, i32x4.shr_s(d, bits))
}

@inline
function storeLow(to: usize, four: v128): void {
  v128.store64_lane(to, i16x8.narrow_i32x4_s(four, four), 0)
}
