// The encrypted database: what an acknowledged commit means, who may open the folder, and what damage looks like.

import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import Database from 'better-sqlite3-multiple-ciphers'
import { sql } from 'kysely'
import t from 'tap'
import type { EffectKind, Effects } from '../../daemon/effects.js'
import { openDatabase } from '../../daemon/store/database.js'
import { isConstraint } from '../../daemon/store/faults.js'
import { deriveKeys, loadStoreKey, stationKeys } from '../../daemon/store/keys.js'
import { schemaVersion } from '../../daemon/store/schema.js'
import { openDirectLink, openWorkerLink } from '../../daemon/store/sqlite-link.js'
import { openStore } from '../../daemon/store/store.js'
import { isFault } from '../../protocol/fault.js'
import { seededRandom } from '../../simulator/seeded-random.js'
import { brokenStore } from './broken-store.js'
import { copyLive, count, deps, filesUnder, opened, setCounter, storeKey } from './fixture.js'

const faultOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work
    return 'no fault'
  } catch (error) {
    return isFault(error) ? error.code : `unnamed: ${String(error)}`
  }
}

t.test('every acknowledged commit is in the files that a killed process leaves', async (t) => {
  const store = await opened(t, join(t.testdir(), 'a'))
  for (let round = 1; round <= 3; round++) {
    await setCounter(store, 'blanks', round)
    const copy = join(t.testdirName, `copy-${round}`)
    await copyLive(store.folder, copy)
    const found = await opened(t, copy)
    t.equal(await count(found, 'blanks'), round)
    t.match(await found.audit.verify(), { ok: true, count: schemaVersion + round })
  }
})

t.test('the same check notices a store that answers before the data are durable', async (t) => {
  const inner = await openStore(deps(join(t.testdir(), 'a')))
  const store = brokenStore(inner, { perform: (_kind, act) => act() })
  t.teardown(() => store.close())
  await setCounter(store, 'blanks', 1)
  await setCounter(store, 'blanks', 2)
  const copy = join(t.testdirName, 'copy')
  await copyLive(store.folder, copy)
  const found = await opened(t, copy)
  t.equal(await count(found, 'blanks'), 1, 'the acknowledged 2 is lost')
  t.equal(await count(store, 'blanks'), 2, 'and nobody would notice without the crash')
})

t.test('the worker thread does the same as the direct link, names its faults and ends with the store', async (t) => {
  const folder = join(t.testdir(), 'a')
  const store = await openStore(deps(folder, { openLink: openWorkerLink }))
  await Promise.all([setCounter(store, 'left', 1), setCounter(store, 'right', 2)])
  const sealed = await store.blobs.put('case-1', 'face', Uint8Array.of(1, 2, 3))
  await store.commit([], (trx) => store.blobs.record(trx, sealed))
  t.same(await store.blobs.get(sealed.hash), Buffer.of(1, 2, 3))
  t.equal(await count(store, 'right'), 2)
  const twice = store.commit([], (trx) => trx.insertInto('counters').values({ name: 'left', value: 1 }).execute())
  t.ok(isConstraint(await twice.catch((reason: unknown) => reason)))
  await store.close()
  t.equal(await faultOf(setCounter(store, 'late', 1)), 'store.closed')
  const again = await openStore(deps(folder))
  t.equal(await count(again, 'left'), 1)
  await again.close()
})

t.test('a commit is one effect: dying before it leaves nothing, dying after it leaves all', async (t) => {
  const seen: EffectKind[] = []
  let fate: 'live' | 'before' | 'after' = 'live'
  const effects: Effects = {
    perform: async (kind, act) => {
      seen.push(kind)
      if (fate === 'before') throw new Error('killed')
      const result = await act()
      if (fate === 'after') throw new Error('killed')
      return result
    },
  }
  const store = await opened(t, join(t.testdir(), 'a'), { effects })
  seen.length = 0
  await setCounter(store, 'blanks', 1)
  t.same(seen, ['store.commit'])
  fate = 'before'
  await t.rejects(setCounter(store, 'blanks', 2))
  fate = 'live'
  t.equal(await count(store, 'blanks'), 1)
  fate = 'after'
  await t.rejects(setCounter(store, 'blanks', 3))
  fate = 'live'
  t.equal(await count(store, 'blanks'), 3)
})

