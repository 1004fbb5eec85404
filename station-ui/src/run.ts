// The run through the recording: what the keys set off. Sends commands in their order; what comes next is said by recording.ts.

import { type CaseState, Modality } from '../../protocol/client.js'
import { captureOf, capturesOf, nextAfter } from './recording.js'
import type { Store } from './store.js'

const none = Modality.MODALITY_UNSPECIFIED

export async function start(store: Store, caseId: string, modality: Modality): Promise<void> {
  // Its key was pressed twice.
  if (store.isWaiting('startCapture') && store.view.focus.chosen === modality) return
  store.choose(modality)
  const began = await store.run('startCapture', { caseId, modality })
  // What was refused does not keep the stage.
  if (!began && store.view.focus.chosen === modality) store.choose(none)
}

/** Accepts, and goes on with the next open one by itself. */
export async function accept(store: Store, at: CaseState, modality: Modality): Promise<void> {
  const { caseId } = at
  const done = await store.run('acceptCapture', { caseId, modality }, (fault) => {
    if (fault.code !== 'capture.weak_needs_reason') return false
    acceptWeak(store, at, modality)
    return true
  })
  if (done) await goOn(store, caseId, modality)
}

function acceptWeak(store: Store, { caseId }: CaseState, modality: Modality): void {
  const { words } = store
  store.ask({
    is: 'reason',
    title: words.weakTitle,
    hint: words.weakHint,
    reasons: words.weakReasons,
    confirm: words.accept,
    run: (weakReason) => {
      void store.run('acceptCapture', { caseId, modality, weakReason }).then((done) => done && goOn(store, caseId, modality))
    },
  })
}

async function goOn(store: Store, caseId: string, accepted: Modality): Promise<void> {
  const at = store.case
  if (store.view.focus.chosen === accepted) store.choose(none)
  if (!at || at.caseId !== caseId) return
  const next = nextAfter(at, store.view.mirror.captures, accepted)
  if (next !== undefined) await start(store, caseId, next)
}

/** A tile or its key: what runs is looked at, what is excepted is explained, everything else begins. */
export function pick(store: Store, at: CaseState, modality: Modality): void {
  const { caseId } = at
  const record = at.modalities.find((each) => each.modality === modality)
  if (!record) return
  if (captureOf(capturesOf(store.view.mirror, caseId), modality)) store.choose(modality)
  else if (record.state === 'exception') store.ask({ is: 'exception', modality })
  else void start(store, caseId, modality)
}

interface Excepted {
  readonly modality: Modality
  readonly positions: readonly number[]
}

/** What is asked for at this moment cannot be left out: such a capture stops, and goes on with what is left. */
export async function exceptWith(store: Store, at: CaseState, all: readonly Excepted[], reason: string): Promise<void> {
  const { caseId } = at
  const stopped = await stopLive(
    store,
    caseId,
    all.map(({ modality }) => modality),
  )
  for (const { modality, positions } of all) {
    // A refusal stays to be read: whatever is sent after it would take it away.
    if (!(await store.run('recordException', { caseId, modality, positions, reason }))) return
  }
  await goOnWith(store, caseId, stopped)
}

export async function withdrawFrom(store: Store, at: CaseState, all: readonly Modality[]): Promise<void> {
  const { caseId } = at
  const stopped = await stopLive(store, caseId, all)
  for (const modality of all) if (!(await store.run('withdrawException', { caseId, modality }))) return
  await goOnWith(store, caseId, stopped)
}

async function stopLive(store: Store, caseId: string, concerned: readonly Modality[]): Promise<readonly Modality[]> {
  const hands = concerned.some((modality) => modality === Modality.RIGHT_FOUR || modality === Modality.LEFT_FOUR)
  const wanted = hands ? [...concerned, Modality.INDEX_FINGERS] : concerned
  const live = capturesOf(store.view.mirror, caseId).filter(({ modality, state }) => wanted.includes(modality) && state !== 'review')
  for (const { modality } of live) await store.run('cancelCapture', { caseId, modality })
  return live.map(({ modality }) => modality)
}

async function goOnWith(store: Store, caseId: string, stopped: readonly Modality[]): Promise<void> {
  for (const modality of stopped) {
    const record = store.case?.modalities.find((each) => each.modality === modality)
    const under = captureOf(capturesOf(store.view.mirror, caseId), modality)
    if (record && record.state !== 'exception' && !under) await start(store, caseId, modality)
  }
}
