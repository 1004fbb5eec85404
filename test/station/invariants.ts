// What the scenarios ask of a station whenever it stands still, and how they name a refusal.

import type { Test } from 'tap'
import { identityIn, personalWords } from '../../daemon/cli/simulation/checks/identity.js'
import { isFault } from '../../protocol/fault.js'
import type { Person } from '../../simulator/people/person.js'
import type { SimulatedStation } from './simulated-station.js'

export const codeOf = (error: unknown): string => (isFault(error) ? error.code : `not a fault: ${String(error)}`)

/** What must hold whenever a station stands still. */
export async function invariantsHold(t: Test, station: SimulatedStation, person: Person): Promise<void> {
  const verdict = await station.run(station.station.store.audit.verify())
  t.ok(verdict.ok, 'the audit chain verifies')
  const told = [
    ...station.log.lines,
    ...station.faults,
    ...(await station.run(station.station.store.read((db) => db.selectFrom('audit').select('body').execute()))),
  ]
  t.strictSame(identityIn(JSON.stringify(told), [personalWords(person)]), [], 'no identity in the log, the faults or the audit chain')
}
