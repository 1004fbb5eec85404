// Everything of a person before the camera that is not the skin of the head: eyeballs, mouth, ears, hair, cap, veil, glasses, shoulders. Meshes in millimetres at rest.

import type { Random } from '../../../protocol/random.js'
import { smoothNoise, smoothstep } from '../raster.js'
import type { FaceForm } from './form.js'
import { type DistanceField, eyeball, eyeMiddleYMm, shellMiddle, shellReaches, sliceReaches } from './head-shape.js'
import { type Mesh, makeMesh, material, type Vector } from './mesh.js'

/** What a part hangs on. */
export type Anchor = 'head' | 'jaw' | 'body' | 'drape'
export interface Part {
  readonly mesh: Mesh
  readonly anchor: Anchor
}

/** No place in front of the head. */
const beyond = 999
const veilWidths = [
  [-120, 6],
  [-116, 34],
  [-104, 60],
  [-80, 77],
  [-40, 85],
  [20, 84],
  [80, 79],
  [112, 84],
  [145, 102],
  [190, 150],
  [250, 184],
] as const
const veilDepths = [
  [-120, 8],
  [-116, 42],
  [-104, 70],
  [-80, 87],
  [-50, 97],
  [20, 103],
  [100, 102],
  [125, 98],
  [160, 90],
  [200, 98],
  [250, 112],
] as const

/** Value at `at` of a line through points sorted by their first number. */
function through(points: readonly (readonly [number, number])[], at: number): number {
  const next = points.findIndex(([x]) => x >= at)
  if (next === 0) return points[0]![1]
  const [x1, y1] = points[next < 0 ? points.length - 1 : next]!
  if (next < 0) return y1
  const [x0, y0] = points[next - 1]!
  const t = (at - x0) / (x1 - x0)
  return y0 + (y1 - y0) * t * t * (3 - 2 * t)
}

/** Superellipse of half-width `a` and depth `b`: radius at an angle from the front. */
function rounded(angle: number, a: number, b: number, power = 2): number {
  return (Math.abs(Math.sin(angle) / a) ** power + Math.abs(Math.cos(angle) / b) ** power) ** (-1 / power)
}

const span = (k: number, count: number, from: number, to: number) => from + ((to - from) * k) / (count - 1)

function eyes({ eyeHalfMm }: FaceForm): Part[] {
  return ([-1, 1] as const).map((side) => {
    const mesh = makeMesh({ rows: 20, cols: 36, material: material.eye }, (row, col) => {
      const dx = -side * span(side < 0 ? col : 35 - col, 36, -15.5, 22)
      const dy = span(row, 20, -13, 13)
      // Beyond the ball lies the flesh of the corners.
      const z = eyeball.zMm + Math.sqrt(Math.max(8.5 ** 2, eyeball.radiusMm ** 2 - dx * dx - dy * dy))
      // At rest a sample is known by which eye it is and where on it: x outwards, shifted by 100 for the subject's left.
      return { at: [side * eyeHalfMm + dx, eyeMiddleYMm + dy, z], rest: [side < 0 ? dx : dx + 100, dy] }
    })
    return { mesh, anchor: 'head' }
  })
}

/** Teeth and throat behind the lips; below the lips' line it stretches with the jaw. */
function mouth({ mouthMm }: FaceForm): Part {
  const mesh = makeMesh({ rows: 24, cols: 22, material: material.mouth }, (row, col) => {
    const x = span(col, 22, -26, 26)
    const y = span(row, 24, -11, 11)
    return { at: [x, mouthMm + y, 83 - (x * x) / 36], rest: [x, y] }
  })
  return { mesh, anchor: 'jaw' }
}

