// Looks after every step of a simulated day whether all statements hold. Remembers what the station had said, over its deaths. Changes nothing,
// and lets no time of the world pass: it reads the store without running the clock.

import { eyePositions } from '../../../../protocol/exception-reasons.js'
import type { Person } from '../../../../simulator/people/person.js'
import type { KeptCapture } from '../../../capture/kept-captures.js'
import type { KeptFingers } from '../../../capture/kept-fingers.js'
import type { Simd } from '../../../kernels/simd/simd.js'
import { isFingers } from '../../../modality.js'
import type { CaseDocument } from '../../../service/case.js'
import { isCaptured } from '../../../service/case-engine.js'
import { expectedPositions } from '../../../service/exceptions.js'
import { isOpen, type Modality } from '../../../state.js'
import type { SimulatedStation } from '../simulated-station.js'
import { auditTail } from './audit-tail.js'
import { type FingerTruthOf, fingerTruthOf } from './finger-truth.js'
import { identityIn, personalWords } from './identity.js'
import { caseIn, followKept, type KeptOfCase, type NewlyKept } from './kept.js'
import { type ArrivedItem, checkPacket } from './packet.js'
import type { Statement, Violation } from './statements.js'

/** The one whose record is being made. */
interface Subject {
  readonly number: number
  readonly truth: FingerTruthOf | undefined
  caseId: string
  revision: number
  readonly kept: KeptOfCase
  /** By capture: fingers that turned out to be other ones than they are called. */
  readonly misnamed: Map<string, readonly string[]>
}

export interface Looking {
  /** Opens every sealed file of the case again. */
  readonly openAll?: boolean
  /** Just accepted, or replaced. */
  readonly changing?: string
}

export class Inspector {
  readonly violations: Violation[] = []
  readonly #simd: Simd
  readonly #explains: (code: string) => boolean
  readonly #tail = auditTail()
  readonly #people: Readonly<Record<string, string>>[] = []
  readonly #sealed: { readonly packetId: string; readonly number: number; readonly doc: CaseDocument; readonly kept: KeptOfCase }[] = []
  readonly #recorded = new Set<string>()
  #arrived = 0
  #subject: Subject | undefined
  #seen: { station: SimulatedStation; faults: number } | undefined

  /** @param explains whether something that was done to the station accounts for a fault that it tells */
  constructor(simd: Simd, explains: (code: string) => boolean) {
    this.#simd = simd
    this.#explains = explains
  }

