// Grids of vertices in millimetres and the camera that looks at them: x to the image's right, y down, z towards the camera. It knows no face.

/** What a surface is made of; the shader decides what it looks like. */
export const material = { none: 0, skin: 1, eye: 2, mouth: 3, hair: 4, cloth: 5, veil: 6, cap: 7, frame: 8 } as const
export type Material = (typeof material)[keyof typeof material]

export type Vector = readonly [x: number, y: number, z: number]

/** `rows` × `cols` vertices; seen from the camera a front side has its columns running right and its rows running down. */
export interface Mesh {
  readonly rows: number
  readonly cols: number
  readonly position: Float32Array
  /** Where on its body a vertex belongs at rest: two numbers that its material understands. */
  readonly rest: Float32Array
  /** How much light reaches it from all round, 0..1. */
  readonly openness: Float32Array
  /** The last column joins the first. */
  readonly wraps: boolean
  readonly twoSided: boolean
  readonly material: Material
}

export function makeMesh(
  shape: {
    readonly rows: number
    readonly cols: number
    readonly wraps?: boolean
    readonly twoSided?: boolean
    readonly material: Material
  },
  vertex: (row: number, col: number) => { readonly at: Vector; readonly rest: readonly [number, number]; readonly openness?: number },
): Mesh {
  const { rows, cols } = shape
  const position = new Float32Array(rows * cols * 3)
  const rest = new Float32Array(rows * cols * 2)
  const openness = new Float32Array(rows * cols)
  for (let row = 0; row < rows; row++)
    for (let col = 0; col < cols; col++) {
      const k = row * cols + col
      const made = vertex(row, col)
      position.set(made.at, k * 3)
      rest.set(made.rest, k * 2)
      openness[k] = made.openness ?? 1
    }
  return { rows, cols, position, rest, openness, wraps: shape.wraps ?? false, twoSided: shape.twoSided ?? false, material: shape.material }
}

/** Unit normals out of the neighbours on the grid. */
export function normalsOf({ rows, cols, wraps }: Mesh, position: Float32Array): Float32Array {
  const out = new Float32Array(rows * cols * 3)
  for (let row = 0; row < rows; row++) {
    const above = Math.max(row - 1, 0) * cols
    const below = Math.min(row + 1, rows - 1) * cols
    for (let col = 0; col < cols; col++) {
      const left = col > 0 ? col - 1 : wraps ? cols - 1 : 0
      const right = col < cols - 1 ? col + 1 : wraps ? 0 : cols - 1
      const [l, r, a, b] = [(row * cols + left) * 3, (row * cols + right) * 3, (above + col) * 3, (below + col) * 3]
      const ux = position[r]! - position[l]!
      const uy = position[r + 1]! - position[l + 1]!
      const uz = position[r + 2]! - position[l + 2]!
      const vx = position[b]! - position[a]!
      const vy = position[b + 1]! - position[a + 1]!
      const vz = position[b + 2]! - position[a + 2]!
      const nx = uy * vz - uz * vy
      const ny = uz * vx - ux * vz
      const nz = ux * vy - uy * vx
      const length = Math.hypot(nx, ny, nz) || 1
      const k = (row * cols + col) * 3
      out[k] = nx / length
      out[k + 1] = ny / length
      out[k + 2] = nz / length
    }
  }
  return out
}

export interface Camera {
  readonly focalPx: number
  /** From the origin of the millimetres. */
  readonly distanceMm: number
  /** Where the axis meets the picture. */
  readonly centreX: number
  readonly centreY: number
}

export function project({ focalPx, distanceMm, centreX, centreY }: Camera, [x, y, z]: Vector): { readonly x: number; readonly y: number } {
  const scale = focalPx / (distanceMm - z)
  return { x: centreX + x * scale, y: centreY + y * scale }
}

/** Row-major 3 × 3. */
export type Rotation = readonly [number, number, number, number, number, number, number, number, number]

/**
 * Signs and order of OFIQ's Euler angles (its conformance table): yaw positive when the face turns to the subject's left (the image's right),
 * pitch positive when it looks down, roll positive when it leans counter-clockwise as seen, towards the subject's right shoulder.
 */
export function headRotation(yawDeg: number, pitchDeg: number, rollDeg: number): Rotation {
  const [y, p, r] = [yawDeg, -pitchDeg, rollDeg].map((degrees) => (degrees * Math.PI) / 180) as [number, number, number]
  const [cy, sy, cp, sp, cr, sr] = [Math.cos(y), Math.sin(y), Math.cos(p), Math.sin(p), Math.cos(r), Math.sin(r)]
  // Transposed Rz(roll)·Ry(yaw)·Rx(pitch) in axes x right, y down, z away; the third row and column change sign for z towards the camera.
  return [
    cr * cy,
    sr * cy,
    sy,
    cr * sy * sp - sr * cp,
    sr * sy * sp + cr * cp,
    -cy * sp,
    -(cr * sy * cp + sr * sp),
    -(sr * sy * cp - cr * sp),
    cy * cp,
  ]
}

export function rotate(m: Rotation, [x, y, z]: Vector): Vector {
  return [m[0] * x + m[1] * y + m[2] * z, m[3] * x + m[4] * y + m[5] * z, m[6] * x + m[7] * y + m[8] * z]
}
