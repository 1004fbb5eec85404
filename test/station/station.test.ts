// A whole station over a simulated office: one person from ticket to archive, and everything that goes wrong on the way goes on from where it stood.

import { join } from 'node:path'
import t, { type Test } from 'tap'
import { cardApplication } from '../../daemon/issuance/profile.js'
import { type Modality, modalities } from '../../daemon/state.js'
import { type Fault, isFault } from '../../protocol/fault.js'
import { printerCommands } from '../../protocol/hardware/card-printer.js'
import { ReferenceCard } from '../../simulator/model/card/card.js'
import { syntheticPerson } from '../../simulator/people/synthetic.js'
import { seededRandom } from '../../simulator/seeded-random.js'
import { filesUnder } from '../store/fixture.js'
import {
  couplerName,
  deviceOf,
  type Moment,
  padPath,
  type SimulatedStation,
  simulatedStation,
  simulatedWorld,
  stationFrom,
} from './simulated-station.js'

const seed = 7
const first = syntheticPerson(7_000)
const moments = t.testdir()

/** The station at the moment when one person's card can be made. Taken in the first scenario, gone on from in many. */
let atEncode: (Moment & { readonly caseId: string }) | undefined
async function readyToIssue(t: Test): Promise<{ station: SimulatedStation; caseId: string }> {
  if (!atEncode) throw new Error('the first scenario did not come as far as the encoding')
  return { station: await stationFrom(t, atEncode, { seed, first }), caseId: atEncode.caseId }
}

const codeOf = (error: unknown): string => (isFault(error) ? error.code : `not a fault: ${String(error)}`)

/** What must hold whenever a station stands still. */
async function invariantsHold(t: Test, station: SimulatedStation): Promise<void> {
  const verdict = await station.run(station.station.store.audit.verify())
  t.ok(verdict.ok, 'the audit chain verifies')
  const { biodata } = first
  const told = [
    ...station.log.lines,
    ...station.faults,
    ...(await station.run(station.station.store.read((db) => db.selectFrom('audit').select('body').execute()))),
  ]
  const text = JSON.stringify(told)
  for (const [field, personal] of Object.entries({ nik: biodata.nik, name: biodata.name, street: biodata.address.street })) {
    t.notOk(text.includes(personal), `no ${field} in the log, the faults or the audit chain`)
  }
}

t.test('one person from queue ticket to archive', async (t) => {
  const station = await simulatedStation(t, { seed, first })
  const { biodata } = first
  const caseId = await station.receive()
  t.match(await station.caseNow(caseId), { state: 'capturing', currentStepId: 'record', ticket: 'A001' })

  await station.record(caseId)
  const recorded = await station.caseNow(caseId)
  t.ok(
    recorded.modalities.every(({ state }) => state === 'good'),
    'every modality is good at the first try',
  )
  await station.untilStep(caseId, 'encode')
  t.match(await station.caseNow(caseId), { state: 'print_ready_queue', centralStatus: 'PRINT_READY_RECORD' })
  const manifest = station.centre.manifestOf(recorded.packetId ?? '')
  t.strictSame(
    manifest?.items.map(({ type }) => type).sort(),
    ['approval', 'biodata', ...modalities.map((each) => `record.${each}`)].sort(),
  )
  atEncode = { ...(await station.photograph(join(moments, 'at-encode'))), caseId }

  await station.issue(caseId)
  const [card] = station.printer.output
  const serial = card?.serial ?? ''
  t.match(await station.caseNow(caseId), { state: 'ready_for_pickup', blankSerial: serial })
  t.match(await station.blank(serial), { state: 'printed', case_id: caseId })
  t.ok(card?.front?.some((byte) => byte !== 0) && card.back?.some((byte) => byte !== 0), 'both sides are printed')
  const chip = card?.chip as ReferenceCard
  t.equal(chip.lifeCycle, 'locked')
  const dg11 = Buffer.from(chip.readFile(cardApplication.fid, 0x010b) ?? [])
  t.ok(dg11.includes(biodata.nik) && dg11.includes(biodata.name), 'the chip holds the biodata')

  await station.handOver(caseId)
  t.match(await station.caseNow(caseId), { state: 'archived', currentStepId: '', shelf: 'shelf 1' })
  t.match(await station.blank(serial), { state: 'handed_over', reason: 'no matcher in this version' })
  t.strictSame(station.centre.cardsHandedOver, [{ packetId: recorded.packetId, blankSerial: serial }])
  t.strictSame(station.faults, [])
  await invariantsHold(t, station)
  await station.close()
  for (const { path, bytes } of await filesUnder(station.folder))
    t.notOk(bytes.includes(biodata.nik), `no NIK in clear in ${path.split('/').pop()}`)
})

