// A whole 4-4-2 as the station has it: three drawn slaps to ten segments, qualities and templates, their cross comparisons and the WSQ records,
// shared out between two record workers. The wall time is what a person waits for; the CPU time is of both together.

import type { KeptFingers } from '../daemon/capture/kept-fingers.js'
import type { RawFrame } from '../daemon/capture/make-record.js'
import { type RecordMaker, startRecordMaker } from '../daemon/capture/record-maker.js'
import { directEffects } from '../daemon/effects.js'
import { capturePositions } from '../daemon/kernels/finger/sequence.js'
import type { Bench } from './harness.js'

const slaps = ['right_four', 'left_four', 'thumbs'] as const
type Slap = (typeof slaps)[number]
const ppi = 500

export const bench: Bench = {
  name: 'tenprint',
  cases: async () => {
    const frames = await drawnSlaps()
    const workers = [startRecordMaker(directEffects), startRecordMaker(directEffects)]
    return [
      {
        name: '4-4-2 of 1600x1500 drawn, 2 workers',
        run: () => recordAll(frames, workers),
        close: async () => {
          await Promise.all(workers.map((worker) => worker.close()))
        },
      },
    ]
  },
}

async function drawnSlaps(): Promise<Readonly<Record<Slap, RawFrame>>> {
  const { syntheticPerson } = await import('../simulator/people/synthetic.js')
  const person = syntheticPerson(7)
  const draw = async (slap: Slap): Promise<RawFrame> => {
    const { grey, widthPx, heightPx } = await person.images.slap(slap)
    return { header: { sensor: 0, sequence: 0, format: 'grey8', widthPx, heightPx, ppi, deviceTimeUs: 0 }, bytes: grey }
  }
  return { right_four: await draw('right_four'), left_four: await draw('left_four'), thumbs: await draw('thumbs') }
}

/** A worker takes the next slap as soon as it is free. */
async function recordAll(frames: Readonly<Record<Slap, RawFrame>>, workers: readonly RecordMaker[]): Promise<void> {
  const waiting = [...slaps]
  const others: KeptFingers[] = []
  await Promise.all(
    workers.map(async (worker) => {
      for (let slap = waiting.shift(); slap !== undefined; slap = waiting.shift()) {
        const frame = frames[slap]
        const { kept } = await worker.examine({
          ...{ capture: slap, frame, takenAtMs: 0, tries: 1, attempt: 1, asked: capturePositions[slap] },
          ...{ missing: [], others: [...others] },
        })
        others.push(kept)
        await worker.make({ modality: slap, capturedAtMs: 0, frames: [{ attempt: 1, frame }], attempt: 1, fingers: kept.fingers })
      }
    }),
  )
  const found = others.reduce((sum, { fingers }) => sum + fingers.length, 0)
  if (found !== 10) throw new Error(`${found} fingers instead of ten: nothing worth timing`)
}
