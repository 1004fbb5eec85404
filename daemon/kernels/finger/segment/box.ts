// The box of one finger: from the tip to its first joint, turned with the finger. Pure; lengths in blocks until the last step.

import { type BlockMap, blockPx } from './blocks.js'
import { addOutline, addTexture, coherenceOf, elongation, noOutline, noTexture, samenessOf, slantOf, tiltOf } from './regions.js'
import { type HandFrame, type Strand, typicalWidth } from './sweep.js'

/** A fingertip in pixels of the image, and what the naming needs to know of it. */
export interface Fingertip {
  readonly cx: number
  readonly cy: number
  readonly width: number
  readonly height: number
  readonly angleDeg: number
  /** Middle of the upper end in the upright frame of the hand, px: `u` to the right, `v` downwards. */
  readonly tipU: number
  readonly tipV: number
  /** Share of the box that holds ridges or ink, and share of that which is lively: ink alone is not. */
  readonly fill: number
  readonly ridged: number
  readonly coherence: number
  readonly sameness: number
  /** Which way the lines lean in the finger's own frame, −1 to 1: negative like a backslash, as most loops of the right hand. */
  readonly slant: number
  /** Share of its rows in which it touched a neighbour. */
  readonly touching: number
  /** The image ends where the finger does not. */
  readonly offEdge: boolean
  /** Mean grey and deviation of its blocks with ridges. */
  readonly grey: number
  readonly deviation: number
  /** Blocks with ridges inside the box. */
  readonly area: number
}

/** Everything about the image that finding a box reads. */
export interface Scene {
  readonly map: BlockMap
  readonly mask: Uint8Array
  /** Share of the mask in five blocks around each, for outlines. */
  readonly share: Float32Array
  readonly ground: Float32Array
  /** Deviation from which a block counted as ridges. */
  readonly leastDeviation: number
}

/** A distal phalanx is this many times as long as wide: the first joint is looked for between these, and assumed at the usual. */
const joint = { from: 1.05, until: 2.15, usual: 1.75 } as const
/** A crease is this much lighter than the print on both sides of it. */
const creaseShare = 0.62
/** Side columns and end rows belong to the finger while they hold this share of what its middle holds. */
const edgeShare = 0.3
/** A finger may be splayed this far from the hand's direction. */
const widestSplayDeg = 22
/** The line through the joints is fitted over this many widths and counts like an outline of this elongation. */
const axisLengths = 3
const axisWeight = 0.15
/** Elongation at which half of what the outline says is believed. */
const roundish = 0.08

/** Positions of a strand's blocks in its own upright frame. */
interface Turned {
  /** Block indices in the map. */
  readonly blocks: Int32Array
  readonly angleDeg: number
  /** Coordinates of each block. */
  readonly u: Float32Array
  readonly v: Float32Array
}

/** A block of a strand: its index in the map and its row in the strand. */
interface StrandBlocks {
  readonly at: number[]
  readonly row: number[]
}

/** The blocks of the map that belong to each strand. */
export function blocksOf(scene: Scene, frame: HandFrame, strands: readonly Strand[]): readonly StrandBlocks[] {
  const { columns, rows } = scene.map
  const blocks = strands.map((): StrandBlocks => ({ at: [], row: [] }))
  const cos = Math.cos((frame.tiltDeg * Math.PI) / 180)
  const sin = Math.sin((frame.tiltDeg * Math.PI) / 180)
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const at = y * columns + x
      if (scene.mask[at] !== 1) continue
      const dx = x + 0.5 - columns / 2
      const dy = y + 0.5 - rows / 2
      const u = cos * dx - sin * dy + frame.columns / 2
      const v = Math.floor(sin * dx + cos * dy + frame.rows / 2)
      for (let i = 0; i < strands.length; i++) {
        const { top, left, right } = strands[i]!
        const row = v - top
        if (row >= 0 && row < left.length && u >= left[row]! - 0.5 && u <= right[row]! + 0.5) {
          blocks[i]!.at.push(at)
          blocks[i]!.row.push(row)
          break
        }
      }
    }
  }
  return blocks
}

/**
 * @param upright the finger points exactly where the hand does: a rolled print has no outline to tell otherwise
 * @returns undefined when too little is there to be a fingertip
 */
export function fingertip(scene: Scene, frame: HandFrame, strand: Strand, blocks: StrandBlocks, upright = false): Fingertip | undefined {
  const width = typicalWidth(strand)
  const distal = firstRows(blocks, width * 1.6)
  if (distal.length === 0) return undefined
  const splay = upright ? 0 : splayOf(scene, frame, strand, distal, width)
  const turned = turn(scene.map, firstRows(blocks, width * 2.4), frame.tiltDeg + splay)
  const sides = sidesOf(turned, distal.length, width)
  const ends = endsOf(scene, turned, sides)
  return describe(scene, frame, strand, turned, sides, ends)
}

/**
 * How far the finger itself is turned from the hand's direction: by the outline of its tip and, where lower joints are seen, by the line from
 * the tip through them. A roundish outline says little.
 */
