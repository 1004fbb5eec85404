// SIGINT, SIGTERM and SIGHUP as one promise, so that a command can clean up behind itself. Knows no station.

import { systemClock } from '../../protocol/clock.js'
import { Interrupted } from './command.js'

const statusOf = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const
export type EndingSignal = keyof typeof statusOf
const signals = Object.keys(statusOf) as readonly EndingSignal[]

export interface SignalWatch {
  readonly arrived: Promise<EndingSignal>
  /** @throws Interrupted as soon as a signal is there; the work itself is left to whoever cleans up */
  orInterrupted<T>(work: Promise<T>): Promise<T>
  stop(): void
}

/** Ctrl+C comes from the terminal and from a parent at once: only what comes later than this is insistence. */
const insistenceMs = 5_000

/** From now on the first signal asks for the end, and half a clean-up is none: only one that comes much later ends the process as it is. */
export function watchSignals(): SignalWatch {
  let heard: (signal: EndingSignal) => void = () => {}
  const arrived = new Promise<EndingSignal>((resolve) => {
    heard = resolve
  })
  let firstMs: number | undefined
  const hear = (signal: EndingSignal) => {
    firstMs ??= systemClock.monotonicMs()
    if (systemClock.monotonicMs() - firstMs > insistenceMs) process.exit(statusOf[signal])
    heard(signal)
  }
  for (const signal of signals) process.on(signal, hear)
  const interrupted = arrived.then((signal) => Promise.reject(new Interrupted(statusOf[signal])))
  interrupted.catch(() => {})
  return {
    arrived,
    orInterrupted: (work) => Promise.race([interrupted, work]),
    stop: () => {
      for (const signal of signals) process.off(signal, hear)
    },
  }
}

/** A station that was started by another process ends with it, however that one died. Pending for ever when there is none. */
export function supervisorGone(): Promise<void> {
  return new Promise((resolve) => {
    if (!process.channel) return
    process.once('disconnect', () => resolve())
    process.channel.unref()
  })
}
