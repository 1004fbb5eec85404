// Giving out a card at a whole simulated station: only to a holder whose finger is the card's, or on the word of a supervisor who did not check it.

import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { Actor } from '../../daemon/desks.js'
import { compareHolder } from '../../daemon/issuance/compare-holder.js'
import { mostAttempts } from '../../daemon/issuance/holder-check.js'
import { syntheticPerson } from '../../simulator/people/synthetic.js'
import { codeOf, invariantsHold } from './invariants.js'
import { type Moment, type SimulatedStation, simulatedStation, stationFrom } from './simulated-station.js'

const seed = 7
const first = syntheticPerson(7_000)
const other = syntheticPerson(8_000)
const moments = t.testdir()
const supervisor: Actor = { operator: 'op-2', roles: ['supervisor'] }
const distributor: Actor = { operator: 'op-3', roles: ['distribution_officer'] }

let finished: Promise<Moment & { readonly caseId: string }> | undefined
async function cardWaits(t: Test): Promise<{ station: SimulatedStation; caseId: string }> {
  finished ??= made(t)
  const moment = await finished
  const station = await stationFrom(t, moment, { seed, first })
  await station.untilDevice('slap_scanner', 'ready')
  return { station, caseId: moment.caseId }
}

async function made(t: Test): Promise<Moment & { readonly caseId: string }> {
  const station = await simulatedStation(t, { seed, first, folder: join(moments, 'making') })
  const caseId = await station.receive()
  await station.record(caseId)
  await station.untilStep(caseId, 'encode')
  await station.issue(caseId)
  const moment = await station.photograph(join(moments, 'waiting'))
  await station.close()
  return { ...moment, caseId }
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
  let touch = 0
  station.world.office.play((asked) =>
    typeof asked === 'number' ? other.images.finger(asked, { occasion: 'handover', seed: ++touch }) : undefined,
  )
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

t.test('an empty platen and a finger that the card does not hold count as no attempt', async (t) => {
  const { station, caseId } = await cardWaits(t)
  const { office } = station.world
  t.equal(codeOf(await station.refusal(verify(station, caseId, 4))), 'holder.no_template')
  const empty = { widthPx: 1600, heightPx: 1500, grey: new Uint8Array(1600 * 1500).fill(250) }
  office.play(async () => empty)
  t.equal(codeOf(await station.refusal(verify(station, caseId))), 'capture.nothing_seen')
  t.equal((await station.caseNow(caseId)).holderCheck, undefined)
  office.play(undefined)
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
