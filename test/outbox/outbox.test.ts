// A sealed packet reaches the centre once, whatever happens to the line, the station or the receipt; nothing but a verified receipt ends it.

import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { createCentreClient } from '../../daemon/centre/client.js'
import { watchSkew } from '../../daemon/centre/clock-skew.js'
import type { Effects } from '../../daemon/effects.js'
import { type PacketInput, type PacketState, stepPacket } from '../../daemon/outbox/machine.js'
import { createOutbox } from '../../daemon/outbox/outbox.js'
import { packetBlobKind } from '../../daemon/outbox/packets.js'
import { newStationIdentity } from '../../daemon/packet/station-identity.js'
import { openStore } from '../../daemon/store/store.js'
import { isFault } from '../../protocol/fault.js'
import { silentLog } from '../../protocol/log.js'
import { seededRandom } from '../../simulator/seeded-random.js'
import { VirtualClock } from '../../simulator/virtual-clock.js'
import { deps, opened, startMs } from '../store/fixture.js'
import { type Bench, type BenchOptions, heldEffects, niks, outboxBench, world } from './fixture.js'

async function bench(t: Test, options: BenchOptions = {}, over: Parameters<typeof world>[0] = {}): Promise<Bench> {
  const around = world(over)
  const store = await opened(t, join(t.testdir(), 'store'), { clock: around.clock, effects: heldEffects(around.clock) })
  const made = await outboxBench(around, store, options)
  t.teardown(() => made.outbox.close())
  return made
}

const acts = (b: Bench): Promise<string[]> =>
  b.store.read(async (db) => {
    const rows = await db.selectFrom('audit').select('body').orderBy('seq').execute()
    return rows.map(({ body }) => (JSON.parse(body) as { act: string }).act)
  })

t.test('the machine commits only by a verified and kept receipt, in any order of events', async () => {
  const inputs: fc.Arbitrary<PacketInput> = fc.oneof(
    fc.constantFrom<PacketInput>(
      { is: 'enqueued' },
      { is: 'begin' },
      { is: 'receipt_came', receiptJws: 'r' },
      { is: 'receipt_verified', receiptJws: 'r' },
      { is: 'receipt_kept' },
      { is: 'failed', cause: 'link', code: 'centre.unreachable' },
      { is: 'centre_finished' },
    ),
    fc.record({ is: fc.constant('lacks' as const), chunks: fc.array(fc.nat(3), { maxLength: 3 }) }),
    fc.record({ is: fc.constant('chunk_held' as const), chunk: fc.nat(3) }),
  )
  fc.assert(
    fc.property(fc.array(inputs, { maxLength: 60 }), (sequence) => {
      let state: PacketState = { at: 'sealed' }
      let proof = ''
      for (const input of sequence) {
        const { state: next, effect } = stepPacket(state, input)
        if (effect?.do === 'verify') proof = 'came'
        if (effect?.do === 'keep_receipt' && proof === 'came') proof = 'verified'
        if (next.at === 'committed' && state.at !== 'committed' && !(proof === 'verified' && input.is === 'receipt_kept')) return false
        if (state.at === 'committed' && next.at !== 'committed' && next.at !== 'retained') return false
        if (state.at === 'retained' && next.at !== 'retained') return false
        state = next
      }
      return true
    }),
    { numRuns: 500 },
  )
})

t.test('a packet is sent in chunks, receipted and remembered', async (t) => {
  const b = await bench(t)
  const progress: number[] = []
  b.outbox.onChange(({ bytesSent }) => progress.push(bytesSent))
  const id = await b.enqueue('case-1', niks[0])
  b.outbox.kick()
  const event = await b.event(({ is }) => is === 'committed')
  t.match(event, { packetId: id, caseId: 'case-1', receiptNumber: /^SIM-/ })
  t.match(await b.row(id), { state: 'committed', receipt_jws: /^ey/ })
  t.same(b.centre.packetIds, [id])
  t.same(b.centre.manifestOf(id)?.auditHead, { seq: 9, hash: '9a'.repeat(32) }, 'the centre is witness of the audit head')
  t.ok(Math.max(...progress) > 160_000, 'progress was shown')
  t.match(b.outbox.status(), { waiting: 0, reachable: true, bytesTotal: 0 })
  const chain = await acts(b)
  t.same(chain.slice(-3), ['record.sealed', 'packet.sending', 'packet.committed'])
})

