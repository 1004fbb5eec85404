// An operator at the counter: does what the case asks for next, through the station's desks and in the time that people take. Everything that goes
// wrong ends in doing the next thing that the case asks for then. Knows no fault's cause.

import { sleep } from '../../../protocol/clock.js'
import { type Fault, isFault } from '../../../protocol/fault.js'
import { operatorMs, personMs } from '../../../simulator/people/reaction.js'
import type { Actor } from '../../desks.js'
import { deviceOf } from '../../modality.js'
import type { CaseDocument } from '../../service/case.js'
import { type CaptureStatus, type DeviceKind, idleCapture, type Modality } from '../../state.js'
import type { Applicant } from './applicant.js'
import { pushIn } from './cables.js'
import type { Inspector, Looking } from './checks/inspector.js'
import { coach } from './coach.js'
import type { FaultDirector } from './faults/director.js'
import type { Journal } from './journal.js'
import { type Lives, StationDied } from './lives.js'
import { type Act, nameOf, nextAct } from './next-act.js'

export interface Served {
  readonly how: 'recorded' | 'already_recorded' | 'stuck'
  readonly doc: CaseDocument | undefined
  /** From the confirmed applicant to the sealed record. */
  readonly recordingMs: number
  /** Pressed while recording: each act of the operator is one key. */
  readonly keys: number
  /** Virtual time by act, of all its tries. */
  readonly actMs: ReadonlyMap<string, number>
}

export interface OperatorDeps {
  readonly lives: Lives
  readonly applicant: Applicant
  readonly inspector: Inspector
  readonly director: FaultDirector
  readonly journal: Journal
}

/** An operator who has tried for so long calls somebody. */
const mostActs = 200
/** More than any plan's tries. */
const mostAttempts = 8
/** Refused so often for a reason that nobody knows: somebody must be called. */
const mostUnexplained = 3
/** Longer than any plan's patience. */
const captureDeadlineMs = 90_000
const deviceDeadlineMs = 15_000
const mostReplugs = 3
const weakReason = 'simulated person'
const judgement = 'compared with the person'

const supervisor: Actor = { operator: 'op-2', roles: ['supervisor'] }
/** These pass by themselves, or somebody else sees to them. */
const waits: readonly string[] = ['registry.unreachable', 'centre.unreachable', 'store.full']
/** After these the case says what to do next. */
const answers: readonly string[] = ['capture.not_running', 'capture.not_signed', 'capture.incomplete', 'capture.finding_open']

class Stuck extends Error {
  override readonly name = 'Stuck'
}

/** Serves one person. */
export class Operator {
  readonly #deps: OperatorDeps
  readonly #number: number
  readonly #nik: string
  readonly #actMs = new Map<string, number>()
  #caseId = ''
  #keys = 0
  #unexplained = 0

  constructor(deps: OperatorDeps, number: number, nik: string) {
    this.#deps = deps
    this.#number = number
    this.#nik = nik
  }