function splayOf({ map, share }: Scene, { tiltDeg }: HandFrame, strand: Strand, blocks: Int32Array, width: number): number {
  const outline = noOutline()
  for (const at of blocks) addOutline(outline, share, map.columns, map.rows, at)
  const long = elongation(outline)
  const off = tiltOf(outline) - tiltDeg
  const byOutline = limit(off > 90 ? off - 180 : off < -90 ? off + 180 : off)
  const axis = axisOf(strand, Math.round(width * axisLengths))
  if (axis === undefined) return (byOutline * long) / (long + roundish)
  return (byOutline * long + limit(axis) * axisWeight) / (long + axisWeight)
}

const limit = (deg: number): number => Math.max(-widestSplayDeg, Math.min(widestSplayDeg, deg))

/** Degrees by which the middles of a strand's rows lean, positive counter-clockwise; undefined for a strand that is short or shares its ground. */
function axisOf({ left, right, touching }: Strand, length: number): number | undefined {
  let [count, sumV, sumU, sumVV, sumUV, last] = [0, 0, 0, 0, 0, 0]
  for (let v = 2; v < Math.min(length, left.length); v++) {
    if (right[v]! <= left[v]!) continue
    const u = (left[v]! + right[v]!) / 2
    count++
    last = v
    sumV += v
    sumU += u
    sumVV += v * v
    sumUV += u * v
  }
  if (last < length * 0.7 || count < length / 2 || touching > length / 8) return undefined
  // The tip of a finger that is tilted counter-clockwise lies to the left of its root.
  return (Math.atan2(count * sumUV - sumU * sumV, count * sumVV - sumV * sumV) * 180) / Math.PI
}

function firstRows({ at, row }: StrandBlocks, rows: number): Int32Array {
  return Int32Array.from(at.filter((_, i) => row[i]! < rows))
}

function turn({ columns }: BlockMap, blocks: Int32Array, angleDeg: number): Turned {
  const cos = Math.cos((angleDeg * Math.PI) / 180)
  const sin = Math.sin((angleDeg * Math.PI) / 180)
  const u = new Float32Array(blocks.length)
  const v = new Float32Array(blocks.length)
  for (let i = 0; i < blocks.length; i++) {
    const x = (blocks[i]! % columns) + 0.5
    const y = Math.floor(blocks[i]! / columns) + 0.5
    u[i] = cos * x - sin * y
    v[i] = sin * x + cos * y
  }
  return { blocks, angleDeg, u, v }
}

interface Span {
  readonly from: number
  readonly until: number
}

/** Left and right side, from how many blocks each column of the upper part holds. */
function sidesOf({ u, v }: Turned, distal: number, width: number): Span {
  const upper = Float32Array.from(v).sort()[Math.min(distal, v.length) - 1]!
  const counts = histogram(u, (i) => v[i]! <= upper)
  return spanOf(counts, Math.max(leastCount, edgeShare * percentile(counts.values, 0.8)), width)
}
const leastCount = 3

interface Counts {
  readonly first: number
  readonly values: Float32Array
}

function histogram(coordinate: Float32Array, counts: (i: number) => boolean): Counts {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of coordinate) {
    if (value < least) least = value
    if (value > most) most = value
  }
  const first = Math.floor(least)
  const values = new Float32Array(Math.floor(most) - first + 1)
  for (let i = 0; i < coordinate.length; i++) if (counts(i)) values[Math.floor(coordinate[i]!) - first]!++
  return { first, values }
}

/** Grows from the fullest stretch outwards while the counts stay above `least`; single weak ones are stepped over. */
function spanOf({ first, values }: Counts, least: number, width: number): Span {
  let centre = 0
  let most = -1
  const half = Math.max(1, Math.round(width / 4))
  for (let i = 0; i < values.length; i++) {
    let sum = 0
    for (let k = Math.max(0, i - half); k <= Math.min(values.length - 1, i + half); k++) sum += values[k]!
    if (sum > most) {
      most = sum
      centre = i
    }
  }
  const full = (i: number) => (values[i] ?? 0) >= least
  let from = centre
  let until = centre
  while (full(from - 1) || full(from - 2)) from--
  while (full(until + 1) || full(until + 2)) until++
  return { from: first + from, until: first + until + 1 }
}

/** Upper end, and lower end at the first joint: at the crease where there is one, where the print ends, or where it usually is. */
function endsOf({ map, ground }: Scene, { blocks, u, v }: Turned, sides: Span): Span {
  const width = sides.until - sides.from
  const inner = (i: number, share: number) => Math.abs(u[i]! - (sides.from + sides.until) / 2) <= (width / 2) * share
  const rows = histogram(v, (i) => inner(i, 1))
  const least = edgeShare * percentile(rows.values, 0.7)
  let from = 0
  while (from < rows.values.length - 1 && !(rows.values[from]! >= least && rows.values[from + 1]! >= least)) from++
  const dark = new Float32Array(rows.values.length)
  for (let i = 0; i < blocks.length; i++) {
    if (inner(i, 0.8)) dark[Math.floor(v[i]!) - rows.first]! += Math.max(0, 1 - map.mean[blocks[i]!]! / ground[blocks[i]!]!)
  }
  const cut = creaseOf(dark, from, width)
  const end = Math.min(cut ?? from + Math.round(width * joint.usual), lastFull(rows.values, from, least, width))
  return { from: rows.first + from, until: rows.first + Math.max(from + 2, end) }
}

