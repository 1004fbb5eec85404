// The head at rest as a distance field of soft solids, and the surface found on it slice by slice. It knows no expression and no colour.

import { smoothstep } from '../raster.js'
import type { FaceForm } from './form.js'
import { type Mesh, makeMesh, material, type Vector } from './mesh.js'

/** Millimetres; negative inside. */
export type DistanceField = (x: number, y: number, z: number) => number

/** Quadratic soft minimum: two solids that flow into each other over `k` millimetres. */
function blend(a: number, b: number, k: number): number {
  const h = Math.max(k - Math.abs(a - b), 0) / k
  return Math.min(a, b) - h * h * k * 0.25
}

function ellipsoid(x: number, y: number, z: number, rx: number, ry: number, rz: number): number {
  const near = Math.sqrt((x / rx) ** 2 + (y / ry) ** 2 + (z / rz) ** 2)
  const slope = Math.sqrt((x / (rx * rx)) ** 2 + (y / (ry * ry)) ** 2 + (z / (rz * rz)) ** 2)
  return slope === 0 ? -Math.min(rx, ry, rz) : (near * (near - 1)) / slope
}

/** A rod from `a` to `b` whose radius changes from `ra` to `rb`. */
function rod(x: number, y: number, z: number, a: Vector, b: Vector, ra: number, rb: number): number {
  const [bx, by, bz] = [b[0] - a[0], b[1] - a[1], b[2] - a[2]]
  const [px, py, pz] = [x - a[0], y - a[1], z - a[2]]
  const along = Math.max(0, Math.min(1, (px * bx + py * by + pz * bz) / (bx * bx + by * by + bz * bz)))
  return Math.sqrt((px - bx * along) ** 2 + (py - by * along) ** 2 + (pz - bz * along) ** 2) - ra - (rb - ra) * along
}

/** Radius of the eyeball's front and how far its middle lies before the middle of the head. */
export const eyeball = { radiusMm: 17, zMm: 58.5, lidMm: 1.1 } as const

/** Where the middle of an eye lies above the line through its corners. */
export const eyeMiddleYMm = -1

export function headField(form: FaceForm): DistanceField {
  const { width, jaw, cheek, ridge, chinMm, noseMm, mouthMm, eyeHalfMm } = form
  const chinBack: Vector = [53 * width * (0.55 + 0.45 * jaw), mouthMm - 12, 4]
  const chinFront: Vector = [10 * jaw, chinMm - 14, 67]
  const tip: Vector = [0, noseMm - 1, 100 + form.noseHeightMm]
  const wing: Vector = [form.noseHalfMm - 7, noseMm + 3.5, 90]
  const wide = 65 * width
  return (signedX, y, z) => {
    const x = Math.abs(signedX)
    let d = ellipsoid(x, y + 28, z + 8, 73 * width, 84, 95)
    if (y < 40) d = blend(d, ellipsoid(x - 16 * width, y + 60, z + 20, 52 * width, 46, 62), 14)
    d = blend(d, ellipsoid(x, y - 18, z - 20, wide, 78, 62), 16)
    if (y > 0) {
      d = blend(d, rod(x, y, z, chinBack, chinFront, 11, 13), 26)
      if (z > 10) {
        d = blend(d, ellipsoid(x, y - (chinMm - 15), z - 71, 17 + 4 * jaw, 15, 18), 20)
        d = blend(d, ellipsoid(x - 30 * width, y - 58, z - 49, 24, 30, 19 + 2 * cheek), 22)
        d = blend(d, ellipsoid(x, y - mouthMm, z - 71, 29, 22, 20), 20)
      }
      d = blend(d, rod(x, y, z, [0, 60, -18], [0, 240, -34], 50, 56), 26)
    }
    // What lies in front is left out where it is out of reach.
    if (z > 15 && y > -20 && y < 72) d = blend(d, ellipsoid(x - 40 * width, y - 28, z - 53, 23, 18, 17.5 + cheek), 20)
    if (z > 25 && y > -55 && y < 34) {
      d = blend(d, rod(x, y, z, [8, -17, 80], [40, -20, 66], 7 + ridge, 7), 14)
      // The sockets, then the bridge between them and the lids in them.
      d = -blend(-d, ellipsoid(x - (eyeHalfMm - 3), y - 1, z - 89.5, 21, 12, 15.5), 13)
    }
    if (z > 50 && x < 46 && y > -36 && y < 76) {
      d = blend(d, rod(x, y, z, [0, -9, 77.5], tip, 6.5, 9.5), 13)
      d = blend(d, ellipsoid(x - tip[0], y - tip[1], z - tip[2], 9.5, 8.5, 9), 6)
      d = blend(d, ellipsoid(x - wing[0], y - wing[1], z - wing[2], 7.5, 6.5, 9), 6)
      d = blend(d, rod(x, y, z, [0, noseMm + 5, 98], [0, noseMm + 12, 89], 4.5, 4), 5)
    }
    if (z > 30 && y > -26 && y < 26) {
      const lid = Math.sqrt((x - eyeHalfMm) ** 2 + (y - eyeMiddleYMm) ** 2 + (z - eyeball.zMm) ** 2) - eyeball.radiusMm - eyeball.lidMm
      d = blend(d, lid, 4)
    }
    return d
  }
}

