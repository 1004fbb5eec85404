// Fingers that are not what was asked for: the whole station finds them out, asks for them again, and lets a second person judge what stays in doubt.

import t from 'tap'
import type { Finding } from '../../daemon/state.js'
import { isOpen } from '../../daemon/state.js'
import type { Trick } from '../../simulator/office/counter.js'
import { syntheticPerson } from '../../simulator/people/synthetic.js'
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
