// The parts of a recording that are not fingers, over a whole station in virtual time: the portrait and who approves it, both eyes, the pen.

import sharp from 'sharp'
import t from 'tap'
import { readCaptures } from '../../daemon/capture/kept-captures.js'
import { readFaceImageRecord } from '../../daemon/record/face-image.js'
import { readIrisImageRecord } from '../../daemon/record/iris-image.js'
import type { PreviewPicture } from '../../daemon/state.js'
import { isFault } from '../../protocol/fault.js'
import { specialEye } from '../../simulator/people/eye/special.js'
import type { Person } from '../../simulator/people/person.js'
import { syntheticPerson } from '../../simulator/people/synthetic.js'
import { type SimulatedStation, simulatedStation, simulatedWorld } from './simulated-station.js'

const first = syntheticPerson(7_000)
const codeOf = (error: unknown): string => (isFault(error) ? error.code : String(error))

async function recordOf(station: SimulatedStation, caseId: string, modality: string): Promise<Uint8Array> {
  const captures = await station.run(readCaptures(station.station.store, caseId))
  const kept = captures.find((each) => each.modality === modality)?.kept
  return station.run(station.station.store.blobs.get(kept?.blob ?? ''))
}

async function auditOf(station: SimulatedStation): Promise<readonly string[]> {
  const rows = await station.run(station.station.store.read((db) => db.selectFrom('audit').select('body').orderBy('seq').execute()))
  return rows.map(({ body }) => (JSON.parse(body) as { act: string }).act)
}

t.test('no finger and no iris before the applicant approved the portrait; a retake and the approval are audited', async (t) => {
  const station = await simulatedStation(t, { seed: 7, first, faceApproval: 'first' })
  const { capture, operators, corrections } = station.station
  const caseId = await station.receive()
  for (const modality of ['right_four', 'irises', 'index_fingers'] as const)
    t.equal(codeOf(await station.refusal(capture.start(station.actor, caseId, modality))), 'capture.face_not_approved', modality)
  const shown: PreviewPicture[] = []
  station.state.watch((picture) => void shown.push(picture))
  await station.present(caseId, 'face')
  const { state, components, backdrop, guides, advice } = station.state.capture
  t.strictSame([state, advice], ['review', ''])
  t.equal(components.length, 30, '28 of the standard and two of our own')
  t.ok(
    components.every(({ scalar, least }) => least === 0 || (scalar ?? 0) >= least),
    'what the policy asks for is there',
  )
  t.strictSame(
    components.filter(({ scalar }) => scalar === undefined).map(({ least }) => least),
    Array(8).fill(0),
    'what was not measured is asked of nobody',
  )
  t.ok((backdrop?.distance ?? 99) < (backdrop?.mostDistance ?? 0), `backdrop ${JSON.stringify(backdrop)}`)
  t.equal(backdrop?.expected, first.truth?.face().background)
  t.strictSame(guides, [], 'the portrait is shown as it will be recorded, nothing drawn on it')
  t.match(shown.at(-1), { widthPx: 480, heightPx: 640 })
  t.equal(codeOf(await station.refusal(capture.start(station.actor, caseId, 'irises'))), 'capture.face_not_approved')
  t.equal(
    codeOf(await station.refusal(capture.retake(station.actor, caseId, 'irises'))),
    'capture.face_not_approved',
    'shown is not approved',
  )
  const { id: operator, roles } = await station.run(operators.add(station.actor, { name: 'Ani', roles: ['supervisor'], pin: '123456' }))
  const value = first.biodata.sex === 'M' ? 'F' : 'M'
  await station.run(corrections.correct({ operator, roles }, caseId, { field: 'sex', value, reason: 'akta', pin: '123456' }))
  t.equal(
    codeOf(await station.refusal(capture.accept(station.actor, caseId, 'face', ''))),
    'capture.biodata_corrected',
    'the record would name the old one',
  )
  await station.run(capture.retake(station.actor, caseId, 'face'))
  await station.until(({ capture: now }) => now.state === 'review')
  await station.run(capture.accept(station.actor, caseId, 'face', ''))
  t.match(
    (await station.caseNow(caseId)).modalities.find(({ modality }) => modality === 'face'),
    { state: 'good', approvedByApplicant: true },
  )
  const acts = await auditOf(station)
  t.ok(acts.includes('face.retaken') && acts.includes('face.approved'))
  t.equal(await station.present(caseId, 'irises'), '', 'now the eyes may be recorded')
})

