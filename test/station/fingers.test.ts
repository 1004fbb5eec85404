// Fingers that are not what was asked for: the whole station finds them out, asks for them again, and lets a second person judge what stays in doubt.

import t from 'tap'
import type { KeptFingers } from '../../daemon/capture/kept-fingers.js'
import { findOneFinger } from '../../daemon/capture/one-finger.js'
import { openSimd } from '../../daemon/kernels/simd/simd.js'
import { compareWithOperators } from '../../daemon/operators/applicant-check.js'
import { compareOperators } from '../../daemon/operators/compare-operators.js'
import { enrolledFingers } from '../../daemon/operators/finger-store.js'
import { delayAfterFailuresMs } from '../../daemon/operators/lockout.js'
import type { Finding, OperatorFingerAsked } from '../../daemon/state.js'
import { isOpen } from '../../daemon/state.js'
import type { FrameHeader } from '../../protocol/hardware/frames.js'
import type { Trick } from '../../simulator/office/counter.js'
import { syntheticPerson } from '../../simulator/people/synthetic.js'
import { filesUnder } from '../store/fixture.js'
import { codeOf, invariantsHold } from './invariants.js'
import { type SimulatedStation, simulatedStation } from './simulated-station.js'

const seed = 7
const first = syntheticPerson(7_000)
const { images } = first
const stranger = syntheticPerson(7_001)
const supervisor = { operator: 'op-2', roles: ['supervisor'] }

const openFindings = async (station: SimulatedStation, caseId: string): Promise<readonly Finding[]> =>
  ((await station.caseNow(caseId)).findings ?? []).filter(isOpen)

async function arrive(
  t: Parameters<typeof simulatedStation>[0],
  trick?: Trick,
  setup: Partial<Parameters<typeof simulatedStation>[1]> = {},
) {
  const station = await simulatedStation(t, { seed, first, ...setup })
  const caseId = await station.receive()
  station.world.office.play(trick)
  return { station, caseId, office: station.world.office }
}

t.test('the right hand given for the left one too is found at once; the honest left hand settles it', async (t) => {
  const { station, caseId, office } = await arrive(t, (asked) => (asked === 'left_four' ? images.slap('right_four') : undefined))
  await station.capture(caseId, 'right_four')
  t.equal(await station.present(caseId, 'left_four'), '')
  const { findings, fingers } = station.state.capture
  t.match(findings, [{ code: 'swapped_hands', certainty: 'sure', ask: 'retake', again: ['left_four'] }])
  t.equal(fingers.length, 4)
  t.equal(
    codeOf(await station.refusal(station.station.capture.accept(station.actor, caseId, 'left_four', ''))),
    'capture.weak_needs_reason',
  )
  office.play(undefined)
  await station.run(station.station.capture.retake(station.actor, caseId, 'left_four'))
  await station.until(({ capture }) => capture.state === 'review')
  t.strictSame(station.state.capture.findings.filter(isOpen), [])
  await station.run(station.station.capture.accept(station.actor, caseId, 'left_four', ''))
  t.match(
    (await station.caseNow(caseId)).modalities.find(({ modality }) => modality === 'left_four'),
    { state: 'good', by: 'op-1' },
  )
})

t.test('hands exchanged at both slaps show at the latest when the index fingers come again', async (t) => {
  const exchanged: Trick = (asked) =>
    asked === 'right_four' ? images.slap('left_four') : asked === 'left_four' ? images.slap('right_four') : undefined
  const { station, caseId, office } = await arrive(t, exchanged)
  for (const modality of ['right_four', 'left_four', 'index_fingers'] as const) await station.capture(caseId, modality)
  const found = (await openFindings(station, caseId)).find(({ code }) => code === 'swapped_hands')
  t.match(found, { certainty: 'sure', ask: 'retake' })
  t.ok(found?.again.includes('right_four') && found.again.includes('left_four'), String(found?.again))
  office.play(undefined)
  for (const modality of ['right_four', 'left_four'] as const) await station.capture(caseId, modality)
  t.strictSame(await openFindings(station, caseId), [])
})

