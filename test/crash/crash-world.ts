// The world beside the station at one moment: where each card lies and what is in its chip. Put down and set up again around a station that died.

import { createHash } from 'node:crypto'
import type { ReferenceCard } from '../../simulator/model/card/card.js'
import type { BlankCard, PrintedCard } from '../../simulator/model/card-printer.js'
import type { Office } from '../../simulator/office/office.js'

type Chip = ReferenceCard

export interface CardsAtMoment {
  readonly chips: ReadonlyMap<string, Uint8Array>
  readonly feeder: readonly string[]
  readonly station: string | undefined
  readonly output: readonly (Pick<PrintedCard, 'front' | 'back'> & { readonly serial: string })[]
  readonly rejected: readonly string[]
  readonly printed: number
}

const chipOf = (card: BlankCard): Chip => card.chip as Chip

export function cardsNow({ printer }: Office): CardsAtMoment {
  const all: readonly BlankCard[] = [
    ...printer.feeder,
    ...printer.output,
    ...printer.rejected,
    ...(printer.station ? [printer.station] : []),
  ]
  return {
    chips: new Map(all.map((card) => [card.serial, chipOf(card).snapshot()])),
    feeder: printer.feeder.map(({ serial }) => serial),
    station: printer.station?.serial,
    output: printer.output.map(({ serial, front, back }) => ({ serial, front, back })),
    rejected: printer.rejected.map(({ serial }) => serial),
    printed: printer.printed,
  }
}

/** Lays the cards of an office of the same seed, all still in the feeder, as they lay then. @param insert puts a chip on the coupler */
export function layCards({ printer }: Office, then: CardsAtMoment, insert: (chip: Chip) => void): void {
  const bySerial = new Map(printer.feeder.map((card) => [card.serial, card]))
  const card = (serial: string): BlankCard => {
    const found = bySerial.get(serial)
    if (!found) throw new RangeError(`no card ${serial} in an office of this seed`)
    return found
  }
  for (const [serial, memory] of then.chips) chipOf(card(serial)).restore(memory)
  printer.feeder.splice(0, printer.feeder.length, ...then.feeder.map(card))
  printer.output.push(...then.output.map(({ serial, front, back }) => ({ ...card(serial), front, back })))
  printer.rejected.push(...then.rejected.map((serial) => ({ ...card(serial), front: undefined, back: undefined })))
  printer.printed = then.printed
  if (then.station === undefined) return
  printer.station = card(then.station)
  insert(chipOf(printer.station))
}

/** Differs whenever a card moved or a chip changed. */
export function fingerprint(then: CardsAtMoment): string {
  const hash = createHash('sha256')
  for (const [serial, memory] of then.chips) hash.update(serial).update(memory)
  const { feeder, station, output, rejected, printed } = then
  return hash.update(JSON.stringify([feeder, station, output.map(({ serial }) => serial), rejected, printed])).digest('hex')
}
