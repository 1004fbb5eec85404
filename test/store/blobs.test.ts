// Sealed blobs: visible with their row or not at all, gone with their key, never served damaged; and the guard against a full disk.

import { readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import t from 'tap'
import type { EffectKind, Effects } from '../../daemon/effects.js'
import { diskFiles, type Files } from '../../daemon/store/files.js'
import { openStore, type SealedBlob, type Store } from '../../daemon/store/store.js'
import { isFault } from '../../protocol/fault.js'
import { seededRandom } from '../../simulator/seeded-random.js'
import { copyLive, deps, opened } from './fixture.js'

const image = (seed: number, size = 3000) => seededRandom(seed).bytes(size)
const names = async (store: Store) => (await readdir(join(store.folder, 'blobs'))).sort()
const recorded = (store: Store, blob: SealedBlob) => store.commit([], (trx) => store.blobs.record(trx, blob))
const erasure = { actor: 'station', act: 'subject.erased', caseId: 'case-1' } as const

t.test('blob, row and capture status become visible in one commit', async (t) => {
  const store = await opened(t, join(t.testdir(), 'a'))
  const blob = await store.blobs.put('case-1', 'face', image(1))
  t.match(blob, { subject: 'case-1', kind: 'face', size: 3000, hash: /^[0-9a-f]{64}$/ })
  await t.rejects(store.blobs.get(blob.hash), { code: 'store.blob_unknown' }, 'not before it is recorded')
  await store.commit({ actor: 'operator-1', act: 'capture.accepted', caseId: 'case-1', hashes: { blob: blob.hash } }, async (trx) => {
    await store.blobs.record(trx, blob)
    await store.blobs.record(trx, blob)
    await trx
      .insertInto('captures')
      .values({ case_id: 'case-1', modality: 'face', status: 'accepted', document: JSON.stringify({ image: blob.hash }), updated_ms: 1 })
      .execute()
  })
  t.same(Buffer.from(await store.blobs.get(blob.hash)), Buffer.from(image(1)))
  const copy = join(t.testdirName, 'killed')
  await copyLive(store.folder, copy)
  const found = await opened(t, copy)
  t.same(Buffer.from(await found.blobs.get(blob.hash)), Buffer.from(image(1)))
})

t.test('the same image twice gives two unrelated files; images stored at once share their subject’s key', async (t) => {
  const store = await opened(t, join(t.testdir(), 'a'))
  const blobs = await Promise.all([1, 1, 2, 3].map((seed) => store.blobs.put('case-1', 'finger', image(seed))))
  t.equal(new Set(blobs.map(({ hash }) => hash)).size, 4)
  for (const blob of blobs) await recorded(store, blob)
  for (const [place, seed] of [1, 1, 2, 3].entries()) {
    t.same(Buffer.from(await store.blobs.get(blobs[place]?.hash ?? '')), Buffer.from(image(seed)))
  }
  const keys = await store.read((db) => db.selectFrom('subject_keys').select('subject').execute())
  t.same(keys, [{ subject: 'case-1' }])
})

t.test('the order on the disk: temporary, synced, renamed, folder synced, and only then the row', async (t) => {
  const calls: string[] = []
  const short = (path: string) => (path.includes('/blobs') ? basename(path).replace(/^[0-9a-f]{64}/, '<hash>') : 'elsewhere')
  const files: Files = {
    ...diskFiles,
    createSynced: async (path, bytes) => {
      calls.push(`create+fsync ${short(path)}`)
      await diskFiles.createSynced(path, bytes)
    },
    rename: async (from, to) => {
      calls.push(`rename ${short(from)} ${short(to)}`)
      await diskFiles.rename(from, to)
    },
    unlink: async (path) => {
      await diskFiles.unlink(path)
      calls.push(`unlink ${short(path)}`)
    },
    syncFolder: async (path) => {
      calls.push(`fsync ${short(path)}`)
      await diskFiles.syncFolder(path)
    },
  }
  const effects: Effects = {
    perform: async (kind, act) => {
      if (kind === 'store.commit') calls.push('commit')
      return act()
    },
  }
  const store = await opened(t, join(t.testdir(), 'a'), { files, effects })
  await recorded(store, await store.blobs.put('case-1', 'face', image(1)))
  calls.length = 0
  await recorded(store, await store.blobs.put('case-1', 'face', image(2)))
  t.same(calls, ['create+fsync <hash>.tmp', 'rename <hash>.tmp <hash>', 'fsync blobs', 'commit'])
  calls.length = 0
  await store.blobs.eraseSubject('case-1', erasure)
  t.same(calls, ['commit', 'unlink <hash>', 'unlink <hash>', 'fsync blobs', 'fsync elsewhere'], 'the key is gone before the files are')
})

t.test('whatever effect the process dies at, the next start holds whole images or none', async (t) => {
  const root = t.testdir()
  /** Works on a store that dies at its `deadly`th effect, before or after it took place. @returns what was acknowledged, and whether it died */
  const day = async (folder: string, deadly: number, when: 'before' | 'after') => {
    let at = 0
    const effects: Effects = {
      perform: async (_kind, act) => {
        at++
        if (at > deadly || (at === deadly && when === 'before')) throw new Error('killed')
        const result = await act()
        if (at === deadly) throw new Error('killed')
        return result
      },
    }
    const done: string[] = []
    let store: Store | undefined
    try {
      store = await openStore(deps(folder, { effects }))
      done.push('opened')
      const first = await store.blobs.put('case-1', 'face', image(1))
      await recorded(store, first)
      done.push(first.hash)
      const second = await store.blobs.put('case-2', 'face', image(2))
      await recorded(store, second)
      done.push(second.hash)
      await store.blobs.eraseSubject('case-1', erasure)
      done.push('erased')
      return { done, died: false }
    } catch (error) {
      if (!(error instanceof Error) || error.message !== 'killed') throw error
      return { done, died: true }
    } finally {
      await store?.close()
    }
  }
  let points = 0
  for (const when of ['before', 'after'] as const) {
    for (let deadly = 1; ; deadly++) {
      const folder = join(root, `${when}-${deadly}`)
      const { done, died } = await day(folder, deadly, when)
      const store = await openStore(deps(folder))
      const [, first, second] = done
      if (second) t.same(Buffer.from(await store.blobs.get(second)), Buffer.from(image(2)))
      if (first && !done.includes('erased')) {
        const kept = await store.blobs.get(first).catch((error: unknown) => error)
        if (isFault(kept)) t.ok(second && kept.code === 'store.blob_unknown', 'gone only when its erasure had begun')
        else t.same(Buffer.from(kept as Uint8Array), Buffer.from(image(1)))
      }
      if (done.includes('erased') && first) await t.rejects(store.blobs.get(first), { code: 'store.blob_unknown' })
      const rows = await store.read((db) => db.selectFrom('blobs').select('hash').orderBy('hash').execute())
      t.same(
        await names(store),
        rows.map(({ hash }) => hash),
        `${when} ${deadly}: a file for each row and a row for each file`,
      )
      t.match(await store.integrityCheck(), { ok: true, problems: [] })
      await store.close()
      if (!died) break
      points++
    }
  }
  t.ok(points >= 20, `${points} points`)
})

t.test('erasing a subject takes the key, the rows and the files, and what else the caller does', async (t) => {
  const store = await opened(t, join(t.testdir(), 'a'))
  const blob = await store.blobs.put('case-1', 'face', image(1))
  await recorded(store, blob)
  const kept = await readFile(join(store.folder, 'blobs', blob.hash))
  await store.blobs.eraseSubject('case-1', erasure, async (trx) => {
    await trx.insertInto('counters').values({ name: 'erased', value: 1 }).execute()
  })
  t.same(await names(store), [])
  t.same(await store.read((db) => db.selectFrom('subject_keys').selectAll().execute()), [])
  const again = await store.blobs.put('case-1', 'face', image(1))
  await recorded(store, { ...blob, hash: blob.hash })
  await writeFile(join(store.folder, 'blobs', blob.hash), kept)
  await t.rejects(store.blobs.get(blob.hash), { code: 'store.corrupt' }, 'a file saved from before does not open with the new key')
  await recorded(store, again)
  t.same(Buffer.from(await store.blobs.get(again.hash)), Buffer.from(image(1)))
  await store.blobs.eraseSubject('nobody', { ...erasure, caseId: 'nobody' })
})

t.test('damaged, swapped and missing files are set aside and never served', async (t) => {
  const folder = join(t.testdir(), 'a')
  let store = await openStore(deps(folder))
  const [flipped, other, missing, short, fine] = await Promise.all(
    [1, 2, 3, 4, 5].map((seed) => store.blobs.put('case-1', 'face', image(seed))),
  )
  if (!flipped || !other || !missing || !short || !fine) throw new Error('five blobs')
  for (const blob of [flipped, other, missing, short, fine]) await recorded(store, blob)
  const path = (blob: SealedBlob) => join(folder, 'blobs', blob.hash)
  const bytes = await readFile(path(flipped))
  for (const at of [0, 3, 4, 20, bytes.length - 1]) {
    const damaged = Buffer.from(bytes)
    damaged[at] = (damaged[at] ?? 0) ^ 4
    await writeFile(path(flipped), damaged)
    t.match(await store.integrityCheck(), { ok: false, problems: [`blob ${flipped.hash}`] }, `byte ${at}`)
  }
  await t.rejects(store.blobs.get(flipped.hash), { code: 'store.corrupt', context: { reason: 'authentication' } })
  await writeFile(path(flipped), bytes)
  await t.rejects(store.blobs.get(flipped.hash), { code: 'store.corrupt', context: { reason: 'quarantined' } }, 'and stays out')
  await writeFile(path(other), await readFile(path(fine)))
  await t.rejects(store.blobs.get(other.hash), { code: 'store.corrupt' }, 'another whole file is not this one')
  await store.close()

  await rename(path(missing), join(folder, 'elsewhere'))
  await writeFile(path(short), (await readFile(path(short))).subarray(0, 100))
  await writeFile(join(folder, 'blobs', `${'e'.repeat(64)}.tmp`), 'half')
  await writeFile(join(folder, 'blobs', 'f'.repeat(64)), 'orphan')
  const events: string[] = []
  store = await opened(t, folder, { log: { write: (_level, event) => void events.push(event) } })
  for (const blob of [missing, short])
    await t.rejects(store.blobs.get(blob.hash), { code: 'store.corrupt', context: { reason: 'quarantined' } })
  t.same(Buffer.from(await store.blobs.get(fine.hash)), Buffer.from(image(5)))
  t.same(events.sort(), ['blob.orphans_swept', 'blob.quarantined', 'blob.quarantined'])
  const acts = await store.read((db) => db.selectFrom('audit').select('body').where('body', 'like', '%blob.quarantined%').execute())
  t.equal(acts.length, 4, 'each is in the audit chain')
})

t.test('a row that claims another subject or kind does not open the file', async (t) => {
  const store = await opened(t, join(t.testdir(), 'a'))
  const blob = await store.blobs.put('case-1', 'face', image(1))
  await recorded(store, { ...blob, kind: 'iris' })
  await t.rejects(store.blobs.get(blob.hash), { code: 'store.corrupt' })
})

t.test('a full disk is told before a capture, and a write that hits it leaves nothing behind', async (t) => {
  let free = 300 * 1024 * 1024
  let full = false
  const noSpace = () => Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
  const files: Files = {
    ...diskFiles,
    freeBytes: async () => free,
    createSynced: async (path, bytes) => {
      await diskFiles.createSynced(path, full ? bytes.subarray(0, 50) : bytes)
      if (full) throw noSpace()
    },
  }
  const performed: EffectKind[] = []
  const effects: Effects = {
    perform: (kind, act) => {
      performed.push(kind)
      return act()
    },
  }
  const store = await opened(t, join(t.testdir(), 'a'), { files, effects })
  t.equal(await store.freeBytes(), free)
  await store.assertRoom(40 * 1024 * 1024)
  await t.rejects(store.assertRoom(50 * 1024 * 1024), { code: 'store.full', context: { size: free } })
  const blob = await store.blobs.put('case-1', 'face', image(1))
  await recorded(store, blob)
  full = true
  free = 0
  await t.rejects(store.blobs.put('case-1', 'face', image(2)), { code: 'store.full' })
  t.same(await names(store), [blob.hash])
  await store.blobs.eraseSubject('case-1', erasure)
  t.same(await names(store), [], 'erasing works on a full disk')
  await t.rejects(store.blobs.put('case-1', 'face', new Uint8Array(64 * 1024 * 1024 + 1)), { code: 'input.too_large' })
})
