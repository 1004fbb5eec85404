// Who lacks a finger, an eye or a signature is recorded all the same, with a reason, and whoever has one weak finger is asked for that one alone.

import t from 'tap'
import type { Actor } from '../../daemon/desks.js'
import { modalities } from '../../daemon/state.js'
import { syntheticPerson } from '../../simulator/people/synthetic.js'
import { codeOf, invariantsHold } from './invariants.js'
import { type SimulatedStation, simulatedStation } from './simulated-station.js'

const seed = 31
const supervisor: Actor = { operator: 'op-2', roles: ['supervisor'] }

const stateOf = async (station: SimulatedStation, caseId: string, modality: string) =>
  (await station.caseNow(caseId)).modalities.find((each) => each.modality === modality)?.state

t.test(
  'three missing fingers: each is said, shown on a photo, looked at by a second person, and the record is sealed without them',
  async (t) => {
    const first = syntheticPerson(41, { body: { missingFingers: [2, 3, 9] } })
    const station = await simulatedStation(t, { seed, first })
    const { capture } = station.station
    const caseId = await station.receive()
    t.equal(await station.present(caseId, 'right_four'), '')
    t.match(station.state.capture, { mayAccept: false, asked: [2, 3, 4, 5] })
    t.equal(codeOf(await station.refusal(capture.accept(station.actor, caseId, 'right_four', 'two are gone'))), 'capture.parts_missing')
    t.equal(
      codeOf(await station.refusal(capture.except(station.actor, caseId, 'right_four', [2], 'blind'))),
      'input.invalid',
      'no reason of a finger',
    )
    t.equal(
      codeOf(await station.refusal(capture.except(station.actor, caseId, 'right_four', [7], 'missing'))),
      'input.invalid',
      'of the other hand',
    )
    await station.run(capture.cancel(station.actor, caseId))
    await station.run(capture.except(station.actor, caseId, 'right_four', [2, 3], 'missing'))
    await station.run(capture.except(station.actor, caseId, 'left_four', [9], 'missing'))

    const doc = await station.caseNow(caseId)
    t.equal(doc.modalities.at(-1)?.modality, 'evidence', 'face and hands are to be shown')
    t.match(doc.findings, [{ code: 'many_exceptions', ask: 'review', positions: [2, 3, 9] }])
    for (const { modality } of doc.modalities) await station.capture(caseId, modality)
    const after = await station.caseNow(caseId)
    const positions = (modality: string) =>
      after.modalities.find((each) => each.modality === modality)?.fingers?.map(({ position }) => position)
    t.strictSame(positions('right_four'), [4, 5])
    t.strictSame(positions('left_four'), [10, 8, 7])
    t.strictSame(positions('index_fingers'), [7], 'what is said of a hand holds for its index finger')
    t.match(
      after.exceptions?.map(({ modality }) => modality),
      ['right_four', 'left_four'],
    )

    await station.untilDevice('signature_pad', 'ready')
    await station.run(capture.signRecord(station.actor, caseId))
    t.equal(codeOf(await station.refusal(capture.seal(station.actor, caseId))), 'capture.finding_open')
    t.equal(
      codeOf(await station.refusal(capture.review({ ...supervisor, operator: station.actor.operator }, caseId, 'seen'))),
      'capture.second_person',
    )
    await station.run(capture.review(supervisor, caseId, 'seen: two and one fingers are gone'))
    t.equal(await station.present(caseId, 'thumbs'), '')
    t.equal(codeOf(await station.refusal(capture.seal(station.actor, caseId))), 'capture.running', 'a picture waits to be decided on')
    await station.run(capture.cancel(station.actor, caseId))
    await station.run(capture.seal(station.actor, caseId))
    await station.untilStep(caseId, 'encode')
    await invariantsHold(t, station, first)
    const told = JSON.stringify([
      station.log.lines,
      await station.run(station.station.store.read((db) => db.selectFrom('audit').select('body').execute())),
    ])
    t.notOk(/"missing"|are gone/.test(told), 'no reason in log or audit chain')
  },
)

