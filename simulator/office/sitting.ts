// What eyes and face before a camera have in common: whoever sits there follows a script, capture by capture, and hears. It draws nothing.

import type { Guest } from './guest.js'

interface Ways<Script, Advice, Fault, Approach> {
  readonly nowMs: () => number
  readonly guest: () => Guest | undefined
  /** @param number of the capture, from 1 */
  begin(guest: Guest, number: number, fault: Fault | 'none' | undefined): Script
  hear(script: Script, advice: Advice, nowMs: number): Script
  /** Of somebody who does not listen. */
  approach(guest: Guest): Approach
}

export class Sitting<Script, Advice, Fault, Approach> {
  /** Instead of what would go wrong by chance; undefined: as it comes. */
  fault: Fault | 'none' | undefined
  readonly #ways: Ways<Script, Advice, Fault, Approach>
  #captures = 0
  #script: Script | undefined
  #approach: Approach | undefined

  constructor(ways: Ways<Script, Advice, Fault, Approach>) {
    this.#ways = ways
  }

  /** Of somebody of natural manner, since the first capture began. */
  get script(): Script | undefined {
    return this.#script
  }

  /** How somebody comes who has to be shown by the first capture how it goes; undefined: well from the first. */
  coached(guest: Guest): Approach | undefined {
    if (guest.manner !== 'coached' || this.#captures !== 1) return undefined
    this.#approach ??= this.#ways.approach(guest)
    return this.#approach
  }

  /** Another capture. */
  begin(): void {
    this.#captures++
    const guest = this.#ways.guest()
    if (guest?.manner === 'natural') this.#script = this.#ways.begin(guest, this.#captures, this.fault)
  }

  hear(advice: Advice): void {
    if (this.#script) this.#script = this.#ways.hear(this.#script, advice, this.#ways.nowMs())
  }

  /** Somebody else comes. */
  change(): void {
    this.#captures = 0
    this.#script = undefined
    this.#approach = undefined
    this.fault = undefined
  }
}
