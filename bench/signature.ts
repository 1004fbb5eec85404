// Signatures: ten seconds of a slow hand on a poor pad (1,250 samples), from samples to SVG and on to what the card and its chip get.

import { assessSignature } from '../daemon/kernels/signature/assess.js'
import { cardInkBox, drawInk, inkSvg } from '../daemon/kernels/signature/ink.js'
import { fitLineArt, inkPng } from '../daemon/kernels/signature/raster.js'
import type { PadPoint } from '../daemon/kernels/signature/strokes.js'
import { readSignatureRecord, signatureOfPad, writeSignatureRecord } from '../daemon/record/signature.js'
import { poorPad } from '../simulator/people/signature/pen.js'
import { padArea, simulateSignature } from '../simulator/people/signature.js'
import { seededRandom } from '../simulator/seeded-random.js'
import type { Bench } from './harness.js'

const pad = { unitsPerInch: 410, area: padArea }
const wanted = 1_250

/** Signature after signature until there are enough samples. */
function tenSeconds(): readonly PadPoint[] {
  const samples: PadPoint[] = []
  for (let seed = 1; samples.length < wanted; seed++) {
    const startMs = (samples.at(-1)?.timeMs ?? 0) + 200
    const more = simulateSignature(seededRandom(seed), { kind: 'slow', pad: poorPad }).samples
    samples.push(...more.map((sample) => ({ ...sample, timeMs: sample.timeMs + startMs })))
  }
  return samples.slice(0, wanted)
}

export const bench: Bench = {
  name: 'signature',
  cases: async () => {
    const samples = tenSeconds()
    const { strokes } = assessSignature(samples, pad)
    const ink = drawInk(strokes, cardInkBox)
    const png = await inkPng(ink, 600)
    const series = samples.map(({ x, y, pressure, timeMs, penDown }) => ({ x, y, force: pressure, timeMs, tip: penDown }))
    const record = writeSignatureRecord(signatureOfPad(series, pad.unitsPerInch / 25.4))
    return [
      { name: 'assess 1250 samples', run: () => repeat(() => assessSignature(samples, pad)), operations: times },
      {
        name: 'assess and draw SVG',
        run: () => repeat(() => inkSvg(drawInk(assessSignature(samples, pad).strokes, cardInkBox))),
        operations: times,
      },
      { name: 'card picture, PNG 600 dpi', run: () => inkPng(ink, 600) },
      { name: 'chip picture in 900 bytes', run: () => fitLineArt(png, 900) },
      { name: 'read record', run: () => repeat(() => readSignatureRecord(record)), operations: times },
    ]
  },
}

/** The clock of the process is too coarse for one. */
const times = 20

function repeat(work: () => unknown): void {
  for (let i = 0; i < times; i++) work()
}
