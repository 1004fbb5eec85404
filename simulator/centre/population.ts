// The simulated registry's people: whoever the scenario has made known to it. Holds biodata only, no image.

import type { CentreBiodata } from '../../protocol/hardware/centre.js'
import type { Biodata } from '../people/person.js'
import type { PopulationSource } from './state.js'

export interface Population extends PopulationSource {
  add(biodata: Biodata): void
}

export function population(): Population {
  const people = new Map<string, CentreBiodata>()
  return {
    find: (nik) => people.get(nik),
    add: ({ address, ...rest }) => {
      const { street, rtRw, village, district, regency, province } = address
      people.set(rest.nik, { ...rest, address: [street, `RT/RW ${rtRw}`, village, district, regency, province].join(', ') })
    },
  }
}
