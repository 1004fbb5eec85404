// Twin of kernels/iris/locate/rays.ts and what radial.ts makes of them: samples along rays, four at a time. Fixed point throughout, so that
// both find the same edges.

/**
 * Samples of the picture at four places, 1/256 grey levels.
 * @param x, y  places in 1/65536 px, all inside the picture or ignored later: clamped
 */
@inline
function samples(grey: usize, widthPx: i32, x: v128, y: v128, lastLeft: v128, lastTop: v128): v128 {
  const zero = i32x4.splat(0)
  const left = i32x4.max_s(zero, i32x4.min_s(i32x4.shr_s(x, 16), lastLeft))
  const top = i32x4.max_s(zero, i32x4.min_s(i32x4.shr_s(y, 16), lastTop))
  const fx = i32x4.shr_s(i32x4.sub(x, i32x4.shl(left, 16)), 8)
  const fy = i32x4.shr_s(i32x4.sub(y, i32x4.shl(top, 16)), 8)
  const at = i32x4.add(i32x4.mul(top, i32x4.splat(widthPx)), left)
  // Two pixels of the upper row, two of the lower.
  let four = i32x4.splat(quad(grey + <usize>i32x4.extract_lane(at, 0), widthPx))
  four = i32x4.replace_lane(four, 1, quad(grey + <usize>i32x4.extract_lane(at, 1), widthPx))
  four = i32x4.replace_lane(four, 2, quad(grey + <usize>i32x4.extract_lane(at, 2), widthPx))
  four = i32x4.replace_lane(four, 3, quad(grey + <usize>i32x4.extract_lane(at, 3), widthPx))
  const byte = i32x4.splat(255)
  const a = v128.and(four, byte)
  const b = v128.and(i32x4.shr_u(four, 8), byte)
  const c = v128.and(i32x4.shr_u(four, 16), byte)
  const d = i32x4.shr_u(four, 24)
  const upper = i32x4.add(i32x4.shl(a, 8), i32x4.mul(fx, i32x4.sub(b, a)))
  const lower = i32x4.add(i32x4.shl(c, 8), i32x4.mul(fx, i32x4.sub(d, c)))
  return i32x4.add(upper, i32x4.shr_s(i32x4.mul(fy, i32x4.sub(lower, upper)), 8))
}

@inline
function quad(at: usize, widthPx: i32): i32 {
  return <i32>load<u16>(at) | (<i32>load<u16>(at + <usize>widthPx) << 16)
}

/** Bits of the lanes that lie in the picture. */
@inline
function insideOf(x: v128, y: v128, mostX: v128, mostY: v128): i32 {
  return i32x4.bitmask(v128.and(i32x4.le_u(x, mostX), i32x4.le_u(y, mostY)))
}

@inline
function fixed(value: f64): i32 {
  return <i32>floor(value * 65536 + 0.5)
}

@inline
function ramp(start: i32, step: i32): v128 {
  return i32x4.add(i32x4.splat(start), i32x4.mul(i32x4.splat(step), i32x4(0, 1, 2, 3)))
}

/**
 * Sums of the first 0, 1, 2 … samples of a ray.
 * @param sums i32, room for `steps` + 4
 * @returns samples before the ray leaves the picture, at most `steps`
 */
function sumRay(
  grey: usize, widthPx: i32, heightPx: i32, x: f64, y: f64, ux: f64, uy: f64, start: f64, stepPx: f64, steps: i32, sums: usize,
): i32 {
  const dx = fixed(stepPx * ux)
  const dy = fixed(stepPx * uy)
  let px = ramp(fixed(x + start * ux), dx)
  let py = ramp(fixed(y + start * uy), dy)
  const fourX = i32x4.splat(4 * dx)
  const fourY = i32x4.splat(4 * dy)
  const mostX = i32x4.splat((widthPx - 1) << 16)
  const mostY = i32x4.splat((heightPx - 1) << 16)
  const lastLeft = i32x4.splat(widthPx - 2)
  const lastTop = i32x4.splat(heightPx - 2)
  let sum: i32 = 0
  let to = sums
  store<i32>(to, 0)
  for (let k = 0; k < steps; k += 4) {
    const inside = insideOf(px, py, mostX, mostY)
    if (inside === 0) return k
    const values = samples(grey, widthPx, px, py, lastLeft, lastTop)
    sum += i32x4.extract_lane(values, 0)
    store<i32>(to, sum, 4)
    sum += i32x4.extract_lane(values, 1)
    store<i32>(to, sum, 8)
    sum += i32x4.extract_lane(values, 2)
    store<i32>(to, sum, 12)
    sum += i32x4.extract_lane(values, 3)
    store<i32>(to, sum, 16)
    if (inside !== 15) return min(steps, k + ctz(~inside))
    px = i32x4.add(px, fourX)
    py = i32x4.add(py, fourY)
    to += 16
  }
  return steps
}

