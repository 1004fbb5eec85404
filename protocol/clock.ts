// Time as a seam. The only file that touches Date.now, performance.now and setTimeout; everything else is handed a Clock.

export interface Timer {
  cancel(): void
}

/** Wall time for records and people, monotonic time for timeouts, timers. A virtual one lives in simulator/virtual-clock.ts. */
export interface Clock {
  /** Milliseconds since 1970 UTC. May jump. */
  nowMs(): number
  /** Milliseconds since some start. Never jumps back. */
  monotonicMs(): number
  /** Runs `fire` once after `delayMs`. */
  after(delayMs: number, fire: () => void): Timer
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after: (delayMs, fire) => {
    const handle = setTimeout(fire, delayMs)
    return { cancel: () => clearTimeout(handle) }
  },
}

/** Resolves after `delayMs` of `clock`; rejects with the signal's reason when aborted first. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const onAbort = () => {
      timer.cancel()
      reject(signal?.reason)
    }
    const timer = clock.after(delayMs, () => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    })
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

/** `work`, or the error made by `late` when `timeoutMs` of `clock` pass first. The work itself is not cancelled. */
export function withDeadline<T>(clock: Clock, timeoutMs: number, work: Promise<T>, late: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(timeoutMs, () => reject(late()))
    work.then(
      (value) => {
        timer.cancel()
        resolve(value)
      },
      (error: unknown) => {
        timer.cancel()
        reject(error instanceof Error ? error : new Error(String(error)))
      },
    )
  })
}
