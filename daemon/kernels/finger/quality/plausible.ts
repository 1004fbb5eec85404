// Whether it is a finger at all: blocks with ridges of plausible width and period whose neighbours run the same way, but not all one way.
// Our own measure; NFIQ 2 has none and gives noise and print a score.

export interface RidgeFacts {
  /** Blocks with enough contrast to hold ridges. */
  readonly blocks: number
  /** Of these, blocks that look like ridges and have a neighbour of like direction. */
  readonly agreeing: number
  /** Length of the mean of the doubled directions, 0 to 1: 1 where all runs one way, as no finger does over its whole area. */
  readonly straightness: number
}

/** Limits that the worst fingers of three sensors still meet in some blocks, noise, faces, eyes and small print in none. */
const leastCoherence = 0.3
const leastClarity = 0.5
const leastFrequency = 0.2
/** Cosine of the doubled angle between neighbours: 30°, more than ridges turn within 32 px but at a core. */
const leastCosine = 0.5

/** What each block says, by its place in the grid. */
export class RidgeGrid {
  private readonly columns: number
  private readonly alike: Uint8Array
  private readonly cosine: Float64Array
  private readonly sine: Float64Array
  private blocks = 0
  private sumCosine = 0
  private sumSine = 0
  private sumCoherence = 0

  constructor(columns: number, rows: number) {
    this.columns = columns
    this.alike = new Uint8Array(columns * rows)
    this.cosine = new Float64Array(columns * rows)
    this.sine = new Float64Array(columns * rows)
  }

  /** @param sums  of the block's gradients. A frequency share of 1 means: no period within the block. */
  add(column: number, row: number, sums: Float64Array, frequency: number, clarity: number): void {
    const [xx = 0, yy = 0, xy = 0] = sums
    const energy = xx + yy
    if (energy === 0) return
    const at = row * this.columns + column
    const coherence = Math.hypot(xx - yy, 2 * xy) / energy
    this.blocks++
    this.sumCosine += (xx - yy) / energy
    this.sumSine += (2 * xy) / energy
    this.sumCoherence += coherence
    if (coherence < leastCoherence || clarity < leastClarity || frequency < leastFrequency || frequency >= 1) return
    this.alike[at] = 1
    this.cosine[at] = (xx - yy) / energy / coherence
    this.sine[at] = (2 * xy) / energy / coherence
  }

  facts(): RidgeFacts {
    let agreeing = 0
    for (let at = 0; at < this.alike.length; at++) {
      const column = at % this.columns
      const agrees =
        (column > 0 && this.agree(at, at - 1)) ||
        (column < this.columns - 1 && this.agree(at, at + 1)) ||
        this.agree(at, at - this.columns) ||
        this.agree(at, at + this.columns)
      if (agrees) agreeing++
    }
    const straightness = this.sumCoherence === 0 ? 0 : Math.hypot(this.sumCosine, this.sumSine) / this.sumCoherence
    return { blocks: this.blocks, agreeing, straightness }
  }

  private agree(a: number, b: number): boolean {
    if (b < 0 || b >= this.alike.length || this.alike[a] === 0 || this.alike[b] === 0) return false
    return this.cosine[a]! * this.cosine[b]! + this.sine[a]! * this.sine[b]! > leastCosine
  }
}
