// Printing, encoding, handover: gates, one card at a time, and a named end for everything that goes wrong.

import type { CardPrinter } from '../../drivers/card-printer/evolis/driver.js'
import { Fault, isFaultOf, toFault } from '../../protocol/fault.js'
import type { Log } from '../../protocol/log.js'
import type { CentreClient } from '../centre/client.js'
import type { Actor, IssuanceDesk } from '../desks.js'
import type { CaseDocument } from '../service/case.js'
import { requireRole } from '../service/case-desk.js'
import { requireStep } from '../service/case-engine.js'
import { type IssuanceStatus, idleIssuance } from '../state.js'
import type { IssuanceBundle } from './bundle.js'
import { type HolderCheckDeps, type HolderChecks, openHolderChecks } from './holder-check.js'
import type { IssueDeps } from './issue-card.js'

export interface IssuanceDeskDeps extends Omit<IssueDeps, 'printer' | 'terminal' | 'tell'>, Omit<HolderCheckDeps, 'tell'> {
  readonly centre: CentreClient
  readonly log: Log
}

export function openIssuanceDesk(deps: IssuanceDeskDeps): IssuanceDesk & { close(): Promise<void> } {
  return new Desk(deps)
}

class Desk implements IssuanceDesk {
  readonly #deps: IssuanceDeskDeps
  readonly #holder: HolderChecks
  #busyWith = ''

  constructor(deps: IssuanceDeskDeps) {
    this.#deps = deps
    this.#holder = openHolderChecks({ ...deps, tell: (caseId, status) => this.#tell(caseId, status) })
  }

  async start(actor: Actor, caseId: string): Promise<void> {
    const doc = await this.#caseAtIssuance(actor, caseId)
    if (this.#busyWith !== '') throw new Fault('device.busy', { device: 'card_printer', caseId: this.#busyWith })
    this.#busyWith = caseId
    try {
      await this.#issue(actor, doc)
    } finally {
      this.#busyWith = ''
    }
  }

  /** The same walk: every stage asks what is already done. */
  resume(actor: Actor, caseId: string): Promise<void> {
    return this.start(actor, caseId)
  }

  async spoil(actor: Actor, caseId: string, reason: string): Promise<void> {
    const { book, stock, clock } = this.#deps
    const doc = await book.get(caseId)
    const serial = doc.blankSerial
    if (serial === undefined) throw new Fault('case.wrong_step', { caseId, step: doc.currentStepId, expected: 'a bound blank' })
    if (reason.trim() === '' || reason.length > 200) throw new Fault('input.invalid', { field: 'reason', reason: '1 to 200 characters' })
    const kind = doc.steps.find(({ id }) => id === doc.currentStepId)?.kind
    // From the handover on the holder has the card, and the centre knows it.
    if (kind !== 'encode' && kind !== 'print') requireStep(doc, 'hand_over')
    if (kind !== 'hand_over') await this.#reject()
    await book.change(
      actor,
      caseId,
      'card.spoiled',
      { is: 'card_spoiled' },
      {
        facts: { serial },
        write: (trx) => stock.move(trx, serial, 'spoiled', clock.nowMs(), { reason: reason.trim() }),
      },
    )
    this.#tell(caseId, { state: 'spoiled', blankSerial: serial })
  }

  /** What still lies in the machine must not be met again by the next case. */
  async #reject(): Promise<void> {
    const { devices, effects } = this.#deps
    const printer = devices.printer.use()
    try {
      await effects.perform('printer.command', () => printer.reject())
      devices.printer.free(printer)
    } catch (error) {
      const fault = toFault(error)
      this.#letGo(printer, fault)
      // Nothing lies there, or it is stuck and taken out by hand.
      if (!isFaultOf(fault, 'printer')) throw fault
    }
  }