t.test('a device unplugged in mid-step brings back that one step; after the replug the station goes on', async (t) => {
  const station = await simulatedStation(t, { seed, first })
  const { office, usb, serial } = station.world
  const caseId = await station.receive()
  await station.capture(caseId, 'thumbs')
  const cable = (model: Parameters<typeof usb.plug>[0]) => ({ out: () => usb.unplug(model), back: () => usb.plug(model) })
  const pull = {
    face: cable(office.faceCamera),
    right_four: cable(office.scanner),
    irises: cable(office.irisCamera),
    signature: { out: async () => serial.unplug(padPath), back: async () => serial.plug(padPath, office.pad) },
  }
  for (const modality of ['face', 'signature', 'right_four', 'irises'] as const) {
    const { out, back } = pull[modality]
    await station.untilDevice(deviceOf[modality], 'ready')
    const before = station.faults.length
    await station.run(station.station.capture.start(station.actor, caseId, modality))
    await station.until(({ capture }) => capture.state === 'live')
    const pulledMs = station.world.clock.monotonicMs()
    await out()
    await station.until(() => station.faults.length > before)
    t.match(station.faults.slice(before), [{ code: 'device.unplugged', context: { modality } }], `${modality}: one fault`)
    const untilMs = station.world.clock.monotonicMs() - pulledMs
    t.ok(untilMs < 500, `told ${untilMs.toFixed(0)} ms after the cable was pulled`)
    t.equal(station.state.capture.state, 'idle')
    t.notOk((await captured(station, caseId)).includes(modality))
    t.ok((await captured(station, caseId)).includes('thumbs'), 'what was accepted before stays')
    await station.untilDevice(deviceOf[modality], 'absent')
    await back()
    await station.capture(caseId, modality)
    t.ok((await captured(station, caseId)).includes(modality), `${modality} after the replug`)
  }
  await station.capture(caseId, 'left_four')
  await station.untilDevice('signature_pad', 'ready')
  await station.run(station.station.capture.signRecord(station.actor, caseId))
  await station.run(station.station.capture.seal(station.actor, caseId))
  await station.untilStep(caseId, 'encode')
  await invariantsHold(t, station)
})

