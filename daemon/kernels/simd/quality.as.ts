// Twins of kernels/finger/quality/blur.ts: erosion and Gaussian blur of 8-bit images, equal to the references to the last bit.
// Every plane has 16 bytes (rows: samples) of room behind its end: the last vectors of a line run over.

/** @param padded scratch of `width + 32` bytes; @param rows scratch as large as the image */
export function qualityErode5(grey: usize, width: i32, height: i32, padded: usize, rows: usize, out: usize): void {
  memory.fill(padded, 255, <usize>width + 32)
  for (let y = 0; y < height; y++) {
    const line = <usize>(y * width)
    memory.copy(padded + 2, grey + line, <usize>width)
    for (let x: usize = 0; x < <usize>width; x += 16) {
      const at = padded + x
      const two = i8x16.min_u(v128.load(at), v128.load(at, 1))
      const four = i8x16.min_u(v128.load(at, 3), v128.load(at, 4))
      v128.store(rows + line + x, i8x16.min_u(i8x16.min_u(two, four), v128.load(at, 2)))
    }
  }
  for (let y = 0; y < height; y++) {
    const up2 = rows + <usize>(max(0, y - 2) * width)
    const up1 = rows + <usize>(max(0, y - 1) * width)
    const here = rows + <usize>(y * width)
    const down1 = rows + <usize>(min(height - 1, y + 1) * width)
    const down2 = rows + <usize>(min(height - 1, y + 2) * width)
    for (let x: usize = 0; x < <usize>width; x += 16) {
      const above = i8x16.min_u(v128.load(up2 + x), v128.load(up1 + x))
      const below = i8x16.min_u(v128.load(down1 + x), v128.load(down2 + x))
      v128.store(out + <usize>(y * width) + x, i8x16.min_u(i8x16.min_u(above, below), v128.load(here + x)))
    }
  }
}

/**
 * @param taps    i16, `half + 1`: outermost first, middle last, 256 in all with the mirrored ones
 * @param source  i32, `width + 2 * half`: which pixel of the line stands at each place of the padded line
 * @param padded  scratch of `width + 2 * half + 16` bytes
 * @param out     i16: sums less 32768, so that they are signed
 */
export function qualityBlurRows(grey: usize, width: i32, height: i32, taps: usize, half: i32, source: usize, padded: usize, out: usize): void {
  const wide = width + 2 * half
  const last = <usize>(2 * half)
  const bias = i16x8.splat(-32768)
  const middle = v128.load16_splat(taps + (<usize>half << 1))
  for (let y = 0; y < height; y++) {
    const line = grey + <usize>(y * width)
    for (let i = 0; i < wide; i++) store<u8>(padded + <usize>i, load<u8>(line + <usize>load<i32>(source + (<usize>i << 2))))
    const to = out + (<usize>(y * width) << 1)
    for (let x: usize = 0; x < <usize>width; x += 8) {
      const at = padded + x
      let sum = i16x8.mul(middle, v128.load8x8_u(at + <usize>half))
      for (let i: usize = 0; i < <usize>half; i++) {
        const pair = i16x8.add(v128.load8x8_u(at + i), v128.load8x8_u(at + last - i))
        sum = i16x8.add(sum, i16x8.mul(v128.load16_splat(taps + (i << 1)), pair))
      }
      v128.store(to + (x << 1), v128.xor(sum, bias))
    }
  }
}

/**
 * @param rows   i16 as `qualityBlurRows` gives them
 * @param lines  i32, `height + 2 * half`: which line stands at each place of the padded height
 */
export function qualityBlurColumns(rows: usize, width: i32, height: i32, taps: usize, half: i32, lines: usize, out: usize): void {
  // The bias of 32768 times the taps' 256, and half of the last place for rounding.
  const start = i32x4.splat((32768 << 8) + 32768)
  const middle = v128.load16_splat(taps + (<usize>half << 1))
  const stride = width << 1
  for (let y = 0; y < height; y++) {
    const to = out + <usize>(y * width)
    const first = lines + (<usize>y << 2)
    const last = lines + (<usize>(y + 2 * half) << 2)
    const here = rows + <usize>(y * stride)
    for (let x: usize = 0; x < <usize>width; x += 8) {
      const column = rows + (x << 1)
      const centre = v128.load(here + (x << 1))
      let low = i32x4.add(start, i32x4.extmul_low_i16x8_s(centre, middle))
      let high = i32x4.add(start, i32x4.extmul_high_i16x8_s(centre, middle))
      for (let i: usize = 0; i < <usize>half; i++) {
        const tap = v128.load16_splat(taps + (i << 1))
        const a = v128.load(column + <usize>(load<i32>(first + (i << 2)) * stride))
        const b = v128.load(column + <usize>(load<i32>(last - (i << 2)) * stride))
        low = i32x4.add(low, i32x4.dot_i16x8_s(v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11), tap))
        high = i32x4.add(high, i32x4.dot_i16x8_s(v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15), tap))
      }
      const words = i16x8.narrow_i32x4_s(i32x4.shr_u(low, 16), i32x4.shr_u(high, 16))
      v128.store64_lane(to + x, i8x16.narrow_i16x8_u(words, words), 0)
    }
  }
}

/** 255 where lighter than the threshold, else 0; in place. */
export function qualityBinarise(grey: usize, count: i32, threshold: i32): void {
  const limit = i8x16.splat(<i8>threshold)
  for (let at: usize = 0; at < <usize>count; at += 16) v128.store(grey + at, i8x16.gt_u(v128.load(grey + at), limit))
}

/** @param counts i32, 256 of them, set to zero before */
export function qualityHistogram(grey: usize, count: i32, counts: usize): void {
  for (let at: usize = 0; at < <usize>count; at++) {
    const bin = counts + (<usize>load<u8>(grey + at) << 2)
    store<i32>(bin, load<i32>(bin) + 1)
  }
}