  /** A device fault of the terminal is not the printer's. */
  #letGo(printer: CardPrinter, fault: Fault): void {
    const { devices } = this.#deps
    if (isFaultOf(fault, 'device') && fault.context.reader === undefined) devices.printer.lost(printer, fault)
    else devices.printer.free(printer)
  }

  async verifyHolder(actor: Actor, caseId: string, position: number): Promise<void> {
    await this.#holder.run(actor, await this.#caseAtHandOver(actor, caseId), position)
  }

  async handOver(actor: Actor, caseId: string, unverifiedReason: string): Promise<void> {
    const { book, stock, clock } = this.#deps
    const doc = await this.#caseAtHandOver(actor, caseId)
    const verified = doc.holderCheck?.verified === true
    const reason = unverifiedReason.trim()
    if (!verified) requireDecision(actor, doc, reason)
    const serial = doc.blankSerial ?? ''
    const handed = await book.change(
      actor,
      caseId,
      'card.handed_over',
      { is: 'handed_over' },
      {
        facts: { serial, reason: verified ? 'verified' : 'unverified' },
        write: (trx) => stock.move(trx, serial, 'handed_over', clock.nowMs(), verified ? {} : { reason }),
      },
    )
    this.#tell(caseId, { state: 'handed_over', blankSerial: serial })
    this.#report(handed)
  }

  close(): Promise<void> {
    return this.#holder.close()
  }

  async #caseAtHandOver(actor: Actor, caseId: string): Promise<CaseDocument> {
    const doc = await this.#deps.book.get(caseId)
    requireStep(doc, 'hand_over')
    requireRole(actor, doc, this.#deps.book.standardOf(doc))
    return doc
  }

  async #caseAtIssuance(actor: Actor, caseId: string): Promise<CaseDocument> {
    const doc = await this.#deps.book.get(caseId)
    const kind = doc.steps.find(({ id }) => id === doc.currentStepId)?.kind
    if (kind !== 'print') requireStep(doc, 'encode')
    requireRole(actor, doc, this.#deps.book.standardOf(doc))
    if (doc.centralStatus !== 'PRINT_READY_RECORD') throw new Fault('case.gate_closed', { caseId, found: doc.centralStatus })
    return doc
  }

  async #issue(actor: Actor, doc: CaseDocument): Promise<void> {
    const { devices } = this.#deps
    const { caseId } = doc
    const bundle = await this.#bundle(doc)
    // What draws cards is loaded with the first one: a station's start does not wait for it.
    const { issueCard } = await import('./issue-card.js')
    const printer = devices.printer.use()
    try {
      await issueCard(
        { ...this.#deps, printer, terminal: devices.terminal, tell: (status) => this.#tell(caseId, status) },
        actor,
        doc,
        bundle,
      )
      this.#tell(caseId, { state: 'ready' })
      devices.printer.free(printer)
    } catch (error) {
      const fault = toFault(error)
      this.#letGo(printer, fault)
      this.#ended(caseId, fault)
      throw fault
    }
  }

  /** Kept from an earlier attempt, or asked for now. A bundle that ran out is replaced by a fresh one; any other refusal stands. */
  async #bundle(doc: CaseDocument): Promise<IssuanceBundle> {
    const holder = { caseId: doc.caseId, packetId: doc.packetId ?? '', nik: doc.nik }
    try {
      return await this.#deps.bundles.load(holder)
    } catch (error) {
      const { code } = toFault(error)
      if (code !== 'bundle.missing' && code !== 'bundle.expired') throw error
      return this.#deps.bundles.fetch(holder)
    }
  }

  #ended(caseId: string, fault: Fault): void {
    const { log, state } = this.#deps
    log.write('warn', 'issuance.stopped', { caseId, reason: fault.code })
    this.#tell(caseId, {
      ...(state.issuance.caseId === caseId ? state.issuance : {}),
      state: 'attention',
      fault: { code: fault.code, context: fault.context },
    })
  }

  /** The centre counts cards; it is told once if the link allows, and the case does not wait for it. A report that was lost is only logged. */
  #report(doc: CaseDocument): void {
    const card = { packetId: doc.packetId ?? '', blankSerial: doc.blankSerial ?? '', state: 'handed_over' as const }
    this.#deps.centre
      .reportCard(card)
      .catch((error: unknown) =>
        this.#deps.log.write('warn', 'centre.card_not_reported', { caseId: doc.caseId, reason: toFault(error).code }),
      )
  }

  #tell(caseId: string, status: Partial<IssuanceStatus>): void {
    const before = this.#deps.state.issuance.caseId === caseId ? this.#deps.state.issuance : idleIssuance
    const { fault: _old, ...rest } = before
    this.#deps.state.publish({ is: 'issuance', issuance: { ...rest, caseId, ...status } })
  }
}

/**
 * A card for somebody whose finger did not match, or could not be compared: a supervisor's word, with a reason, and not of who checked.
 * @throws Fault `holder.supervisor_needed` | `holder.second_person` | `input.invalid`
 */
function requireDecision(actor: Actor, { caseId, holderCheck }: CaseDocument, reason: string): void {
  if (!actor.roles.includes('supervisor')) throw new Fault('holder.supervisor_needed', { caseId, role: 'supervisor' })
  if (holderCheck?.by === actor.operator) throw new Fault('holder.second_person', { caseId })
  if (reason === '' || reason.length > 200) throw new Fault('input.invalid', { field: 'unverifiedReason', reason: '1 to 200 characters' })
}