function ears({ width, noseMm }: FaceForm): Part[] {
  return ([-1, 1] as const).map((side) => {
    const rows = 22
    const cols = 26
    const mesh = makeMesh({ rows, cols, wraps: true, material: material.skin }, (row, col) => {
      const polar = span(row, rows, 0.02, Math.PI - 0.02)
      const turn = (2 * Math.PI * col) / cols
      const [c, s] = [Math.cos(polar), Math.sin(polar)]
      const shell = 1 - 0.3 * Math.exp(-(((c + 0.05) / 0.42) ** 2)) * Math.max(0, Math.cos(turn))
      const narrow = c < 0 ? 1 + 0.35 * c : 1
      const ex = 6.5 * s * Math.sin(turn) * shell
      const ez = 15 * s * Math.cos(turn) * narrow
      const ey = -31 * c
      const out = ex * 0.82 + (ez < 0 ? -ez * 0.34 : -ez * 0.16) - (ey > 0 ? ey * 0.1 : 0)
      return {
        at: [side * (69.5 * width + out), noseMm * 0.42 + ey, -6 + ez * 0.9 - (ey + 6) * 0.12],
        rest: [side * 79, 0],
        openness: 0.62 + 0.38 * Math.min(1, Math.abs(c) + Math.max(0, -Math.cos(turn)) + Math.max(0, Math.sin(turn)) * 0.5),
      }
    })
    // Columns run the other way round on one side.
    return { mesh: side < 0 ? mesh : { ...mesh, twoSided: true }, anchor: 'head' }
  })
}

/** Lowest hair at an angle from the front: forehead, temple, sideburn, round the ear, nape. */
const hairlines = {
  short_hair: [
    [0, -58],
    [24, -60],
    [38, -55],
    [50, -38],
    [60, -24],
    [68, 6],
    [78, 8],
    [84, -16],
    [104, -14],
    [118, 40],
    [180, 66],
  ],
  peci: [
    [0, -80],
    [48, -60],
    [60, -34],
    [68, 6],
    [78, 8],
    [84, -16],
    [104, -14],
    [118, 40],
    [180, 66],
  ],
  long_hair: [
    [0, -68],
    [14, -64],
    [30, -54],
    [44, -34],
    [56, -4],
    [66, 40],
    [74, 90],
    [180, 110],
  ],
} as const

function hairShell(form: FaceForm, field: DistanceField, random: Random): Part | undefined {
  if (form.head === 'hijab') return undefined
  const line = hairlines[form.head]
  const full = form.head === 'long_hair' ? 10 : form.head === 'short_hair' ? 11 : 3
  const tousle = smoothNoise(random, 26, 9, true)
  const ragged = smoothNoise(random, 40, 2, true)
  const rows = 74
  const half = 66
  const directions = Array.from({ length: rows }, (_, row) => span(row, rows, 0.01, Math.PI * 0.86))
  const reaches = shellReaches(
    field,
    directions,
    Array.from({ length: half + 1 }, (_, k) => (Math.PI * k) / half),
  )
  const mesh = makeMesh({ rows, cols: half * 2, wraps: true, material: material.hair }, (row, col) => {
    const angle = (Math.PI * (col - half)) / half
    const polar = directions[row]!
    const dx = Math.sin(polar) * Math.sin(angle)
    const dy = -Math.cos(polar)
    const dz = Math.sin(polar) * Math.cos(angle)
    const r = reaches[row]![Math.abs(col - half)]!
    const y = shellMiddle.y + dy * r
    const edge = through(line, Math.abs((angle * 180) / Math.PI)) + 1.5 * ragged(col / (half * 2), 0.5)
    const sides = form.head === 'short_hair' ? 1 - 0.78 * smoothstep(-88, -30, y) : 1
    const thick =
      0.6 + full * sides * smoothstep(-2, form.head === 'short_hair' ? 12 : 9, edge - y) * (1 + 0.14 * tousle(col / (half * 2), row / rows))
    const at: Vector = [dx * (r + thick), y + dy * thick, shellMiddle.z + dz * (r + thick)]
    return { at, rest: [col - half, edge - y], openness: 0.6 + 0.4 * smoothstep(0, 12, edge - y + 2) }
  })
  return { mesh, anchor: 'head' }
}

/** Long hair falling behind the face onto the shoulders. */
function curtain(form: FaceForm, random: Random): Part {
  const rows = 40
  const cols = 70
  const waves = smoothNoise(random, 16, 3)
  const mesh = makeMesh({ rows, cols, twoSided: true, material: material.hair }, (row, col) => {
    const y = span(row, rows, -58, 150)
    const open = through(
      [
        [-58, 40],
        [-20, 62],
        [20, 72],
        [90, 66],
        [150, 56],
      ],
      y,
    )
    const angle = (span(col, cols, open, 360 - open) * Math.PI) / 180
    const fold = 3.2 * waves(col / cols, row / rows) + 1.2 * Math.sin(col * 1.1 + row * 0.06)
    const a =
      through(
        [
          [-58, 74],
          [-20, 86],
          [40, 90],
          [100, 86],
          [150, 92],
        ],
        y,
      ) *
        form.width +
      fold
    const b =
      through(
        [
          [-58, 92],
          [0, 100],
          [60, 94],
          [120, 78],
          [150, 74],
        ],
        y,
      ) + fold
    const r = rounded(angle, a, b, 2.2)
    return {
      at: [r * Math.sin(angle), y, -8 + r * Math.cos(angle)],
      rest: [col * 1.9, row],
      openness: 0.5 + 0.5 * smoothstep(0, 9, Math.min(col, cols - 1 - col)),
    }
  })
  return { mesh, anchor: 'drape' }
}

