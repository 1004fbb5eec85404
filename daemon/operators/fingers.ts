// Operators' own fingers: enrolled on the slap scanner and asked for in place of the PIN. Counts no tries and knows no case.

import { Fault } from '../../protocol/fault.js'
import { type AttackPolicy, verdictOf } from '../capture/findings.js'
import type { RecordMaker } from '../capture/record-maker.js'
import type { TakenCapture } from '../capture/session.js'
import { type TakeDeps, type Taking, takeOneFinger } from '../capture/takes.js'
import type { Actor } from '../desks.js'
import type { FingerTemplate } from '../kernels/finger/template.js'
import type { Store } from '../store/store.js'
import { enrolledFingers, keepFinger, sweepFingers } from './finger-store.js'
import type { OperatorDesk, Proof } from './operators.js'

export interface OperatorFingers {
  /**
   * The finger of whoever asks, in place of an earlier one.
   * @param request `position` ISO/IEC 19794-4, 0: the right index finger
   * @throws Fault `operator.wrong_pin` | `operator.finger_unclear` | `operator.finger_taken` | `input.invalid` | `device.*` | `capture.*`
   */
  enrol(actor: Actor, request: { readonly pin: string; readonly position: number }): Promise<void>
  /**
   * Asks for the finger that this operator enrolled. Whether it is the one is told by `OperatorDesk.reauthenticate`, which counts.
   * @throws Fault `operator.no_finger` | `finger.no_print` | `device.*` | `capture.*`, which count as no try
   */
  proof(operatorId: string): Promise<Proof>
  /** The capture under way of this operator ends with `capture.nothing_seen`; of anybody else, or none: nothing happens. */
  cancel(operatorId: string): void
  /** Ends a capture under way. */
  close(): Promise<void>
}

export interface OperatorFingersDeps extends TakeDeps {
  readonly store: Store
  readonly operators: OperatorDesk
  readonly records: Pick<RecordMaker, 'findFinger' | 'compareOperators'>
  readonly attackPolicy: AttackPolicy
}

const rightIndex = 2
const lastPosition = 10
/** ISO/IEC 19794-2:2011 recommends at least so many for enrolment. */
const enoughMinutiae = 16

/** @throws Fault store.* */
export async function openOperatorFingers(deps: OperatorFingersDeps): Promise<OperatorFingers> {
  await sweepFingers(deps.store)
  return new Fingers(deps)
}

class Fingers implements OperatorFingers {
  readonly #deps: OperatorFingersDeps
  #taking: { readonly operatorId: string; readonly taking: Taking<TakenCapture> } | undefined
  #closing = false

  constructor(deps: OperatorFingersDeps) {
    this.#deps = deps
  }

  async enrol(actor: Actor, { pin, position }: { readonly pin: string; readonly position: number }): Promise<void> {
    const { store, operators, records, clock } = this.#deps
    const asked = position === 0 ? rightIndex : position
    if (asked > lastPosition) throw new Fault('input.invalid', { field: 'position', reason: '1 to 10' })
    const { id: operatorId } = await operators.reauthenticate(actor.operator, { pin })
    const template = await this.#live(operatorId, asked)
    if (template.minutiae.length < enoughMinutiae)
      throw new Fault('operator.finger_unclear', { found: template.minutiae.length, limit: enoughMinutiae })
    const others = (await enrolledFingers(store)).filter((each) => each.operatorId !== operatorId)
    const hits = await records.compareOperators({ prints: [template], enrolled: others })
    // One person under two names would be their own second person.
    if (hits.some(({ certainty }) => certainty === 'sure')) throw new Fault('operator.finger_taken')
    await keepFinger(store, { operatorId, position: asked, template }, clock.nowMs())
  }

  async proof(operatorId: string): Promise<Proof> {
    const { store, records } = this.#deps
    const [enrolled] = await enrolledFingers(store, operatorId)
    if (!enrolled) throw new Fault('operator.no_finger', { operator: operatorId })
    const template = await this.#live(operatorId, enrolled.position)
    return { matches: async () => (await records.compareOperators({ prints: [template], enrolled: [enrolled] })).length > 0 }
  }

  cancel(operatorId: string): void {
    if (this.#taking?.operatorId === operatorId) this.#taking.taking.cancel()
  }

  async close(): Promise<void> {
    this.#closing = true
    const taking = this.#taking?.taking
    taking?.cancel()
    await taking?.taken.catch(() => {})
  }

  async #live(operatorId: string, position: number): Promise<FingerTemplate> {
    const { records, attackPolicy, state } = this.#deps
    // What is to be done better is the operator's own business to know.
    const ask = (asked: number, advice: string) => state.publish({ is: 'operator_finger', finger: { operatorId, position: asked, advice } })
    const taking = takeOneFinger(this.#deps, position, ({ advice = '' }) => ask(position, advice))
    this.#taking = { operatorId, taking }
    const [frame] = (
      await taking.taken
        .catch((error: unknown) => this.#cancelled(error))
        .finally(() => {
          this.#taking = undefined
          ask(0, '')
        })
    ).frames
    if (!frame) throw new Fault('capture.nothing_seen')
    if (attackPolicy !== 'ignore' && verdictOf([frame.header])?.verdict === 'attack') throw new Fault('capture.presentation_attack')
    const { template } = await records.findFinger({ frame: { header: frame.header, bytes: frame.bytes }, position })
    if (!template) throw new Fault('finger.no_print')
    return template
  }

  #cancelled(error: unknown): never {
    if (!(error instanceof DOMException)) throw error
    throw new Fault(this.#closing ? 'gateway.closing' : 'capture.nothing_seen')
  }
}