t.test('the portrait in the record is cut to the token geometry, with feature points and a quality', async (t) => {
  const station = await simulatedStation(t, { seed: 7, first })
  const caseId = await station.receive()
  await station.capture(caseId, 'face')
  const [face] = readFaceImageRecord(await recordOf(station, caseId, 'face')).representations
  t.match(face, { widthPx: 480, heightPx: 640, faceImageType: 2 })
  const point = (code: number) => face?.landmarks.find((each) => each.code === code)
  const [left, right] = [point(0xc1), point(0xc2)]
  t.ok(left && right && left.x > right.x, 'the left eye lies on the right of the picture')
  t.ok(Math.abs((left?.y ?? 0) - 288) <= 3 && Math.abs((right?.y ?? 0) - 288) <= 3, `eyes on row 0.6 W: ${left?.y}, ${right?.y}`)
  t.ok(Math.abs((left?.x ?? 0) - (right?.x ?? 0) - 120) <= 4, 'W / 4 apart')
  t.equal(face?.qualityBlocks.length, 1)
  t.ok((face?.image.length ?? 0) <= (480 * 640 * 3) / 10, 'not compressed more than 10:1 would need, not larger either')
})

t.test('both eyes are found, judged and written where they lie; the same person again is the same', async (t) => {
  const station = await simulatedStation(t, { seed: 7, first })
  const caseId = await station.receive()
  await station.present(caseId, 'irises')
  const { eyes, guides, findings, advice } = station.state.capture
  t.equal(advice, '')
  t.strictSame(
    eyes.map(({ eye }) => eye),
    ['right', 'left'],
  )
  t.ok(
    eyes.every(({ quality }) => (quality ?? 0) > 30),
    JSON.stringify(eyes),
  )
  t.strictSame(
    guides.map(({ sensor, shape }) => [sensor, shape]),
    [
      [0, 'iris'],
      [0, 'pupil'],
      [1, 'iris'],
      [1, 'pupil'],
    ],
  )
  t.strictSame(findings, [])
  await station.run(station.station.capture.accept(station.actor, caseId, 'irises', ''))
  const { representations } = readIrisImageRecord(await recordOf(station, caseId, 'irises'))
  const truth = first.truth?.iris('right')
  t.ok(Math.abs((representations[0]?.irisCentreX.smallest ?? 0) - (truth?.iris.x ?? 0)) <= 5)
  t.equal(await station.present(caseId, 'irises'), '')
  t.strictSame(station.state.capture.findings, [], 'a recapture of the same eyes is no finding')
})

/** Somebody else's images, or a trick, under this person's biodata. */
const showing = (images: Partial<Person['images']>): Person => ({ ...first, images: { ...first.images, ...images } })

t.test('one eye for both is refused its seal', async (t) => {
  const cheat = showing({ iris: (_eye, presentation) => first.images.iris('right', presentation) })
  const station = await simulatedStation(t, { seed: 7, first: cheat })
  const caseId = await station.receive()
  await station.present(caseId, 'irises')
  t.match(station.state.capture, { advice: 'same_eye_twice', findings: [{ code: 'same_eye_twice', ask: 'retake', again: ['irises'] }] })
})

t.test('another person at the recapture of the eyes is named, and a supervisor must look in the end', async (t) => {
  const other = syntheticPerson(7_001)
  let who: Person = first
  const station = await simulatedStation(t, {
    seed: 7,
    first: showing({ iris: (eye, presentation) => who.images.iris(eye, presentation) }),
  })
  const caseId = await station.receive()
  await station.capture(caseId, 'irises')
  who = other
  await station.present(caseId, 'irises')
  t.ok(
    station.state.capture.findings.some(({ code, ask }) => code === 'iris_recapture_mismatch' && ask === 'review'),
    JSON.stringify(station.state.capture.findings),
  )
})

t.test('the wrong eyes captured twice are still the wrong eyes; the right ones settle it', async (t) => {
  const other = syntheticPerson(7_001)
  let who: Person = first
  const station = await simulatedStation(t, {
    seed: 7,
    first: showing({ iris: (eye, presentation) => who.images.iris(eye, presentation) }),
  })
  const caseId = await station.receive()
  await station.capture(caseId, 'irises')
  who = other
  await station.capture(caseId, 'irises')
  await station.capture(caseId, 'irises')
  const open = (await station.caseNow(caseId)).findings ?? []
  t.match(
    open.map(({ code }) => code),
    ['iris_recapture_mismatch'],
  )
  who = first
  await station.capture(caseId, 'irises')
  t.strictSame((await station.caseNow(caseId)).findings, [])
})

t.test('a pair of one eye that was accepted does not accuse the honest capture after it', async (t) => {
  let cheats = true
  const cheat = showing({ iris: (eye, presentation) => first.images.iris(cheats ? 'right' : eye, presentation) })
  const station = await simulatedStation(t, { seed: 7, first: cheat })
  const caseId = await station.receive()
  await station.capture(caseId, 'irises')
  t.match((await station.caseNow(caseId)).findings, [{ code: 'same_eye_twice' }])
  cheats = false
  await station.capture(caseId, 'irises')
  t.strictSame((await station.caseNow(caseId)).findings, [])
})

