// The line to the centre, what comes over it, and the disk that has to keep everything meanwhile.

import { between, framed, oneOf } from './draw.js'
import type { FaultRow } from './table.js'

const hourMs = 3_600_000

export const centreFaults: readonly FaultRow[] = [
  {
    // Registry and intake: nobody can be looked up until it is over.
    ...{ name: 'centre_unreachable', area: 'centre', tells: ['registry.unreachable', 'centre.unreachable'] },
    ends: ['waited', 'delivered'],
    strike: (random) => ({ at: oneOf(random, ['registry', 'sealed'] as const) }),
    inflict: ({ lives, clock, random }) => {
      const { script } = lives.world.office.centre
      script.unreachable = true
      clock.after(between(random, 1, 4) * hourMs, () => {
        script.unreachable = false
      })
    },
  },
  {
    // The registry answers: people go on being recorded, and their packets wait.
    ...{ name: 'intake_unreachable', area: 'centre', tells: [], ends: ['delivered'] },
    strike: () => ({ at: 'seal' }),
    inflict: ({ lives, clock, random }) => {
      lives.line.cut = true
      clock.after(between(random, 1, 4) * hourMs, () => {
        lives.line.cut = false
      })
    },
  },
  {
    ...{ name: 'receipt_lies', area: 'centre', tells: ['centre.receipt_forged'], ends: ['delivered'] },
    strike: () => ({ at: 'seal' }),
    inflict: ({ lives, random }) => lives.world.office.centre.script.nextReceipt(oneOf(random, ['forged', 'other_hash', 'other_packet'])),
  },
  {
    ...{ name: 'answer_lost', area: 'centre', tells: [], ends: ['delivered'] },
    strike: () => ({ at: 'seal' }),
    inflict: ({ lives, random }) =>
      oneOf(random, [
        () => lives.world.office.centre.script.loseAnswer('POST', /\/commit$/),
        () => lives.world.office.centre.script.cutAfterBytes(between(random, 1_000, 900_000)),
      ])(),
  },
  {
    ...{ name: 'disk_full', area: 'disk', tells: ['store.full'], ends: ['waited', 'absorbed'] },
    strike: (random) => oneOf(random, [{ at: 'accept', modality: oneOf(random, framed) }, { at: 'seal' }, { at: 'registry' }] as const),
    inflict: ({ lives, clock, random }) => {
      lives.disk.full = true
      clock.after(between(random, 30, 150) * 1_000, () => {
        lives.disk.full = false
      })
    },
  },
]
