// Twin of kernels/iris/quality/sharpness.ts: the band-pass of ISO/IEC 29794-6, eight columns at a time.

/**
 * Sum of squared responses at every fourth pixel of a box, its right and bottom edges excluded.
 * @param grey  u8, `widthPx` a row, at least 8 readable bytes behind the box
 */
export function irisBandPower(grey: usize, widthPx: i32, left: i32, top: i32, right: i32, bottom: i32): f64 {
  let sum: f64 = 0
  for (let y = top + 4; y < bottom - 4; y += 4) {
    for (let x = left + 4; x < right - 4; x += 4) {
      const middle = grey + <usize>(y * widthPx + x - 4)
      const row = <usize>widthPx
      let eight = i32x4.dot_i16x8_s(pair(middle, 4 * row), i16x8(0, 1, 1, 2, 2, 2, 1, 1))
      eight = i32x4.add(eight, i32x4.dot_i16x8_s(pair(middle, 3 * row), i16x8(1, 2, 4, 5, 5, 5, 4, 2)))
      eight = i32x4.add(eight, i32x4.dot_i16x8_s(pair(middle, 2 * row), i16x8(1, 4, 5, 3, 0, 3, 5, 4)))
      eight = i32x4.add(eight, i32x4.dot_i16x8_s(pair(middle, row), i16x8(2, 5, 3, -12, -24, -12, 3, 5)))
      eight = i32x4.add(eight, i32x4.dot_i16x8_s(v128.load8x8_u(middle), i16x8(2, 5, 0, -24, -40, -24, 0, 5)))
      const last = ninth(middle, 3 * row) + ninth(middle, 2 * row) + 2 * ninth(middle, row) + 2 * <i32>load<u8>(middle, 8)
      const response = <f64>(
        i32x4.extract_lane(eight, 0) + i32x4.extract_lane(eight, 1) + i32x4.extract_lane(eight, 2) + i32x4.extract_lane(eight, 3) + last
      )
      sum += response * response
    }
  }
  return sum
}

/** Rows as far above as below weigh alike. */
@inline
function pair(middle: usize, apart: usize): v128 {
  return i16x8.add(v128.load8x8_u(middle - apart), v128.load8x8_u(middle + apart))
}

@inline
function ninth(middle: usize, apart: usize): i32 {
  return <i32>load<u8>(middle - apart, 8) + <i32>load<u8>(middle + apart, 8)
}
