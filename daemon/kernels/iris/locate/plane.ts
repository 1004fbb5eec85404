// A grey picture that the search works on, its shrinking and sampling. Knows nothing of eyes.

export interface Plane {
  readonly grey: Uint8Array
  readonly widthPx: number
  readonly heightPx: number
}

/** Mean of blocks of `factor` × `factor`; what does not fill a block at the right and lower edge is left out. */
export function shrink({ grey, widthPx, heightPx }: Plane, factor: number): Plane {
  if (factor === 1) return { grey, widthPx, heightPx }
  const width = Math.floor(widthPx / factor)
  const height = Math.floor(heightPx / factor)
  const out = new Uint8Array(width * height)
  const sums = new Uint32Array(width)
  const area = factor * factor
  for (let y = 0; y < height; y++) {
    sums.fill(0)
    for (let row = y * factor; row < (y + 1) * factor; row++) {
      let at = row * widthPx
      for (let x = 0; x < width; x++) {
        let sum = 0
        for (let i = 0; i < factor; i++) sum += grey[at++]!
        sums[x]! += sum
      }
    }
    for (let x = 0; x < width; x++) out[y * width + x] = (sums[x]! + (area >> 1)) / area
  }
  return { grey: out, widthPx: width, heightPx: height }
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
