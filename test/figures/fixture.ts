// Figures over a store of their own, and the grammar of the metrics as told apart from their writer.

import type { Test } from 'tap'
import type { AttemptFacts } from '../../daemon/figures/attempts.js'
import { openFigures } from '../../daemon/figures/figures.js'
import { openFiguresWriter } from '../../daemon/figures/writer.js'
import type { Outbox, OutboxEvent } from '../../daemon/outbox/outbox.js'
import { StationState } from '../../daemon/state.js'
import type { Store } from '../../daemon/store/store.js'
import type { Facts } from '../../protocol/facts.js'
import { type Log, type LogLevel, silentLog } from '../../protocol/log.js'
import { VirtualClock } from '../../simulator/virtual-clock.js'
import { opened, startMs } from '../store/fixture.js'

export const timezone = 'Asia/Makassar'
/** Of somebody's good slap. */
export const facts: AttemptFacts = {
  endedAtMs: startMs,
  modality: 'right_four',
  device: 'slap_scanner',
  serial: 'SLAP-1',
  operator: 'nobody-known',
  tryNumber: 1,
  outcome: 'good',
  takingMs: 4_321,
  decidingMs: 1_234,
  measure: 77.4,
  qualities: [
    { of: 'finger.2', quality: 60.6 },
    { of: 'finger.3', quality: 70 },
  ],
  advice: 'press_harder',
  framesDropped: 2,
  framesCorrupt: 1,
}

class RememberingLog implements Log {
  readonly lines: { readonly event: string; readonly facts: Facts }[] = []
  write(_level: LogLevel, event: string, facts: Facts = {}): void {
    this.lines.push({ event, facts })
  }
}

export async function writerOver(t: Test) {
  const clock = new VirtualClock(startMs)
  const store = await opened(t, t.testdir(), { clock })
  const log = new RememberingLog()
  return { clock, store, log, writer: openFiguresWriter({ store, clock, log, timezone }) }
}

export const attemptsIn = (store: Store) => store.read((db) => db.selectFrom('attempts').selectAll().execute())
export const later = (clock: VirtualClock, ms: number) => clock.runUntil(new Promise<void>((resolve) => void clock.after(ms, resolve)))

const sealingEnds = startMs + 86_400_000

export async function figuresOver(t: Test) {
  const clock = new VirtualClock(startMs)
  const store = await opened(t, t.testdir(), { clock })
  const state = new StationState()
  const listeners = new Set<(event: OutboxEvent) => Promise<void> | void>()
  const outbox = {
    onEvent: (listener: (event: OutboxEvent) => Promise<void> | void) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  } as unknown as Outbox
  const key = { jwk: { kty: 'EC', crv: 'P-256', x: '', y: '', kid: '' }, notBeforeMs: 0, notAfterMs: sealingEnds } as const
  const figures = openFigures({
    ...{ state, store, outbox, clock, timezone, log: silentLog, softwareVersion: '1.2.3' },
    centreKeys: { sealing: [key], receipts: [], issuing: [] },
    skewMs: () => -1_500,
  })
  t.teardown(() => figures.close())
  const emit = async (event: OutboxEvent) => {
    for (const listener of listeners) await listener(event)
  }
  return { clock, store, state, figures, emit, read: async () => parseExposition(await figures.metrics()).values }
}

interface Parsed {
  readonly type: Map<string, string>
  readonly values: Map<string, number>
}

/** The grammar of text format 0.0.4, told apart from the writer. @throws when a line is not in it */
export function parseExposition(text: string): Parsed {
  const type = new Map<string, string>()
  const values = new Map<string, number>()
  const helped = new Set<string>()
  if (text !== '' && !text.endsWith('\n')) throw new Error('the last line must end')
  for (const line of text.split('\n').slice(0, -1)) {
    const help = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) ((?:[^\\]|\\[\\n])*)$/.exec(line)
    const typed = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)$/.exec(line)
    const label = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\["\\\\n])*"'
    const sample = new RegExp(`^([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{${label}(?:,${label})*\\})? (NaN|[+-]Inf|[0-9.eE+-]+)$`).exec(line)
    if (help) {
      if (helped.has(help[1] ?? '')) throw new Error(`second HELP: ${line}`)
      helped.add(help[1] ?? '')
    } else if (typed) {
      if (type.has(typed[1] ?? '')) throw new Error(`second TYPE: ${line}`)
      type.set(typed[1] ?? '', typed[2] ?? '')
    } else if (sample) {
      const [, name = '', labels = '', value = ''] = sample
      const family = type.has(name) ? name : name.replace(/_(bucket|sum|count)$/, '')
      if ([...type.keys()].at(-1) !== family) throw new Error(`outside its family: ${line}`)
      if (values.has(name + labels)) throw new Error(`twice: ${line}`)
      values.set(name + labels, value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value))
    } else throw new Error(`not in the grammar: ${JSON.stringify(line)}`)
  }
  return { type, values }
}