t.test('another person’s index fingers: asked for again, then judged by a second person, and only then sealed', async (t) => {
  const { station, caseId } = await arrive(t, (asked) => (asked === 'index_fingers' ? stranger.images.indexFingers() : undefined))
  const { capture } = station.station
  for (const modality of ['face', 'signature', 'right_four', 'left_four', 'thumbs', 'irises', 'index_fingers'] as const)
    await station.capture(caseId, modality)
  t.match(await openFindings(station, caseId), [
    { code: 'recapture_mismatch', ask: 'retake', again: ['index_fingers'] },
    { code: 'recapture_mismatch', ask: 'retake', again: ['index_fingers'] },
  ])
  t.equal(codeOf(await station.refusal(capture.review(supervisor, caseId, 'seen'))), 'capture.nothing_to_review', 'a retake comes first')
  await station.capture(caseId, 'index_fingers')
  t.match(await openFindings(station, caseId), [{ ask: 'review' }, { ask: 'review' }])

  await station.untilDevice('signature_pad', 'ready')
  await station.run(capture.signRecord(station.actor, caseId))
  t.equal(codeOf(await station.refusal(capture.seal(station.actor, caseId))), 'capture.finding_open')
  t.equal(codeOf(await station.refusal(capture.review(station.actor, caseId, 'seen'))), 'capture.second_person')
  const operator = { operator: 'op-3', roles: ['recording_operator'] }
  t.equal(codeOf(await station.refusal(capture.review(operator, caseId, 'seen'))), 'case.role_required')
  t.equal(codeOf(await station.refusal(capture.review(supervisor, caseId, ' '))), 'input.invalid')
  await station.run(capture.review(supervisor, caseId, 'compared with the person'))
  t.strictSame(await openFindings(station, caseId), [])
  await station.run(capture.seal(station.actor, caseId))

  const { packetId = '' } = await station.caseNow(caseId)
  await station.until(({ cases }) => cases.find((doc) => doc.caseId === caseId)?.centralStatus !== '')
  const { items } = await station.run(station.centre.contentsOf(packetId))
  const judged = JSON.parse(new TextDecoder().decode(items.find(({ type }) => type === 'captures')?.bytes))
  t.match(judged.findings, [{ code: 'recapture_mismatch', review: { by: 'op-2', reason: 'compared with the person' } }, {}])
  t.match(
    judged.captures.find(({ modality }: { modality: string }) => modality === 'index_fingers'),
    { state: 'weak_accepted', tries: 2, by: 'op-1' },
  )
  await invariantsHold(t, station, first)
  t.notOk(JSON.stringify([station.log.lines, station.state.cases]).includes('minutiae'), 'no template in log or state')
})

t.test('a device that suspects an artefact: refused, judged by a second person, or passed over, as the site says', async (t) => {
  const spoof = { verdict: 'attack', score: 91 } as const
  for (const [presentationAttack, expected] of [
    ['refuse', 'capture.presentation_attack'],
    ['review', ''],
    ['ignore', ''],
  ] as const) {
    const { station, caseId, office } = await arrive(t, undefined, { presentationAttack })
    const { capture } = station.station
    office.scanner.judge(spoof)
    t.equal(await station.present(caseId, 'thumbs'), '')
    t.equal(station.state.capture.advice, presentationAttack === 'ignore' ? '' : 'presentation_attack')
    const refusal = await station.refusal(capture.accept(station.actor, caseId, 'thumbs', 'looked at the fingers'))
    t.equal(refusal === undefined ? '' : codeOf(refusal), expected, presentationAttack)
    if (presentationAttack === 'refuse') {
      office.scanner.judge({ verdict: 'bona_fide' })
      await station.run(capture.retake(station.actor, caseId, 'thumbs'))
      await station.until((state) => state.capture.state === 'review')
      await station.run(capture.accept(station.actor, caseId, 'thumbs', ''))
    }
    const verdict = presentationAttack === 'refuse' ? 'bona_fide' : 'attack'
    const doc = await station.caseNow(caseId)
    t.match(
      doc.modalities.find(({ modality }) => modality === 'thumbs'),
      { presentationAttack: verdict },
    )
    const open = (doc.findings ?? []).filter(isOpen)
    t.match(open, presentationAttack === 'review' ? [{ code: 'presentation_attack', ask: 'review', modalities: ['thumbs'] }] : [])
    t.equal(open.length, presentationAttack === 'review' ? 1 : 0)
  }
})

