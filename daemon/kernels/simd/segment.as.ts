// Twin of kernels/finger/segment/blocks.ts: statistics and gradients of blocks of 8 × 8 pixels. Sums are whole numbers: the results are equal.

/**
 * @param grey   bytes, row-major, `width * height`
 * @param out    five planes of f32, `columns * rows` each: mean, deviation, xx, yy, xy
 * @param still  blocks that deviate less get a gradient tensor of zeros
 */
export function segmentBlocks(grey: usize, width: i32, height: i32, columns: i32, rows: i32, out: usize, still: f64): void {
  const plane = <usize>(columns * rows) << 2
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = out + (<usize>(row * columns + column) << 2)
      const start = grey + <usize>(row * 8 * width + column * 8)
      const deviation = statistics(start, width, at, plane)
      if (deviation < still) {
        store<f32>(at + 2 * plane, 0)
        store<f32>(at + 3 * plane, 0)
        store<f32>(at + 4 * plane, 0)
        continue
      }
      // The outermost pixels of the image have no neighbours to differ from.
      const from = row * 8 + 1
      const until = min(height - 1, row * 8 + 8)
      const left = column == 0 ? 1 : 0
      const right = min(8, width - 1 - column * 8)
      if (left == 0 && right == 8) eightWide(grey, width, column * 8, from, until, at + 2 * plane, plane)
      else narrow(grey, width, column * 8 + left, column * 8 + right, from, until, at + 2 * plane, plane)
    }
  }
}

/** Every second row. @returns the deviation as it was stored */
@inline
function statistics(start: usize, width: i32, mean: usize, plane: usize): f64 {
  let sum = i16x8.splat(0)
  let squares = i32x4.splat(0)
  for (let y = 0; y < 8; y += 2) {
    const eight = v128.load8x8_u(start + <usize>(y * width))
    sum = i16x8.add(sum, eight)
    squares = i32x4.add(squares, i32x4.dot_i16x8_s(eight, eight))
  }
  const middle = <f64>total(i32x4.extadd_pairwise_i16x8_s(sum)) / 32
  const deviation = <f32>Math.sqrt(Math.max(0, <f64>total(squares) / 32 - middle * middle))
  store<f32>(mean, <f32>middle)
  store<f32>(mean + plane, deviation)
  return <f64>deviation
}

@inline
function total(four: v128): i32 {
  return (
    i32x4.extract_lane(four, 0) + i32x4.extract_lane(four, 1) + i32x4.extract_lane(four, 2) + i32x4.extract_lane(four, 3)
  )
}

@inline
function eightWide(grey: usize, width: i32, x: i32, from: i32, until: i32, out: usize, plane: usize): void {
  let xx = i32x4.splat(0)
  let yy = i32x4.splat(0)
  let xy = i32x4.splat(0)
  for (let y = from; y < until; y += 2) {
    const at = grey + <usize>(y * width + x)
    const gx = i16x8.sub(v128.load8x8_u(at + 1), v128.load8x8_u(at - 1))
    const gy = i16x8.sub(v128.load8x8_u(at + <usize>width), v128.load8x8_u(at - <usize>width))
    xx = i32x4.add(xx, i32x4.dot_i16x8_s(gx, gx))
    yy = i32x4.add(yy, i32x4.dot_i16x8_s(gy, gy))
    xy = i32x4.add(xy, i32x4.dot_i16x8_s(gx, gy))
  }
  store<f32>(out, <f32>total(xx))
  store<f32>(out + plane, <f32>total(yy))
  store<f32>(out + 2 * plane, <f32>total(xy))
}

function narrow(grey: usize, width: i32, left: i32, right: i32, from: i32, until: i32, out: usize, plane: usize): void {
  let xx = 0
  let yy = 0
  let xy = 0
  for (let y = from; y < until; y += 2) {
    for (let x = left; x < right; x++) {
      const at = grey + <usize>(y * width + x)
      const gx = <i32>load<u8>(at + 1) - <i32>load<u8>(at - 1)
      const gy = <i32>load<u8>(at + <usize>width) - <i32>load<u8>(at - <usize>width)
      xx += gx * gx
      yy += gy * gy
      xy += gx * gy
    }
  }
  store<f32>(out, <f32>xx)
  store<f32>(out + plane, <f32>yy)
  store<f32>(out + 2 * plane, <f32>xy)
}
