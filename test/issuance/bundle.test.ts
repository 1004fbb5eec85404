// A card is made only of a bundle that the centre signed for this station, this person, this request and this time.

import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createCentreClient } from '../../daemon/centre/client.js'
import { type Bundles, createBundles } from '../../daemon/issuance/bundle.js'
import { newStationIdentity } from '../../daemon/packet/station-identity.js'
import type { FaultCode } from '../../protocol/fault.js'
import { seededRandom } from '../../simulator/seeded-random.js'
import { type Bench, biodataOf, heldEffects, modalityItems, niks, outboxBench, world } from '../outbox/fixture.js'
import { filesUnder, opened } from '../store/fixture.js'

interface Issuing extends Bench {
  readonly bundles: Bundles
  readonly holder: { readonly caseId: string; readonly packetId: string; readonly nik: string }
}

/** A station whose one packet is print-ready. */
async function printReady(t: Test): Promise<Issuing> {
  const around = world({ printReadyAfterMs: 5_000 })
  const effects = heldEffects(around.clock)
  const store = await opened(t, join(t.testdir(), 'store'), { clock: around.clock, effects })
  const b = await outboxBench(around, store)
  const packetId = await b.enqueue('case-1', niks[0])
  b.outbox.kick()
  await b.event((event) => event.is === 'status' && event.status === 'PRINT_READY_RECORD')
  await b.outbox.close()
  const centre = createCentreClient({ transport: around.centre.transport, effects })
  const keys = { centreKeys: around.centre.publicKeys, station: around.station }
  const bundles = createBundles({ store, centre, ...keys, clock: around.clock, random: seededRandom(21), effects })
  return { ...b, bundles, holder: { caseId: 'case-1', packetId, nik: niks[0] } }
}

const acts = (b: Issuing): Promise<string[]> =>
  b.store.read(async (db) =>
    (await db.selectFrom('audit').select('body').execute()).map(({ body }) => (JSON.parse(body) as { act: string }).act),
  )

t.test('a bundle is fetched, kept sealed and opened again for use', async (t) => {
  const b = await printReady(t)
  const fetched = await b.clock.runUntil(b.bundles.fetch(b.holder))
  const loaded = await b.bundles.load(b.holder)
  t.same(loaded, fetched)
  t.same(loaded.biodata, biodataOf(niks[0]))
  t.same(
    loaded.fingers.map(({ position, template }) => [position, template.length]),
    [
      [2, 36],
      [7, 36],
    ],
    'both index fingers',
  )
  const face = modalityItems.find(({ type }) => type === 'record.face')?.bytes ?? new Uint8Array(0)
  t.ok(Buffer.from(loaded.photo).includes(Buffer.from(face.subarray(0, 40))), 'the photo was made of the face record in the packet')
  const onDisk = await filesUnder(b.store.folder)
  t.notOk(onDisk.some(({ bytes }) => bytes.includes(niks[0]) || bytes.includes(Buffer.from(loaded.photo))))
})

const lies: readonly { readonly lie: Parameters<Bench['centre']['script']['nextBundle']>[0]; readonly code: FaultCode }[] = [
  { lie: 'forged', code: 'bundle.forged' },
  { lie: 'wrong_station', code: 'bundle.wrong_station' },
  { lie: 'wrong_person', code: 'bundle.wrong_person' },
  { lie: 'expired', code: 'bundle.expired' },
  { lie: 'replayed', code: 'bundle.replayed' },
]
t.test('a bundle is refused, audited and not kept when it is', async (t) => {
  for (const { lie, code } of lies) {
    await t.test(lie, async (t) => {
      const b = await printReady(t)
      const first = lie === 'replayed' ? await b.bundles.fetch(b.holder) : undefined
      b.centre.script.nextBundle(lie)
      await t.rejects(b.bundles.fetch(b.holder), { code })
      t.ok((await acts(b)).includes(code))
      if (first) t.equal((await b.bundles.load(b.holder)).bundleId, first.bundleId, 'the good one stays')
      else await t.rejects(b.bundles.load(b.holder), { code: 'bundle.missing' })
    })
  }
})

t.test('a kept bundle', async (t) => {
  const b = await printReady(t)
  const fetched = await b.bundles.fetch(b.holder)

  await t.test('is not taken for another person or another packet', async (t) => {
    await t.rejects(b.bundles.load({ ...b.holder, nik: niks[1] }), { code: 'bundle.wrong_person' })
    await t.rejects(b.bundles.load({ ...b.holder, packetId: 'other' }), { code: 'bundle.wrong_person' })
  })
  await t.test('is not opened by another station', async (t) => {
    const centre = createCentreClient({ transport: b.centre.transport, effects: heldEffects(b.clock) })
    const keys = { centreKeys: b.centre.publicKeys, station: newStationIdentity('mks-01') }
    const elsewhere = createBundles({
      store: b.store,
      centre,
      ...keys,
      clock: b.clock,
      random: seededRandom(1),
      effects: heldEffects(b.clock),
    })
    await t.rejects(elsewhere.load(b.holder), { code: 'bundle.wrong_station' })
  })
  await t.test('is verified at each use: another text under the same row is found', async (t) => {
    const other = await b.store.blobs.put('case-1', 'bundle', Buffer.from('eyJhbGciOiJFUzI1NiJ9.e30.AAAA'))
    await b.store.commit({ actor: 'test', act: 'test.swap' }, async (trx) => {
      await b.store.blobs.record(trx, other)
      await trx.updateTable('bundles').set({ sealed_blob: other.hash }).where('id', '=', fetched.bundleId).execute()
    })
    await t.rejects(b.bundles.load(b.holder), { code: 'bundle.forged' })
  })
  await t.test('is replaced by a fresh one, and ends with its time', async (t) => {
    const fresh = await b.bundles.fetch(b.holder)
    t.not(fresh.bundleId, fetched.bundleId)
    t.equal((await b.bundles.load(b.holder)).bundleId, fresh.bundleId)
    b.clock.advance(24 * 3_600_000)
    await t.rejects(b.bundles.load(b.holder), { code: 'bundle.expired' })
    const held = await b.bundles.load(b.holder, { evenExpired: true })
    t.same(held.fingers, fresh.fingers, 'what a card was made of can be told as long as there is the card')
  })
})

t.test('before the centre says print-ready there is no bundle', async (t) => {
  const b = await printReady(t)
  b.centre.script.answerStatus(b.holder.packetId, 'ADJUDICATE_RECORD')
  await t.rejects(b.bundles.fetch(b.holder), { code: 'centre.refused', context: { reason: 'not_print_ready' } })
})