t.test(
  'an eye that nobody can find does not take the other one with it: it is excepted with a reason, never silently left out',
  async (t) => {
    const [drawn] = specialEye('closed', 1)
    if (!drawn) throw new Error('a closed eye is one eye')
    const blind = showing({ iris: async (eye, presentation) => (eye === 'left' ? drawn : first.images.iris(eye, presentation)) })
    const station = await simulatedStation(t, { seed: 7, first: blind })
    const caseId = await station.receive()
    t.equal(await station.present(caseId, 'irises'), '')
    t.match(station.state.capture, {
      advice: 'no_iris',
      eyes: [
        { eye: 'right', codes: [] },
        { eye: 'left', codes: ['no_iris'] },
      ],
    })
    const { capture } = station.station
    t.equal(codeOf(await station.refusal(capture.accept(station.actor, caseId, 'irises', 'left eye lost'))), 'capture.parts_missing')
    await station.run(capture.except(station.actor, caseId, 'irises', [2], 'blind'))
    t.match(station.state.capture, { state: 'review', mayAccept: true })
    await station.run(capture.accept(station.actor, caseId, 'irises', 'time-out'))
    const doc = await station.caseNow(caseId)
    t.match(doc.exceptions, [{ modality: 'irises', positions: [2], reason: 'blind', by: 'op-1' }])
    t.match(
      doc.modalities.find(({ modality }) => modality === 'irises'),
      { state: 'weak_accepted' },
    )
  },
)

t.test('a face that no network finds can be taken by hand, weak and with a reason', async (t) => {
  const wall = await sharp({ create: { width: 1920, height: 1080, channels: 3, background: '#0090ff' } })
    .jpeg()
    .toBuffer()
  const covered = showing({ faceMjpeg: async () => new Uint8Array(wall) })
  const station = await simulatedStation(t, { seed: 7, first: covered })
  const caseId = await station.receive()
  await station.untilDevice('face_camera', 'ready')
  await station.run(station.station.capture.start(station.actor, caseId, 'face'))
  await station.until(({ capture }) => capture.advice === 'look_at_camera')
  await station.run(station.station.capture.takeNow(station.actor, caseId))
  await station.until(({ capture }) => capture.state === 'review')
  t.equal(station.state.capture.advice, 'no_face')
  await station.run(station.station.capture.accept(station.actor, caseId, 'face', 'burnt face'))
})

t.test('closed eyes are never taken as good: advice first, a named fault at the end', async (t) => {
  const [drawn] = specialEye('closed', 1)
  if (!drawn) throw new Error('a closed eye is one eye')
  const closed = drawn
  const asleep = showing({ iris: async () => closed })
  const station = await simulatedStation(t, { seed: 7, first: asleep })
  const caseId = await station.receive()
  t.equal(await station.present(caseId, 'irises'), 'capture.nothing_seen')
})

t.test('somebody who needs coaching is coached: the advice changes until all is well', async (t) => {
  const world = await simulatedWorld({ seed: 7, first, manner: 'coached' })
  const station = await simulatedStation(t, { seed: 7, first, world })
  const caseId = await station.receive()
  const said = new Set<string>()
  station.state.subscribe((event) => {
    if (event.is === 'capture' && event.capture.state === 'live') said.add(`${event.capture.modality}: ${event.capture.advice}`)
  })
  for (const modality of ['face', 'irises'] as const) {
    t.equal(await station.present(caseId, modality), '')
    t.equal(station.state.capture.advice, '', `${modality} is good in the end`)
    await station.run(station.station.capture.accept(station.actor, caseId, modality, ''))
  }
  t.comment([...said].join(', '))
  for (const modality of ['face', 'irises'])
    t.ok([...said].filter((each) => each.startsWith(modality) && !each.endsWith(': ')).length >= 2, `${modality}: nobody, then a fault`)
})

t.test('who signs may take back the last stroke or begin anew', async (t) => {
  const station = await simulatedStation(t, { seed: 7, first })
  const { capture } = station.station
  const caseId = await station.receive()
  await station.untilDevice('signature_pad', 'ready')
  t.equal(codeOf(await station.refusal(capture.undoStroke(station.actor, caseId))), 'capture.not_running')
  const inks: string[] = []
  station.state.watch(({ ink }) => void inks.push(ink))
  await station.run(capture.start(station.actor, caseId, 'signature'))
  await station.until(() => station.state.capture.state === 'live')
  await station.run(new Promise<void>((resolve) => void station.world.clock.after(900, resolve)))
  const before = inks.at(-1) ?? ''
  await station.run(capture.undoStroke(station.actor, caseId))
  const after = inks.at(-1) ?? ''
  t.ok(after.length < before.length && before.startsWith(after), 'the last stroke is gone')
  await station.run(capture.signAgain(station.actor, caseId))
  t.equal(inks.at(-1), '', 'nothing is on the pad')
  await station.until(({ capture: now }) => now.state === 'review')
  t.equal(station.state.capture.advice, '', 'the new signature is whole')
})