t.test('a cut line costs only what was under way', async (t) => {
  const b = await bench(t)
  const id = await b.enqueue('case-1', niks[0])
  const chunks = Math.ceil((b.centre.manifestOf(id)?.ciphertext.length ?? 163_000) / (32 * 1024))
  b.centre.script.cutAfterBytes(100_000)
  await b.drained()
  t.equal((await b.row(id)).state, 'committed')
  // enrolment; twice asked, each chunk once, one commit
  t.equal(b.centre.link.served, 1 + 2 + chunks + 1)
})

t.test('a commit whose answer was lost is found again: one packet, one receipt', async (t) => {
  const b = await bench(t)
  const id = await b.enqueue('case-1', niks[0])
  b.centre.script.loseAnswer('POST', /commit$/)
  b.outbox.kick()
  const event = await b.event(({ is }) => is === 'committed')
  t.match(event, { receiptNumber: 'SIM-00000001' })
  t.same(b.centre.packetIds, [id])
})

t.test('after a day without a line everything goes out, oldest first, and the centre was not hammered', async (t) => {
  const b = await bench(t)
  b.centre.script.unreachable = true
  const ids: string[] = []
  for (const [at, nik] of niks.entries()) ids.push(await b.enqueue(`case-${at}`, nik))
  b.clock.jumpWall(-365 * 24 * 3_600_000)
  b.outbox.kick()
  let pauses = 0
  b.outbox.onChange(() => pauses++)
  await b.clock.runUntil(new Promise<void>((resolve) => void b.clock.after(24 * 3_600_000, resolve)))
  t.match(b.outbox.status(), { waiting: 4, reachable: false })
  t.ok(pauses > 200 && pauses < 1_500, `${pauses} looks in a day`)
  b.centre.script.unreachable = false
  await b.drained()
  t.same(b.centre.packetIds, ids)
})

t.test('a centre that refuses every question is asked no more often for it', async (t) => {
  let asked = 0
  const b = await bench(t)
  const refusing = createOutbox({
    store: b.store,
    centre: createCentreClient({
      transport: { request: async () => ({ status: asked++ > 1_000 ? 500 : 404, headers: {}, body: new Uint8Array(0) }) },
      effects: heldEffects(b.clock),
    }),
    centreKeys: b.centre.publicKeys,
    clock: b.clock,
    random: seededRandom(1),
    effects: heldEffects(b.clock),
    log: silentLog,
  })
  refusing.kick()
  await b.clock.runUntil(new Promise<void>((resolve) => void b.clock.after(3_600_000, resolve)))
  await refusing.close()
  t.ok(asked >= 12 && asked < 20, `${asked} greetings in an hour`)
})

t.test('a slow answer is a lost one after its time, and is made good', async (t) => {
  const b = await bench(t)
  b.centre.script.answerDelayMs = 40_000
  const id = await b.enqueue('case-1', niks[0])
  b.outbox.kick()
  await b.clock.runUntil(new Promise<void>((resolve) => void b.clock.after(600_000, resolve)))
  t.equal((await b.row(id)).state, 'queued')
  b.centre.script.answerDelayMs = 1_000
  await b.drained()
  t.equal((await b.row(id)).state, 'committed')
})

for (const lie of ['forged', 'other_hash', 'other_packet'] as const) {
  t.test(`a receipt that is ${lie} moves nothing and is a security event; the true one is taken later`, async (t) => {
    const b = await bench(t)
    const id = await b.enqueue('case-1', niks[0])
    b.centre.script.nextReceipt(lie)
    b.outbox.kick()
    const event = await b.event(({ is }) => is === 'fault')
    t.ok(event.is === 'fault' && isFault(event.fault, 'centre.receipt_forged'))
    t.match(await b.row(id), { state: 'sending', receipt_jws: null, attempts: 1 })
    t.ok((await acts(b)).includes('centre.receipt_forged'))
    await b.event(({ is }) => is === 'committed')
    t.equal((await b.row(id)).state, 'committed')
  })
}

