// SIGINT, SIGTERM and SIGHUP as one promise, so that a command can clean up behind itself. Knows no station.

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

/**
 * From now on no signal ends the process by itself, not even a second one: Ctrl+C comes from the terminal and from a parent at once,
 * and half a clean-up is none.
 */
export function watchSignals(): SignalWatch {
  let heard: (signal: EndingSignal) => void = () => {}
  const arrived = new Promise<EndingSignal>((resolve) => {
    heard = resolve
  })
  for (const signal of signals) process.on(signal, heard)
  const interrupted = arrived.then((signal) => Promise.reject(new Interrupted(statusOf[signal])))
  interrupted.catch(() => {})
  return {
    arrived,
    orInterrupted: (work) => Promise.race([interrupted, work]),
    stop: () => {
      for (const signal of signals) process.off(signal, heard)
    },
  }
}