/** A cap of black velvet: a wall that leans in a little and a top that is hardly domed. */
function peci({ width }: FaceForm): Part {
  const cols = 96
  const rows = 30
  const topRows = 10
  const mesh = makeMesh({ rows, cols, wraps: true, material: material.cap }, (row, col) => {
    const angle = (2 * Math.PI * col) / cols - Math.PI
    const rim = -56 + 7 * (1 - Math.cos(angle))
    const down = Math.max(0, (row - topRows) / (rows - 1 - topRows))
    const inward = row < topRows ? Math.sin((row / topRows) * Math.PI * 0.5) : 1
    const dome = row < topRows ? 3.5 * Math.cos((row / topRows) * Math.PI * 0.5) : 0
    const r = rounded(angle, 75 * width, 94) * (0.95 + 0.05 * down) * (0.02 + 0.98 * inward)
    return { at: [r * Math.sin(angle), -119 + (rim + 119) * down - dome, -9 + r * Math.cos(angle)], rest: [col, row], openness: 1 }
  })
  return { mesh, anchor: 'head' }
}

/** 1 on the edge of a veil's opening, an oval about the face; smaller inside. */
export function veilOpening({ chinMm }: FaceForm): (x: number, y: number) => number {
  const middle = 24
  return (x, y) => Math.hypot(x / 56, (y - middle) / (y < middle ? 76 : chinMm - 5 - middle))
}

function hijab(form: FaceForm, field: DistanceField, random: Random): Part {
  const rows = 150
  const half = 64
  const folds = smoothNoise(random, 9, 7)
  const lean = random.next() - 0.5
  const opening = veilOpening(form)
  const heights = Array.from({ length: rows }, (_, row) => (row < 12 ? span(row, 12, -120, -104) : span(row - 12, rows - 12, -102, 250)))
  const angles = Array.from({ length: half + 1 }, (_, k) => Math.PI * ((k / half) * 0.55 + 0.45 * (k / half) ** 2))
  // Under the chin the cloth spans from jaw to jaw.
  const jawRow = heights.findIndex((y) => y > form.chinMm - 15)
  const skins = sliceReaches(field, heights, angles).map((row, k, all) => (k > jawRow ? all[jawRow]! : row))
  const mesh = makeMesh({ rows, cols: half * 2 + 1, twoSided: true, material: material.veil }, (row, col) => {
    const y = heights[row]!
    const k = Math.abs(col - half)
    const angle = (col < half ? -1 : 1) * angles[k]!
    const skin = skins[row]![k]!
    const a = through(veilWidths, y) * form.width
    const b = through(veilDepths, y)
    const outer = rounded(angle, a, b, 2.1)
    const away = opening(skin * Math.sin(angle), y)
    // Near the face the cloth lies on the skin.
    const close =
      (1 - smoothstep(0.98, 1.55, away)) *
      (1 - smoothstep(96, 122, y)) *
      (1 - smoothstep(1.3, 1.9, Math.abs(angle))) *
      smoothstep(-96, -80, y)
    const swing = Math.sin(angle * 7 + y * 0.05 + lean * 3) * smoothstep(110, 200, y) * 5
    const drape = (1.4 + 4 * smoothstep(80, 170, y)) * folds((angle / Math.PI + 1) / 2, (y + 120) / 380) + swing
    const cross = 5 * smoothstep(108, 118, y) * (1 - smoothstep(-0.25, 0.25, angle * 1.3 + (y - 150) * (lean > 0 ? 0.012 : -0.012)))
    const edge = Math.exp(-(((away - 1.05) / 0.05) ** 2)) * 1.2
    const loose = Math.max(outer, y < 118 ? skin + 5 : 0) + drape + cross
    const r = loose + (skin + 1.6 + edge - loose) * close
    return {
      at: [r * Math.sin(angle), y, -6 + r * Math.cos(angle)],
      rest: [Math.abs(angle) < 1.6 ? r * Math.sin(angle) : beyond, y],
      openness: (1 - 0.3 * close) * (1 - 0.35 * Math.exp(-(((y - 122) / 9) ** 2)) * (1 - smoothstep(0.6, 1.3, Math.abs(angle)))),
    }
  })
  return { mesh, anchor: 'drape' }
}