t.test('a packet that the centre refuses is parked with a name; the next one passes', async (t) => {
  const b = await bench(t)
  const stranger = newStationIdentity('mks-01')
  const bad = await b.enqueue('case-1', niks[0], { station: stranger })
  const good = await b.enqueue('case-2', niks[1])
  b.outbox.kick()
  await b.event(({ is, packetId }) => is === 'committed' && packetId === good)
  t.match(
    b.events.find(({ is }) => is === 'fault'),
    { packetId: bad, fault: { code: 'centre.refused', context: { reason: 'station_unknown' } } },
  )
  t.equal((await b.row(bad)).state, 'sending')
  t.equal(b.outbox.status().waiting, 1)
})

t.test('a damaged ciphertext is never sent; the others are', async (t) => {
  const b = await bench(t)
  const bad = await b.enqueue('case-1', niks[0])
  const blob = await b.store.read((db) =>
    db.selectFrom('blobs').select('hash').where('kind', '=', packetBlobKind).executeTakeFirstOrThrow(),
  )
  const files = await readdir(b.store.folder, { recursive: true })
  await rm(join(b.store.folder, files.find((file) => file.endsWith(blob.hash)) ?? 'none'))
  const good = await b.enqueue('case-2', niks[1])
  b.outbox.kick()
  await b.event(({ is, packetId }) => is === 'committed' && packetId === good)
  t.match(
    b.events.find(({ is }) => is === 'fault'),
    { packetId: bad, fault: { code: 'packet.corrupt' } },
  )
})

t.test('the outbox has a bound in number and in days', async (t) => {
  const dayMs = 24 * 3_600_000
  const b = await bench(t, { limits: { waitingPackets: 2, waitingMs: 30 * dayMs } })
  await b.outbox.assertRoom()
  await b.enqueue('case-1', niks[0])
  b.clock.advance(31 * dayMs)
  await t.rejects(b.outbox.assertRoom(), { code: 'packet.overdue' })
  await b.enqueue('case-2', niks[1])
  await t.rejects(b.outbox.assertRoom(), { code: 'packet.outbox_full', context: { count: 2, limit: 2 } })
  await t.rejects(b.enqueue('case-3', niks[2]), { code: 'packet.outbox_full' })
  const rows = await b.store.read((db) => db.selectFrom('packets').select('case_id').execute())
  t.same(
    rows.map(({ case_id }) => case_id),
    ['case-1', 'case-2'],
    'nothing of the third is kept',
  )
  await b.drained()
  await b.outbox.assertRoom()
})

t.test('the central status', async (t) => {
  await t.test('is asked ever more rarely until the card is issued; then the packet is retained', async (t) => {
    const b = await bench(t, {}, { printReadyAfterMs: 60_000 })
    const id = await b.enqueue('case-1', niks[0])
    b.outbox.kick()
    await b.event((event) => event.is === 'status' && event.status === 'PRINT_READY_RECORD')
    t.same(
      b.events.flatMap((event) => (event.is === 'status' ? [event.status] : [])),
      ['PROCESSING', 'PRINT_READY_RECORD'],
      'each word is told once',
    )
    const before = b.centre.link.served
    await b.clock.runUntil(new Promise<void>((resolve) => void b.clock.after(24 * 3_600_000, resolve)))
    const asked = b.centre.link.served - before
    t.ok(asked > 100 && asked < 600, `${asked} requests in a day`)
    b.centre.script.answerStatus(id, 'CARD_ISSUED')
    t.equal(await b.clock.runUntil(b.outbox.pollStatus('case-1')), 'CARD_ISSUED')
    t.equal((await b.row(id)).state, 'retained')
  })

  await t.test('is kept as it comes when nobody knows it', async (t) => {
    const b = await bench(t)
    const id = await b.enqueue('case-1', niks[0])
    b.outbox.kick()
    await b.event(({ is }) => is === 'committed')
    b.centre.script.answerStatus(id, 'WAITING_FOR_THE_MOON')
    t.match(await b.event(({ is }) => is === 'status'), { status: 'WAITING_FOR_THE_MOON' })
  })

  await t.test('is told again when the case could not take it', async (t) => {
    const b = await bench(t)
    const told: string[] = []
    b.outbox.onEvent((event) => {
      if (event.is !== 'status') return
      told.push(event.status)
      if (told.length === 1) throw new Error('the case is busy')
    })
    await b.enqueue('case-1', niks[0])
    b.outbox.kick()
    await b.event((event) => event.is === 'status' && told.length >= 2)
    t.same(told.slice(0, 2), ['PROCESSING', 'PROCESSING'])
  })
})

