// The population registry as the counter uses it. SIAK's own interface is not public: this speaks rekam's open one to an adapter or the simulated centre.

import { Fault, isFault } from '../../protocol/fault.js'
import type { CentralStatus } from '../../protocol/hardware/centre.js'
import type { CentreClient } from '../centre/client.js'
import type { Registry } from '../service/case-desk.js'
import { checkNik } from '../service/nik.js'

/** With these the person has no usable record yet and may be recorded; any other status, known or not, forbids it. */
const unrecorded: readonly string[] = [
  'UNREGISTERED',
  'ENROLL_FAILURE_AT_CENTRAL',
  'ENROLL_FAILURE_AT_REGIONAL',
] satisfies readonly CentralStatus[]

/** Fails fast (5 s): the counter then goes on with `unverified_biodata` or waits. */
export function centreRegistry(client: CentreClient): Registry {
  return {
    find: async (nik) => {
      checkNik(nik)
      const person = await client.person(nik).catch((error: unknown) => {
        throw isFault(error, 'centre.unreachable', 'centre.refused')
          ? new Fault('registry.unreachable', error.context, { cause: error })
          : error
      })
      if (!person) throw new Fault('registry.no_person')
      if (person.biodata.nik !== nik) throw new Fault('centre.protocol', { operation: '/registry/person', field: 'biodata.nik' })
      return { biodata: person.biodata, recorded: !unrecorded.includes(person.status) }
    },
  }
}
