// Finds fingers by sweeping the mask from the tips down in the hand's own upright frame: a run of ridges below nothing is a new finger,
// what lies below a finger belongs to it, and where two fingers grow together each keeps its side. Pure; lengths in blocks.

/** A rotated view of the block map: row-major, 1 where ridges are. */
export interface HandFrame {
  readonly columns: number
  readonly rows: number
  readonly mask: Uint8Array
  /** From frame to map: `x = cos·(u − u0) + sin·(v − v0) + x0`, `y = −sin·(u − u0) + cos·(v − v0) + y0`. */
  readonly tiltDeg: number
}

/** One finger from its tip to the end of the image, as runs from left (inclusive) to right (exclusive) per row from `top` on. */
export interface Strand {
  readonly top: number
  readonly left: number[]
  readonly right: number[]
  /** Rows in which it had to share one run with a neighbour. */
  touching: number
}

/** What is narrower than this (100 px) is no finger, only part of one. */
const leastWidth = 12
/** Two tips that grow together above this many rows were one ragged tip. */
const leastNotch = 6
/** Together they must be at least this wide (300 px) to be two fingers, and are two when wider than any thumb (420 px). */
const leastPair = 38
const widestFinger = 52
/** Rows in which the round tip opens, and after which a finger has reached its width. */
const tipRows = 5
const capRows = 16
/** How far a finger's side may move from row to row meanwhile, and below: a splayed finger drifts by one block in four rows. */
const widening = 1.5
const drift = 0.25
/** Two tips whose tops are further apart are two fingers, not a ragged one. */
const raggedRows = 8
/** How far a finger of known width may swell, as a joint does, before the surplus is another finger. */
const swelling = 5
/** Share of the narrower one's width that a run and a strand must have in common to belong together without doubt. */
const firmShare = 0.3

/** The mask turned so that a hand tilted by `tiltDeg` stands upright. */
export function handFrame(mask: Uint8Array, columns: number, rows: number, tiltDeg: number): HandFrame {
  const cos = Math.cos((tiltDeg * Math.PI) / 180)
  const sin = Math.sin((tiltDeg * Math.PI) / 180)
  const wide = Math.ceil(Math.abs(cos) * columns + Math.abs(sin) * rows)
  const high = Math.ceil(Math.abs(sin) * columns + Math.abs(cos) * rows)
  const out = new Uint8Array(wide * high)
  for (let v = 0; v < high; v++) {
    for (let u = 0; u < wide; u++) {
      const du = u + 0.5 - wide / 2
      const dv = v + 0.5 - high / 2
      const x = Math.floor(cos * du + sin * dv + columns / 2)
      const y = Math.floor(-sin * du + cos * dv + rows / 2)
      if (x >= 0 && y >= 0 && x < columns && y < rows) out[v * wide + u] = mask[y * columns + x]!
    }
  }
  return { columns: wide, rows: high, mask: out, tiltDeg }
}

interface Growing extends Strand {
  /** Range that the next row is expected in. */
  from: number
  until: number
  /** Rows with ridges so far. */
  filled: number
}

/** @returns strands from left to right */
export function sweep({ columns, rows, mask }: HandFrame): readonly Strand[] {
  const strands: Growing[] = []
  const starts = new Int32Array(columns)
  const ends = new Int32Array(columns)
  for (let v = 0; v < rows; v++) {
    const runs = runsOf(mask, v * columns, columns, starts, ends)
    for (const each of strands) {
      each.left.push(columns)
      each.right.push(0)
    }
    for (let i = 0; i < runs; i++) place(strands, starts[i]!, ends[i]!, v)
    for (const each of strands) settle(each)
  }
  const fingers = strands.filter((each) => each.filled >= leastWidth && typicalWidth(each) >= leastWidth)
  for (const each of strands) if (!fingers.includes(each)) giveBack(each, fingers)
  return fingers.sort((a, b) => middle(a) - middle(b))
}

/** What never became a finger was a swelling of the one at its side. */
function giveBack(part: Strand, fingers: readonly Growing[]): void {
  for (let i = 0; i < part.left.length; i++) {
    if (part.right[i]! <= part.left[i]!) continue
    for (const each of fingers) {
      const at = part.top + i - each.top
      if (at < 0 || each.right[at]! <= each.left[at]!) continue
      if (part.left[i]! > each.right[at]! + 1 || part.right[i]! < each.left[at]! - 1) continue
      each.left[at] = Math.min(each.left[at]!, part.left[i]!)
      each.right[at] = Math.max(each.right[at]!, part.right[i]!)
      each.touching = Math.max(0, each.touching - 1)
      break
    }
  }
}

/** Typical width of a strand over its first rows that are wide. */
export function typicalWidth({ left, right }: Strand): number {
  const widths = left.map((from, i) => right[i]! - from).filter((width) => width > 0)
  const upper = widths.slice(0, 48).sort((a, b) => a - b)
  return upper[Math.floor(upper.length * 0.6)] ?? 0
}

