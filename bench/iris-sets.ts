// Accuracy of the iris location on drawn eyes with known truth: sets that emulate research cameras and the station's.
// Run as `node dist/bench/iris-sets.js [--set NAME] [--eyes N] [--looks N] [--seed N] [--worst N]`. Figures of drawn eyes are no figures of real ones.

import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { locateIris } from '../daemon/kernels/iris/locate.js'
import { type Circle, type IrisLocation, leastConfidence } from '../daemon/kernels/iris/location.js'
import { openSimd } from '../daemon/kernels/simd/simd.js'
import type { EyeSetItem, EyeSetName } from '../simulator/people/eye/sets.js'

const usage = 'usage: iris-sets [--set lg2200|filled|station] [--eyes N] [--looks N] [--seed N] [--worst N]'
const setNames: readonly EyeSetName[] = ['lg2200', 'filled', 'station']

interface IrisFigures {
  readonly name: string
  /** Intersection over union of the masks of visible iris; 0 when the eye was not found. */
  readonly iou: number
  /** Distance of the centres plus difference of the radii, px; NaN when the eye was not found. */
  readonly pupilPx: number
  readonly irisPx: number
  readonly confidence: number
  readonly ms: number
}

function maskIou(found: Uint8Array, truth: Uint8Array): number {
  let both = 0
  let either = 0
  for (let i = 0; i < truth.length; i++) {
    const a = found[i]! > 0
    const b = truth[i]! > 0
    if (a && b) both++
    if (a || b) either++
  }
  return either === 0 ? 1 : both / either
}

function figuresOf(name: string, eye: EyeSetItem, location: IrisLocation | undefined, ms: number): IrisFigures {
  const off = (found: Circle, truth: { x: number; y: number; radius: number }) =>
    Math.hypot(found.x - truth.x, found.y - truth.y) + Math.abs(found.r - truth.radius)
  return {
    name,
    iou: location === undefined ? 0 : maskIou(location.mask, eye.truth.mask),
    pupilPx: location === undefined ? Number.NaN : off(location.pupil, eye.truth.pupil),
    irisPx: location === undefined ? Number.NaN : off(location.iris, eye.truth.iris),
    confidence: location?.confidence ?? 0,
    ms,
  }
}

/** @returns exit status */
async function main(args: readonly string[], print: (line: string) => void): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      set: { type: 'string' },
      eyes: { type: 'string' },
      looks: { type: 'string' },
      seed: { type: 'string' },
      worst: { type: 'string' },
    },
  })
  const number = (text: string | undefined, usual: number) => (text === undefined ? usual : Number(text))
  const [eyes, looks, seed, worst] = [number(values.eyes, 20), number(values.looks, 3), number(values.seed, 1), number(values.worst, 0)]
  const names = values.set === undefined ? setNames : setNames.filter((name) => name === values.set)
  if (names.length === 0 || ![eyes, looks, seed, worst].every(Number.isInteger)) {
    print(usage)
    return 2
  }
  const { eyeSet } = await import('../simulator/people/eye/sets.js')
  const simd = openSimd()
  for (const set of names) {
    const all: IrisFigures[] = []
    for (const item of eyeSet(set, { seed, eyes, looks })) {
      const from = performance.now()
      const location = locateIris(item.grey, item.widthPx, item.heightPx, simd)
      all.push(figuresOf(`eye ${item.eye} look ${item.look}`, item, location, performance.now() - from))
    }
    print(summary(set, all))
    const byIou = [...all].sort((a, b) => a.iou - b.iou)
    for (const { name, iou, pupilPx, irisPx, confidence } of byIou.slice(0, worst))
      print(
        `  ${name}: IoU ${iou.toFixed(3)}, pupil off ${pupilPx.toFixed(1)}, iris off ${irisPx.toFixed(1)} px, confidence ${confidence.toFixed(2)}`,
      )
  }
  return 0
}

function summary(set: string, all: readonly IrisFigures[]): string {
  const sorted = (of: (each: IrisFigures) => number) => all.map(of).sort((a, b) => a - b)
  const median = (values: readonly number[]) => values[values.length >> 1] ?? Number.NaN
  const ious = sorted(({ iou }) => iou)
  const mean = ious.reduce((sum, iou) => sum + iou, 0) / ious.length
  const refused = all.filter(({ confidence }) => confidence < leastConfidence).length
  const pupil = sorted(({ pupilPx }) => pupilPx)
  const iris = sorted(({ irisPx }) => irisPx)
  return [
    `${set}: ${all.length} pictures, mask IoU mean ${mean.toFixed(3)}, median ${median(ious).toFixed(3)}`,
    `tenth ${ious[Math.floor(ious.length / 10)]?.toFixed(3)}, below 0.5: ${ious.filter((iou) => iou < 0.5).length}, refused ${refused}`,
    `pupil off ${median(pupil).toFixed(1)} px, iris ${median(iris).toFixed(1)} px (medians)`,
    `${median(sorted(({ ms }) => ms)).toFixed(1)} ms`,
  ].join('; ')
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = await main(process.argv.slice(2), (line) => {
    process.stdout.write(`${line}\n`)
  })
}
