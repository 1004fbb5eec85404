// Twin of kernels/image/halve.ts: 2 × 2 pixels to one, sixteen results at a time. Sums are whole numbers: the results are equal.

/**
 * @param grey  bytes, row-major, `width` a row, at least `2 * halfHeight` rows
 * @param out   `halfWidth * halfHeight` bytes
 */
export function halve(grey: usize, width: i32, halfWidth: i32, halfHeight: i32, out: usize): void {
  const wide = halfWidth & ~15
  for (let y = 0; y < halfHeight; y++) {
    const upper = grey + <usize>(2 * y * width)
    const lower = upper + <usize>width
    const to = out + <usize>(y * halfWidth)
    for (let x = 0; x < wide; x += 16) {
      const at = <usize>(2 * x)
      const left = i16x8.add(
        i16x8.extadd_pairwise_i8x16_u(v128.load(upper + at)),
        i16x8.extadd_pairwise_i8x16_u(v128.load(lower + at)),
      )
      const right = i16x8.add(
        i16x8.extadd_pairwise_i8x16_u(v128.load(upper + at, 16)),
        i16x8.extadd_pairwise_i8x16_u(v128.load(lower + at, 16)),
      )
      v128.store(to + <usize>x, i8x16.narrow_i16x8_u(i16x8.shr_u(left, 2), i16x8.shr_u(right, 2)))
    }
    for (let x = wide; x < halfWidth; x++) {
      const at = <usize>(2 * x)
      const sum =
        <u32>load<u8>(upper + at) + <u32>load<u8>(upper + at, 1) + <u32>load<u8>(lower + at) + <u32>load<u8>(lower + at, 1)
      store<u8>(to + <usize>x, <u8>(sum >> 2))
    }
  }
}
