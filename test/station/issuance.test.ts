// The making of a card at a whole simulated station: torn, swapped, jammed, powered off, it ends as one whole card or as a spoiled one that is accounted for;
// and its giving out: only to a holder whose finger is the card's, or on the word of a supervisor who did not check it.

import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { Actor } from '../../daemon/desks.js'
import { compareHolder } from '../../daemon/issuance/compare-holder.js'
import { mostAttempts } from '../../daemon/issuance/holder-check.js'
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

/** Whose word and whose finger count when the card is given out. */
const other = syntheticPerson(8_000)
const supervisor: Actor = { operator: 'op-2', roles: ['supervisor'] }
const distributor: Actor = { operator: 'op-3', roles: ['distribution_officer'] }

/** The card is made and waits for its holder. */
let atHandOver: Promise<Moment & { readonly caseId: string }> | undefined
async function cardWaits(t: Test): Promise<{ station: SimulatedStation; caseId: string }> {
  atHandOver ??= (async () => {
    const { station, caseId } = await readyToIssue(t)
    await station.issue(caseId)
    const moment = await station.photograph(join(moments, 'at-hand-over'))
    await station.close()
    return { ...moment, caseId }
  })()
  const moment = await atHandOver
  const station = await stationFrom(t, moment, { seed, first })
  await station.untilDevice('slap_scanner', 'ready')
  return { station, caseId: moment.caseId }
}

const verify = (station: SimulatedStation, caseId: string, position = 0) =>
  station.run(station.station.issuance.verifyHolder(distributor, caseId, position))
const handOver = (station: SimulatedStation, caseId: string, by: Actor, reason = '') =>
  station.run(station.station.issuance.handOver(by, caseId, reason))

t.test('the holder puts down the finger that is asked for and takes the card', async (t) => {
  const { station, caseId } = await cardWaits(t)
  const asked: number[] = []
  station.state.subscribe((event) => {
    if (event.is === 'issuance' && event.issuance.state === 'checking_holder') asked.push(event.issuance.fingerPosition)
  })
  t.equal(codeOf(await station.refusal(handOver(station, caseId, distributor))), 'holder.supervisor_needed', 'not before the finger')
  await verify(station, caseId)
  t.ok(asked.length > 0 && asked.every((position) => position === 2), 'the right index finger is asked for')
  const { holderCheck } = await station.caseNow(caseId)
  t.match(holderCheck, { verified: true, attempts: 1, position: 2, threshold: 'fmr1in1000', by: 'op-3' })
  t.ok(holderCheck?.band === 'match' || holderCheck?.band === 'strong')
  t.match(station.state.issuance, { state: 'ready', fingerPosition: 0 })
  await verify(station, caseId)
  t.equal((await station.caseNow(caseId)).holderCheck?.attempts, 1, 'who is verified is not asked again')
  await handOver(station, caseId, distributor)
  t.match(await station.caseNow(caseId), { state: 'handed_over' })
  await invariantsHold(t, station, first)
})

