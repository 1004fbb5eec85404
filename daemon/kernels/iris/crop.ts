// Images as ISO/IEC 19794-6 stores them: cropped about the iris (type 3), or cropped with sclera and lids painted over (type 7).
// Knows pixels and where the iris is; not the record's layout.

import { type IrisLocation, lidAt } from './location.js'

export interface CroppedIris {
  readonly grey: Uint8Array
  readonly widthPx: number
  readonly heightPx: number
  /** Of the iris in the cropped image, whole pixels as the record's fields have them. */
  readonly irisCentreX: number
  readonly irisCentreY: number
  readonly irisDiameter: number
  /** Share of the pixels that the image did not have; its edge was drawn on into them. */
  readonly missing: number
}

/** Margins about the iris, of its radius. */
const lateralMargin = 0.6
const verticalMargin = 0.2
/** Grey levels that stand for what was masked. */
const scleraGrey = 200
const lidGrey = 128

/** @param kind `cropped` is image type 3, `cropped_and_masked` type 7 */
export function cropIris(
  grey: Uint8Array,
  widthPx: number,
  heightPx: number,
  location: Pick<IrisLocation, 'iris' | 'upperLid' | 'lowerLid'>,
  kind: 'cropped' | 'cropped_and_masked' = 'cropped',
): CroppedIris {
  const { iris } = location
  const halfWidth = Math.ceil(iris.r * (1 + lateralMargin))
  const halfHeight = Math.ceil(iris.r * (1 + verticalMargin))
  const left = Math.round(iris.x) - halfWidth
  const top = Math.round(iris.y) - halfHeight
  const size = { widthPx: 2 * halfWidth + 1, heightPx: 2 * halfHeight + 1 }
  const out = new Uint8Array(size.widthPx * size.heightPx)
  let missing = 0
  for (let row = 0; row < size.heightPx; row++) {
    const y = top + row
    const nearestY = Math.max(0, Math.min(heightPx - 1, y))
    for (let column = 0; column < size.widthPx; column++) {
      const x = left + column
      const nearestX = Math.max(0, Math.min(widthPx - 1, x))
      if (x !== nearestX || y !== nearestY) missing++
      const painted = kind === 'cropped' ? undefined : paintOf(location, x, y)
      out[row * size.widthPx + column] = painted ?? grey[nearestY * widthPx + nearestX]!
    }
  }
  return {
    grey: out,
    ...size,
    irisCentreX: halfWidth,
    irisCentreY: halfHeight,
    irisDiameter: Math.round(2 * iris.r),
    missing: missing / out.length,
  }
}

/** What stands for this pixel in a masked image; nothing inside the open iris and pupil, lashes and glints included. */
function paintOf(
  { iris, upperLid, lowerLid }: Pick<IrisLocation, 'iris' | 'upperLid' | 'lowerLid'>,
  x: number,
  y: number,
): number | undefined {
  if ((upperLid && y < lidAt(upperLid, x)) || (lowerLid && y > lidAt(lowerLid, x))) return lidGrey
  return (x - iris.x) ** 2 + (y - iris.y) ** 2 > iris.r ** 2 ? scleraGrey : undefined
}