  async serve(): Promise<Served> {
    let doc: CaseDocument | undefined
    let how: Served['how'] = 'recorded'
    let fromMs: number | undefined
    try {
      for (let acts = 0; ; acts++) {
        if (acts > mostActs) throw new Stuck('too many acts')
        const act = doc ? nextAct(doc, this.#deps.applicant.lacks) : undefined
        if (doc && !act) break
        if (fromMs === undefined && act && !isBefore(act)) {
          fromMs = this.#nowMs()
          this.#keys = 0
        }
        doc = await this.#booked(act ? nameOf(act) : 'take_ticket', () => (doc && act ? this.#perform(doc, act) : this.#takeTicket()))
      }
    } catch (error) {
      if (isFault(error, 'case.already_recorded')) how = 'already_recorded'
      else if (error instanceof Stuck) {
        how = 'stuck'
        this.#deps.inspector.complain('nobody_stuck', error.message, 'serve')
      } else throw error
    }
    return { how, doc, keys: this.#keys, actMs: this.#actMs, recordingMs: this.#nowMs() - (fromMs ?? this.#nowMs()) }
  }

  /** Does it, books its time, looks whether everything holds. @returns the case then; undefined while there is none */
  async #booked(name: string, act: () => Promise<Looking>): Promise<CaseDocument | undefined> {
    const { inspector, lives, journal } = this.#deps
    const sinceMs = this.#nowMs()
    let looking: Looking = {}
    try {
      looking = await act()
      // It may have died over something of its own meanwhile.
      if (lives.isDead) throw new StationDied()
    } catch (error) {
      looking = await this.#afterTrouble(name, error)
    }
    lives.disarm()
    const seen = await inspector.after(lives.station, this.#caseId, name, looking)
    const doc = seen?.doc
    for (const { modality, recordSha256 } of seen?.news ?? []) {
      const record = doc?.modalities.find((each) => each.modality === modality)
      if (record) journal.accepted(this.#number, this.#nowMs(), record, recordSha256)
    }
    this.#actMs.set(name, (this.#actMs.get(name) ?? 0) + this.#nowMs() - sinceMs)
    if (doc && name === 'seal' && !nextAct(doc)) {
      inspector.sealed(doc, name)
      await this.#deps.director.at('sealed', 'send')
    }
    return doc
  }

  /** @throws what ends the service */
  async #afterTrouble(name: string, error: unknown): Promise<Looking> {
    const { lives, director, inspector } = this.#deps
    // What was being accepted when it happened may be kept or not; nothing else may have changed.
    const changing = name.startsWith('capture.') ? name.slice('capture.'.length) : name === 'sign' ? 'approval' : undefined
    const looking = { openAll: true, ...(changing !== undefined && { changing }) }
    if (error instanceof StationDied) {
      director.saw('restarted')
      await lives.reopen()
      await lives.pass(operatorMs.logsIn)
      this.#caseId = lives.station.state.cases.find(({ nik, closedAtMs }) => nik === this.#nik && closedAtMs === undefined)?.caseId ?? ''
      return looking
    }
    if (!isFault(error)) throw error
    if (error.code === 'case.already_recorded') {
      director.explains(error.code)
      director.saw('sentAway')
      throw error
    }
    if (!answers.includes(error.code) && !director.explains(error.code)) {
      inspector.complain('fault_named', error.code, name)
      if (++this.#unexplained >= mostUnexplained) throw new Stuck(error.code)
    }
    await this.#meet(error)
    return looking
  }

  async #meet(fault: Fault): Promise<void> {
    const { lives, director } = this.#deps
    if (waits.includes(fault.code)) {
      director.saw('waited')
      await lives.pass(operatorMs.triesAgain)
    } else {
      await lives.pass(operatorMs.decides)
    }
  }

  async #takeTicket(): Promise<Looking> {
    const { lives } = this.#deps
    await this.#press()
    const request = { nik: this.#nik, priority: false, standardId: 'timed-recording' }
    this.#caseId = await lives.run(lives.station.station.cases.takeTicket(this.#actor, request))
    return {}
  }

  async #perform(doc: CaseDocument, act: Act): Promise<Looking> {
    const { lives, director } = this.#deps
    const { cases, capture } = lives.station.station
    switch (act.do) {
      case 'tick_paper':
        await lives.pass(operatorMs.readsPaper)
        await this.#press()
        await lives.run(cases.checkRequirement(this.#actor, doc.caseId, act.requirementId, true))
        return {}
      case 'finish_papers':
        await this.#press()
        await lives.run(cases.completeStep(this.#actor, doc.caseId, act.stepId))
        return {}
      case 'ask_registry':
        await director.at('registry', nameOf(act))
        await this.#press()
        await lives.run(cases.completeStep(this.#actor, doc.caseId, act.stepId))
        return {}
      case 'confirm_applicant':
        await lives.pass(operatorMs.confirmsApplicant)
        await this.#press()
        await lives.run(cases.confirmApplicant(this.#actor, doc.caseId))
        return {}
      case 'capture':
        return this.#capture(act)
      case 'call_supervisor':
        await lives.pass(operatorMs.callsSecondPerson)
        await this.#press()
        await lives.run(capture.review(supervisor, doc.caseId, judgement))
        director.saw('judged')
        return {}
      case 'except':
        await lives.pass(operatorMs.choosesReason)
        await this.#press()
        await lives.run(capture.except(this.#actor, doc.caseId, act.modality, act.positions, act.reason))
        return {}
      case 'witness':
        await lives.pass(operatorMs.callsSecondPerson)
        await this.#press()
        await lives.run(capture.witnessRecord(supervisor, doc.caseId, judgement))
        return {}
      case 'sign':
        return this.#sign()
      case 'seal':
        await lives.pass(operatorMs.decides)
        await director.at('seal', nameOf(act))
        await this.#press()
        await lives.run(capture.seal(this.#actor, doc.caseId))
        // The packet goes out at once; the operator looks whether it does.
        await lives.run(sleep(lives.world.clock, operatorMs.decides))
        return { openAll: true }
    }
  }

  async #capture(act: Extract<Act, { do: 'capture' }>): Promise<Looking> {
    const { lives, director } = this.#deps
    const { modality } = act
    const { capture } = lives.station.station
    if (act.because !== '') await this.#say(act.because, modality)
    // What waits for a decision already, e.g. because the disk was full, need not be captured again.
    if (this.#running(modality).state !== 'review') {
      await lives.pass(personMs.turnsToDevice)
      await this.#device(deviceOf(modality))
      await this.#press()
      await lives.run(capture.start(this.#actor, this.#caseId, modality))
      if (!(await this.#taken(modality))) return {}
    }
    while (!(await this.#good(modality))) {
      await this.#press()
      await lives.run(capture.retake(this.#actor, this.#caseId, modality))
      if (!(await this.#taken(modality))) return {}
    }
    const { mayAccept, weak } = this.#running(modality)
    if (!mayAccept) return this.#exceptAbsent(modality)
    await director.at('accept', nameOf(act), modality)
    await this.#press()
    await lives.run(capture.accept(this.#actor, this.#caseId, modality, weak ? weakReason : ''))
    return { changing: modality }
  }

  #running(modality: Modality): CaptureStatus {
    const { captures } = this.#deps.lives.station.state
    return captures.find((each) => each.modality === modality && each.caseId === this.#caseId) ?? idleCapture
  }

  /** Waits for the picture. @returns false when the station said why there is none */
  async #taken(modality: Modality): Promise<boolean> {
    const { lives, director } = this.#deps
    await director.at('capture', `capture.${modality}`, modality)
    const hush = coach({
      ...{ modality, applicant: this.#deps.applicant, clock: lives.world.clock, state: lives.station.state },
      running: () => this.#running(modality),
      obeyed: () => director.saw('retaken'),
      takeNow: () => this.#takeNow(modality),
    })
    const state = () => this.#running(modality).state
    const over = () => state() === 'review' || state() === 'idle'
    const untilMs = this.#nowMs() + captureDeadlineMs
    try {
      while (!(await this.#eventually(over, deviceDeadlineMs))) {
        if (this.#nowMs() > untilMs) throw new Stuck(`a capture of ${modality} never ended`)
        // Its device went away and does not come back by itself.
        if (state() === 'waiting') await this.#device(deviceOf(modality))
      }
    } finally {
      hush()
    }
    if (state() !== 'review') return false
    await lives.pass(operatorMs.decides + (modality === 'face' ? personMs.approvesPortrait : 0))
    return state() === 'review'
  }

  /** By hand. What comes of it is seen from the capture, as ever. */
  #takeNow(modality: Modality): void {
    this.#keys++
    void this.#deps.lives.station.station.capture.takeNow(this.#actor, this.#caseId, modality).catch(() => {})
  }

  /** Whether to leave it at that. Says what was wrong when not. */
  async #good(modality: Modality): Promise<boolean> {
    const { advice, mayAccept, weak, attempt, tries } = this.#running(modality)
    if ((mayAccept && !weak) || attempt >= Math.min(tries, mostAttempts)) return true
    await this.#say(advice, modality)
    return false
  }

  /** Tried as often as the plan wants, and still not to be seen in any picture: that is said, and then the rest can be accepted. */
  async #exceptAbsent(modality: Modality): Promise<Looking> {
    const { lives } = this.#deps
    const { capture } = lives.station.station
    const refusal = await lives.run(
      capture.accept(this.#actor, this.#caseId, modality, weakReason).then(
        () => undefined,
        (error: unknown) => error,
      ),
    )
    if (!isFault(refusal, 'capture.parts_missing')) throw refusal ?? new Stuck(`${modality} was accepted against its own word`)
    const positions = (refusal.context.field ?? '').split(',').map(Number)
    await lives.pass(operatorMs.choosesReason)
    await this.#press()
    if (modality === 'irises') await lives.run(capture.except(this.#actor, this.#caseId, modality, positions, 'cannot_open'))
    else await lives.run(capture.except(this.#actor, this.#caseId, modality, positions, 'unreadable'))
    return {}
  }

  async #say(advice: string, modality: Modality): Promise<void> {
    const { lives, applicant, director } = this.#deps
    await lives.pass(operatorMs.saysAdvice)
    if (applicant.hear(advice, modality)) director.saw('retaken')
  }

  async #sign(): Promise<Looking> {
    const { lives } = this.#deps
    await lives.pass(personMs.turnsToDevice)
    await this.#device('signature_pad')
    await this.#press()
    await lives.run(lives.station.station.capture.signRecord(this.#actor, this.#caseId))
    return { changing: 'approval' }
  }

  /** Waits until it is ready; one that does not come back is pulled out and pushed in again. */
  async #device(kind: DeviceKind): Promise<void> {
    const { lives } = this.#deps
    const { state } = lives.station
    const ready = () => state.devices.some((device) => device.kind === kind && device.state === 'ready')
    for (let replugs = 0; !(await this.#eventually(ready, deviceDeadlineMs)); replugs++) {
      if (replugs >= mostReplugs) throw new Stuck(`${kind} never came back`)
      await lives.pass(operatorMs.replugs)
      await pushIn(lives.world, kind)
    }
  }

  async #eventually(wanted: () => boolean, withinMs: number): Promise<boolean> {
    const { lives } = this.#deps
    if (wanted()) return true
    const { clock } = lives.world
    const { state } = lives.station
    const late = new AbortController()
    let stop = () => {}
    const came = new Promise<void>((resolve) => {
      stop = state.subscribe(() => {
        if (wanted()) resolve()
      })
    })
    try {
      await lives.run(Promise.race([came, sleep(clock, withinMs, late.signal)]))
    } finally {
      stop()
      late.abort()
    }
    return wanted()
  }

  async #press(): Promise<void> {
    this.#keys++
    await this.#deps.lives.pass(operatorMs.presses)
  }

  get #actor(): Actor {
    return this.#deps.lives.station.actor
  }

  #nowMs(): number {
    return this.#deps.lives.world.clock.monotonicMs()
  }
}

const isBefore = (act: Act): boolean =>
  act.do === 'tick_paper' || act.do === 'finish_papers' || act.do === 'ask_registry' || act.do === 'confirm_applicant'
