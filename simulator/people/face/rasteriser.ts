// A z-buffer over a band of rows, each output pixel split into 2 × 2 samples. It knows triangles and their interpolated attributes, no colour.

import { type Camera, type Material, type Mesh, normalsOf } from './mesh.js'

/** Samples per pixel along one side. */
export const samplesPerSide = 2

/** A mesh on the screen: what is looked at once per picture. */
interface Placed {
  readonly mesh: Mesh
  /** Sample coordinates and depth (millimetres towards the camera) per vertex. */
  readonly screen: Float32Array
  readonly normal: Float32Array
  /** Rows of samples that each row of quads touches. */
  readonly top: Int32Array
  readonly bottom: Int32Array
}

export interface Band {
  readonly width: number
  readonly height: number
  readonly depth: Float32Array
  readonly material: Uint8Array
  /** nx, ny, nz, u, v, openness per sample. */
  readonly attribute: Float32Array
}

const attributes = 6

export function makeBand(width: number, height: number): Band {
  const samples = width * height
  return {
    width,
    height,
    depth: new Float32Array(samples),
    material: new Uint8Array(samples),
    attribute: new Float32Array(samples * attributes),
  }
}

export function place(mesh: Mesh, position: Float32Array, camera: Camera): Placed {
  const count = mesh.rows * mesh.cols
  const screen = new Float32Array(count * 3)
  for (let k = 0; k < count * 3; k += 3) {
    const scale = camera.focalPx / (camera.distanceMm - position[k + 2]!)
    screen[k] = (camera.centreX + position[k]! * scale + 0.5) * samplesPerSide - 0.5
    screen[k + 1] = (camera.centreY + position[k + 1]! * scale + 0.5) * samplesPerSide - 0.5
    screen[k + 2] = position[k + 2]!
  }
  const top = new Int32Array(mesh.rows)
  const bottom = new Int32Array(mesh.rows)
  for (let row = 0; row + 1 < mesh.rows; row++) {
    let low = Number.POSITIVE_INFINITY
    let high = Number.NEGATIVE_INFINITY
    for (let k = row * mesh.cols; k < (row + 2) * mesh.cols; k++) {
      low = Math.min(low, screen[k * 3 + 1]!)
      high = Math.max(high, screen[k * 3 + 1]!)
    }
    top[row] = Math.floor(low)
    bottom[row] = Math.ceil(high)
  }
  return { mesh, screen, normal: normalsOf(mesh, position), top, bottom }
}

/** Which samples of a surface are not there, by where they belong at rest. */
export type Hole = (material: Material, u: number, v: number) => boolean

/** Draws what falls on the sample rows from `firstRow`. */
export function rasterise(band: Band, firstRow: number, placed: readonly Placed[], hole: Hole): void {
  band.material.fill(0)
  band.depth.fill(Number.NEGATIVE_INFINITY)
  for (const item of placed) {
    const { rows, cols, wraps } = item.mesh
    for (let row = 0; row + 1 < rows; row++) {
      if (item.bottom[row]! < firstRow || item.top[row]! >= firstRow + band.height) continue
      for (let col = 0; col < (wraps ? cols : cols - 1); col++) {
        const a = row * cols + col
        const b = col + 1 < cols ? a + 1 : row * cols
        triangle(band, firstRow, item, a, b, a + cols, hole)
        triangle(band, firstRow, item, b, b + cols, a + cols, hole)
      }
    }
  }
}

function triangle(band: Band, firstRow: number, { mesh, screen, normal }: Placed, a: number, b: number, c: number, hole: Hole): void {
  const ax = screen[a * 3]!
  const ay = screen[a * 3 + 1]! - firstRow
  const bx = screen[b * 3]!
  const by = screen[b * 3 + 1]! - firstRow
  const cx = screen[c * 3]!
  const cy = screen[c * 3 + 1]! - firstRow
  const area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
  if (area === 0 || (area < 0 && !mesh.twoSided)) return
  const top = Math.max(0, Math.ceil(Math.min(ay, by, cy)))
  const bottom = Math.min(band.height - 1, Math.floor(Math.max(ay, by, cy)))
  const left = Math.max(0, Math.ceil(Math.min(ax, bx, cx)))
  const right = Math.min(band.width - 1, Math.floor(Math.max(ax, bx, cx)))
  if (top > bottom || left > right) return
  const inverse = 1 / area
  const side = area < 0 ? -1 : 1
  const { rest, openness, material } = mesh
  const { depth, width, attribute: out } = band
  const az = screen[a * 3 + 2]!
  const bz = screen[b * 3 + 2]!
  const cz = screen[c * 3 + 2]!
  // Barycentric weights of `b` and `c` and what a step to the right adds.
  const stepB = (cy - ay) * inverse
  const stepC = (ay - by) * inverse
  for (let y = top; y <= bottom; y++) {
    let wb = ((left - ax) * (cy - ay) - (y - ay) * (cx - ax)) * inverse
    let wc = ((bx - ax) * (y - ay) - (by - ay) * (left - ax)) * inverse
    for (let x = left; x <= right; x++, wb += stepB, wc += stepC) {
      const wa = 1 - wb - wc
      // A hair over the edge, so that no sample falls between two neighbours.
      if (wa < -1e-5 || wb < -1e-5 || wc < -1e-5) continue
      const at = y * width + x
      const z = wa * az + wb * bz + wc * cz
      if (z <= depth[at]!) continue
      const u = wa * rest[a * 2]! + wb * rest[b * 2]! + wc * rest[c * 2]!
      const v = wa * rest[a * 2 + 1]! + wb * rest[b * 2 + 1]! + wc * rest[c * 2 + 1]!
      if (hole(material, u, v)) continue
      depth[at] = z
      band.material[at] = material
      const to = at * attributes
      out[to] = side * (wa * normal[a * 3]! + wb * normal[b * 3]! + wc * normal[c * 3]!)
      out[to + 1] = side * (wa * normal[a * 3 + 1]! + wb * normal[b * 3 + 1]! + wc * normal[c * 3 + 1]!)
      out[to + 2] = side * (wa * normal[a * 3 + 2]! + wb * normal[b * 3 + 2]! + wc * normal[c * 3 + 2]!)
      out[to + 3] = u
      out[to + 4] = v
      out[to + 5] = wa * openness[a]! + wb * openness[b]! + wc * openness[c]!
    }
  }
}