t.test('an act that throws leaves neither rows nor an audit entry', async (t) => {
  const store = await opened(t, join(t.testdir(), 'a'))
  const before = await store.audit.head()
  await t.rejects(
    store.commit({ actor: 'station', act: 'counter.set' }, async (trx) => {
      await trx.insertInto('counters').values({ name: 'blanks', value: 9 }).execute()
      throw new Error('changed my mind')
    }),
    { message: 'changed my mind' },
  )
  t.equal(await count(store, 'blanks'), undefined)
  t.same(await store.audit.head(), before)
})

t.test('commits from many sides run one after the other, reads see whole commits only', async (t) => {
  const store = await opened(t, join(t.testdir(), 'a'))
  await setCounter(store, 'left', 0)
  await setCounter(store, 'right', 0)
  const step = () =>
    store.commit([], async (trx) => {
      const { value } = await trx.selectFrom('counters').select('value').where('name', '=', 'left').executeTakeFirstOrThrow()
      await trx
        .updateTable('counters')
        .set({ value: value + 1 })
        .where('name', '=', 'left')
        .execute()
      await trx
        .updateTable('counters')
        .set({ value: value + 1 })
        .where('name', '=', 'right')
        .execute()
    })
  const look = () => store.read((db) => db.selectFrom('counters').select('value').orderBy('name').execute())
  const seen: { value: number }[][] = []
  const all = Array.from({ length: 20 }, async (_, turn) => {
    if (turn % 2 === 0) await step()
    else seen.push(await look())
  })
  await Promise.all(all)
  for (const [left, right] of seen) t.equal(left?.value, right?.value)
  t.same(await look(), [{ value: 10 }, { value: 10 }])
})

t.test('reading cannot write, and neither way in can be entered from inside', async (t) => {
  const store = await opened(t, join(t.testdir(), 'a'))
  await t.rejects(
    store.read((db) => db.insertInto('counters').values({ name: 'x', value: 1 }).execute()),
    /use commit/,
  )
  await t.rejects(
    store.commit([], () => store.read((db) => db.selectFrom('counters').selectAll().execute())),
    /inside read or commit/,
  )
  await t.rejects(
    store.read(() => store.commit([], async () => 1)),
    /inside read or commit/,
  )
  await setCounter(store, 'still', 1)
  t.equal(await count(store, 'still'), 1, 'the connection is free again')
})

t.test('a broken constraint is the caller’s error, by name', async (t) => {
  const store = await opened(t, join(t.testdir(), 'a'))
  const twice = () => store.commit([], (trx) => trx.insertInto('counters').values({ name: 'once', value: 1 }).execute())
  await twice()
  const error = await twice().catch((reason: unknown) => reason)
  t.ok(isConstraint(error))
  const unknownSubject = store.commit([], (trx) =>
    store.blobs.record(trx, { hash: 'a'.repeat(64), subject: 'nobody', kind: 'face', size: 1 }),
  )
  t.ok(isConstraint(await unknownSubject.catch((reason: unknown) => reason)), 'no blob row without its subject key')
})

t.test('the settings that durability rests on are in force', async (t) => {
  const folder = t.testdir()
  const database = await openDatabase({ file: join(folder, 'store.db'), keyHex: deriveKeys(storeKey).databaseHex }, openDirectLink)
  const ask = async (name: string) => {
    const { rows } = await sql.raw<Record<string, unknown>>(`pragma ${name}`).execute(database.writer)
    return Object.values(rows[0] ?? {})[0]
  }
  await sql`create table x (y)`.execute(database.writer)
  await sql`insert into x values (1)`.execute(database.writer)
  t.equal(await ask('synchronous'), 2, 'FULL, after a statement')
  t.equal(await ask('journal_mode'), 'wal')
  t.equal(await ask('secure_delete'), 1)
  t.equal(await ask('foreign_keys'), 1)
  await database.close()
  const header = (await readFile(join(folder, 'store.db'))).subarray(0, 15).toString('latin1')
  t.not(header, 'SQLite format 3')
  const plain = new Database(join(folder, 'plain.db'))
  plain.exec('create table x (y)')
  plain.close()
  t.equal(await faultOf(openDatabase({ file: join(folder, 'plain.db'), keyHex: 'ab'.repeat(32) }, openDirectLink)), 'store.corrupt')
})

