// One card from the feeder to the output hopper. Every stage asks first what is already true, so that the walk can be taken again from any point:
// bind the blank, write and read back, print. Knows no session and no roles.

import { Buffer } from 'node:buffer'
import type { CardPrinter } from '../../drivers/card-printer/evolis/driver.js'
import type { CardSession, CardTerminal } from '../../drivers/card-terminal/driver.js'
import type { Clock } from '../../protocol/clock.js'
import { Fault, isFault, isFaultOf } from '../../protocol/fault.js'
import type { Actor } from '../desks.js'
import type { Effects } from '../effects.js'
import { fitLineArt } from '../kernels/signature/raster.js'
import type { CaseDocument } from '../service/case.js'
import { type CaseBook, officeDate } from '../service/case-book.js'
import type { IssuanceStatus } from '../state.js'
import type { Store } from '../store/store.js'
import type { BlankStock } from './blank-stock.js'
import type { IssuanceBundle } from './bundle.js'
import { lastEntry, laterEntry, openCardJournal } from './card-journal.js'
import { fitPhoto, renderCard } from './card-print.js'
import { personalise } from './personalise.js'
import { type CardContent, type CardFile, cardFiles, photoBudget } from './profile.js'

export interface IssueDeps {
  readonly book: CaseBook
  readonly store: Store
  readonly stock: BlankStock
  readonly printer: CardPrinter
  readonly terminal: CardTerminal
  readonly clock: Clock
  readonly effects: Effects
  readonly office: string
  /** Marks the face of cards made on a simulated station; '' on a real one. */
  readonly simulatedMark: string
  readonly tell: (status: Partial<IssuanceStatus>) => void
}

/** A card is on the coupler within a polling round of PC/SC after the printer put it there. */
const cardArrivalMs = 5_000
const signatureBytes = 900
const validUntil = 'SEUMUR HIDUP'

/** @throws Fault `printer.*` | `card.*` | `device.*`: the case then stands where the last durable stage left it */
export async function issueCard(deps: IssueDeps, actor: Actor, doc: CaseDocument, bundle: IssuanceBundle): Promise<void> {
  const encoding = doc.steps.find(({ id }) => id === doc.currentStepId)?.kind === 'encode'
  const bound = encoding ? await bindAndWrite(deps, actor, doc, bundle) : doc
  // Fresh from the encoder the card is known; taken up again, another one may lie there by now.
  await printBound(deps, actor, bound, bundle, encoding ? async () => {} : () => requireBoundCard(deps, bound))
}

async function bindAndWrite(deps: IssueDeps, actor: Actor, doc: CaseDocument, bundle: IssuanceBundle): Promise<CaseDocument> {
  deps.tell({ state: 'binding' })
  await deps.effects.perform('printer.command', () => deps.printer.moveToContactless())
  await deps.terminal.awaitCard(cardArrivalMs)
  const card = await deps.terminal.open()
  try {
    const bound = await bind(deps, actor, doc, card).catch((error: unknown) => refuse(deps, error))
    const serial = bound.blankSerial ?? ''
    const files = await chipFiles(bundle)
    await personalise(
      {
        card,
        effects: deps.effects,
        journal: openCardJournal(deps, actor.operator, doc.caseId, serial),
        progress: (state, bytesWritten, bytesTotal) => deps.tell({ state, blankSerial: serial, bytesWritten, bytesTotal }),
      },
      files,
    )
    return await deps.book.change(
      actor,
      doc.caseId,
      'card.encoded',
      { is: 'card_encoded' },
      {
        facts: { serial },
        write: (trx) => deps.stock.move(trx, serial, 'verified', deps.clock.nowMs(), {}),
      },
    )
  } finally {
    await card.end()
  }
}

/** The chip in the station must be a blank of our stock, free or already this case's own. */
async function bind(deps: IssueDeps, actor: Actor, doc: CaseDocument, card: CardSession): Promise<CaseDocument> {
  if (doc.blankSerial !== undefined) {
    await requireBound(deps, doc, card)
    return doc
  }
  const { serial, state, caseId } = await deps.stock.byChip(uidOf(card))
  if (state !== 'issued_to_station' || caseId !== undefined)
    throw new Fault('card.wrong_card', { caseId: doc.caseId, expected: 'a free blank', found: serial })
  return deps.book.change(
    actor,
    doc.caseId,
    'card.bound',
    { is: 'blank_bound', serial },
    {
      facts: { serial },
      write: (trx) => deps.stock.move(trx, serial, 'probed', deps.clock.nowMs(), { caseId: doc.caseId }),
    },
  )
}

