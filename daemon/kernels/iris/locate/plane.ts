// A grey picture that the search works on, its shrinking and sampling. Knows nothing of eyes.

export interface Plane {
  readonly grey: Uint8Array
  readonly widthPx: number
  readonly heightPx: number
}

/**
 * Mean over squares of `factor` × `factor` pixels, `factor` ≥ 1 and not necessarily whole. What does not fill a square at the right and lower
 * edge is left out.
 */
export function shrink({ grey, widthPx, heightPx }: Plane, factor: number): Plane {
  if (factor <= 1) return { grey, widthPx, heightPx }
  const width = Math.floor(widthPx / factor + 1e-9)
  const height = Math.floor(heightPx / factor + 1e-9)
  const out = new Uint8Array(width * height)
  const sums = new Float32Array(width)
  const spans = Array.from({ length: width }, (_, x) => span(x, factor, widthPx))
  const firsts = Int32Array.from(spans, ({ first }) => first)
  const lasts = Int32Array.from(spans, ({ last }) => last)
  const heads = Float32Array.from(spans, ({ head }) => head)
  const tails = Float32Array.from(spans, ({ tail }) => tail)
  const scale = 1 / (factor * factor)
  for (let y = 0; y < height; y++) {
    sums.fill(0)
    const { first, last, head, tail } = span(y, factor, heightPx)
    for (let row = first; row <= last; row++) {
      const weight = row === first ? head : row === last ? tail : 1
      const start = row * widthPx
      for (let x = 0; x < width; x++) {
        const from = firsts[x]!
        const until = lasts[x]!
        let sum = heads[x]! * grey[start + from]!
        for (let at = start + from + 1; at < start + until; at++) sum += grey[at]!
        if (until > from) sum += tails[x]! * grey[start + until]!
        sums[x]! += weight * sum
      }
    }
    for (let x = 0; x < width; x++) out[y * width + x] = sums[x]! * scale + 0.5
  }
  return { grey: out, widthPx: width, heightPx: height }
}

/** Pixels under the square number `at`, and how much of the first and the last lies under it. */
function span(at: number, factor: number, length: number): { first: number; last: number; head: number; tail: number } {
  const from = at * factor
  const until = Math.min(length, from + factor)
  const first = Math.floor(from + 1e-9)
  const last = Math.min(length - 1, Math.max(first, Math.ceil(until - 1e-9) - 1))
  return last === first ? { first, last, head: until - from, tail: 0 } : { first, last, head: first + 1 - from, tail: until - last }
}

/** Bilinear; outside the picture NaN. */
export function sample({ grey, widthPx, heightPx }: Plane, x: number, y: number): number {
  if (!(x >= 0 && y >= 0 && x <= widthPx - 1 && y <= heightPx - 1)) return Number.NaN
  const left = Math.min(widthPx - 2, Math.floor(x))
  const top = Math.min(heightPx - 2, Math.floor(y))
  const fx = x - left
  const fy = y - top
  const at = top * widthPx + left
  const upper = grey[at]! + fx * (grey[at + 1]! - grey[at]!)
  const lower = grey[at + widthPx]! + fx * (grey[at + widthPx + 1]! - grey[at + widthPx]!)
  return upper + fy * (lower - upper)
}

/** The grey level that `share` of the pixels do not pass. */
export function quantile({ grey }: Plane, share: number): number {
  const counts = new Uint32Array(256)
  for (const value of grey) counts[value]!++
  const wanted = share * grey.length
  let sum = 0
  for (let value = 0; value < 256; value++) {
    sum += counts[value]!
    if (sum >= wanted) return value
  }
  return 255
}

/** Part of a picture, shrunk; `left` and `top` are where its first pixel began. */
export interface Window {
  readonly plane: Plane
  readonly left: number
  readonly top: number
  readonly factor: number
}

/** The box about a circle, `reach` radii to each side, clipped to the picture, shrunk by `factor`. */
export function cutAround(from: Plane, { x, y, r }: { x: number; y: number; r: number }, reach: number, factor: number): Window {
  const left = Math.max(0, Math.floor(x - reach * r))
  const top = Math.max(0, Math.floor(y - reach * r))
  const widthPx = Math.min(from.widthPx, Math.ceil(x + reach * r) + 1) - left
  const heightPx = Math.min(from.heightPx, Math.ceil(y + reach * r) + 1) - top
  const grey = new Uint8Array(Math.max(0, widthPx * heightPx))
  for (let row = 0; row < heightPx; row++) {
    const at = (top + row) * from.widthPx + left
    grey.set(from.grey.subarray(at, at + widthPx), row * widthPx)
  }
  return { plane: shrink({ grey, widthPx, heightPx }, factor), left, top, factor }
}
