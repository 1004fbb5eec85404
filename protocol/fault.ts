// The one error class of the house: a closed code, allow-listed context, words in both languages (fault-words.ts).

import type { Facts } from './facts.js'
import { faultWords } from './fault-words.js'

/** Closed set of fault codes, `area.reason`. */
export type FaultCode = keyof typeof faultWords

/** An expected failure with a name. `message` is for engineers; people are shown `faultWords[code]`. */
export class Fault extends Error {
  override readonly name = 'Fault'
  readonly code: FaultCode
  readonly context: Facts

  constructor(code: FaultCode, context: Facts = {}, options?: { cause?: unknown }) {
    super(`${code} ${JSON.stringify(context)}`, options)
    this.code = code
    this.context = context
  }
}

/** Narrows to a Fault, of one of `codes` if given. */
export function isFault(error: unknown, ...codes: readonly FaultCode[]): error is Fault {
  return error instanceof Fault && (codes.length === 0 || codes.includes(error.code))
}

/** True when `code` belongs to `area`, e.g. `isFaultOf(error, 'card')`. */
export function isFaultOf(error: unknown, area: string): error is Fault {
  return error instanceof Fault && error.code.startsWith(`${area}.`)
}

/** Turns whatever was thrown into a Fault; what was not expected becomes `internal.unexpected` with the original as cause. */
export function toFault(error: unknown): Fault {
  return error instanceof Fault ? error : new Fault('internal.unexpected', {}, { cause: error })
}

export function isFaultCode(code: string): code is FaultCode {
  return Object.hasOwn(faultWords, code)
}