t.test('who cannot sign approves before a supervisor; a blind eye and a whole hand out of reach need no device', async (t) => {
  const first = syntheticPerson(42, { body: { missingEye: 'left' } })
  const station = await simulatedStation(t, { seed, first })
  const { capture } = station.station
  const caseId = await station.receive()
  await station.run(capture.except(station.actor, caseId, 'signature', [], 'cannot_sign'))
  await station.run(capture.except(station.actor, caseId, 'irises', [2], 'missing'))
  await station.run(capture.except(station.actor, caseId, 'left_four', [], 'cannot_reach'))
  await station.run(capture.except(station.actor, caseId, 'thumbs', [6], 'cannot_reach'))
  t.equal(await stateOf(station, caseId, 'left_four'), 'exception')
  t.equal(codeOf(await station.refusal(capture.start(station.actor, caseId, 'left_four'))), 'capture.excepted')
  await station.run(capture.withdrawException(station.actor, caseId, 'thumbs'))
  for (const modality of modalities) if ((await stateOf(station, caseId, modality)) === 'pending') await station.capture(caseId, modality)
  t.match(
    (await station.caseNow(caseId)).modalities.find(({ modality }) => modality === 'irises'),
    { eyes: [{ eye: 'right' }] },
  )
  t.equal(codeOf(await station.refusal(capture.except(station.actor, caseId, 'thumbs', [1], 'missing'))), 'capture.already_recorded')
  t.equal(codeOf(await station.refusal(capture.signRecord(station.actor, caseId))), 'capture.needs_witness')
  t.equal(
    codeOf(await station.refusal(capture.witnessRecord({ ...supervisor, operator: 'op-1' }, caseId, 'nodded'))),
    'capture.second_person',
  )
  await station.run(capture.witnessRecord(supervisor, caseId, 'nodded'))
  await station.run(capture.review(supervisor, caseId, 'the left arm is in plaster'))
  await station.run(capture.seal(station.actor, caseId))
  await station.untilStep(caseId, 'encode')
  await invariantsHold(t, station, first)
})

t.test('a worn finger is asked for alone, the good ones stay whatever the cable does, and in the end it is accepted as weak', async (t) => {
  const first = syntheticPerson(43, { body: { wornFingers: [4] } })
  const strict = { modalities: { right_four: { leastQuality: 60, tries: 2 } }, weakNeedsSecondPerson: ['right_four'] }
  const station = await simulatedStation(t, { seed, first, capture: strict })
  const { capture } = station.station
  const { office, usb } = station.world
  const caseId = await station.receive()
  t.equal(await station.present(caseId, 'right_four'), '')
  const before = station.state.capture
  t.match(before, { again: [4], mayAccept: false, weak: true, attempt: 1, tries: 2 })
  t.equal(codeOf(await station.refusal(capture.accept(station.actor, caseId, 'right_four', 'worn'))), 'capture.tries_left')
  await station.run(capture.retake(station.actor, caseId, 'right_four'))
  await station.until((state) => state.capture.state === 'live')
  t.strictSame(station.state.capture.asked, [4])
  await usb.unplug(office.scanner)
  await station.until((state) => state.capture.state === 'waiting')
  await usb.plug(office.scanner)
  await station.until((state) => state.capture.state === 'review')
  const after = station.state.capture
  const quality = (status: typeof after, position: number) => status.fingers.find((each) => each.position === position)?.quality ?? -1
  for (const position of [2, 3, 5]) t.equal(quality(after, position), quality(before, position), `finger ${position} stands as it was`)
  t.ok(quality(after, 4) >= quality(before, 4), 'the better of two')
  if (after.weak) {
    t.equal(codeOf(await station.refusal(capture.accept(station.actor, caseId, 'right_four', ''))), 'capture.weak_needs_reason')
    await station.run(capture.accept(station.actor, caseId, 'right_four', 'worn by work'))
    t.match((await station.caseNow(caseId)).findings, [{ code: 'weak_capture', ask: 'review' }])
  } else t.comment('the second touch was good enough')
})

const worn = syntheticPerson(43, { body: { wornFingers: [4] } })
const leastQuality = { modalities: { right_four: { leastQuality: 60, tries: 3 } } }

