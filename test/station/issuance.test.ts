// The making of a card at a whole simulated station: torn, swapped, jammed, powered off, it ends as one whole card or as a spoiled one that is accounted for.

import { join } from 'node:path'
import t, { type Test } from 'tap'
import { printerCommands } from '../../protocol/hardware/card-printer.js'
import { ReferenceCard } from '../../simulator/model/card/card.js'
import { syntheticPerson } from '../../simulator/people/synthetic.js'
import { seededRandom } from '../../simulator/seeded-random.js'
import { codeOf, invariantsHold } from './invariants.js'
import { couplerName, type Moment, type SimulatedStation, simulatedStation, stationFrom } from './simulated-station.js'

const seed = 7
const first = syntheticPerson(7_000)
const moments = t.testdir()

/** The station at the moment when one person's card can be made: enrolled once, gone on from in every scenario. */
let atEncode: Promise<Moment & { readonly caseId: string }> | undefined
async function readyToIssue(t: Test): Promise<{ station: SimulatedStation; caseId: string }> {
  atEncode ??= enrolled(t)
  const moment = await atEncode
  return { station: await stationFrom(t, moment, { seed, first }), caseId: moment.caseId }
}

async function enrolled(t: Test): Promise<Moment & { readonly caseId: string }> {
  const station = await simulatedStation(t, { seed, first, folder: join(moments, 'enrolling') })
  const caseId = await station.receive()
  await station.record(caseId)
  await station.untilStep(caseId, 'encode')
  const moment = await station.photograph(join(moments, 'at-encode'))
  await station.close()
  return { ...moment, caseId }
}

t.test('a card torn out in mid-write is found again and finished', async (t) => {
  const { station, caseId } = await readyToIssue(t)
  const blank = station.printer.feeder[0]
  const chip = blank?.chip as ReferenceCard
  chip.tearAt({ apdu: 17, afterBytes: 40 })
  t.equal(codeOf(await station.refusal(station.issue(caseId))), 'card.removed')
  t.match(station.state.issuance, { state: 'attention', blankSerial: blank?.serial, fault: { code: 'card.removed' } })
  t.not(chip.lifeCycle, 'locked')

  t.equal(codeOf(await station.refusal(station.resume(caseId))), 'card.absent', 'nobody put it back yet')
  station.world.cards.insert(couplerName, chip)
  await station.resume(caseId)
  t.equal(chip.lifeCycle, 'locked')
  t.strictSame(
    station.printer.output.map(({ serial }) => serial),
    [blank?.serial],
  )
  t.match(await station.caseNow(caseId), { state: 'ready_for_pickup', blankSerial: blank?.serial })
  await invariantsHold(t, station, first)
})

t.test('a card taken off the reader and swapped for another blank of the stock is not written', async (t) => {
  const { station, caseId } = await readyToIssue(t)
  const [blank, other] = station.printer.feeder
  const chip = blank?.chip as ReferenceCard
  chip.loseResponseAt(12)
  t.equal(codeOf(await station.refusal(station.issue(caseId))), 'card.removed')
  const swapped = other?.chip as ReferenceCard
  const before = swapped.snapshot()
  station.world.cards.insert(couplerName, swapped)
  t.equal(codeOf(await station.refusal(station.resume(caseId))), 'card.wrong_card')
  t.strictSame(swapped.snapshot(), before)
  t.match(await station.blank(other?.serial ?? ''), { state: 'issued_to_station', case_id: null })
  station.world.cards.remove(couplerName)
  station.world.cards.insert(couplerName, chip)
  await station.resume(caseId)
  t.equal(chip.lifeCycle, 'locked')
})

t.test('the power of the printer is cut while it gets the picture: the same card is printed at the resume', async (t) => {
  const { station, caseId } = await readyToIssue(t)
  const { printer } = station
  const { usb, clock } = station.world
  onCommand(station, printerCommands.end, 'instead', () => clock.after(1, () => void usb.unplug(printer)))
  t.equal(codeOf(await station.refusal(station.issue(caseId))), 'device.unplugged')
  t.strictSame([printer.printed, printer.output.length], [0, 0])
  t.match(await station.caseNow(caseId), { currentStepId: 'print', state: 'personalising' })

  await usb.plug(printer)
  await station.resume(caseId)
  t.strictSame([printer.printed, printer.output.length, printer.rejected.length], [1, 1, 0])
  t.match(await station.caseNow(caseId), { state: 'ready_for_pickup', blankSerial: printer.output[0]?.serial })
  t.ok(printer.output[0]?.front?.some((byte) => byte !== 0))
  await invariantsHold(t, station, first)
})