t.test('one daemon a folder; the folder is private', async (t) => {
  const root = t.testdir()
  const folder = join(root, 'deep', 'data')
  const store = await opened(t, folder)
  t.equal((await stat(folder)).mode & 0o777, 0o700)
  t.equal((await stat(join(folder, 'store.db'))).mode & 0o777, 0o600)
  const second = await openStore(deps(folder)).catch((error: unknown) => error)
  t.match(second, { code: 'store.locked', context: { path: folder } })
  await store.close()
  t.equal(await faultOf(setCounter(store, 'late', 1)), 'store.closed')
  await (await openStore(deps(folder))).close()

  await mkdir(join(root, 'shared'))
  await chmod(join(root, 'shared'), 0o755)
  await (await openStore(deps(join(root, 'shared')))).close()
  t.equal((await stat(join(root, 'shared'))).mode & 0o777, 0o700, 'an empty folder is made private')
  await mkdir(join(root, 'used'))
  await chmod(join(root, 'used'), 0o755)
  await writeFile(join(root, 'used', 'letter.txt'), 'mine')
  t.equal(await faultOf(openStore(deps(join(root, 'used')))), 'store.folder_unsafe')
})

t.test('a wrong key, a newer schema and a lost key file have their own names', async (t) => {
  const folder = join(t.testdir(), 'a')
  const store = await openStore(deps(folder))
  await store.close()
  t.equal(await faultOf(openStore(deps(folder, { key: new Uint8Array(32) }))), 'store.key_wrong')
  t.equal(await faultOf(openStore(deps(folder, { key: new Uint8Array(16) }))), 'store.key_wrong')
  await rename(join(folder, 'store.check'), join(folder, 'aside'))
  t.equal(await faultOf(openStore(deps(folder, { key: new Uint8Array(32) }))), 'store.corrupt', 'without the check file they look the same')
  await rename(join(folder, 'aside'), join(folder, 'store.check'))

  const database = await openDatabase({ file: join(folder, 'store.db'), keyHex: deriveKeys(storeKey).databaseHex }, openDirectLink)
  await sql`pragma user_version = 99`.execute(database.writer)
  await database.close()
  t.equal(await faultOf(openStore(deps(folder))), 'store.version_newer')
  t.equal(await faultOf(loadStoreKey(folder, {}, seededRandom(1))), 'store.key_missing')
})

t.test('the store key comes from the credential, else from a private file made once', async (t) => {
  const root = t.testdir({ credentials: { 'rekam-store-key': `${'5a'.repeat(32)}\n` }, empty: {}, bad: { 'rekam-store-key': 'short' } })
  const folder = join(root, 'data')
  const first = await loadStoreKey(folder, {}, seededRandom(1))
  t.equal(first.source, 'file')
  t.equal((await stat(join(folder, 'store.key'))).mode & 0o777, 0o600)
  t.same(await loadStoreKey(folder, { CREDENTIALS_DIRECTORY: join(root, 'empty') }, seededRandom(2)), first)
  const credential = await loadStoreKey(folder, { CREDENTIALS_DIRECTORY: join(root, 'credentials') }, seededRandom(3))
  t.same(credential, { key: new Uint8Array(32).fill(0x5a), source: 'systemd-credential' })
  t.equal(await faultOf(loadStoreKey(folder, { CREDENTIALS_DIRECTORY: join(root, 'bad') }, seededRandom(4))), 'store.key_wrong')
  const both = await Promise.all([5, 6].map((seed) => loadStoreKey(join(root, 'race'), {}, seededRandom(seed))))
  const agreed = await loadStoreKey(join(root, 'race'), {}, seededRandom(7))
  for (const one of both) t.same(one, agreed, 'two first starts never end with two keys')
})

t.test('the signing key is made once and lies sealed', async (t) => {
  const folder = join(t.testdir(), 'a')
  const store = await opened(t, folder)
  const made = await stationKeys(store)
  const again = await stationKeys(store)
  t.equal(made.publicJwk.kid, again.publicJwk.kid)
  t.match(made.publicJwk, { kty: 'EC', crv: 'P-256', alg: 'ES256' })
  t.notOk('d' in made.publicJwk)
  t.throws(() => store.secrets.open('another name', store.secrets.seal('a name', Uint8Array.of(1))), { code: 'store.corrupt' })
})