/**
 * The strongest edge on each ray.
 * @param rays  f64: cosines, then sines of `count` directions
 * @param ring  samples compared on each side
 * @param first radius of the first edge that counts, px; `steps` samples, the first `ring` of them before it
 * @param sums  i32, room for `steps` + 4
 * @param found f64: x, then y, then weight of the edges, as many as rays
 */
export function irisRadialEdges(
  grey: usize, widthPx: i32, heightPx: i32, x: f64, y: f64, rays: usize, count: i32,
  first: f64, stepPx: f64, steps: i32, ring: i32, least: f64, full: f64, sums: usize, found: usize,
): void {
  const row = <usize>count << 3
  for (let i = 0; i < count; i++) {
    const ray = rays + (<usize>i << 3)
    const to = found + (<usize>i << 3)
    const ux = load<f64>(ray)
    const uy = load<f64>(ray + row)
    store<f64>(to, 0)
    store<f64>(to + row, 0)
    store<f64>(to + 2 * row, 0)
    const seen = sumRay(grey, widthPx, heightPx, x, y, ux, uy, first - <f64>ring * stepPx, stepPx, steps, sums)
    let best = -1
    let bestStrength = least
    const end = min(steps - ring, seen - max(2, ring >> 1))
    for (let k = ring; k <= end; k++) {
      const strength = strengthAt(sums, k, ring, seen)
      if (strength > bestStrength) {
        bestStrength = strength
        best = k
      }
    }
    if (best < 0) continue
    const before = best > ring ? strengthAt(sums, best - 1, ring, seen) : NaN
    const after = best < end ? strengthAt(sums, best + 1, ring, seen) : NaN
    const bend = before - 2 * bestStrength + after
    const shift = bend < 0 ? (0.5 * (before - after)) / bend : 0
    const rho = first + (<f64>(best - ring) - 0.5 + shift) * stepPx
    store<f64>(to, x + rho * ux)
    store<f64>(to + row, y + rho * uy)
    store<f64>(to + 2 * row, min(full, bestStrength))
  }
}

@inline
function strengthAt(sums: usize, k: i32, ring: i32, seen: i32): f64 {
  const at = sums + (<usize>k << 2)
  const here = load<i32>(at)
  const inner = here - load<i32>(at - (<usize>ring << 2))
  const outer = min(ring, seen - k)
  return <f64>((load<i32>(at + (<usize>outer << 2)) - here) * ring - inner * outer) / <f64>(256 * outer * ring)
}

/**
 * Rings inside and outside of a circle, compared direction by direction, four samples each.
 * @param rays   f64: cosines, then sines
 * @param out    i32 for each direction seen: outside less inside, 1/3072 grey levels, ascending
 * @returns directions seen
 */
export function irisRingDifferences(
  grey: usize, widthPx: i32, heightPx: i32, x: f64, y: f64, r: f64, rays: usize, count: i32, gap: f64, ring: f64, out: usize,
): i32 {
  const row = <usize>count << 3
  const mostX = i32x4.splat((widthPx - 1) << 16)
  const mostY = i32x4.splat((heightPx - 1) << 16)
  const lastLeft = i32x4.splat(widthPx - 2)
  const lastTop = i32x4.splat(heightPx - 2)
  const step = (r * ring) / 3
  let seen = 0
  for (let i = 0; i < count; i++) {
    const ray = rays + (<usize>i << 3)
    const ux = load<f64>(ray)
    const uy = load<f64>(ray + row)
    const dx = fixed(step * ux)
    const dy = fixed(step * uy)
    const inX = ramp(fixed(x + r * (1 - gap) * ux), -dx)
    const inY = ramp(fixed(y + r * (1 - gap) * uy), -dy)
    const outX = ramp(fixed(x + r * (1 + gap) * ux), dx)
    const outY = ramp(fixed(y + r * (1 + gap) * uy), dy)
    if (insideOf(inX, inY, mostX, mostY) !== 15) continue
    const outside = insideOf(outX, outY, mostX, mostY)
    const met = popcnt(outside)
    if (met < 2) continue
    const inner = sumOf(samples(grey, widthPx, inX, inY, lastLeft, lastTop))
    const beyond = samples(grey, widthPx, outX, outY, lastLeft, lastTop)
    const outer = sumOf(v128.and(beyond, lanes(outside)))
    insert(out, seen++, outer * (12 / met) - 3 * inner)
  }
  return seen
}

@inline
function lanes(bits: i32): v128 {
  return i32x4.ne(v128.and(i32x4.splat(bits), i32x4(1, 2, 4, 8)), i32x4.splat(0))
}

@inline
function sumOf(four: v128): i32 {
  return i32x4.extract_lane(four, 0) + i32x4.extract_lane(four, 1) + i32x4.extract_lane(four, 2) + i32x4.extract_lane(four, 3)
}

@inline
function insert(sorted: usize, count: i32, value: i32): void {
  let at = sorted + (<usize>count << 2)
  while (at > sorted && load<i32>(at - 4) > value) {
    store<i32>(at, load<i32>(at - 4))
    at -= 4
  }
  store<i32>(at, value)
}
