// The audit chain finds any change to what was written; the log accepts names and allow-listed facts and nothing else.

import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { sql } from 'kysely'
import t from 'tap'
import { openLog } from '../../daemon/log.js'
import { screenFacts } from '../../daemon/screening.js'
import { openDatabase } from '../../daemon/store/database.js'
import { deriveKeys } from '../../daemon/store/keys.js'
import { migrations } from '../../daemon/store/schema.js'
import { openDirectLink } from '../../daemon/store/sqlite-link.js'
import { openStore } from '../../daemon/store/store.js'
import type { Facts } from '../../protocol/facts.js'
import { Fault } from '../../protocol/fault.js'
import { VirtualClock } from '../../simulator/virtual-clock.js'
import { copyLive, deps, opened, setCounter, startMs, storeKey } from './fixture.js'

const nik = '3507014502900003'
/** A new store's first entries: one a migration. */
const opening = migrations.length

t.test('the chain is what the formula says, one entry after the other, both clocks in it', async (t) => {
  const clock = new VirtualClock(startMs)
  const store = await opened(t, join(t.testdir(), 'a'), { clock })
  clock.advance(1500)
  clock.jumpWall(-86_400_000)
  await store.commit(
    [
      {
        actor: 'operator-1',
        act: 'capture.accepted',
        caseId: 'case-1',
        facts: { modality: 'face', count: 2 },
        hashes: { blob: 'ab'.repeat(32) },
      },
      { actor: 'station', act: 'case.advanced' },
    ],
    async () => {},
  )
  const rows = await store.read((db) => db.selectFrom('audit').selectAll().orderBy('seq').execute())
  let previous: Uint8Array = new Uint8Array(32)
  for (const [place, row] of rows.entries()) {
    t.equal(row.seq, place + 1)
    const seq = Buffer.from([0, 0, 0, 0, 0, 0, 0, row.seq])
    const expected = createHash('sha256').update(Buffer.of(0)).update(previous).update(seq).update(row.body).digest()
    t.same(Buffer.from(row.hash), expected)
    previous = row.hash
  }
  t.equal(
    rows[opening]?.body,
    `{"act":"capture.accepted","actor":"operator-1","atMs":${startMs + 1500 - 86_400_000},"caseId":"case-1",` +
      `"facts":{"count":2,"modality":"face"},"hashes":{"blob":"${'ab'.repeat(32)}"},"monotonicMs":1500}`,
  )
  t.same(await store.audit.head(), { seq: opening + 2, hash: Buffer.from(previous).toString('hex') })
  t.match(await store.audit.verify(await store.audit.head()), { ok: true, count: opening + 2 })
})

t.test('UPDATE and DELETE are refused by the database itself', async (t) => {
  const store = await opened(t, join(t.testdir(), 'a'))
  await t.rejects(
    store.commit([], (trx) => trx.updateTable('audit').set({ body: '{}' }).execute()),
    /append-only/,
  )
  await t.rejects(
    store.commit([], (trx) => trx.deleteFrom('audit').execute()),
    /append-only/,
  )
  t.match(await store.audit.verify(), { ok: true })
})

t.test('who owns the key and drops the triggers is still found out', async (t) => {
  const root = t.testdir()
  const store = await openStore(deps(join(root, 'a')))
  for (let round = 1; round <= 4; round++) await setCounter(store, 'blanks', round)
  const witness = await store.audit.head()
  await store.close()
  const cases = [
    ['a changed body', `update audit set body = replace(body, 'counter.set', 'counter.get') where seq = 3`, { atSeq: 3, reason: 'hash' }],
    ['a changed time', 'update audit set at_ms = at_ms + 1 where seq = 2', { atSeq: 2, reason: 'times' }],
    ['a removed entry', 'delete from audit where seq = 3', { atSeq: 3, reason: 'gap' }],
    ['a removed beginning', 'delete from audit where seq = 1', { atSeq: 1, reason: 'gap' }],
    [
      'two swapped bodies',
      'update audit set body = (select body from audit b where b.seq = 7 - audit.seq) where seq in (3, 4)',
      { atSeq: 3, reason: 'hash' },
    ],
    ['a cut tail', 'delete from audit where seq > 3', { atSeq: 4, reason: 'witness' }],
  ] as const
  for (const [name, statement, verdict] of cases) {
    const folder = join(root, name.replaceAll(' ', '-'))
    await mkdir(folder, { mode: 0o700 })
    await copyLive(join(root, 'a'), folder)
    const database = await openDatabase({ file: join(folder, 'store.db'), keyHex: deriveKeys(storeKey).databaseHex }, openDirectLink)
    await sql`drop trigger audit_no_update`.execute(database.writer)
    await sql`drop trigger audit_no_delete`.execute(database.writer)
    await sql.raw(statement).execute(database.writer)
    await database.close()
    const found = await openStore(deps(folder))
    t.match(await found.audit.verify(witness), { ok: false, ...verdict }, name)
    await found.close()
  }
})

