// What people do, in error or on purpose: other fingers than asked for, or coming a second time.

import { namedTrick, type TrickName, trickNames } from '../../../../simulator/office/tricks.js'
import { between } from './draw.js'
import type { FaultRow } from './table.js'

const trickRow = (name: TrickName): FaultRow => ({
  ...{ name, area: 'people', tells: [], ends: ['retaken', 'judged'] },
  strike: () => ({ at: 'arrival' }),
  inflict: async ({ play, person, random, lives }) => {
    const other = name === 'someone_else' ? await lives.world.office.stranger(between(random, 1, 1_000)) : person
    play(namedTrick(name, person, other))
  },
})

export const peopleFaults: readonly FaultRow[] = [
  ...trickNames.map(trickRow),
  {
    // Told by the registry before anything is captured; the day knows who was recorded before.
    ...{ name: 'comes_again', area: 'people', tells: ['case.already_recorded'], ends: ['sent_away'] },
    strike: () => ({ at: 'arrival' }),
    inflict: () => {},
  },
]