/** @throws Fault `card.wrong_card` | `card.unknown_blank` */
async function requireBound(deps: IssueDeps, doc: CaseDocument, card: CardSession): Promise<void> {
  const { serial } = await deps.stock.byChip(uidOf(card))
  if (serial !== doc.blankSerial) throw new Fault('card.wrong_card', { caseId: doc.caseId, expected: doc.blankSerial ?? '', found: serial })
}

const uidOf = (card: CardSession): string => Buffer.from(card.uid).toString('hex')

/** A card that is not in our stock goes to the reject box, so that it cannot be met again. */
async function refuse(deps: IssueDeps, error: unknown): Promise<never> {
  if (isFault(error, 'card.unknown_blank')) await deps.effects.perform('printer.command', () => deps.printer.reject())
  throw error
}

async function chipFiles(bundle: IssuanceBundle): Promise<readonly CardFile[]> {
  const others: Omit<CardContent, 'photo'> = {
    biodata: bundle.biodata,
    signature: await fitLineArt(bundle.signature, signatureBytes),
    fingers: bundle.fingers,
    validUntil,
  }
  return cardFiles({ ...others, photo: await fitPhoto(bundle.photo, photoBudget(others)) })
}

/** Printing cannot be undone or repeated: the printer's own counter tells after an interruption whether it happened. */
async function printBound(
  deps: IssueDeps,
  actor: Actor,
  doc: CaseDocument,
  bundle: IssuanceBundle,
  requireCard: () => Promise<void>,
): Promise<void> {
  const serial = doc.blankSerial ?? ''
  deps.tell({ state: 'printing', blankSerial: serial })
  if (!(await wasPrinted(deps, doc.caseId, serial))) {
    await requireCard()
    const issueDate = officeDate(bundle.issuedAtMs, deps.book.standardOf(doc).timezone)
    const { front, back } = await deps.effects.perform('compute', () =>
      renderCard({
        biodata: bundle.biodata,
        photo: bundle.photo,
        signature: bundle.signature,
        office: deps.office,
        issuePlace: bundle.biodata.birthPlace,
        issueDate,
        validUntil,
        blankSerial: serial,
        simulated: deps.simulatedMark,
      }),
    )
    const journal = openCardJournal(deps, actor.operator, doc.caseId, serial)
    const counterBefore = await deps.effects.perform('printer.command', () => deps.printer.counter())
    await journal.intend('print', { counterBefore, printer: deps.printer.serial })
    try {
      await deps.effects.perform('printer.command', () => deps.printer.print(front, back))
    } catch (error) {
      // The printer itself says that it did not print: no counter need be asked later.
      if (isFaultOf(error, 'printer')) await journal.outcome(error.code)
      throw error
    }
    await journal.outcome('printed')
  }
  await deps.book.change(
    actor,
    doc.caseId,
    'card.printed',
    { is: 'card_printed' },
    {
      facts: { serial },
      write: (trx) => deps.stock.move(trx, serial, 'printed', deps.clock.nowMs(), {}),
    },
  )
}

/** @throws Fault `printer.no_card` | `card.wrong_card`: nothing may be printed on what lies there */
async function requireBoundCard(deps: IssueDeps, doc: CaseDocument): Promise<void> {
  const card = await deps.terminal.open().catch((error: unknown) => {
    throw isFault(error, 'card.absent') ? new Fault('printer.no_card', { caseId: doc.caseId }) : error
  })
  try {
    await requireBound(deps, doc, card)
  } finally {
    await card.end()
  }
}

/** @throws Fault `card.in_doubt` when neither the journal nor the printer can tell */
async function wasPrinted(deps: IssueDeps, caseId: string, serial: string): Promise<boolean> {
  const entry = await lastEntry(deps.store, caseId, serial, 'print')
  if (!entry) return false
  if (entry.outcome !== undefined) return entry.outcome === 'printed'
  const counter = await deps.effects.perform('printer.command', () => deps.printer.counter())
  const before = Number(entry.detail['counterBefore'])
  const samePrinter = entry.detail['printer'] === deps.printer.serial
  if (samePrinter && counter === before) return false
  if (samePrinter && counter === before + 1 && !(await laterEntry(deps.store, entry))) return true
  throw new Fault('card.in_doubt', { serial, expected: before + 1, found: counter })
}
