// Simulated days: the same seed gives the same digest, faults end in their named states, and a station that is broken on purpose is found out.

import { unlink } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { examineFingers } from '../../daemon/capture/fingers.js'
import { type DaysOptions, type DaysOutcome, simulateDays } from '../../daemon/cli/simulation/days.js'
import { faultTable } from '../../daemon/cli/simulation/faults/table.js'
import { figuresOf } from '../../daemon/cli/simulation/figures.js'
import { openKernels } from '../../daemon/cli/simulation/workers.js'
import { openStore } from '../../daemon/store/store.js'
import { syntheticPerson } from '../../simulator/people/synthetic.js'

const seed = 23
/** Drawn once for all runs. */
const first = syntheticPerson(23_000)
const kernels = openKernels()

function day(t: Test, faults: readonly string[], more: Partial<DaysOptions> = {}): Promise<DaysOutcome> {
  t.comment(`seed ${seed}`)
  const options = { seed, days: 1, persons: 1, profile: 'station', manner: 'practised', first, kernels, faultsOf: () => faults } as const
  return simulateDays({ ...options, folder: t.testdir(), ...more }, () => {})
}

t.test(
  'a day with a pulled cable, a dead process a packet cut short and a finger given twice: nothing is lost, and the same seed gives the same digest',
  async (t) => {
    const faults = ['cable_pulled', 'killed_in_accept', 'same_finger_twice', 'killed_in_send']
    const once = await day(t, faults)
    t.strictSame(once.violations, [])
    t.equal(once.faults, faults.length)
    t.strictSame(
      once.visits.flatMap(({ inflicted }) => inflicted.map(({ row, end }) => [row.name, end !== undefined && row.ends.includes(end)])),
      faults.map((name) => [name, true]),
    )
    const again = await day(t, faults)
    t.equal(again.digest, once.digest)
    const [visit] = once.visits
    t.ok(visit && visit.keys <= 25, `${visit?.keys} keys`)
    t.match(figuresOf(once.visits.map((each) => ({ ...each, cpuMs: 1, rssMb: 1 }))), {
      untroubled: { persons: 0 },
      machine: { cpuMsP50: 1 },
    })
  },
)

/** Sealed portraits are lost. */
const losing: NonNullable<DaysOptions['broken']>['openStore'] = async (deps) => {
  const store = await openStore(deps)
  const { blobs } = store
  const put: typeof blobs.put = async (subject, kind, bytes) => {
    const blob = await blobs.put(subject, kind, bytes)
    if (kind === 'record.face') await unlink(join(store.folder, 'blobs', blob.hash))
    return blob
  }
  const { record, get, eraseSubject } = blobs
  return { ...store, blobs: { put, record: record.bind(blobs), get: get.bind(blobs), eraseSubject: eraseSubject.bind(blobs) } }
}

/** One thumb is called the other. */
const renaming: NonNullable<DaysOptions['broken']>['examine'] = (job) => {
  const other: Readonly<Record<number, number>> = { 1: 6, 6: 1 }
  const { kept, ...rest } = examineFingers(job, kernels.simd)
  const fingers = kept.fingers.map((finger) => {
    const { position } = finger.segment
    return { ...finger, segment: { ...finger.segment, position: other[position] ?? position } }
  })
  return { ...rest, kept: { ...kept, fingers } }
}

t.test('a store that loses sealed files and a desk that takes one thumb for the other are found out', async (t) => {
  const { violations } = await day(t, [], { broken: { openStore: losing, examine: renaming } })
  const of = (statement: string) => violations.filter((each) => each.statement === statement)
  t.match(of('blobs_open')[0], { what: 'a file of face does not open', at: 'capture.face' })
  t.match(of('right_name')[0]?.what, /^thumbs: finger [16] is called [16]/)
})

t.test('every fault of the table has a name of its own and at least one named end', (t) => {
  t.equal(new Set(faultTable.map(({ name }) => name)).size, faultTable.length)
  for (const { name, ends } of faultTable) t.ok(ends.length > 0, name)
  t.end()
})