/** The row after the print's end: two nearly empty rows below the least length of a fingertip. */
function lastFull(values: Float32Array, from: number, least: number, width: number): number {
  let last = from
  for (let i = from; i < values.length; i++) {
    if (values[i]! >= least) last = i
    else if (i - from > width * 0.9 && i - last >= 2) break
  }
  return last + 1
}

function creaseOf(dark: Float32Array, from: number, width: number): number | undefined {
  const smooth = (i: number) => ((dark[i - 1] ?? 0) + 2 * (dark[i] ?? 0) + (dark[i + 1] ?? 0)) / 4
  const start = from + Math.round(width * joint.from)
  const stop = Math.min(dark.length - 2, from + Math.round(width * joint.until))
  const above = percentile(dark.subarray(from + Math.round(width * 0.2), start), 0.5)
  let best: number | undefined
  let lowest = creaseShare
  for (let i = start; i < stop; i++) {
    const below = percentile(dark.subarray(i + 3, Math.min(dark.length, i + 3 + Math.round(width / 2))), 0.6)
    const depth = smooth(i) / Math.max(1e-6, Math.min(above, below * 1.3))
    if (depth < lowest) {
      lowest = depth
      best = i
    }
  }
  return best
}

function percentile(values: Float32Array, share: number): number {
  if (values.length === 0) return 0
  const sorted = Float32Array.from(values).sort()
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!
}

function describe(scene: Scene, frame: HandFrame, strand: Strand, turned: Turned, sides: Span, ends: Span): Fingertip {
  const { map } = scene
  const { blocks, u, v, angleDeg } = turned
  const cos = Math.cos((angleDeg * Math.PI) / 180)
  const sin = Math.sin((angleDeg * Math.PI) / 180)
  const middleU = (sides.from + sides.until) / 2
  const middleV = (ends.from + ends.until) / 2
  const toX = (a: number, b: number) => cos * a + sin * b
  const toY = (a: number, b: number) => -sin * a + cos * b
  let [area, ridged, grey, deviation] = [0, 0, 0, 0]
  const texture = noTexture()
  for (let i = 0; i < blocks.length; i++) {
    if (u[i]! < sides.from || u[i]! > sides.until || v[i]! < ends.from || v[i]! > ends.until) continue
    area++
    grey += map.mean[blocks[i]!]!
    deviation += map.deviation[blocks[i]!]!
    if (map.deviation[blocks[i]!]! > scene.leastDeviation) ridged++
    addTexture(texture, map, blocks[i]!)
  }
  const tip = { x: toX(middleU, ends.from), y: toY(middleU, ends.from) }
  const [handCos, handSin] = [Math.cos((frame.tiltDeg * Math.PI) / 180), Math.sin((frame.tiltDeg * Math.PI) / 180)]
  const width = sides.until - sides.from
  const height = ends.until - ends.from
  const corners = [-0.3, 0.3].flatMap((du) => [-0.5, 0.5].map((dv) => [middleU + du * width, middleV + dv * height] as const))
  const beyond = corners.some(([a, b]) => {
    const [x, y] = [toX(a, b), toY(a, b)]
    return x < 1.5 || y < 1.5 || x > map.columns - 1.5 || y > map.rows - 1.5
  })
  return {
    cx: toX(middleU, middleV) * blockPx,
    cy: toY(middleU, middleV) * blockPx,
    width: width * blockPx,
    height: height * blockPx,
    angleDeg,
    tipU: (handCos * tip.x - handSin * tip.y) * blockPx,
    tipV: (handSin * tip.x + handCos * tip.y) * blockPx,
    fill: area / (width * height),
    ridged: area === 0 ? 0 : ridged / area,
    coherence: coherenceOf(texture),
    sameness: samenessOf(texture),
    slant: slantOf(texture, angleDeg),
    touching: strand.touching / Math.max(1, Math.min(strand.left.length, height)),
    offEdge: beyond || isCutAside(map, turned, sides, ends),
    grey: area === 0 ? 255 : grey / area,
    deviation: area === 0 ? 0 : deviation / area,
    area,
  }
}

/** From how far below its top, in widths, and for which share of its height the image's side may run along a whole finger. */
const aside = { fromTop: 0.12, share: 0.4 } as const

/** The image's side runs through the finger: a whole one that lies beside it touches it only below the rounding of its tip. */
function isCutAside({ columns }: BlockMap, { blocks, v }: Turned, sides: Span, ends: Span): boolean {
  const height = ends.until - ends.from
  return [0, columns - 1].some((side) => {
    const rows = new Set<number>()
    for (let i = 0; i < blocks.length; i++) {
      if (Math.abs((blocks[i]! % columns) - side) <= 1 && v[i]! >= ends.from && v[i]! <= ends.until) rows.add(Math.floor(v[i]! - ends.from))
    }
    return rows.size > aside.share * height && Math.min(...rows) < aside.fromTop * (sides.until - sides.from)
  })
}
