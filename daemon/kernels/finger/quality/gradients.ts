// Grey gradients of a block: the one sum behind orientation, certainty and coherence. Exact in integers.

/**
 * Sums over a block of gx², gy² and gx·gy, each gradient doubled so that all is whole: central differences inside, one-sided ones at the
 * block's own border (NFIQ 2 v2.2.0). Divide by 4 for the sums of the gradients themselves.
 * @param sums  [xx, yy, xy]
 */
export function gradientSums(
  grey: Uint8Array,
  stride: number,
  left: number,
  top: number,
  width: number,
  height: number,
  sums: Float64Array,
): void {
  let xx = 0
  let yy = 0
  let xy = 0
  const lastX = width - 1
  const lastY = height - 1
  for (let y = 0; y <= lastY; y++) {
    const line = (top + y) * stride + left
    const up = y === 0 ? 0 : stride
    const down = y === lastY ? 0 : stride
    const scaleY = up !== 0 && down !== 0 ? 1 : 2
    const end = line + lastX
    if (lastX > 0) {
      const gx = 2 * (grey[line + 1]! - grey[line]!)
      const gy = scaleY * (grey[line + down]! - grey[line - up]!)
      const hx = 2 * (grey[end]! - grey[end - 1]!)
      const hy = scaleY * (grey[end + down]! - grey[end - up]!)
      xx += gx * gx + hx * hx
      yy += gy * gy + hy * hy
      xy += gx * gy + hx * hy
    } else {
      const gy = scaleY * (grey[line + down]! - grey[line - up]!)
      yy += gy * gy
    }
    for (let at = line + 1; at < end; at++) {
      const gx = grey[at + 1]! - grey[at - 1]!
      const gy = scaleY * (grey[at + down]! - grey[at - up]!)
      xx += gx * gx
      yy += gy * gy
      xy += gx * gy
    }
  }
  sums[0] = xx
  sums[1] = yy
  sums[2] = xy
}

/** Orientation across the ridges in radians, (−π/2, π/2]. With c and not 2c, as NFIQ 2 v2.2.0 has it: the features depend on it. */
export function ridgeNormal(sums: Float64Array): number {
  return Math.atan2(sums[2]!, sums[0]! - sums[1]!) / 2
}

/** 1 − λmin/λmax of the gradients' covariance: 0 no direction, 1 one direction. NaN where there is no gradient at all. */
export function orientationCertainty(sums: Float64Array): number {
  const [xx = 0, yy = 0, xy = 0] = sums
  const spread = Math.sqrt((xx - yy) * (xx - yy) + 4 * xy * xy)
  const most = xx + yy + spread
  return most === 0 ? Number.NaN : 1 - (xx + yy - spread) / most
}

/** Length of the mean squared gradient vector over the mean gradient energy (Kass and Witkin 1987), 0 to 1; 0 where there is none. */
export function coherence(sums: Float64Array): number {
  const [xx = 0, yy = 0, xy = 0] = sums
  return xx + yy === 0 ? 0 : Math.sqrt((xx - yy) * (xx - yy) + 4 * xy * xy) / (xx + yy)
}