t.test('what a device called an artefact is nothing to build on, and takes nothing from what it did not', async (t) => {
  const strict = { modalities: { thumbs: { leastQuality: 100, tries: 9 } } }
  const { station, caseId, office } = await arrive(t, undefined, { presentationAttack: 'review', capture: strict })
  const { capture } = station.station
  const again = async () => {
    await station.run(capture.retake(station.actor, caseId, 'thumbs'))
    await station.until((state) => state.capture.state === 'live')
    const { asked } = station.state.capture
    await station.until((state) => state.capture.state === 'review')
    return asked
  }
  office.scanner.judge({ verdict: 'attack', score: 91 })
  t.equal(await station.present(caseId, 'thumbs'), '')
  t.match(station.state.capture, { advice: 'presentation_attack', again: [] })
  office.scanner.judge({ verdict: 'bona_fide' })
  t.strictSame(await again(), [6, 1], 'all of it, not only what was weak in the suspected picture')
  t.match(station.state.capture, { advice: 'weak_fingers', findings: [] })
  const { fingers } = station.state.capture
  office.scanner.judge({ verdict: 'attack', score: 91 })
  await again()
  t.match(station.state.capture, { advice: 'weak_fingers', findings: [], fingers, attempt: 3 })
})

const simd = openSimd()
const records = { compareOperators: async (job: Parameters<typeof compareOperators>[0]) => compareOperators(job, simd) }

async function staffed(station: SimulatedStation) {
  const { operators } = station.station
  const add = async (name: string) => {
    const made = await station.run(operators.add(station.actor, { name, roles: ['recording_operator', 'supervisor'], pin: '123456' }))
    return { operator: made.id, roles: made.roles }
  }
  return { ani: await add('Ani'), budi: await add('Budi') }
}

// ---- Operators' own fingers: enrolled, asked for before a correction, found among an applicant's, and gone with the operator ----

const correction = { field: 'birth_place', value: 'Maros', reason: 'akta kelahiran', pin: '' }

