// The simulated registry's people: whoever the scenario has made known to it. Holds biodata only, no image.

import type { CentreBiodata } from '../../protocol/hardware/centre.js'
import type { Biodata } from '../people/person.js'
import type { PopulationSource } from './state.js'

export interface Population extends PopulationSource {
  add(biodata: Biodata): void
}

/** Who was made known before this process began, and where to keep them for the next one. */
export interface KeptPeople {
  readonly known: readonly CentreBiodata[]
  keep(people: readonly CentreBiodata[]): void
}

export function population(kept?: KeptPeople): Population {
  const people = new Map<string, CentreBiodata>(kept?.known.map((each) => [each.nik, each]))
  return {
    find: (nik) => people.get(nik),
    add: ({ address, ...rest }) => {
      const { street, rtRw, village, district, regency, province } = address
      people.set(rest.nik, { ...rest, address: [street, `RT/RW ${rtRw}`, village, district, regency, province].join(', ') })
      kept?.keep([...people.values()])
    },
  }
}