t.test('the cable of the printer is out while it prints: its counter says that the card is done, none is printed twice', async (t) => {
  const { station, caseId } = await readyToIssue(t)
  const { printer } = station
  const { usb, clock } = station.world
  onCommand(station, printerCommands.end, 'after', () => clock.after(1_000, () => void usb.unplug(printer)))
  t.equal(codeOf(await station.refusal(station.issue(caseId))), 'device.unplugged')
  await station.untilDevice('card_printer', 'absent')
  clock.advance(5_000)
  await usb.plug(printer)
  await station.resume(caseId)
  t.strictSame([printer.printed, printer.output.length], [1, 1])
  t.ok(printer.output[0]?.front?.some((byte) => byte !== 0))
  t.match(await station.caseNow(caseId), { state: 'ready_for_pickup' })
  await invariantsHold(t, station, first)
})

t.test('when neither journal nor counter can tell whether a card was printed, the station does not guess', async (t) => {
  const { station, caseId } = await readyToIssue(t)
  const { printer } = station
  const { usb, clock } = station.world
  onCommand(station, printerCommands.end, 'instead', () => clock.after(1, () => void usb.unplug(printer)))
  t.equal(codeOf(await station.refusal(station.issue(caseId))), 'device.unplugged')
  printer.printed += 3
  await usb.plug(printer)
  t.equal(codeOf(await station.refusal(station.resume(caseId))), 'card.in_doubt')
  t.equal(printer.output.length, 0)
})

t.test(
  'the ribbon runs out before the print: the same card is printed when it is changed, other prints between do not confuse',
  async (t) => {
    const { station, caseId } = await readyToIssue(t)
    const { printer } = station
    onCommand(station, printerCommands.end, 'before', () => {
      printer.trouble = 'ribbonEnd'
    })
    t.equal(codeOf(await station.refusal(station.issue(caseId))), 'printer.ribbon_end')
    t.match(station.state.issuance, { state: 'attention', fault: { code: 'printer.ribbon_end' } })
    printer.trouble = undefined
    // The counter looks as if it had been printed; the printer's own refusal says that it was not.
    printer.printed++
    await station.resume(caseId)
    t.equal(printer.output.length, 1)
    t.match(await station.caseNow(caseId), { state: 'ready_for_pickup' })
  },
)

t.test('another card on the station at the resumed print is not printed on', async (t) => {
  const { station, caseId } = await readyToIssue(t)
  const { printer } = station
  onCommand(station, printerCommands.end, 'before', () => {
    printer.trouble = 'coverOpen'
  })
  t.equal(codeOf(await station.refusal(station.issue(caseId))), 'printer.cover_open')
  printer.trouble = undefined
  const own = printer.station
  const other = printer.feeder.shift()
  station.world.cards.remove(couplerName)
  t.equal(codeOf(await station.refusal(station.resume(caseId))), 'printer.no_card')
  printer.station = other
  if (other) station.world.cards.insert(couplerName, other.chip)
  t.equal(codeOf(await station.refusal(station.resume(caseId))), 'card.wrong_card')
  t.equal(printer.output.length, 0)
  station.world.cards.remove(couplerName)
  printer.station = own
  if (own) station.world.cards.insert(couplerName, own.chip)
  await station.resume(caseId)
  t.equal(printer.output[0]?.serial, own?.serial)
})

