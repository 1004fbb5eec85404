// Deals faults to the people of a day, lets each strike at its moment, and tells in the end in which of its named states it ended.
// Knows what was done to the station, never what the station made of it but by what it is told.

import type { Person } from '../../../../simulator/people/person.js'
import type { SeededRandom } from '../../../../simulator/seeded-random.js'
import type { Modality } from '../../../state.js'
import type { Applicant } from '../applicant.js'
import type { Lives } from '../lives.js'
import { type EndState, type FaultProfile, type FaultRow, faultProfiles, faultTable, type Scene, type Strike } from './table.js'

export interface Inflicted {
  readonly row: FaultRow
  readonly strike: Strike
  /** Who was being recorded. */
  readonly person: number
  /** The act during which it struck; '' before it did. */
  act: string
  readonly told: Set<string>
  restarted: boolean
  waited: boolean
  retaken: boolean
  judged: boolean
  sentAway: boolean
  delivered: boolean
  end?: EndState
}

/** Out of a hundred people so many meet no fault, and so many of the others meet two. */
const untroubled = 0.4
const twice = 0.2

export class FaultDirector {
  readonly inflicted: Inflicted[] = []
  readonly #lives: Lives
  readonly #applicant: Applicant
  readonly #rows: readonly FaultRow[]
  readonly #random: SeededRandom
  #deck: FaultRow[] = []
  #dealt: Inflicted[] = []
  #person: { readonly number: number; readonly who: Person; readonly random: SeededRandom } | undefined

  constructor(lives: Lives, applicant: Applicant, profile: FaultProfile, random: SeededRandom) {
    this.#lives = lives
    this.#applicant = applicant
    const areas: readonly string[] = faultProfiles[profile]
    this.#rows = faultTable.filter(({ area }) => areas.includes(area))
    this.#random = random
  }

  /** Every row comes once before any comes twice. @param only instead of what is dealt */
  deal(number: number, who: Person, random: SeededRandom, only?: readonly string[]): readonly Inflicted[] {
    this.#person = { number, who, random }
    const names = only?.flatMap((name) => this.#rows.filter((row) => row.name === name))
    const count = this.#rows.length === 0 || this.#random.next() < untroubled ? 0 : this.#random.next() < twice ? 2 : 1
    const rows = names ?? Array.from({ length: count }, () => this.#draw())
    this.#dealt = rows.map((row) => ({
      ...{ row, strike: row.strike(random), person: number, act: '', told: new Set<string>() },
      ...{ restarted: false, waited: false, retaken: false, judged: false, sentAway: false, delivered: false },
    }))
    return this.#dealt
  }

  /** The moment has come for whatever is to strike now. @param act under which its cost is booked */
  async at(moment: Strike['at'], act: string, modality?: Modality): Promise<void> {
    for (const fault of this.#dealt) {
      if (fault.act !== '' || fault.strike.at !== moment) continue
      if ('modality' in fault.strike && fault.strike.modality !== modality) continue
      fault.act = act
      this.inflicted.push(fault)
      const scene = this.#scene(fault)
      if (fault.strike.at === 'capture') this.#lives.world.clock.after(fault.strike.afterMs, () => void fault.row.inflict(scene))
      else await fault.row.inflict(scene)
    }
  }

  /** Whether something that was done accounts for this word of the station. Remembers that it was said. */
  explains(code: string): boolean {
    const causes = this.#present().filter(({ row }) => (row.tells as readonly string[]).includes(code))
    for (const { told } of causes) told.add(code)
    return causes.length > 0
  }

  /** Something happened that may be how a fault ends. */
  saw(what: 'restarted' | 'waited' | 'retaken' | 'judged' | 'sentAway'): void {
    for (const fault of this.#present()) fault[what] = true
  }

  /** The packet of a person has arrived. */
  delivered(person: number): void {
    for (const fault of this.inflicted) if (fault.person === person) fault.delivered = true
  }

  /** @returns those that ended in none of their states */
  settle(people: (number: number) => boolean): readonly Inflicted[] {
    const open = this.inflicted.filter(({ end, person }) => end === undefined && people(person))
    for (const fault of open) {
      const end = endsOf(fault).find((each) => fault.row.ends.includes(each))
      if (end) fault.end = end
    }
    return open.filter(({ end }) => end === undefined)
  }

  /** Struck the present person, or is not over yet. */
  #present(): readonly Inflicted[] {
    return this.inflicted.filter(({ end, person }) => end === undefined || person === this.#person?.number)
  }

  #draw(): FaultRow {
    if (this.#deck.length === 0) this.#deck = [...this.#rows]
    const at = Math.floor(this.#random.next() * this.#deck.length)
    const [row] = this.#deck.splice(at, 1)
    if (!row) throw new RangeError('the deck is empty')
    return row
  }

  #scene({ strike }: Inflicted): Scene {
    const person = this.#person
    if (!person) throw new RangeError('nobody stands there')
    const lives = this.#lives
    const { random, who } = person
    return { lives, clock: lives.world.clock, random, person: who, strike, play: (trick) => this.#applicant.play(trick) }
  }
}

/** States that it may have ended in, by what was seen; of two faults of one person each looks for its own. */
function endsOf({ row, told, restarted, waited, retaken, judged, sentAway, delivered }: Inflicted): readonly EndState[] {
  const seen = (states: Partial<Record<EndState, boolean>>) => (Object.keys(states) as EndState[]).filter((state) => states[state])
  switch (row.area) {
    case 'device':
      return [told.size > 0 ? 'repeated' : 'absorbed']
    case 'process':
      return [restarted ? 'reopened' : 'absorbed']
    case 'disk':
      return [waited ? 'waited' : 'absorbed']
    case 'centre':
      return seen({ waited, delivered })
    case 'people':
      return seen({ sent_away: sentAway, judged, retaken })
  }
}
