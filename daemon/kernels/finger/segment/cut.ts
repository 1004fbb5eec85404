// Cuts one finger out of its image, turned upright. Pure.

/** Where to cut: centre, size and tilt in pixels and degrees, as in a finger's segment. */
export interface Cut {
  readonly cx: number
  readonly cy: number
  readonly width: number
  readonly height: number
  readonly angleDeg: number
}

const white = 255

/** @returns the box upright, bilinear between pixels, white where it leaves the image */
export function cutFinger(
  grey: Uint8Array,
  widthPx: number,
  heightPx: number,
  { cx, cy, width, height, angleDeg }: Cut,
): { readonly grey: Uint8Array; readonly widthPx: number; readonly heightPx: number } {
  const [wide, high] = [Math.max(1, Math.round(width)), Math.max(1, Math.round(height))]
  const out = new Uint8Array(wide * high).fill(white)
  const cos = Math.cos((angleDeg * Math.PI) / 180)
  const sin = Math.sin((angleDeg * Math.PI) / 180)
  for (let v = 0; v < high; v++) {
    // Pixel centres lie at halves.
    let x = cx - (wide / 2 - 0.5) * cos + (v + 0.5 - high / 2) * sin - 0.5
    let y = cy + (wide / 2 - 0.5) * sin + (v + 0.5 - high / 2) * cos - 0.5
    for (let u = 0; u < wide; u++, x += cos, y -= sin) {
      const left = Math.floor(x)
      const top = Math.floor(y)
      if (left < 0 || top < 0 || left >= widthPx || top >= heightPx) continue
      const right = left + 1 < widthPx ? 1 : 0
      const below = top + 1 < heightPx ? widthPx : 0
      const at = top * widthPx + left
      const fx = x - left
      const fy = y - top
      const upper = grey[at]! + fx * (grey[at + right]! - grey[at]!)
      const lower = grey[at + below]! + fx * (grey[at + below + right]! - grey[at + below]!)
      out[v * wide + u] = upper + fy * (lower - upper) + 0.5
    }
  }
  return { grey: out, widthPx: wide, heightPx: high }
}