const middle = ({ left, right }: Strand): number => {
  let [sum, count] = [0, 0]
  for (let i = 0; i < left.length; i++) {
    if (right[i]! <= left[i]!) continue
    sum += left[i]! + right[i]!
    count += 2
  }
  return sum / count
}

function runsOf(mask: Uint8Array, line: number, columns: number, starts: Int32Array, ends: Int32Array): number {
  let runs = 0
  let inside = false
  for (let u = 0; u < columns; u++) {
    if ((mask[line + u] === 1) === inside) continue
    if (inside) ends[runs++] = u
    else starts[runs] = u
    inside = !inside
  }
  if (inside) ends[runs++] = columns
  return runs
}

/** Gives the run to the strands that expect it; begins a new strand with what none expects. */
function place(strands: Growing[], from: number, until: number, v: number): void {
  const owners = ownersOfRun(strands, from, until)
  if (owners.length === 0) {
    strands.push({ top: v, left: [from], right: [until], touching: 0, from, until, filled: 0 })
    return
  }
  for (let i = 0; i + 1 < owners.length; ) {
    const [a, b] = [owners[i]!, owners[i + 1]!]
    if (isOneTip(a, b, v)) {
      const one = unite(a, b)
      owners.splice(i, 2, one)
      strands.splice(strands.indexOf(a), 1)
      strands.splice(strands.indexOf(b), 1, one)
    } else i++
  }
  let start = from
  owners.forEach((each, i) => {
    const next = owners[i + 1]
    const border = next ? Math.round((each.until + next.from) / 2) : until
    const end = Math.max(start, Math.min(until, border))
    if (owners.length > 1) each.touching++
    take(strands, each, start, end, v)
    start = end
  })
}

/** From left to right. A lower joint that only grazes a strand belongs to the neighbour that it lies under. */
function ownersOfRun(strands: readonly Growing[], from: number, until: number): Growing[] {
  const overlap = (each: Growing) => Math.min(until, each.until) - Math.max(from, each.from)
  const owners = strands.filter((each) => overlap(each) > 0).sort((a, b) => a.from - b.from)
  const firm = owners.filter((each) => overlap(each) >= firmShare * Math.min(until - from, each.until - each.from))
  return firm.length > 0 ? firm : owners
}

/** A strand that has its full width takes no more than that; the rest at its side is a new finger's. */
function take(strands: Growing[], strand: Growing, start: number, end: number, v: number): void {
  const grown = strand.filled > tipRows
  const from = grown && strand.from - start > swelling ? Math.floor(strand.from) : start
  const until = grown && end - strand.until > swelling ? Math.ceil(strand.until) : end
  const at = v - strand.top
  strand.left[at] = Math.min(strand.left[at]!, from)
  strand.right[at] = Math.max(strand.right[at]!, until)
  if (from > start) place(strands, start, from, v)
  if (until < end) place(strands, until, end, v)
  if (from > start || until < end) strand.touching++
}

function isOneTip(a: Growing, b: Growing, v: number): boolean {
  const pair = Math.max(a.until, b.until) - Math.min(a.from, b.from)
  if (pair > widestFinger || Math.min(a.filled, b.filled) >= capRows) return false
  if (pair < leastPair) return true
  if (Math.abs(a.top - b.top) > raggedRows) return false
  const notch = v - Math.max(a.top, b.top)
  return notch < leastNotch || Math.min(a.until - a.from, b.until - b.from) < leastWidth
}

function unite(a: Growing, b: Growing): Growing {
  const [first, second] = a.top <= b.top ? [a, b] : [b, a]
  const shift = second.top - first.top
  for (let i = 0; i < second.left.length; i++) {
    first.left[i + shift] = Math.min(first.left[i + shift]!, second.left[i]!)
    first.right[i + shift] = Math.max(first.right[i + shift]!, second.right[i]!)
  }
  return { ...first, from: Math.min(a.from, b.from), until: Math.max(a.until, b.until), filled: Math.max(a.filled, b.filled) }
}

/** Expects the next row where the last ones were; through a gap the range stays. */
function settle(strand: Growing): void {
  const last = strand.left.length - 1
  const [left, right] = [strand.left[last]!, strand.right[last]!]
  if (right <= left) return
  strand.filled++
  if (strand.filled <= capRows) {
    const most = strand.filled <= tipRows ? Number.POSITIVE_INFINITY : widening
    strand.from = Math.min(strand.from, Math.max(left, strand.from - most))
    strand.until = Math.max(strand.until, Math.min(right, strand.until + most))
    return
  }
  const step = (goal: number, at: number) => at + Math.max(-drift, Math.min(drift, goal - at))
  strand.from = step(left, strand.from)
  strand.until = step(right, strand.until)
}
