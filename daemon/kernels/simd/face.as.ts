// Twins of kernels/face/warp.ts: means of cells (whole numbers, equal), bilinear samples (32-bit floats, equal to about one in a million).

/**
 * @param source  interleaved RGB, `columns * cellPx` by `rows * lines`; 16 bytes behind it may be read
 * @param line    u16 sums of one line of cells, 32 bytes longer than the line
 */
export function meansOfCells(source: usize, columns: i32, rows: i32, cellPx: i32, lines: i32, line: usize, out: usize): void {
  const lineBytes = <usize>(columns * cellPx * 3)
  const area = <u32>(cellPx * lines)
  const half = area >> 1
  let to = out
  for (let row = 0; row < rows; row++) {
    const first = source + <usize>(row * lines) * lineBytes
    for (let at: usize = 0; at < lineBytes; at += 16) {
      let low = i16x8.splat(0)
      let high = i16x8.splat(0)
      for (let j = 0; j < lines; j++) {
        const bytes = v128.load(first + <usize>j * lineBytes + at)
        low = i16x8.add(low, i16x8.extend_low_i8x16_u(bytes))
        high = i16x8.add(high, i16x8.extend_high_i8x16_u(bytes))
      }
      v128.store(line + 2 * at, low)
      v128.store(line + 2 * at, high, 16)
    }
    let from = line
    for (let column = 0; column < columns; column++) {
      let red = half
      let green = half
      let blue = half
      for (let i = 0; i < cellPx; i++) {
        red += <u32>load<u16>(from)
        green += <u32>load<u16>(from, 2)
        blue += <u32>load<u16>(from, 4)
        from += 6
      }
      store<u8>(to, red / area)
      store<u8>(to, green / area, 1)
      store<u8>(to, blue / area, 2)
      to += 3
    }
  }
}

/** @returns the red, green, blue at `at` (and one byte more) as floats */
@inline
function colour(at: usize): v128 {
  return f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(at))))
}

/** @param rgb 4 bytes behind it may be read */
export function samplePlanes(
  rgb: usize,
  width: i32,
  height: i32,
  x0: f64,
  y0: f64,
  a: f64,
  b: f64,
  size: i32,
  low: f64,
  high: f64,
  out: usize,
): void {
  const factor = f32x4.splat(<f32>((high - low) / 255))
  const offset = f32x4.splat(<f32>low)
  const plane = <usize>(size * size) << 2
  const rightEdge = <f64>(width - 1)
  const lowerEdge = <f64>(height - 1)
  let to = out
  for (let v = 0; v < size; v++) {
    for (let u = 0; u < size; u++) {
      const x = Math.min(rightEdge, Math.max(0, x0 + a * <f64>u - b * <f64>v))
      const y = Math.min(lowerEdge, Math.max(0, y0 + b * <f64>u + a * <f64>v))
      const left = <i32>x
      const top = <i32>y
      const fx = f32x4.splat(<f32>(x - <f64>left))
      const fy = f32x4.splat(<f32>(y - <f64>top))
      const upper = rgb + <usize>((top * width + left) * 3)
      const lower = top < height - 1 ? upper + <usize>(width * 3) : upper
      const right: usize = left < width - 1 ? 3 : 0
      const p = colour(upper)
      const q = colour(lower)
      const above = f32x4.add(p, f32x4.mul(fx, f32x4.sub(colour(upper + right), p)))
      const below = f32x4.add(q, f32x4.mul(fx, f32x4.sub(colour(lower + right), q)))
      const value = f32x4.add(offset, f32x4.mul(factor, f32x4.add(above, f32x4.mul(fy, f32x4.sub(below, above)))))
      store<f32>(to, f32x4.extract_lane(value, 0))
      store<f32>(to + plane, f32x4.extract_lane(value, 1))
      store<f32>(to + 2 * plane, f32x4.extract_lane(value, 2))
      to += 4
    }
  }
}