t.test('a jammed card is spoiled with a reason and the next blank is made', async (t) => {
  const { station, caseId } = await readyToIssue(t)
  const { printer } = station
  const { issuance } = station.station
  t.equal(codeOf(await station.refusal(issuance.spoil(station.actor, caseId, 'no card yet'))), 'case.wrong_step')
  printer.jamNextPrint = true
  const [jammed, next] = printer.feeder
  t.equal(codeOf(await station.refusal(station.issue(caseId))), 'printer.jam')
  t.equal(codeOf(await station.refusal(issuance.spoil(station.actor, caseId, '  '))), 'input.invalid')
  await station.run(issuance.spoil(station.actor, caseId, 'jammed'))
  t.match(await station.blank(jammed?.serial ?? ''), { state: 'spoiled', reason: 'jammed', case_id: caseId })
  t.match(await station.caseNow(caseId), { state: 'print_ready_queue', currentStepId: 'encode', blankSerial: undefined })
  printer.trouble = undefined

  await station.issue(caseId)
  t.strictSame(
    printer.output.map(({ serial }) => serial),
    [next?.serial],
  )
  await station.handOver(caseId)
  t.equal(codeOf(await station.refusal(issuance.spoil(station.actor, caseId, 'too late'))), 'case.wrong_step')
  t.match(await station.blank(next?.serial ?? ''), { state: 'handed_over' })
  await invariantsHold(t, station, first)
})

t.test('a card found faulty at the handover is spoiled without touching what lies in the printer', async (t) => {
  const { station, caseId } = await readyToIssue(t)
  await station.issue(caseId)
  const { printer } = station
  const other = printer.feeder.shift()
  printer.station = other
  await station.run(station.station.issuance.spoil(station.actor, caseId, 'photo is smeared'))
  t.equal(printer.station, other, "another case's card stays")
  printer.station = undefined
  t.match(await station.blank(printer.output[0]?.serial ?? ''), { state: 'spoiled' })
  t.match(await station.caseNow(caseId), { currentStepId: 'encode' })
})

t.test('a blank that is not in stock goes to the reject box', async (t) => {
  const { station, caseId } = await readyToIssue(t)
  const { printer } = station
  const known = printer.feeder[0]
  const stranger = { serial: 'STRANGER', chip: new ReferenceCard({ random: seededRandom(99) }) }
  printer.feeder.unshift(stranger)
  t.equal(codeOf(await station.refusal(station.issue(caseId))), 'card.unknown_blank')
  t.strictSame(
    printer.rejected.map(({ serial }) => serial),
    ['STRANGER'],
  )
  t.equal(stranger.chip.lifeCycle, 'blank', 'nothing was written to it')
  t.match(await station.caseNow(caseId), { currentStepId: 'encode', blankSerial: undefined })
  await station.issue(caseId)
  t.equal(printer.output[0]?.serial, known?.serial)
})

t.test('an empty feeder is named and binds nothing; one card is made at a time, and only in its turn', async (t) => {
  const { station, caseId } = await readyToIssue(t)
  const { printer } = station
  const blanks = printer.feeder.splice(0)
  t.equal(codeOf(await station.refusal(station.issue(caseId))), 'printer.feeder_empty')
  printer.feeder.push(...blanks)
  t.match(await station.caseNow(caseId), { currentStepId: 'encode', blankSerial: undefined })
  const two = await station.run(
    Promise.allSettled([station.station.issuance.start(station.actor, caseId), station.station.issuance.start(station.actor, caseId)]),
  )
  t.strictSame(two.map(({ status }) => status).sort(), ['fulfilled', 'rejected'], 'one card at a time')
  t.equal(printer.output.length, 1)
  const young = await station.receive()
  t.equal(codeOf(await station.refusal(station.station.issuance.start(station.actor, young))), 'case.wrong_step')
})

/** Does `act` once, at the printer's next such command: before it, in its place, or after it was taken. */
function onCommand(station: SimulatedStation, name: string, when: 'before' | 'instead' | 'after', act: () => unknown): void {
  const { printer } = station
  const take = printer.out.bind(printer)
  printer.out = (endpoint, data) => {
    if (Buffer.from(data).toString('latin1') !== `\x1b${name}\r`) return take(endpoint, data)
    printer.out = take
    if (when !== 'after') act()
    const taken = when === 'instead' ? data.length : take(endpoint, data)
    if (when === 'after') act()
    return taken
  }
}
