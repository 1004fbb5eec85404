// The 1:1 check at the counter: the finger that was asked for, live, against what the card holds of it. It counts attempts and never bends the threshold;
// what it cannot settle is a supervisor's to decide.

import type { Clock } from '../../protocol/clock.js'
import { Fault } from '../../protocol/fault.js'
import type { FrameAnalyst } from '../capture/analyst.js'
import { type AttackPolicy, verdictOf } from '../capture/findings.js'
import type { FrameRing } from '../capture/frame-ring.js'
import type { RecordMaker } from '../capture/record-maker.js'
import type { TakenCapture } from '../capture/session.js'
import { type Taking, takeOneFinger } from '../capture/takes.js'
import type { Actor } from '../desks.js'
import type { Devices } from '../devices/devices.js'
import type { CaseDocument, HolderCheck } from '../service/case.js'
import type { CaseBook } from '../service/case-book.js'
import type { IssuanceStatus, StationState } from '../state.js'
import type { Bundles, IssuanceBundle } from './bundle.js'
import { holderThreshold } from './compare-holder.js'

export interface HolderCheckDeps {
  readonly book: CaseBook
  readonly bundles: Bundles
  readonly devices: Devices
  readonly ring: FrameRing
  readonly analyst: FrameAnalyst
  readonly records: RecordMaker
  readonly attackPolicy: AttackPolicy
  readonly state: StationState
  readonly clock: Clock
  readonly tell: (caseId: string, status: Partial<IssuanceStatus>) => void
}

/** Every attempt is another chance for a false match: with three the whole check stays below three in a thousand. */
export const mostAttempts = 3

export interface HolderChecks {
  /**
   * @param position the finger to ask for; 0: the card's fingers in turn
   * @throws Fault `holder.not_verified` or `capture.presentation_attack` {attempts, limit} after it was noted; `holder.attempts_used`; `holder.no_template`; `capture.nothing_seen`
   *   and `device.*`, which count as no attempt
   */
  run(actor: Actor, doc: CaseDocument, position: number): Promise<void>
  /** Ends a check under way. */
  close(): Promise<void>
}

export function openHolderChecks(deps: HolderCheckDeps): HolderChecks {
  const { book, records, tell } = deps
  let running: { readonly caseId: string; taking?: Taking<TakenCapture> } | undefined

  const live = async (caseId: string, position: number): Promise<TakenCapture> => {
    const taking = takeOneFinger(deps, position, ({ advice = '' }) =>
      tell(caseId, { state: 'checking_holder', advice, fingerPosition: position }),
    )
    if (running) running.taking = taking
    return taking.taken
  }

  const check = async (actor: Actor, doc: CaseDocument, wanted: number): Promise<HolderCheck> => {
    const { caseId } = doc
    const attempts = doc.holderCheck?.attempts ?? 0
    const { position, template } = chooseFinger(await cardFingers(deps.bundles, doc), wanted, attempts, caseId)
    const [frame] = (await live(caseId, position)).frames
    if (!frame) throw new Fault('capture.nothing_seen', { caseId })
    const compared = await records.compareHolder({ frame: { header: frame.header, bytes: frame.bytes }, position, template })
    // Whoever brings a copy of the holder's finger must not take the card: nobody looks at this finger but the device.
    const suspected = deps.attackPolicy !== 'ignore' && verdictOf([frame.header])?.verdict === 'attack'
    const { verified, band } = suspected ? ({ verified: false, band: 'suspected' } as const) : compared
    const found: HolderCheck = { verified, position, band, threshold: holderThreshold, attempts: attempts + 1, by: actor.operator }
    await book.change(
      actor,
      caseId,
      verified ? 'holder.verified' : 'holder.not_verified',
      { is: 'holder_checked', check: found },
      { facts: { field: `finger ${position}`, reason: band, expected: holderThreshold, attempts: found.attempts, limit: mostAttempts } },
    )
    return found
  }

  return {
    run: async (actor, doc, position) => {
      const { caseId, holderCheck } = doc
      if (holderCheck?.verified) return
      const attempts = holderCheck?.attempts ?? 0
      if (attempts >= mostAttempts) throw new Fault('holder.attempts_used', { caseId, attempts, limit: mostAttempts })
      if (running) throw new Fault('device.busy', { device: 'slap_scanner', caseId: running.caseId })
      running = { caseId }
      try {
        const { verified, band, attempts: used } = await check(actor, doc, position)
        if (band === 'suspected') throw new Fault('capture.presentation_attack', { caseId, attempts: used, limit: mostAttempts })
        if (!verified) throw new Fault('holder.not_verified', { caseId, attempts: used, limit: mostAttempts })
      } finally {
        running = undefined
        tell(caseId, { state: 'ready', advice: '', fingerPosition: 0 })
      }
    },
    close: async () => {
      const taking = running?.taking
      taking?.cancel()
      await taking?.taken.catch(() => {})
    },
  }
}

/** What went into the chip: the kept bundle, its signature verified again. That it has expired since does not change what the card holds. */
async function cardFingers(bundles: Bundles, { caseId, packetId = '', nik }: CaseDocument): Promise<IssuanceBundle['fingers']> {
  try {
    return (await bundles.load({ caseId, packetId, nik }, { evenExpired: true })).fingers
  } catch (error) {
    throw new Fault('holder.no_template', { caseId }, { cause: error })
  }
}

function chooseFinger(
  fingers: IssuanceBundle['fingers'],
  wanted: number,
  attempts: number,
  caseId: string,
): IssuanceBundle['fingers'][number] {
  const usable = fingers.filter(({ template }) => template.length > 0)
  const chosen = wanted === 0 ? usable[attempts % Math.max(1, usable.length)] : usable.find(({ position }) => position === wanted)
  if (!chosen) throw new Fault('holder.no_template', { caseId })
  return chosen
}