t.test('a capture is cancelled, retaken and accepted once; two never run at a time', async (t) => {
  const station = await simulatedStation(t, { seed, first })
  const { capture } = station.station
  const caseId = await station.receive()
  await station.untilDevice('slap_scanner', 'ready')
  await station.untilDevice('iris_camera', 'ready')

  const both = await station.run(
    Promise.allSettled([capture.start(station.actor, caseId, 'thumbs'), capture.start(station.actor, caseId, 'irises')]),
  )
  t.strictSame(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected'], 'of two starts at once one is refused')
  await station.run(capture.cancel(station.actor, caseId))
  t.equal(station.state.capture.state, 'idle')
  await station.run(capture.start(station.actor, caseId, 'thumbs'))
  t.equal(station.state.capture.modality, 'thumbs', 'the device is free at once after a cancel')
  t.equal(codeOf(await station.refusal(capture.takeNow(station.actor, caseId))), 'capture.nothing_seen')
  await station.until((state) => state.capture.state === 'review')
  await station.run(capture.retake(station.actor, caseId, 'thumbs'))
  await station.until((state) => state.capture.state === 'review')
  const accepts = await station.run(
    Promise.allSettled([capture.accept(station.actor, caseId, 'thumbs', ''), capture.accept(station.actor, caseId, 'thumbs', '')]),
  )
  t.strictSame(accepts.map(({ status }) => status).sort(), ['fulfilled', 'rejected'], 'a double click keeps one record')
  t.match(
    (await station.caseNow(caseId)).modalities.find(({ modality }) => modality === 'thumbs'),
    { state: 'good', tries: 1 },
  )

  t.equal(codeOf(await station.refusal(capture.signRecord(station.actor, caseId))), 'capture.incomplete')
  t.equal(codeOf(await station.refusal(capture.seal(station.actor, caseId))), 'capture.incomplete')
  t.equal(codeOf(await station.refusal(capture.cancel(station.actor, caseId))), 'capture.not_running')
  t.equal(codeOf(await station.refusal(capture.start({ operator: 'x', roles: ['ci'] }, caseId, 'face'))), 'case.role_required')
})

t.test('nobody at the scanner: the capture gives up by its deadline and says so', async (t) => {
  const world = await simulatedWorld({ seed, first })
  const station = await simulatedStation(t, { seed, world })
  const caseId = await station.receive()
  world.office.scanner.silence()
  t.equal(await station.present(caseId, 'left_four'), 'device.frames_missing')
  world.office.scanner.heal()
  await station.capture(caseId, 'left_four')
  world.office.scanner.wedge()
  t.equal(await station.present(caseId, 'right_four'), 'device.timeout', 'a hanging device fails the start by its deadline')
  world.office.scanner.heal()
  await station.capture(caseId, 'right_four')
})

t.test('a scanner that freezes with a hand on it is found out before the frozen picture is taken', async (t) => {
  const station = await simulatedStation(t, { seed, first })
  const { scanner } = station.world.office
  const caseId = await station.receive()
  await station.untilDevice('slap_scanner', 'ready')
  await station.run(station.station.capture.start(station.actor, caseId, 'thumbs'))
  await station.until(({ capture }) => capture.boxes.length === 2)
  scanner.freeze()
  await station.until(({ capture }) => capture.state === 'review' || station.faults.length > 0)
  t.match(station.faults, [{ code: 'device.frames_frozen', context: { modality: 'thumbs' } }])
  await station.capture(caseId, 'thumbs')
})

t.test('a damaged camera picture is counted and passed over', async (t) => {
  const station = await simulatedStation(t, { seed, first })
  const caseId = await station.receive()
  await station.untilDevice('slap_scanner', 'ready')
  station.world.office.scanner.corruptNext(2)
  station.world.office.scanner.shortNext(1)
  await station.capture(caseId, 'thumbs')
  const counted = station.state.devices.find(({ kind }) => kind === 'slap_scanner')?.framesCorrupt ?? 0
  t.ok(counted >= 3, `${counted} damaged frames counted on the device`)
})

t.test('a full disk and a station that is open already refuse before anything is begun', async (t) => {
  const folder = join(t.testdir(), 'data')
  const world = await simulatedWorld({ seed, first })
  const station = await simulatedStation(t, { seed, world, folder, reserveBytes: 2 ** 60 })
  const caseId = await station.receive()
  await station.untilDevice('slap_scanner', 'ready')
  t.equal(codeOf(await station.refusal(station.station.capture.start(station.actor, caseId, 'thumbs'))), 'store.full')
  t.equal(station.state.capture.state, 'idle')
  t.equal(station.state.devices.find(({ kind }) => kind === 'slap_scanner')?.state, 'ready', 'the device was not touched')

  const second = await simulatedStation(t, { seed, world, folder }).catch((error: unknown) => error)
  t.equal(codeOf(second), 'store.locked')
  t.match(await station.caseNow(caseId), { state: 'capturing' }, 'the first station goes on')
})

t.test('after a power cut in mid-recording a station on the same files goes on with what was accepted', async (t) => {
  const root = t.testdir()
  const world = await simulatedWorld({ seed, first })
  const station = await simulatedStation(t, { seed, world, folder: join(root, 'before') })
  const caseId = await station.receive()
  await station.capture(caseId, 'face')
  await station.untilDevice('slap_scanner', 'ready')
  await station.run(station.station.capture.start(station.actor, caseId, 'right_four'))
  await station.until(({ capture }) => capture.state === 'live')
  await station.kill(join(root, 'after'))

  const again = await simulatedStation(t, { seed, world, folder: join(root, 'after') })
  t.strictSame(await captured(again, caseId), ['face'])
  t.equal(again.state.cases.find((doc) => doc.caseId === caseId)?.currentStepId, 'record', 'the case is on the screen again')
  for (const modality of modalities) if (modality !== 'face') await again.capture(caseId, modality)
  await invariantsHold(t, again)
})

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
  await invariantsHold(t, station)
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
  await invariantsHold(t, station)
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
  await invariantsHold(t, station)
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
  await invariantsHold(t, station)
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

t.test('whoever waits longer than the promised hour gets a receipt, and goes on when the centre is ready', async (t) => {
  const world = await simulatedWorld({ seed, first, printReadyAfterMs: 3 * 3_600_000 })
  const station = await simulatedStation(t, { seed, world })
  const caseId = await station.receive()
  await station.record(caseId)
  const sealedMs = world.clock.monotonicMs()
  await station.untilStep(caseId, 'receipt')
  const waitedMs = world.clock.monotonicMs() - sealedMs
  t.ok(waitedMs > 3_600_000 && waitedMs < 3_600_000 + 60_000, `after ${Math.round(waitedMs / 60_000)} minutes`)
  t.match(await station.caseNow(caseId), { state: 'waiting_central', receiptNumber: 'SIM-STATION-1-000001', centralStatus: 'PROCESSING' })

  await station.run(station.station.cases.completeStep(station.actor, caseId, 'receipt'))
  t.match(await station.caseNow(caseId), { state: 'receipt_issued', currentStepId: 'encode' })
  t.equal(codeOf(await station.refusal(station.issue(caseId))), 'case.gate_closed')
  await station.until(({ cases }) => cases.find((doc) => doc.caseId === caseId)?.state === 'print_ready_queue')
  await station.issue(caseId)
  t.match(await station.caseNow(caseId), { state: 'ready_for_pickup' })
  await invariantsHold(t, station)
})

t.test('papers that the standard does not know are refused, known ones send the applicant home and back', async (t) => {
  const station = await simulatedStation(t, { seed, first })
  const { cases } = station.station
  const { nik } = await station.world.office.callPerson()
  const caseId = await station.run(cases.takeTicket(station.actor, { nik, priority: true, standardId: '' }))
  t.match(await station.caseNow(caseId), { ticket: 'P001' })
  const refused = await station.refusal(
    cases.returnToApplicant(station.actor, caseId, ['family_card_copy', `names like ${first.biodata.name}`]),
  )
  t.equal(codeOf(refused), 'input.not_found')
  t.notOk(JSON.stringify((refused as Fault).context).includes(first.biodata.name), 'what was typed is not carried on')
  await station.run(cases.returnToApplicant(station.actor, caseId, ['family_card_copy']))
  t.match(await station.caseNow(caseId), { state: 'returned_to_applicant' })
  await station.run(cases.call(station.actor, caseId))
  t.equal(codeOf(await station.refusal(cases.completeStep(station.actor, caseId, 'examine'))), 'case.papers_missing')
  t.equal(codeOf(await station.refusal(cases.takeTicket(station.actor, { nik: '123', priority: false, standardId: '' }))), 'input.invalid')
  t.equal(codeOf(await station.refusal(cases.takeTicket(station.actor, { nik, priority: false, standardId: 'none' }))), 'standard.unknown')
  await invariantsHold(t, station)
})

async function captured(station: SimulatedStation, caseId: string): Promise<readonly Modality[]> {
  return (await station.caseNow(caseId)).modalities.filter(({ state }) => state === 'good').map(({ modality }) => modality)
}

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
