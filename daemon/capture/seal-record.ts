// From a complete, signed record to a sealed packet in the outbox: one commit moves case and packet together.

import type { Clock } from '../../protocol/clock.js'
import { Fault } from '../../protocol/fault.js'
import type { CentreKeySet } from '../../protocol/hardware/centre.js'
import type { Random } from '../../protocol/random.js'
import type { Actor } from '../desks.js'
import type { Effects } from '../effects.js'
import type { Outbox } from '../outbox/outbox.js'
import { sealPacket } from '../packet/seal.js'
import type { PacketItem } from '../packet/segments.js'
import type { StationIdentity } from '../packet/station-identity.js'
import { viewOfTemplate, writeFingerMinutiaeRecord } from '../record/finger-minutiae.js'
import type { CaseDocument } from '../service/case.js'
import type { CaseBook } from '../service/case-book.js'
import { requireComplete, requireSettled } from '../service/case-engine.js'
import type { StationState } from '../state.js'
import type { Store } from '../store/store.js'
import { keptFingers, readCaptures } from './kept-captures.js'
import type { KeptFingers } from './kept-fingers.js'

export interface SealRecord {
  /** Before anything is captured. @throws Fault `packet.outbox_full` | `packet.overdue` */
  assertRoom(): Promise<void>
  /** @throws Fault `capture.incomplete` | `capture.not_signed` | `capture.finding_open` | `packet.*`; the case is unchanged then */
  seal(actor: Actor, doc: CaseDocument): Promise<void>
}

export interface SealRecordDeps {
  readonly book: CaseBook
  readonly store: Store
  readonly outbox: Outbox
  readonly identity: StationIdentity
  readonly centreKeys: CentreKeySet
  readonly state: StationState
  readonly softwareVersion: string
  readonly clock: Clock
  readonly random: Random
  readonly effects: Effects
}

export function createSealRecord(deps: SealRecordDeps): SealRecord {
  const { book, store, outbox, clock } = deps
  return {
    assertRoom: () => outbox.assertRoom(),
    seal: async (actor, doc) => {
      const { caseId } = doc
      requireComplete(doc)
      if (!doc.recordSigned) throw new Fault('capture.not_signed', { caseId })
      requireSettled(doc)
      const items = await packetItems(store, doc)
      const auditHead = await store.audit.head()
      const packet = await deps.effects.perform('compute', () =>
        sealPacket(
          {
            caseId,
            sessionId: caseId,
            items,
            auditHead,
            devices: deps.state.devices.map(({ kind, serial }) => ({ kind, serial, version: '' })),
            softwareVersion: deps.softwareVersion,
            createdAtMs: clock.nowMs(),
            createdMonotonicMs: clock.monotonicMs(),
          },
          { station: deps.identity, sealing: deps.centreKeys.sealing },
          deps.random,
        ),
      )
      const staged = await outbox.stage(packet)
      await book.change(
        actor,
        caseId,
        'record.sealed',
        { is: 'sealed', packetId: packet.packetId },
        {
          facts: { packetId: packet.packetId, size: staged.size },
          hashes: { packet: packet.ciphertextSha256 },
          write: (trx) => outbox.enqueue(trx, staged),
        },
      )
      outbox.kick()
    },
  }
}

/** Everything the centre gets: biodata, the resident's approval, one record a modality, one template a finger, and how the captures were judged. */
async function packetItems(store: Store, doc: CaseDocument): Promise<readonly PacketItem[]> {
  const items: PacketItem[] = [{ type: 'biodata', bytes: toJson(doc.biodata) }]
  const recorded: readonly string[] = doc.modalities.filter(({ state }) => state !== 'exception').map(({ modality }) => modality)
  for (const { modality, kept } of await readCaptures(store, doc.caseId)) {
    // A photo of evidence that nothing asks for any more stays here.
    if (modality !== 'approval' && !recorded.includes(modality)) continue
    items.push({ type: modality === 'approval' ? 'approval' : `record.${modality}`, bytes: await store.blobs.get(kept.blob) })
  }
  for (const kept of await keptFingers(store, doc.caseId)) items.push(...templateItems(kept))
  items.push({ type: 'captures', bytes: toJson(await judgements(store, doc)) })
  return items
}

const toJson = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))

/** One ISO/IEC 19794-2:2005 record a finger that has a name and minutiae: the edition knows one image size a record. */
function templateItems({ capture, fingers }: KeptFingers): readonly PacketItem[] {
  return fingers
    .filter(({ segment, template }) => segment.position > 0 && template.minutiae.length > 0)
    .map(({ segment, template, quality }) => {
      const view = viewOfTemplate(template, {
        edition: 2005,
        fingerPosition: segment.position,
        ...(quality !== undefined && { quality }),
      })
      return { type: `minutiae.${capture}.${segment.position}`, bytes: writeFingerMinutiaeRecord({ edition: 2005, views: [view] }) }
    })
}

/** What the station and its devices thought of each capture, what was found, and who took on what was not sure. */
async function judgements(store: Store, { caseId, modalities, findings = [], exceptions = [], witness, corrections = [] }: CaseDocument) {
  const kept = new Map((await readCaptures(store, caseId)).map((each) => [each.modality, each.kept]))
  return {
    captures: modalities.map(({ modality, state, tries, weakReason, fingers, eyes, components, backdrop, approvedByApplicant, by }) => {
      const { takenAtMs, presentationAttack } = kept.get(modality) ?? {}
      return {
        modality,
        state,
        tries,
        takenAtMs,
        by,
        weakReason,
        presentationAttack,
        fingers,
        eyes,
        components,
        backdrop,
        approvedByApplicant,
      }
    }),
    findings,
    exceptions,
    ...(witness && { witness }),
    corrections,
  }
}