t.test('the skew against the centre comes from its Date, half way', async (t) => {
  const clock = new VirtualClock(startMs)
  let headers: Record<string, string> = {}
  const line = watchSkew(
    {
      request: async () => {
        clock.advance(2_000)
        return { status: 200, headers, body: new Uint8Array() }
      },
    },
    clock,
  )
  const ask = () => line.transport.request({ method: 'GET', path: '/', timeoutMs: 1 })
  await ask()
  t.equal(line.skewMs(), undefined)
  headers = { date: new Date(startMs + 63_000).toUTCString() }
  await ask()
  t.equal(line.skewMs(), 60_500)
  headers = { date: 'yesterday' }
  await ask()
  t.equal(line.skewMs(), 60_500, 'what is no date tells nothing')
})

t.test('killed before and after every act, the station delivers the packet once', async (t) => {
  class Killed extends Error {}
  const root = t.testdir()
  const around = world()
  let points = 0
  for (let at = 0; ; at++) {
    let left = at >> 1
    let dead = false
    /** Even: dies before its act. Odd: the act had its effect and nobody heard of it. After that nothing happens any more. */
    const dying: Effects = {
      perform: async (kind, act) => {
        if (dead) return new Promise<never>(() => {})
        const mine = left-- === 0
        dead = mine
        if (mine && at % 2 === 0) throw new Killed()
        const value = await heldEffects(around.clock).perform(kind, act)
        if (mine) throw new Killed()
        return value
      },
    }
    const folder = join(root, `store-${at}`)
    const nik = niks[0]
    const first = await openStore(deps(folder, { clock: around.clock, effects: heldEffects(around.clock) }))
    const before = await outboxBench(around, first)
    const id = await before.enqueue(`case-${at}`, nik, { seed: at + 1 })
    // The same store, but everything the outbox does from here on goes through the dying effects.
    await first.close()
    const second = await openStore(deps(folder, { clock: around.clock, effects: heldEffects(around.clock) }))
    const mortalStore = { ...second, read: through(dying, 'store.read', second.read), commit: throughCommit(dying, second.commit) }
    const mortal = await outboxBench(around, mortalStore as typeof second, { effects: dying })
    mortal.outbox.kick()
    const finished = await around.clock.runUntil(
      new Promise<boolean>((resolve) => {
        mortal.outbox.onEvent(({ is }) => {
          if (is === 'committed') resolve(true)
        })
        const look = () => (dead ? resolve(false) : void around.clock.after(1_000, look))
        look()
      }),
    )
    points++
    await second.close()
    const third = await openStore(deps(folder, { clock: around.clock, effects: heldEffects(around.clock) }))
    const after = await outboxBench(around, third)
    await after.drained()
    t.equal((await after.row(id)).state, 'committed', `killed ${at % 2 === 0 ? 'before' : 'after'} act ${at >> 1}`)
    t.equal(around.centre.packetIds.filter((each) => each === id).length, 1)
    t.match(await third.audit.verify(), { ok: true })
    await after.outbox.close()
    await third.close()
    if (finished && !dead) break
    if (at > 200) throw new Error('the outbox never gets through')
  }
  t.ok(points > 20, `${points} points`)
})

type Kind = Parameters<Effects['perform']>[0]
function through<A extends readonly unknown[], R>(
  effects: Effects,
  kind: Kind,
  act: (...args: A) => Promise<R>,
): (...args: A) => Promise<R> {
  return (...args) => effects.perform(kind, () => act(...args))
}
const throughCommit = <A extends readonly unknown[], R>(effects: Effects, act: (...args: A) => Promise<R>) =>
  through(effects, 'store.commit', act)