  async begin(person: Person, number: number): Promise<void> {
    this.#people.push(personalWords(person))
    const truth = await fingerTruthOf(person, this.#simd)
    this.#subject = { number, truth, caseId: '', revision: 0, kept: new Map(), misnamed: new Map() }
  }

  complain(statement: Statement, what: string, at: string): void {
    this.violations.push({ statement, what, at, person: this.#subject?.number ?? 0 })
  }

  /** @param caseId '' before there is one @returns the case as the store has it, and what it keeps now that it did not keep before */
  async after(
    station: SimulatedStation,
    caseId: string,
    at: string,
    looking: Looking = {},
  ): Promise<{ readonly doc: CaseDocument; readonly news: readonly NewlyKept[] } | undefined> {
    await this.#tellings(station, at)
    this.#devices(station, at)
    const subject = this.#subject
    if (!subject || caseId === '') return undefined
    const doc = await caseIn(station.station.store, caseId)
    const complain = (statement: Statement, what: string) => this.complain(statement, what, at)
    if (subject.caseId === caseId && doc.revision < subject.revision)
      complain('case_stands', `revision ${doc.revision} after ${subject.revision}`)
    subject.caseId = caseId
    subject.revision = doc.revision
    const { store } = station.station
    const news = await followKept(store, doc, subject.kept, looking.changing, looking.openAll === true, complain)
    for (const { modality } of news) await this.#names(station, subject, modality)
    this.#fingers(subject, doc, at)
    this.#eyes(doc, at)
    return { doc, news }
  }

  /** The record is on its way. @returns what the digest is told of it */
  sealed(doc: CaseDocument, at: string): void {
    const subject = this.#subject
    if (!subject) return
    const { packetId = '', modalities, findings = [] } = doc
    if (!doc.recordSigned || !modalities.every(isCaptured) || findings.some(isOpen)) this.complain('signed_before_sealed', doc.state, at)
    for (const [modality, wrong] of subject.misnamed) for (const each of wrong) this.complain('right_name', `${modality}: ${each}`, at)
    if (this.#recorded.has(doc.nik)) this.complain('one_record', 'sealed again', at)
    this.#recorded.add(doc.nik)
    this.#sealed.push({ packetId, number: subject.number, doc, kept: subject.kept })
  }

  /** Looks at what has come to the centre since; what was looked at is let go there. */
  async arrivals(
    station: SimulatedStation,
    at: string,
  ): Promise<readonly { readonly number: number; readonly items: readonly ArrivedItem[] }[]> {
    const { centre } = station
    const news: { number: number; items: readonly ArrivedItem[] }[] = []
    const ids = centre.packetIds
    for (; this.#arrived < ids.length; this.#arrived++) {
      const packetId = ids[this.#arrived] ?? ''
      const expected = this.#sealed[this.#arrived]
      const sealed = this.#sealed.find((each) => each.packetId === packetId)
      if (expected?.packetId !== packetId)
        this.complain('packet_order', `packet ${this.#arrived + 1} is not the one that was sealed then`, at)
      if (!sealed) continue
      const items = await checkPacket(centre, packetId, sealed.doc, sealed.kept, (statement, what) => this.complain(statement, what, at))
      centre.archive(packetId)
      news.push({ number: sealed.number, items })
    }
    return news
  }

  /** At the end of everything. */
  async close(station: SimulatedStation): Promise<void> {
    const at = 'end'
    if (this.#arrived !== this.#sealed.length) this.complain('packet_order', `${this.#sealed.length - this.#arrived} never arrived`, at)
    const refused = ['DUPLICATE_RECORD', 'ENROLL_FAILURE_AT_CENTRAL']
    for (const { centralStatus } of station.state.cases) if (refused.includes(centralStatus)) this.complain('one_record', centralStatus, at)
    await this.audit(station, at)
  }

  /** The station's own reading of its whole chain. */
  async audit(station: SimulatedStation, at: string): Promise<void> {
    const verdict = await station.station.store.audit.verify()
    if (!verdict.ok) this.complain('audit_chain', `${verdict.reason} at ${verdict.atSeq}`, at)
  }

  /** Everything that the station said since: it may name no person, and no fault without a cause. */
  async #tellings(station: SimulatedStation, at: string): Promise<void> {
    if (this.#seen?.station !== station) this.#seen = { station, faults: 0 }
    const { bodies, wrong } = await this.#tail.follow(station.station.store)
    if (wrong !== '') this.complain('audit_chain', wrong, at)
    const faults = station.faults.slice(this.#seen.faults)
    this.#seen.faults = station.faults.length
    for (const { code } of faults) if (!this.#explains(code)) this.complain('fault_named', code, at)
    const said = JSON.stringify([station.log.lines.splice(0), faults, bodies])
    for (const field of identityIn(said, this.#people)) this.complain('no_identity', field, at)
  }

  #devices({ state }: SimulatedStation, at: string): void {
    if (state.captures.length > 0) return
    for (const { kind, state: is } of state.devices) if (is === 'busy') this.complain('devices_free', kind, at)
  }

  /** Who the fingers of a capture really are. */
  async #names(station: SimulatedStation, { truth, kept, misnamed }: Subject, capture: string): Promise<void> {
    const row: KeptCapture | undefined = kept.get(capture)?.row
    if (!truth || !isFingers(capture as Modality) || row?.fingers === undefined) return
    const bytes = await station.station.store.blobs.get(row.fingers)
    const { fingers } = JSON.parse(new TextDecoder().decode(bytes)) as KeptFingers
    const wrong = fingers.flatMap(({ segment, template }) => {
      const identity = segment.position > 0 ? truth.identify(template, segment.position) : undefined
      return identity?.is === 'other' ? [`finger ${identity.position || 'of nobody here'} is called ${segment.position}`] : []
    })
    if (wrong.length > 0) misnamed.set(capture, wrong)
    else misnamed.delete(capture)
  }

  /** A wrong name may stand only until the last capture could show it, and then only under an open finding; a missing finger only under one. */
  #fingers({ misnamed }: Subject, doc: CaseDocument, at: string): void {
    const { modalities, findings = [] } = doc
    const doubted = new Set(findings.filter(isOpen).flatMap((each) => each.modalities))
    const all = modalities.every((each) => !isFingers(each.modality) || isCaptured(each))
    for (const [modality, wrong] of misnamed) {
      if (all && ![...doubted].some((each) => each === modality)) this.complain('right_name', `${modality}: ${wrong.join(', ')}`, at)
    }
    for (const { modality, state, fingers = [] } of modalities) {
      if (!isFingers(modality) || (state !== 'good' && state !== 'weak_accepted') || doubted.has(modality)) continue
      const missing = expectedPositions(doc, modality).filter((position) => !fingers.some((each) => each.position === position))
      if (missing.length > 0) this.complain('no_silent_gap', `${modality} without ${missing.join(', ')}`, at)
    }
  }

  #eyes(doc: CaseDocument, at: string): void {
    const irises = doc.modalities.find(({ modality }) => modality === 'irises')
    if (irises?.state !== 'good') return
    const expected = expectedPositions(doc, 'irises')
    for (const eye of ['right', 'left'] as const)
      if (expected.includes(eyePositions[eye]) && !irises.eyes?.some((each) => each.eye === eye && each.quality !== undefined))
        this.complain('no_silent_gap', `${eye} eye`, at)
  }
}
