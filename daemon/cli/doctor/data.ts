// The data folder: key, store, audit chain, outbox, the centre's keys, room on the disk. Opens the store once, and only when no station has it.

import { existsSync } from 'node:fs'
import { stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '../../../protocol/clock.js'
import type { CentreKey } from '../../../protocol/hardware/centre.js'
import { silentLog } from '../../../protocol/log.js'
import { systemRandom } from '../../../protocol/random.js'
import { pinnedCentreKeys } from '../../centre/keys.js'
import { directEffects } from '../../effects.js'
import { outboxLimits } from '../../outbox/outbox.js'
import { waiting } from '../../outbox/packets.js'
import { loadStoreKey } from '../../store/keys.js'
import { openStore, type Store } from '../../store/store.js'
import { bad, failed, good, type Look, weak } from './finding.js'
import type { RunningStation } from './running.js'

export async function checkKey(data: string): Promise<Look> {
  if (!existsSync(data)) return weak('no data folder yet', 'it is made at the first start')
  const { source } = await loadStoreKey(data, process.env, systemRandom)
  if (source === 'file')
    return weak('a file beside the data', 'hand it in as systemd credential rekam-store-key, so that a stolen disk tells nothing')
  return good(source)
}

/** What lies in the store, each by the name of its check. */
export interface StoreLooks {
  readonly store: Look
  readonly audit: Look
  readonly outbox: Look
  readonly centreKeys: Look
}

const unseen = good('in use by a running station (not looked into)')

export async function lookIntoStore(data: string, running: RunningStation | undefined): Promise<StoreLooks> {
  if (!existsSync(join(data, 'store.db'))) {
    const nothing = good('nothing yet')
    return { store: weak('none yet', 'it is made at the first start'), audit: nothing, outbox: nothing, centreKeys: nothing }
  }
  const { mode } = await stat(data)
  const open = (mode & 0o077) !== 0 ? bad(`${data} is open to others`, `chmod 700 ${data}`) : undefined
  if (running) return { store: open ?? unseen, ...toldBy(running) }
  if (open) return { store: open, audit: unseen, outbox: unseen, centreKeys: unseen }
  const { key } = await loadStoreKey(data, process.env, systemRandom)
  const store = await openStore({ folder: data, key, effects: directEffects, clock: systemClock, random: systemRandom, log: silentLog })
  try {
    const nowMs = systemClock.nowMs()
    return {
      store: await checkStore(store).catch(failed),
      audit: await checkAudit(store, nowMs).catch(failed),
      outbox: await checkOutbox(store, nowMs).catch(failed),
      centreKeys: await checkCentreKeys(store, nowMs).catch(failed),
    }
  } finally {
    await store.close()
  }
}

async function checkStore(store: Store): Promise<Look> {
  const report = await store.integrityCheck()
  return report.ok ? good('whole') : bad(report.problems.join('; '), 'stop recording here and call IT: this store needs its backup')
}

const jumpMs = 60_000

async function checkAudit(store: Store, nowMs: number): Promise<Look> {
  const verdict = await store.audit.verify()
  if (!verdict.ok) return bad(`broken at ${verdict.atSeq}: ${verdict.reason}`, 'stop recording here and report it to security')
  const last = await store.read((db) => db.selectFrom('audit').select('at_ms').orderBy('seq', 'desc').limit(1).executeTakeFirst())
  const found = `${verdict.count} entries`
  return (last?.at_ms ?? 0) > nowMs + jumpMs
    ? bad(`${found}, the last from ${iso(last?.at_ms ?? 0)}, which is to come`, 'set the clock: it went back since')
    : good(found)
}

async function checkOutbox(store: Store, nowMs: number): Promise<Look> {
  const { count, oldestAtMs } = await store.read((db) => waiting(db))
  return outboxLook(count, count === 0 ? 0 : nowMs - oldestAtMs)
}

/** From four fifths of a limit on there are days left to act. */
const near = 0.8
const dayMs = 24 * 3_600_000

function outboxLook(count: number, ageMs: number): Look {
  if (count === 0) return good('nothing waits')
  const { waitingPackets, waitingMs } = outboxLimits
  const found = `${count} packets wait, the oldest for ${(ageMs / dayMs).toFixed(1)} days`
  const next = `bring the line to the centre back: recording stops at ${waitingPackets} packets or ${waitingMs / dayMs} days`
  if (count >= waitingPackets || ageMs > waitingMs) return bad(`${found}: no new record is begun`, next)
  if (count >= near * waitingPackets || ageMs > near * waitingMs) return bad(found, next)
  return ageMs > dayMs ? weak(found, next) : good(found)
}

async function checkCentreKeys(store: Store, nowMs: number): Promise<Look> {
  const keys = await pinnedCentreKeys(store)
  return keys ? keysLook(lastEnd(keys.sealing) - nowMs) : good('none yet: pinned at the first start')
}

const lastEnd = (keys: readonly CentreKey[]): number => Math.max(...keys.map(({ notAfterMs }) => notAfterMs))

function keysLook(leftMs: number): Look {
  const found = `sealing key for ${(leftMs / dayMs).toFixed(0)} more days`
  const next = 'ask the centre for its next key and pin it'
  if (leftMs <= 0) return bad('the sealing key of the centre has ended: nothing can be sealed', next)
  return leftMs < 30 * dayMs ? weak(found, next) : good(found)
}

function toldBy({ metrics }: RunningStation): Omit<StoreLooks, 'store'> {
  const [count, ageS] = [metrics.get('rekam_outbox_packets'), metrics.get('rekam_outbox_oldest_age_seconds')]
  const [leftS, seq] = [metrics.get('rekam_centre_key_seconds_left'), metrics.get('rekam_audit_sequence')]
  return {
    audit: seq === undefined ? unseen : good(`${seq} entries (not verified while the station runs)`),
    outbox: count === undefined ? unseen : outboxLook(count, (ageS ?? 0) * 1000),
    centreKeys: leftS === undefined ? unseen : keysLook(leftS * 1000),
  }
}

/** Records, packet and what lies beside them: 0.9 MB of a synthetic person (measured), three times as much allowed for a real one. */
const personBytes = 3 * 1024 * 1024
/** Below this the station refuses to begin: its reserve and one person at work. */
const keptFreeBytes = 288 * 1024 * 1024

export async function checkRoom(data: string): Promise<Look> {
  const folder = [data, join(data, '..'), '/'].find((each) => existsSync(each)) ?? '/'
  const { bavail, bsize } = await statfs(folder)
  const persons = Math.floor((bavail * bsize - keptFreeBytes) / personBytes)
  const found = `room for about ${Math.max(0, persons)} persons (${((bavail * bsize) / 2 ** 30).toFixed(1)} GB free)`
  if (persons < 100) return bad(found, 'make room now: less than a day of recording is left')
  if (persons < outboxLimits.waitingPackets) return weak(found, 'make room: 30 days offline are 3000 persons')
  return good(found)
}

const iso = (ms: number): string => new Date(ms).toISOString()
