// A whole station over a simulated office: one person from ticket to archive, and everything that goes wrong on the way goes on from where it stood.

import { join } from 'node:path'
import t from 'tap'
import { intakeLine } from '../../daemon/cli/simulation/surroundings.js'
import { cardApplication } from '../../daemon/issuance/profile.js'
import { deviceOf } from '../../daemon/modality.js'
import { type Modality, modalities } from '../../daemon/state.js'
import type { Fault } from '../../protocol/fault.js'
import type { ReferenceCard } from '../../simulator/model/card/card.js'
import { syntheticPerson } from '../../simulator/people/synthetic.js'
import { filesUnder } from '../store/fixture.js'
import { codeOf, invariantsHold } from './invariants.js'
import { padPath, type SimulatedStation, simulatedStation, simulatedWorld } from './simulated-station.js'

const seed = 7
const first = syntheticPerson(7_000)

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
    [
      ...['approval', 'biodata', 'captures', ...modalities.map((each) => `record.${each}`)],
      ...[2, 3, 4, 5].map((finger) => `minutiae.right_four.${finger}`),
      ...[7, 8, 9, 10].map((finger) => `minutiae.left_four.${finger}`),
      ...['minutiae.thumbs.1', 'minutiae.thumbs.6', 'minutiae.index_fingers.2', 'minutiae.index_fingers.7'],
    ].sort(),
  )

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
  t.match(await station.blank(serial), { state: 'handed_over', reason: null })
  t.strictSame(station.centre.cardsHandedOver, [{ packetId: recorded.packetId, blankSerial: serial }])
  t.strictSame(station.faults, [])
  await invariantsHold(t, station, first)
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
    await station.untilDevice(deviceOf(modality), 'ready')
    const before = station.faults.length
    await station.run(station.station.capture.start(station.actor, caseId, modality))
    await station.until(({ capture }) => capture.state === 'live')
    const pulledMs = station.world.clock.monotonicMs()
    await out()
    await station.until(() => station.faults.length > before)
    t.match(station.faults.slice(before), [{ code: 'device.unplugged', context: { modality } }], `${modality}: one fault`)
    const untilMs = station.world.clock.monotonicMs() - pulledMs
    t.ok(untilMs < 500, `told ${untilMs.toFixed(0)} ms after the cable was pulled`)
    t.equal(station.state.capture.state, 'waiting')
    t.notOk((await captured(station, caseId)).includes(modality))
    t.ok((await captured(station, caseId)).includes('thumbs'), 'what was accepted before stays')
    await station.untilDevice(deviceOf(modality), 'absent')
    await back()
    await station.until(({ capture }) => capture.state === 'review')
    await station.run(station.station.capture.accept(station.actor, caseId, modality, 'simulated person'))
    t.ok((await captured(station, caseId)).includes(modality), `${modality} after the replug`)
  }
  await station.capture(caseId, 'left_four')
  await station.capture(caseId, 'index_fingers')
  await station.untilDevice('signature_pad', 'ready')
  await station.run(station.station.capture.signRecord(station.actor, caseId))
  await station.run(station.station.capture.seal(station.actor, caseId))
  await station.untilStep(caseId, 'encode')
  await invariantsHold(t, station, first)
})

t.test('a capture is cancelled, retaken and accepted once; two run side by side on two devices, never on one', async (t) => {
  const station = await simulatedStation(t, { seed, first })
  const { capture } = station.station
  const caseId = await station.receive()
  await station.untilDevice('slap_scanner', 'ready')
  await station.untilDevice('iris_camera', 'ready')

  const both = await station.run(
    Promise.allSettled([capture.start(station.actor, caseId, 'thumbs'), capture.start(station.actor, caseId, 'left_four')]),
  )
  t.strictSame(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected'], 'of two starts at once on one device one is refused')
  await station.run(capture.start(station.actor, caseId, 'irises'))
  t.strictSame(station.state.captures.map(({ modality }) => modality).sort(), ['irises', 'thumbs'])
  t.equal(codeOf(await station.refusal(capture.cancel(station.actor, caseId))), 'capture.not_running', 'which one must be said')
  await station.run(capture.cancel(station.actor, caseId, 'irises'))
  t.match(station.state.capture, { modality: 'thumbs' }, 'the other one goes on')
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
    { state: 'good', tries: 2 },
  )

  t.equal(codeOf(await station.refusal(capture.signRecord(station.actor, caseId))), 'capture.incomplete')
  t.equal(codeOf(await station.refusal(capture.seal(station.actor, caseId))), 'capture.incomplete')
  t.equal(codeOf(await station.refusal(capture.cancel(station.actor, caseId))), 'capture.not_running')
  t.equal(codeOf(await station.refusal(capture.start({ operator: 'x', roles: ['ci'] }, caseId, 'face'))), 'case.role_required')
})

t.test('a scanner that is silent or hangs: said by its deadline, and the capture goes on when it answers again', async (t) => {
  const world = await simulatedWorld({ seed, first })
  const station = await simulatedStation(t, { seed, world })
  const caseId = await station.receive()
  /** The attempt goes on by itself when the device answers again. */
  const reviewed = async () => {
    await station.until(({ capture }) => capture.state === 'review')
    await station.run(station.station.capture.accept(station.actor, caseId, station.state.capture.modality ?? 'face', ''))
  }
  world.office.scanner.silence()
  t.equal(await station.present(caseId, 'left_four'), 'device.frames_missing')
  world.office.scanner.heal()
  await reviewed()
  const { scanner } = world.office
  const hangs = scanner.onIndicator((mask) => mask !== 0 && scanner.wedge())
  t.equal(await station.present(caseId, 'right_four'), 'device.timeout', 'a hanging device fails the start by its deadline')
  hangs()
  await reviewed()
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
  await station.until(({ capture }) => capture.state === 'review')
  await station.run(station.station.capture.accept(station.actor, caseId, 'thumbs', ''))
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
  await invariantsHold(t, again, first)
})

t.test('whoever waits longer than the promised hour gets a receipt, and goes on when the centre is ready', async (t) => {
  const world = await simulatedWorld({ seed, first, printReadyAfterMs: 3 * 3_600_000 })
  const intake = intakeLine()
  const station = await simulatedStation(t, { seed, world, line: (inner) => intake.around(inner) })
  const caseId = await station.receive()
  intake.cut = true
  await station.record(caseId)
  const sealedMs = world.clock.monotonicMs()

  const { cases } = station.station
  const { nik } = first.biodata
  const second = await station.run(cases.takeTicket(station.actor, { nik, priority: false, standardId: 'timed-recording' }))
  await station.run(cases.checkRequirement(station.actor, second, 'family_card_copy', true))
  await station.run(cases.completeStep(station.actor, second, 'examine'))
  const refused = await station.refusal(cases.completeStep(station.actor, second, 'check_registry'))
  t.equal(codeOf(refused), 'case.already_recorded', 'the registry does not know yet, the outbox does')
  intake.cut = false

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
  await invariantsHold(t, station, first)
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
  await invariantsHold(t, station, first)
})

async function captured(station: SimulatedStation, caseId: string): Promise<readonly Modality[]> {
  return (await station.caseNow(caseId)).modalities.filter(({ state }) => state === 'good').map(({ modality }) => modality)
}