function shoulders(form: FaceForm): Part {
  const rows = 64
  const cols = 120
  const build = form.sex === 'M' ? 1 : 0.88
  const mesh = makeMesh({ rows, cols, wraps: true, material: material.cloth }, (row, col) => {
    const y = 118 + 400 * (row / (rows - 1)) ** 1.7
    const angle = (2 * Math.PI * col) / cols - Math.PI
    const front = Math.cos(angle)
    const a =
      through(
        [
          [118, 58],
          [128, 66],
          [142, 96],
          [158, 142],
          [178, 178],
          [210, 200],
          [280, 210],
          [518, 205],
        ],
        y,
      ) * build
    const b = through(
      [
        [118, 50],
        [140, 58],
        [170, 76],
        [230, 98],
        [300, 112],
        [518, 118],
      ],
      y,
    )
    const r = rounded(angle, a, b, 2.3)
    // The collar sinks in front and stands at the nape.
    const sink = 14 * Math.max(0, front) * Math.exp(-((y - 118) / 20))
    return { at: [r * Math.sin(angle), y + sink, -26 + r * front], rest: [r * Math.sin(angle), front > 0 ? y + sink : 0] }
  })
  return { mesh, anchor: 'body' }
}

function glasses({ eyeHalfMm }: FaceForm): Part[] {
  const ring = ([-1, 1] as const).map((side): Part => {
    const mesh = makeMesh({ rows: 44, cols: 7, wraps: true, twoSided: true, material: material.frame }, (row, col) => {
      const turn = (2 * Math.PI * row) / 43
      const tube = (2 * Math.PI * col) / 7
      const [c, s] = [Math.cos(turn), Math.sin(turn)]
      const stretch = (Math.abs(c) ** 3.2 + Math.abs(s) ** 3.2) ** (-1 / 3.2)
      const rx = 24 * stretch + 1.2 * Math.cos(tube)
      const ry = 17.5 * stretch + 1.2 * Math.cos(tube)
      const x = side * (eyeHalfMm + 2) + rx * c
      return { at: [x, 4 + ry * s, 97 - (x * x) / 240 + 1.1 * Math.sin(tube)], rest: [0, 0] }
    })
    return { mesh, anchor: 'head' }
  })
  const bar = (from: Vector, to: Vector, dip: number): Part => ({
    anchor: 'head',
    mesh: makeMesh({ rows: 12, cols: 7, wraps: true, twoSided: true, material: material.frame }, (row, col) => {
      const t = row / 11
      const tube = (2 * Math.PI * col) / 7
      return {
        at: [
          from[0] + (to[0] - from[0]) * t + 0.6 * Math.sin(tube),
          from[1] + (to[1] - from[1]) * t - dip * Math.sin(Math.PI * t) + 1.2 * Math.cos(tube),
          from[2] + (to[2] - from[2]) * t + 1.1 * Math.sin(tube),
        ],
        rest: [0, 0],
      }
    }),
  })
  const inner = eyeHalfMm - 21
  return [
    ...ring,
    bar([-inner, 1, 97], [inner, 1, 97], 2.5),
    ...([-1, 1] as const).map((side) => bar([side * (eyeHalfMm + 25), -4, 84], [side * 79, -8, -6], 0)),
  ]
}

export function bodyParts(form: FaceForm, field: DistanceField, random: Random): readonly Part[] {
  const hair = hairShell(form, field, random)
  return [
    ...eyes(form),
    mouth(form),
    shoulders(form),
    ...(hair ? [hair] : []),
    ...(form.head === 'short_hair' || form.head === 'peci' ? ears(form) : []),
    ...(form.head === 'peci' ? [peci(form)] : []),
    ...(form.head === 'long_hair' ? [curtain(form, random)] : []),
    ...(form.head === 'hijab' ? [hijab(form, field, random)] : []),
    ...(form.glasses ? glasses(form) : []),
  ]
}