t.test('what stands to be accepted outlives two cancels at once, a cancel as the device comes back, and a wrong finger', async (t) => {
  const station = await simulatedStation(t, { seed, first: worn, capture: leastQuality })
  const { capture } = station.station
  const { office, usb } = station.world
  const caseId = await station.receive()
  t.equal(await station.present(caseId, 'right_four'), '')
  const { fingers } = station.state.capture
  const again = async () => {
    await station.run(capture.retake(station.actor, caseId, 'right_four'))
    await station.until((state) => state.capture.state === 'live')
  }
  const reviewed = () => station.until((state) => state.capture.state === 'review')

  await again()
  await station.run(Promise.all([capture.cancel(station.actor, caseId), capture.cancel(station.actor, caseId)]))
  t.match(station.state.capture, { state: 'review', attempt: 1 })

  await again()
  await usb.unplug(office.scanner)
  await station.until((state) => state.capture.state === 'waiting')
  t.equal(codeOf(await station.refusal(capture.accept(station.actor, caseId, 'right_four', 'worn'))), 'capture.not_running')
  t.equal(codeOf(await station.refusal(capture.retake(station.actor, caseId, 'right_four'))), 'capture.running')
  const cancelled = new Promise<void>((resolve, reject) => {
    const stop = station.state.subscribe((event) => {
      if (event.is !== 'device' || event.device.kind !== 'slap_scanner' || event.device.state !== 'ready') return
      stop()
      capture.cancel(station.actor, caseId).then(resolve, reject)
    })
  })
  await usb.plug(office.scanner)
  await station.run(cancelled)
  await station.run(new Promise<void>((resolve) => void station.world.clock.after(1_000, resolve)))
  t.match(station.state.capture, { state: 'review', attempt: 1 }, 'the attempt does not go on after all')

  // The lamp asks for the ring finger; the middle one comes, which lies in the first picture already.
  office.play(() => ({ person: worn, fingers: [3], how: 'single' }))
  await again()
  t.match(station.state.capture, { asked: [4], attempt: 2 })
  await reviewed()
  t.strictSame(station.state.capture.fingers, fingers, 'the first attempt stands whole')
  t.match(station.state.capture, { attempt: 2, again: [4], findings: [] })
  t.match(station.faults.at(-1), { code: 'capture.earlier_stands' }, 'and that is said')
  office.play(undefined)
  await again()
  t.strictSame(station.state.capture.asked, [4])
  await reviewed()
  await station.run(capture.accept(station.actor, caseId, 'right_four', 'worn by work'))
  t.equal((await station.caseNow(caseId)).modalities.find(({ modality }) => modality === 'right_four')?.tries, 3)
})

t.test(
  'what is said of a part while its picture is under review holds for that picture, and when it is taken back the part is asked for',
  async (t) => {
    const station = await simulatedStation(t, { seed, first: worn, capture: leastQuality })
    const { capture } = station.station
    const caseId = await station.receive()
    const positions = async () => {
      const { modalities } = await station.caseNow(caseId)
      return modalities.find(({ modality }) => modality === 'right_four')?.fingers?.map(({ position }) => position)
    }
    t.equal(await station.present(caseId, 'right_four'), '')
    t.match(station.state.capture, { weak: true, again: [4] })
    await station.run(capture.except(station.actor, caseId, 'right_four', [4], 'bandaged'))
    t.match(station.state.capture, { weak: false, mayAccept: true, again: [] })
    await station.run(capture.accept(station.actor, caseId, 'right_four', ''))
    t.strictSame(await positions(), [2, 3, 5], 'what cannot be recorded is not recorded')

    t.equal(codeOf(await station.refusal(capture.except(station.actor, caseId, 'right_four', [5], 'bandaged'))), 'capture.already_recorded')
    t.equal(await station.present(caseId, 'right_four'), '')
    await station.run(capture.except(station.actor, caseId, 'right_four', [5], 'bandaged'))
    t.equal(await stateOf(station, caseId, 'right_four'), 'pending', 'what was accepted before is not what the case says now')
    t.match(station.state.capture, { mayAccept: true, fingers: [{ position: 2 }, { position: 3 }] })

    await station.run(capture.withdrawException(station.actor, caseId, 'right_four'))
    t.match(station.state.capture, { mayAccept: false, again: [4, 5] })
    t.equal(codeOf(await station.refusal(capture.accept(station.actor, caseId, 'right_four', 'said'))), 'capture.parts_missing')
    await station.run(capture.retake(station.actor, caseId, 'right_four'))
    await station.until((state) => state.capture.state === 'live')
    t.strictSame(station.state.capture.asked, [4, 5])
    await station.until((state) => state.capture.state === 'review')
    await station.run(capture.accept(station.actor, caseId, 'right_four', 'worn by work'))
    t.strictSame(await positions(), [2, 3, 4, 5])

    await station.run(capture.except(station.actor, caseId, 'irises', [2], 'cannot_open'))
    t.equal(await station.present(caseId, 'irises'), '')
    await station.run(capture.withdrawException(station.actor, caseId, 'irises'))
    t.match(station.state.capture, { mayAccept: false, again: [2] })
  },
)

t.test('any order of modalities works, and a case keeps its own', async (t) => {
  const first = syntheticPerson(44)
  const order = ['thumbs', 'irises', 'signature', 'index_fingers', 'left_four', 'right_four', 'face']
  const tries = Object.fromEntries(modalities.map((modality) => [modality, { tries: 1 }]))
  const station = await simulatedStation(t, { seed, first, capture: { order, modalities: tries } })
  const caseId = await station.receive()
  t.strictSame(
    (await station.caseNow(caseId)).modalities.map(({ modality }) => modality),
    order,
  )
  for (const { modality } of (await station.caseNow(caseId)).modalities) await station.capture(caseId, modality)
  await station.untilDevice('signature_pad', 'ready')
  await station.run(station.station.capture.signRecord(station.actor, caseId))
  await station.run(station.station.capture.seal(station.actor, caseId))
  await station.untilStep(caseId, 'encode')
})