t.test('an operator enrols a finger, corrects by it, and is known among the fingers of an applicant', async (t) => {
  const station = await simulatedStation(t, { seed: 7, first })
  const { operatorFingers, corrections, store, operators } = station.station
  const caseId = await station.receive()
  const { ani, budi } = await staffed(station)
  const lay = (hand: typeof images, touch: number) =>
    station.world.office.play((asked) =>
      typeof asked === 'number' ? hand.finger(asked, { occasion: 'handover', seed: touch }) : undefined,
    )
  const refused = async (work: Promise<unknown>) => codeOf(await station.refusal(work))
  await station.untilDevice('slap_scanner', 'ready')

  t.equal(await refused(corrections.correct(ani, caseId, correction)), 'operator.no_finger')
  lay(stranger.images, 1)
  t.equal(await refused(operatorFingers.enrol(ani, { pin: '654321', position: 0 })), 'operator.wrong_pin')
  t.equal(await refused(operatorFingers.enrol(ani, { pin: '123456', position: 11 })), 'input.invalid')
  const asked: OperatorFingerAsked[] = []
  station.station.state.subscribe((event) => event.is === 'operator_finger' && asked.push(event.finger))
  await station.run(operatorFingers.enrol(ani, { pin: '123456', position: 0 }))
  t.match(
    [asked.at(0), asked.at(-1)],
    [{ operatorId: ani.operator, position: 2 }, { position: 0 }],
    'told which finger, and that it is over',
  )
  t.match(await enrolledFingers(store), [{ operatorId: ani.operator, position: 2 }])
  lay(stranger.images, 2)
  t.equal(await refused(operatorFingers.enrol(budi, { pin: '123456', position: 2 })), 'operator.finger_taken', 'one person, one name')

  await station.run(corrections.correct(ani, caseId, correction))
  const corrected = await station.caseNow(caseId)
  t.equal(corrected.biodata?.birthPlace, 'MAROS')
  const before = first.biodata.birthPlace
  t.match(corrected.corrections, [{ field: 'birth_place', by: ani.operator, reason: 'akta kelahiran', before }])
  lay(images, 1)
  const again = { ...correction, value: 'Gowa' }
  let shown = 0
  const leave = station.station.state.subscribe((event) => {
    if (event.is !== 'operator_finger' || event.finger.position === 0) return
    operatorFingers.cancel(budi.operator)
    // The first is told before the capture begins.
    if (++shown === 2) void Promise.resolve().then(() => operatorFingers.cancel(ani.operator))
  })
  t.equal(
    await refused(corrections.correct(ani, caseId, again)),
    'capture.nothing_seen',
    'who is asked may leave, and nobody else for them',
  )
  leave()
  t.equal(await refused(corrections.correct(ani, caseId, again)), 'operator.wrong_finger')
  const failures = async () =>
    (await store.read((db) => db.selectFrom('operators').select('failed_attempts').where('name', '=', 'Ani').executeTakeFirst()))
      ?.failed_attempts
  t.equal(await failures(), 1, 'counted like a wrong PIN')
  for (let tries = 2; tries < 5; tries++) await refused(corrections.correct(ani, caseId, { ...again, pin: '000000' }))
  t.equal(await refused(operators.verifyPin('Ani', '000000')), 'operator.too_many_tries', 'one count for both')
  t.equal(await refused(corrections.correct(ani, caseId, { ...again, pin: '123456' })), 'operator.too_many_tries')
  t.equal((await station.caseNow(caseId)).biodata?.birthPlace, 'MAROS')
  station.world.clock.advance(delayAfterFailuresMs(5) + 1)
  await station.run(corrections.correct(ani, caseId, { ...again, pin: '123456' }))
  t.match((await station.caseNow(caseId)).corrections, [{ before }, { before: 'MAROS' }])

  await t.test('an applicant with the operator’s hand is found, an honest one is not', async (t) => {
    const check = async (hand: typeof images) => {
      const { grey, widthPx, heightPx } = await hand.finger(2, { occasion: 'handover', seed: 9 })
      const { template } = findOneFinger(
        { frame: { header: { widthPx, heightPx, ppi: 500 } as FrameHeader, bytes: grey }, position: 2 },
        simd,
      )
      const finger = { segment: { position: 3 }, codes: [], template } as unknown as KeptFingers['fingers'][number]
      const kept = { capture: 'right_four', takenAtMs: 1, tries: 1, attempt: 1, codes: [], fingers: [finger] } as const
      return station.run(compareWithOperators({ store, records }, budi, caseId, [kept]))
    }
    t.same(await check(images), [])
    t.match(await check(stranger.images), [
      { code: 'operator_finger', certainty: 'sure', ask: 'review', modalities: ['right_four'], positions: [3], operators: [ani.operator] },
    ])
  })

  await station.run(operators.setLocked(station.actor, 'Ani', true))
  t.same(await enrolledFingers(store), [])
  const keys = await store.read((db) => db.selectFrom('subject_keys').select('subject').execute())
  t.notOk(
    keys.some(({ subject }) => subject.startsWith('operator:')),
    'the key is gone, so the finger is',
  )
  await invariantsHold(t, station, first)
  const chain = await store.read((db) => db.selectFrom('audit').select('body').orderBy('seq').execute())
  const acts = chain.map(({ body }) => JSON.parse(body) as { act: string; facts?: object }).filter(({ act }) => !act.startsWith('subject'))
  t.match(acts.find(({ act }) => act === 'case.biodata_corrected')?.facts, { field: 'birth_place', operation: 'finger' })
  for (const act of ['operator.finger_enrolled', 'operator.finger_refused', 'record.operator_finger', 'operator.finger_erased'])
    t.ok(
      acts.some((each) => each.act === act),
      act,
    )
  const told = JSON.stringify([acts, station.log.lines])
  for (const secret of ['MAROS', 'Gowa', 'akta', 'minutiae']) t.notOk(told.includes(secret), `no ${secret} in chain or log`)
  await station.close()
  for (const { path, bytes } of await filesUnder(station.folder)) t.notOk(bytes.includes('akta kelahiran'), path)
})