t.test("another person's finger is refused as often as it comes, and then a supervisor decides who did not check it", async (t) => {
  const { station, caseId } = await cardWaits(t)
  // One finger for all attempts: growing another is a matter of seconds.
  const impostor = await other.images.finger(2, { occasion: 'handover', seed: 1 })
  station.world.office.play(async () => impostor)
  const positions: (number | undefined)[] = []
  for (let attempt = 1; attempt <= mostAttempts; attempt++) {
    const refused = await station.refusal(verify(station, caseId))
    t.match(refused, { code: 'holder.not_verified', context: { attempts: attempt, limit: mostAttempts } })
    const { holderCheck } = await station.caseNow(caseId)
    t.match(holderCheck, { verified: false, attempts: attempt })
    t.ok(['low', 'near'].includes(holderCheck?.band ?? ''))
    positions.push(holderCheck?.position)
  }
  t.strictSame(positions, [2, 7, 2], 'the fingers of the card take turns')
  station.world.office.play(undefined)
  t.equal(
    codeOf(await station.refusal(verify(station, caseId))),
    'holder.attempts_used',
    'also for the right person: the threshold does not wait',
  )

  t.equal(codeOf(await station.refusal(handOver(station, caseId, distributor, 'known to me'))), 'holder.supervisor_needed')
  const checkedAsSupervisor: Actor = { operator: distributor.operator, roles: ['distribution_officer', 'supervisor'] }
  t.equal(codeOf(await station.refusal(handOver(station, caseId, checkedAsSupervisor, 'known to me'))), 'holder.second_person')
  t.equal(codeOf(await station.refusal(handOver(station, caseId, supervisor, ' '))), 'input.invalid')
  await handOver(station, caseId, supervisor, 'face and papers match')
  const { blankSerial = '' } = await station.caseNow(caseId)
  t.match(await station.blank(blankSerial), { state: 'handed_over', reason: 'face and papers match' })
  const told = JSON.stringify(station.log.lines)
  t.notOk(/score|minutiae|template/i.test(told), 'no line of the log tells of a finger')
  await invariantsHold(t, station, first)
})

t.test("a finger that the scanner calls an artefact gives no card, though it is the holder's pattern", async (t) => {
  const { station, caseId } = await cardWaits(t)
  const { scanner } = station.world.office
  scanner.judge({ verdict: 'attack', score: 91 })
  t.match(await station.refusal(verify(station, caseId)), {
    code: 'capture.presentation_attack',
    context: { attempts: 1, limit: mostAttempts },
  })
  t.match((await station.caseNow(caseId)).holderCheck, { verified: false, band: 'suspected', attempts: 1 })
  t.equal(codeOf(await station.refusal(handOver(station, caseId, distributor))), 'holder.supervisor_needed')
  scanner.judge({ verdict: 'bona_fide' })
  await verify(station, caseId)
  t.match((await station.caseNow(caseId)).holderCheck, { verified: true, attempts: 2 })
  await invariantsHold(t, station, first)
})

t.test('a scanner that goes away and a finger that the card does not hold count as no attempt', async (t) => {
  const { station, caseId } = await cardWaits(t)
  const { office, usb } = station.world
  t.equal(codeOf(await station.refusal(verify(station, caseId, 4))), 'holder.no_template')
  const cut = station.refusal(verify(station, caseId))
  await station.until(({ issuance }) => issuance.state === 'checking_holder')
  await usb.unplug(office.scanner)
  t.equal(codeOf(await cut), 'device.unplugged')
  t.equal((await station.caseNow(caseId)).holderCheck, undefined)
  await usb.plug(office.scanner)
  await station.untilDevice('slap_scanner', 'ready')
  await verify(station, caseId, 7)
  t.match((await station.caseNow(caseId)).holderCheck, { verified: true, attempts: 1, position: 7 })
})

t.test('a finger of the same person that was not asked for does not pass', async (t) => {
  const { station, caseId } = await cardWaits(t)
  station.world.office.play(() => first.images.finger(3, { occasion: 'handover', seed: 1 }))
  t.equal(codeOf(await station.refusal(verify(station, caseId))), 'holder.not_verified')
})

t.test('a picture without a finger is said to have none, a template that is none is a fault', async (t) => {
  const header = {
    format: 'grey8' as const,
    sensor: 0,
    session: 1,
    sequence: 1,
    widthPx: 640,
    heightPx: 480,
    ppi: 500,
    deviceTimeUs: 0n,
    payloadBytes: 640 * 480,
  }
  const pictures = [250, 128, 0].map((level) => new Uint8Array(640 * 480).fill(level))
  for (const bytes of pictures) {
    const job = { frame: { header: header as never, bytes }, position: 2, template: Uint8Array.of(1, 2, 0x40) }
    t.strictSame(compareHolder(job), { verified: false, band: 'no_finger' })
    t.throws(() => compareHolder({ ...job, template: Uint8Array.of(1) }), { code: 'record.corrupt' })
  }
})