/** Outwards from (`x0`, `y`, `z0`) along (`dx`, 0, `dz`): the last crossing of the surface. */
function reach(field: DistanceField, y: number, dx: number, dy: number, dz: number, z0: number, guess = 150): number {
  let r = field(dx * guess, y + dy * guess, z0 + dz * guess) > 0 ? guess : 150
  for (let step = 0; step < 120; step++) {
    const d = field(dx * r, y + dy * r, z0 + dz * r)
    if (d < 0.02) return r - d
    r -= Math.max(0.2, d * 0.8)
    if (r < 2) return 2
  }
  return r
}

/** Steps that are fine where `fine` says and coarse elsewhere. */
function ladder(from: number, to: number, step: (at: number) => number): number[] {
  const out = [from]
  for (let at = from; at < to; ) {
    at = Math.min(to, at + step(at))
    out.push(at)
  }
  return out
}

const axisZ = -6

/** Half the height of the line between closed lips. */
export const lipSeamMm = 0.35

/** Angles from the face's middle to the back, fine in front. */
const azimuths = ladder(0, 180, (at) => (at < 60 ? 1 : at < 90 ? 2.5 : 9)).map((degrees) => (degrees * Math.PI) / 180)

function sliceHeights({ mouthMm, chinMm }: FaceForm): number[] {
  const above = ladder(-104, mouthMm - lipSeamMm, (y) => (y < -35 ? 4 : y < -14 ? 2 : y < 14 ? 0.85 : y < 56 ? 1.25 : 0.9))
  const below = ladder(mouthMm + lipSeamMm, 150, (y) =>
    y < mouthMm + 10 ? 0.9 : y < chinMm - 8 ? 1.6 : y < chinMm - 2 ? 1 : y < chinMm + 4 ? 0.5 : 4,
  )
  return [...above, ...below]
}

/** Level slices graze the underside of the chin: there the front is led back to the throat and neighbours are evened out. */
function underChin({ chinMm }: FaceForm, heights: readonly number[], radii: readonly number[][]): number[][] {
  const throat = radii[heights.findIndex((y) => y >= chinMm + 12)]!
  const chin = radii[heights.findIndex((y) => y >= chinMm - 5)]!
  const evened = (row: readonly number[]) =>
    row.map((r, k) => (row[Math.max(0, k - 1)]! + 2 * r + row[Math.min(row.length - 1, k + 1)]!) / 4)
  return radii.map((row, at) => {
    const y = heights[at]!
    if (y < chinMm - 3) return row
    const back = smoothstep(chinMm - 2, chinMm + 3.5, y)
    return evened(evened(row.map((r, k) => Math.min(r, Math.max(throat[k]! + 1, chin[k]! + (throat[k]! - chin[k]!) * back)))))
  })
}

/** The whole head with its neck: every slice is level and runs from the nape round the face to the nape. */
export function headMesh(form: FaceForm, field: DistanceField): Mesh {
  const heights = sliceHeights(form)
  const half = azimuths.length
  const cols = half * 2 - 1
  const radii = underChin(form, heights, sliceReaches(field, heights, azimuths))
  return makeMesh({ rows: heights.length, cols, material: material.skin }, (row, col) => {
    const side = col < half - 1 ? -1 : 1
    const k = Math.abs(col - (half - 1))
    const angle = azimuths[k]!
    const r = radii[row]![k]!
    const at: Vector = [side * r * Math.sin(angle), heights[row]!, axisZ + r * Math.cos(angle)]
    return { at, rest: [at[0], at[1]], openness: skinOpenness(form, at) }
  })
}

const bump = (x: number, y: number, rx: number, ry: number) => Math.exp(-((x / rx) ** 2) - (y / ry) ** 2)

/** What the solids keep from the skin: sockets, the sides and underside of the nose, the fold under the lip, the throat. */
function skinOpenness({ eyeHalfMm, noseMm, mouthMm, lipMm, chinMm }: FaceForm, [signedX, y, z]: Vector): number {
  const x = Math.abs(signedX)
  const shade =
    0.2 * bump(x - eyeHalfMm + 12, y + 3, 8, 9) +
    0.16 * bump(x - eyeHalfMm, y + 9, 15, 5) +
    0.3 * bump(x, y - noseMm - 11, 15, 4.5) +
    0.12 * bump(x - 21, y - noseMm - 3, 4, 9) +
    0.22 * bump(x, y - mouthMm - lipMm - 5, 17, 4)
  const throat =
    y > chinMm - 4 ? 0.62 * Math.exp(-(Math.max(0, y - chinMm) / 42)) * Math.min(1, (y - chinMm + 4) / 6) * (z > -20 ? 1 : 0.7) : 0
  return Math.max(0.2, 1 - shade - throat)
}

/** Distances from the vertical axis through the head to its surface, one row a height. */
export function sliceReaches(field: DistanceField, heights: readonly number[], angles: readonly number[]): number[][] {
  const rows: number[][] = []
  for (const y of heights) {
    const above = rows.at(-1)
    rows.push(angles.map((angle, k) => reach(field, y, Math.sin(angle), 0, Math.cos(angle), axisZ, above && above[k]! + 9)))
  }
  return rows
}

/** The middle of shells for hair. */
export const shellMiddle = { y: -20, z: -6 } as const
/** Distances from the middle to the surface, one row for each angle down from the crown. */
export function shellReaches(field: DistanceField, polars: readonly number[], angles: readonly number[]): number[][] {
  const rows: number[][] = []
  for (const polar of polars) {
    const above = rows.at(-1)
    const [s, c] = [Math.sin(polar), Math.cos(polar)]
    rows.push(
      angles.map((angle, k) =>
        reach(field, shellMiddle.y, s * Math.sin(angle), -c, s * Math.cos(angle), shellMiddle.z, above && above[k]! + 9),
      ),
    )
  }
  return rows
}
