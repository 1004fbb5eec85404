// Asks the centre, ever more rarely, what has become of the packets it holds. Knows nothing of sending.

import type { Clock } from '../../protocol/clock.js'
import type { Random } from '../../protocol/random.js'
import type { CentreClient } from '../centre/client.js'
import { type BackoffRule, backoffMs } from './backoff.js'

/** Soon at first, because the counter waits for "print ready"; then rarely, because it may take months. */
const askRule: BackoffRule = { firstMs: 2_000, factor: 1.5, maxMs: 10 * 60_000 }

/** After this the centre has nothing more to say. */
export const finalStatuses: readonly string[] = ['CARD_ISSUED']

interface Watched {
  readonly caseId: string
  asked: number
  dueMs: number
  /** '' before the first answer since the start. */
  told: string
}

export interface StatusRound {
  watch(packetId: string, caseId: string): void
  forget(packetId: string): void
  /** Monotonic time of the next question, undefined when nothing is watched. */
  readonly nextDueMs: number | undefined
  /** Asks for the one that is most overdue. @returns false when none is due. @throws as CentreClient.status, or what `tell` threw */
  askOne(): Promise<boolean>
  /** Asks for this one now, watched or not. */
  ask(packetId: string, caseId: string): Promise<string>
}

/** @param tell awaited: when it throws, the news is told again at the next question */
export function statusRound(deps: {
  readonly centre: CentreClient
  readonly clock: Clock
  readonly random: Random
  readonly tell: (packetId: string, caseId: string, status: string) => Promise<void>
}): StatusRound {
  const { centre, clock, random, tell } = deps
  const watched = new Map<string, Watched>()
  const mostDue = (): [string, Watched] | undefined => {
    let first: [string, Watched] | undefined
    for (const entry of watched) if (!first || entry[1].dueMs < first[1].dueMs) first = entry
    return first
  }
  const ask = async (packetId: string, caseId: string): Promise<string> => {
    const entry = watched.get(packetId)
    if (entry) {
      entry.asked++
      entry.dueMs = clock.monotonicMs() + backoffMs(askRule, entry.asked, random)
    }
    const status = await centre.status(packetId)
    if (entry?.told !== status) await tell(packetId, caseId, status)
    if (entry) entry.told = status
    return status
  }
  return {
    watch: (packetId, caseId) => {
      if (!watched.has(packetId)) {
        watched.set(packetId, { caseId, asked: 0, dueMs: clock.monotonicMs() + backoffMs(askRule, 1, random), told: '' })
      }
    },
    forget: (packetId) => void watched.delete(packetId),
    get nextDueMs() {
      return mostDue()?.[1].dueMs
    },
    askOne: async () => {
      const due = mostDue()
      if (!due || due[1].dueMs > clock.monotonicMs()) return false
      await ask(due[0], due[1].caseId)
      return true
    },
    ask,
  }
}
