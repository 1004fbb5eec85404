// The table of faults: what can be done to a simulated station, when, what it may say to that, and in which of the named states each must end.
// Adding a row is adding a fault. Knows no order of a day and no seed.

import type { Clock } from '../../../../protocol/clock.js'
import type { FaultCode } from '../../../../protocol/fault.js'
import type { Person } from '../../../../simulator/people/person.js'
import type { SeededRandom } from '../../../../simulator/seeded-random.js'
import type { Modality } from '../../../state.js'
import type { Applicant } from '../applicant.js'
import type { Lives } from '../lives.js'
import { centreFaults } from './centre.js'
import { deviceFaults } from './devices.js'
import { peopleFaults } from './people.js'
import { processFaults } from './process.js'

const endStates = {
  absorbed: 'nobody noticed: the work went on as if nothing had been',
  repeated: 'the station said what was wrong, and that one step was done again',
  reopened: 'another station opened the same case and went on',
  waited: 'somebody waited until it was over, and went on',
  delivered: 'the packet arrived when the way was free again',
  retaken: 'the comparison of captures named it, and the right one was captured',
  judged: 'a second person took it on',
  sent_away: 'the person was told why, and goes another way',
} as const
export type EndState = keyof typeof endStates

export type FaultArea = 'device' | 'process' | 'centre' | 'disk' | 'people'

/** When it strikes. `capture`: so long after the start of a capture of `modality`. `sealed`: when the packet is in the outbox. */
export type Strike =
  | { readonly at: 'arrival' }
  | { readonly at: 'registry' }
  | { readonly at: 'capture'; readonly modality: Modality; readonly afterMs: number }
  | { readonly at: 'accept'; readonly modality: Modality }
  | { readonly at: 'seal' }
  | { readonly at: 'sealed' }

/** What an inflicted fault works on. */
export interface Scene {
  readonly lives: Lives
  readonly clock: Clock
  readonly random: SeededRandom
  readonly person: Person
  readonly strike: Strike
  readonly play: Applicant['play']
}

export interface FaultRow {
  readonly name: string
  readonly area: FaultArea
  /** Where and when it can strike; drawn from the seed. */
  strike(random: SeededRandom): Strike
  inflict(scene: Scene): Promise<void> | void
  /** What the station may say because of it. */
  readonly tells: readonly FaultCode[]
  readonly ends: readonly EndState[]
}

export const faultTable: readonly FaultRow[] = [...deviceFaults, ...processFaults, ...centreFaults, ...peopleFaults]

/** By profile: which areas' rows are dealt. */
export const faultProfiles = {
  none: [],
  station: ['device', 'process', 'centre', 'disk', 'people'],
  devices: ['device'],
  people: ['people'],
} as const satisfies Readonly<Record<string, readonly FaultArea[]>>
export type FaultProfile = keyof typeof faultProfiles
