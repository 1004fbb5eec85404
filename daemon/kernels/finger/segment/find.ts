// From the pixels to the fingertips of a hand: blocks, foreground, regions, the hand's direction, the sweep, and a box for each finger. Pure.

import type { Simd } from '../../simd/simd.js'
import { type BlockMap, blockMap, blockPx } from './blocks.js'
import { blocksOf, type Fingertip, fingertip, type Scene } from './box.js'
import { boxShare, type Foreground, foreground } from './foreground.js'
import { addOutline, elongation, findRegions, noOutline, type Region, type Regions, tiltOf } from './regions.js'
import { handFrame, sweep } from './sweep.js'

/** What an image shows, before anything has a name. */
export interface Sight {
  readonly map: BlockMap
  readonly foreground: Foreground
  /** 1 where a block belongs to a patch that may be fingers. */
  readonly mask: Uint8Array
  /** Direction of the hand, degrees from upright, positive counter-clockwise. */
  readonly tiltDeg: number
  /** From left to right. */
  readonly tips: readonly Fingertip[]
}

/** Sides of a patch that may hold a fingertip: 112 px. */
const leastSide = 14
/** Patches below this many blocks (140 × 140 px) are no fingers. */
const leastPatch = 300
/** … nor are those without a solid middle of this share of their blocks. */
const leastSolid = 0.2
/** An outline longer than this tells the hand's direction; a rounder one only leads part of the way from upright. */
const surelyLong = 0.12
/** Print, handwriting and noise run less in lines than the poorest ridges. */
const leastCoherence = 0.24
/** All lines of stripes run in one direction, those of a finger curve. */
const mostSameness = 0.95
/** Ink and holes are dark without ridges; of a wet finger so much can still be told. */
const leastRidged = 0.3
/** Width of a fingertip on glass or paper, px: from a child's little finger to a broad inked thumb. */
const narrowest = 150
const widest = 460
/** Side of the box of one rolled finger on a card, 1.6 inches, and some margin. */
const singleBoxPx = 900
/** When the fingers disagree with the hand's direction by more, the sweep is repeated in theirs. */
const turnedAgainDeg = 4

/** @param grey 8-bit grey, row-major, 500 ppi, dark ridges; any size */
export function findTips(grey: Uint8Array, widthPx: number, heightPx: number, simd?: Simd): Sight {
  const map = blockMap(grey, widthPx, heightPx, simd)
  const front = foreground(map)
  const found = findRegions(map, front.mask, front.cover)
  const mask = keepLikely(found)
  const scene: Scene = {
    map,
    mask,
    ground: front.ground,
    leastDeviation: front.leastDeviation,
    share: boxShare(mask, map.columns, map.rows, 5),
  }
  const rolled = rolledPrint(scene, found, widthPx, heightPx)
  if (rolled) return { map, foreground: front, mask, tiltDeg: 0, tips: [rolled] }
  let tiltDeg = handTilt(scene)
  let tips = tipsAt(scene, tiltDeg)
  const theirs = meanAngle(tips)
  if (tips.length > 0 && Math.abs(theirs - tiltDeg) > turnedAgainDeg) {
    tiltDeg = theirs
    tips = tipsAt(scene, tiltDeg)
  }
  return { map, foreground: front, mask, tiltDeg, tips }
}

/**
 * A print rolled from nail to nail is wider than any fingertip laid flat. Only the box of a single finger on a card is small enough to be one:
 * on a larger image a patch of that width is several fingers.
 */
function rolledPrint(scene: Scene, { regions }: Regions, widthPx: number, heightPx: number): Fingertip | undefined {
  if (widthPx > singleBoxPx || heightPx > singleBoxPx) return undefined
  const largest = regions
    .filter(mayBeFingers)
    .reduce<Region | undefined>((most, each) => (most && most.area >= each.area ? most : each), undefined)
  if (!largest || (largest.right - largest.left) * blockPx <= widest) return undefined
  const rows = largest.bottom - largest.top
  const strand = {
    top: largest.top,
    left: new Array<number>(rows).fill(largest.left),
    right: new Array<number>(rows).fill(largest.right),
    touching: 0,
  }
  const frame = handFrame(scene.mask, scene.map.columns, scene.map.rows, 0)
  const tip = fingertip(scene, frame, strand, blocksOf(scene, frame, [strand])[0]!, true)
  return tip && tip.width > widest && isRidged(tip) ? tip : undefined
}

function keepLikely({ labels, regions }: Regions): Uint8Array {
  const likely = new Uint8Array(labels.reduce((most, label) => Math.max(most, label), 0) + 1)
  for (const region of regions) if (mayBeFingers(region)) likely[region.label] = 1
  const mask = new Uint8Array(labels.length)
  for (let at = 0; at < mask.length; at++) mask[at] = likely[labels[at]!]!
  return mask
}

const mayBeFingers = ({ area, solid, coherence, left, right, top, bottom }: Region): boolean =>
  area >= leastPatch && solid >= leastSolid * area && coherence > leastCoherence && right - left >= leastSide && bottom - top >= leastSide

function handTilt({ map: { columns, rows }, mask, share }: Scene): number {
  const outline = noOutline()
  for (let at = 0; at < mask.length; at++) if (mask[at] === 1) addOutline(outline, share, columns, rows, at)
  return tiltOf(outline) * Math.min(1, elongation(outline) / surelyLong)
}

function tipsAt(scene: Scene, tiltDeg: number): readonly Fingertip[] {
  const frame = handFrame(scene.mask, scene.map.columns, scene.map.rows, tiltDeg)
  const strands = sweep(frame)
  const blocks = blocksOf(scene, frame, strands)
  return strands
    .flatMap((strand, i) => fingertip(scene, frame, strand, blocks[i]!) ?? [])
    .filter(isFingertip)
    .sort((a, b) => a.tipU - b.tipU)
}

const isFingertip = (tip: Fingertip): boolean =>
  tip.width >= narrowest && tip.width <= widest && tip.height >= 0.8 * tip.width && isRidged(tip)

const isRidged = ({ fill, ridged, coherence, sameness }: Fingertip): boolean =>
  fill > 0.5 && ridged > leastRidged && coherence > leastCoherence && sameness < mostSameness

function meanAngle(tips: readonly Fingertip[]): number {
  const weight = tips.reduce((sum, { area }) => sum + area, 0)
  return tips.reduce((sum, { area, angleDeg }) => sum + area * angleDeg, 0) / Math.max(1, weight)
}
