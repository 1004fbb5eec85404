// The station's process dies: at any moment of a capture, or behind any one effect of accepting, sealing and sending.

import { modalities } from '../../../state.js'
import { between, inCapture, oneOf } from './draw.js'
import type { FaultRow } from './table.js'

const row = (name: string, rest: Pick<FaultRow, 'strike' | 'inflict'>): FaultRow => ({
  ...{ name, area: 'process', tells: [], ends: ['reopened', 'absorbed'] },
  ...rest,
})

export const processFaults: readonly FaultRow[] = [
  row('killed_in_capture', { strike: (random) => inCapture(random, modalities, 1_500), inflict: ({ lives }) => lives.kill() }),
  row('killed_in_accept', {
    strike: (random) => ({ at: 'accept', modality: oneOf(random, modalities) }),
    inflict: ({ lives, random }) => lives.killAfter(oneOf(random, ['blob.write', 'store.commit']), between(random, 1, 2)),
  }),
  row('killed_in_seal', {
    strike: () => ({ at: 'seal' }),
    inflict: ({ lives, random }) => lives.killAfter(oneOf(random, ['blob.write', 'store.commit']), 1),
  }),
  row('killed_in_send', {
    strike: () => ({ at: 'seal' }),
    inflict: ({ lives, random }) => lives.killAfter('centre.request', between(random, 1, 5)),
  }),
]