t.test('a flipped bit in any page of the database is reported, never served', async (t) => {
  const root = t.testdir()
  const store = await openStore(deps(join(root, 'a')))
  await store.commit([], async (trx) => {
    for (let row = 0; row < 60; row++)
      await trx
        .insertInto('settings')
        .values({ name: `s${row}`, value: `${row}`.repeat(400) })
        .execute()
  })
  await store.close()
  const clean = await readFile(join(root, 'a', 'store.db'))
  const pages = clean.length / 4096
  t.ok(pages > 10)
  await mkdir(join(root, 'b'), { mode: 0o700 })
  await copyLive(join(root, 'a'), join(root, 'b'))
  const random = seededRandom(5)
  for (let page = 0; page < pages; page++) {
    const damaged = Buffer.from(clean)
    const at = page * 4096 + Math.floor(random.next() * 4096)
    damaged[at] = (damaged[at] ?? 0) ^ (1 << Math.floor(random.next() * 8))
    await rm(join(root, 'b', 'store.db-wal'), { force: true })
    await writeFile(join(root, 'b', 'store.db'), damaged)
    let verdict: string
    try {
      const found = await openStore(deps(join(root, 'b')))
      verdict = (await found.integrityCheck()).ok ? 'served' : 'reported'
      await found.close()
    } catch (error) {
      verdict = isFault(error, 'store.corrupt') ? 'reported' : String(error)
    }
    if (verdict !== 'reported') t.fail(`page ${page} of ${pages}, byte ${at}: ${verdict}`)
  }
  t.pass(`${pages} pages, one flipped bit each`)
})

t.test('a flipped bit in the write-ahead log never yields other data than was committed', async (t) => {
  const root = t.testdir()
  const store = await opened(t, join(root, 'a'))
  for (let round = 1; round <= 5; round++) await setCounter(store, 'blanks', round)
  const witness = await store.audit.head()
  await copyLive(store.folder, join(root, 'b'))
  const db = await readFile(join(root, 'b', 'store.db'))
  const wal = await readFile(join(root, 'b', 'store.db-wal'))
  const random = seededRandom(6)
  const seen = { whole: 0, shorter: 0, refused: 0 }
  for (let trial = 0; trial < 12; trial++) {
    const damaged = Buffer.from(wal)
    const at = Math.floor(random.next() * damaged.length)
    damaged[at] = (damaged[at] ?? 0) ^ 1
    await writeFile(join(root, 'b', 'store.db'), db)
    await writeFile(join(root, 'b', 'store.db-wal'), damaged)
    await rm(join(root, 'b', 'store.db-shm'), { force: true })
    try {
      const found = await openStore(deps(join(root, 'b')))
      const value = (await count(found, 'blanks')) ?? 0
      const verdict = await found.audit.verify(witness)
      const chain = await found.audit.verify()
      t.ok(chain.ok, 'what is there is whole')
      if (verdict.ok) {
        t.equal(value, 5)
        seen.whole++
      } else {
        t.match(verdict, { reason: 'witness' }, 'a lost tail shows against the witness')
        t.ok(value < 5 || verdict.atSeq > witness.seq)
        seen.shorter++
      }
      await found.close()
    } catch (error) {
      t.ok(isFault(error, 'store.corrupt', 'store.io'), String(error))
      seen.refused++
    }
  }
  t.comment(`12 flips: ${JSON.stringify(seen)}`)
})

t.test('nothing that was stored can be read in the files', async (t) => {
  const nik = '3507014502900003'
  const store = await opened(t, join(t.testdir(), 'a'))
  await store.commit({ actor: 'station', act: 'test.planted', facts: { reason: nik } }, async (trx) => {
    await trx.insertInto('settings').values({ name: nik, value: nik }).execute()
    await trx
      .insertInto('cases')
      .values({
        id: 'case-1',
        ticket_number: 'A001',
        ticket_date: '2026-01-05',
        priority: 0,
        standard_id: 'mks.enrol-issue',
        standard_version: '1',
        state: JSON.stringify({ nik }),
        revision: 1,
        created_ms: 0,
        updated_ms: 0,
      })
      .execute()
  })
  await t.rejects(
    store.commit({ actor: nik, act: 'test.planted' }, async () => {}),
    /identifiers/,
  )
  const sealed = await store.blobs.put('case-1', 'biodata', Buffer.from(`{"nik":"${nik}"}`))
  await store.commit([], (trx) => store.blobs.record(trx, sealed))
  await stationKeys(store)
  const live = await filesUnder(store.folder)
  t.ok(live.length >= 4)
  for (const { path, bytes } of live) {
    t.notOk(bytes.includes(nik) || path.includes(nik), path)
    t.notOk(bytes.includes('create table') || bytes.includes('standard_id'), `${path}: no schema`)
  }
  const bodies = await store.read((db) => db.selectFrom('audit').select('body').execute())
  t.notOk(
    bodies.some(({ body }) => body.includes(nik)),
    'not even inside the encrypted chain',
  )
})
