// One signature on the pad: samples until the pen has rested. Knows no case and no store.

import type { PenSample, SignaturePad } from '../../drivers/driver.js'
import type { Clock, Timer } from '../../protocol/clock.js'
import { deferred } from '../../protocol/deferred.js'
import { Fault } from '../../protocol/fault.js'
import { withoutLastStroke } from '../kernels/signature/assess.js'
import type { PadFacts } from '../kernels/signature/strokes.js'

export interface SignatureCapture {
  readonly samples: readonly PenSample[]
  readonly pad: PadFacts
}

export interface SignatureSession {
  /** Settles when the pen has rested; rejects with the pad's fault, `capture.nothing_seen` after the time-out, or an AbortError. */
  readonly taken: Promise<SignatureCapture>
  /** Takes what was written so far. @throws Fault `capture.nothing_seen` */
  takeNow(): void
  /** The last stroke was a slip. Nobody's pen rests from then on until it is seen again. @throws Fault `capture.not_running` when it is over */
  undo(): void
  /** All strokes away; the pad is cleared for a new try, which has its whole time. @throws Fault of the pad, `capture.not_running` when it is over */
  again(): Promise<void>
  /** The pad went away. */
  lost(fault: Fault): void
  cancel(): void
}

export interface SignaturePlan {
  /** The pen is done when it was away this long. */
  readonly restMs: number
  readonly timeoutMs: number
  /** Fewer samples with the pen down are a slip, not a signature. */
  readonly leastSamples: number
}

/** Bound of one signature: a minute of pen at a fast pad's rate. */
const mostSamples = 20_000

/** @param inked called as ink grows, with SVG path data */
export function startSignatureSession(
  deps: { pad: SignaturePad; clock: Clock; inked: (path: string) => void },
  plan: SignaturePlan,
): SignatureSession {
  const { pad, clock } = deps
  const { unitsPerInch, area } = pad.info
  const facts: PadFacts = { unitsPerInch, ...(area && { area }) }
  let samples: PenSample[] = []
  const ending = deferred<SignatureCapture>()
  let ink = ''
  let rest: Timer | undefined
  let over = false

  const finish = (settle: () => void) => {
    if (over) return
    over = true
    rest?.cancel()
    late.cancel()
    pad.end()
    settle()
  }
  const enough = () => samples.filter(({ penDown }) => penDown).length >= plan.leastSamples
  const take = () => finish(() => ending.resolve({ samples, pad: facts }))
  const fail = (error: unknown) => finish(() => ending.reject(error))
  const nothing = () => new Fault('capture.nothing_seen', { modality: 'signature' })
  const ended = () => (enough() ? take() : fail(nothing()))
  let late = clock.after(plan.timeoutMs, ended)

  const onSample = (sample: PenSample) => {
    ink += penStroke(samples.at(-1), sample)
    samples.push(sample)
    if (samples.length >= mostSamples) return ended()
    deps.inked(ink)
    rest?.cancel()
    rest = clock.after(plan.restMs, () => {
      if (enough()) take()
    })
  }
  const begin = async () => {
    pad.begin({ sample: onSample, lost: fail })
    await pad.clear()
  }
  begin().catch(fail)

  const replace = (left: readonly PenSample[]) => {
    if (over) throw new Fault('capture.not_running', { modality: 'signature' })
    const last = left.at(-1)
    // The next stroke begins anew, whatever the last one that stays ended with.
    samples = last?.penDown ? [...left, { ...last, penDown: false, pressure: 0 }] : [...left]
    ink = inkPath(samples)
    rest?.cancel()
    deps.inked(ink)
  }

  return {
    taken: ending.promise,
    takeNow: () => {
      if (!enough()) throw nothing()
      take()
    },
    undo: () => replace(withoutLastStroke(samples, facts)),
    again: async () => {
      replace([])
      late.cancel()
      late = clock.after(plan.timeoutMs, ended)
      await pad.clear()
    },
    lost: fail,
    cancel: () => fail(new DOMException('capture cancelled', 'AbortError')),
  }
}

/** Strokes as SVG path data in pad units. */
export function inkPath(samples: readonly PenSample[]): string {
  return samples.map((sample, i) => penStroke(samples[i - 1], sample)).join('')
}

function penStroke(before: PenSample | undefined, { x, y, penDown }: PenSample): string {
  return penDown ? `${before?.penDown ? 'L' : 'M'}${x} ${y}` : ''
}