t.test('an entry takes identifiers and hashes only', async (t) => {
  const store = await opened(t, join(t.testdir(), 'a'))
  const entry = { actor: 'station', act: 'case.opened' }
  for (const wrong of [
    { act: 'Siti Aminah' },
    { actor: 'Siti Aminah' },
    { actor: nik },
    { caseId: nik },
    { hashes: { nik } },
    { act: 'opened' },
  ]) {
    await t.rejects(
      store.commit({ ...entry, ...wrong }, async () => {}),
      /^audit: /,
    )
  }
  t.match(await store.audit.head(), { seq: opening })
})

t.test('a log line holds an event, a level, a time and allow-listed facts', async (t) => {
  const folder = t.testdir()
  const log = openLog({ clock: new VirtualClock(startMs), folder })
  log.write('info', 'device.opened', { device: 'slap', serial: 'S-1', durationMs: 12 })
  log.write('debug', 'device.frame')
  log.write('error', 'card.torn', new Fault('card.removed', { caseId: 'case-1' }).context)
  log.close()
  const lines = (await readFile(join(folder, 'log', 'rekam.log'), 'utf8')).trim().split('\n')
  t.same(
    lines.map((line) => JSON.parse(line)),
    [
      { level: 'info', time: startMs, event: 'device.opened', device: 'slap', serial: 'S-1', durationMs: 12 },
      { level: 'error', time: startMs, event: 'card.torn', caseId: 'case-1' },
    ],
  )
  log.write('info', 'after.close')
})

t.test('nothing personal gets into a log, wherever it is put', async (t) => {
  const folder = t.testdir()
  const log = openLog({ clock: new VirtualClock(startMs), folder, level: 'debug' })
  const wild = { nik, name: 'Siti Aminah', deep: { er: { nik } }, image: new Uint8Array(64).fill(65) } as Facts
  log.write('info', 'case.opened', wild)
  log.write('info', `opened ${nik} Siti Aminah`)
  log.write('info', `case.n${nik}`)
  log.write('warn', 'case.refused', { reason: `nik ${nik}`, path: `/data/${nik}.png`, found: Number(nik), field: `x${nik}y`, caseId: nik })
  log.write('warn', 'case.refused', { reason: { nik } as unknown as string, count: Number.NaN })
  log.close()
  const text = await readFile(join(folder, 'log', 'rekam.log'), 'utf8')
  t.equal(text.trim().split('\n').length, 5)
  t.notMatch(text, nik)
  t.notMatch(text, 'Siti')
  t.notMatch(text, '65,65')
  t.match(text, '"event":"log.event_refused"')
  t.match(text, '"path":"/data/[withheld].png"')
})

t.test('a NIK is withheld from any fact; hashes, serials and sizes pass', (t) => {
  const two = (least: number, most: number) => fc.integer({ min: least, max: most }).map((n) => String(n).padStart(2, '0'))
  const anyNik = fc
    .tuple(
      fc.integer({ min: 110101, max: 969999 }),
      fc.oneof(two(1, 31), two(41, 71)),
      two(1, 12),
      two(0, 99),
      fc.integer({ min: 1, max: 9999 }),
    )
    .map(([region, day, month, year, serial]) => `${region}${day}${month}${year}${String(serial).padStart(4, '0')}`)
  fc.assert(
    fc.property(anyNik, fc.constantFrom('', ' ', 'nik=', '/', '"'), (found, before) => {
      return !JSON.stringify(screenFacts({ reason: `${before}${found}`, path: `${found}.wsq` })).includes(found)
    }),
  )
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
      const path = Buffer.from(bytes).toString('hex')
      return screenFacts({ path })['path'] === path
    }),
  )
  t.same(screenFacts({ serial: 'SN20260105', size: 4_000_000, path: 'a'.repeat(500) }), {
    serial: 'SN20260105',
    size: 4_000_000,
    path: 'a'.repeat(200),
  })
  t.end()
})

t.test('the log file is bounded', async (t) => {
  const folder = t.testdir()
  const log = openLog({ clock: new VirtualClock(startMs), folder, limitBytes: 2000 })
  for (let count = 1; count <= 400; count++) log.write('info', 'test.line', { count })
  log.close()
  t.same((await readdir(join(folder, 'log'))).sort(), ['rekam.log', 'rekam.log.1', 'rekam.log.2', 'rekam.log.3', 'rekam.log.4'])
  t.match(await readFile(join(folder, 'log', 'rekam.log'), 'utf8'), '"count":400')
  for (const name of await readdir(join(folder, 'log'))) t.ok((await readFile(join(folder, 'log', name))).length < 2200)
  t.equal(log.lost, 0)
})
