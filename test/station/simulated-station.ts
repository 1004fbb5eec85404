// A simulated station around a tap test: opened with the test's folder and seed, closed when it ends.

import { join } from 'node:path'
import type { Test } from 'tap'
import { copyLive } from '../../daemon/cli/simulation/folder.js'
import { type Moment, openSimulatedStation as openStation, type SimulatedStation } from '../../daemon/cli/simulation/simulated-station.js'
import type { OpeningInWorld } from '../../daemon/cli/simulation/station-in-world.js'
import { openKernels } from '../../daemon/cli/simulation/workers.js'
import { simulatedWorld, type World } from '../../daemon/cli/simulation/world.js'
import { modalities } from '../../daemon/state.js'
import type { Person } from '../../simulator/people/person.js'

export type { Moment, SimulatedStation } from '../../daemon/cli/simulation/simulated-station.js'
export { couplerName, padPath, simulatedWorld } from '../../daemon/cli/simulation/world.js'

/** One for all stations of a test file. */
const kernels = openKernels()

export interface StationSetup extends Omit<OpeningInWorld, 'world' | 'folder' | 'kernels' | 'settings'> {
  /** Default: a fresh one of the test. */
  readonly folder?: string
  /** Default: a new one of the seed. */
  readonly world?: World
  readonly first?: Person
  /** As the site's configuration says it. */
  readonly presentationAttack?: 'refuse' | 'review' | 'ignore'
  /** `any_order` unless given: a scenario begins where it is about something. */
  readonly faceApproval?: 'first' | 'any_order'
  /** The site's capture plan; one attempt at everything unless given. */
  readonly capture?: object
}

const oneAttempt = { modalities: Object.fromEntries(modalities.map((modality) => [modality, { tries: 1 }])) }

/** Opened, and closed when the test ends. The test's output names the seed. */
export async function simulatedStation(t: Test, setup: StationSetup): Promise<SimulatedStation> {
  const { seed } = setup
  t.comment(`seed ${seed}`)
  const world = setup.world ?? (await simulatedWorld({ seed, ...(setup.first && { first: setup.first }) }))
  const station = await openSimulatedStation({ ...setup, world, folder: setup.folder ?? join(t.testdir(), 'data') })
  t.teardown(() => station.close())
  return station
}

/** A new world and station that go on from `moment`, with the same seed and the same person at the counter. */
export async function stationFrom(t: Test, moment: Moment, setup: StationSetup & { readonly first: Person }): Promise<SimulatedStation> {
  const { atMs, centreMemory } = moment
  const world = setup.world ?? (await simulatedWorld({ seed: setup.seed, first: setup.first, atMs, centreMemory }))
  const folder = join(t.testdir(), 'data')
  await copyLive(moment.folder, folder)
  await world.office.callPerson()
  return simulatedStation(t, { ...setup, world, folder })
}

/** Without a test around it; the caller closes. */
export function openSimulatedStation(setup: StationSetup & { readonly world: World; readonly folder: string }): Promise<SimulatedStation> {
  const { presentationAttack, faceApproval, capture = oneAttempt } = setup
  const settings = { faceApproval: faceApproval ?? 'any_order', capture, ...(presentationAttack && { presentationAttack }) }
  return openStation({ ...setup, kernels, settings })
}
