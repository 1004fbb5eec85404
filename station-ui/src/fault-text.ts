// A fault in three parts for people: what happened, what is safe, what to do now. Pure.

import type { CaseState } from '../../protocol/client.js'
import { type Fault, isFaultCode } from '../../protocol/fault.js'
import { faultWords } from '../../protocol/fault-words.js'
import { isSaved } from './flow.js'
import { type Language, wordsOf } from './words.js'

export interface FaultText {
  readonly what: string
  readonly safe: string
  readonly next: string
  /** For the telephone: the code and where. */
  readonly code: string
}

export function faultText(fault: Pick<Fault, 'code' | 'context'>, at: CaseState | undefined, language: Language): FaultText {
  const words = wordsOf(language)
  const { what, next } = faultWords[fault.code]
  const { retryAfterMs, field, device, reason } = fault.context
  const wait = retryAfterMs === undefined ? '' : ` ${words.retryAfter(Math.ceil(retryAfterMs / 1000))}`
  const where = [device, field, reason].filter((each) => each !== undefined && each !== '')
  return {
    what: `${what[language]}.`,
    safe: safeText(fault.code, at, language),
    next: `${next[language]}.${wait}`,
    code: [fault.code, ...where].join(' · '),
  }
}

/** A fault as the wire reports it inside a state. */
export function reportText(report: {
  readonly code: string
  readonly context: Readonly<Record<string, string>>
}): Pick<Fault, 'code' | 'context'> {
  if (!isFaultCode(report.code)) return { code: 'internal.unexpected', context: { reason: report.code } }
  const { device, field, reason } = report.context as Readonly<Partial<Record<'device' | 'field' | 'reason', string>>>
  return { code: report.code, context: { ...(device && { device }), ...(field && { field }), ...(reason && { reason }) } }
}

function safeText(code: string, at: CaseState | undefined, language: Language): string {
  const words = wordsOf(language)
  const area = code.slice(0, code.indexOf('.'))
  if (area === 'device' || area === 'capture') {
    const saved = at?.modalities.filter(isSaved).map(({ modality }) => words.modalities[modality]?.toLowerCase() ?? '') ?? []
    return saved.length > 0 ? words.safeCaptured(saved.join(', ')) : words.safeSession
  }
  if (area === 'card' || area === 'printer' || area === 'bundle') return words.safeCard
  if (area === 'packet' || area === 'centre') return words.safePacket
  if (area === 'protocol' || area === 'gateway') return words.safeLink
  if (area === 'session' || area === 'operator' || area === 'case' || area === 'input' || area === 'registry') return words.safeSession
  return words.safeDefault
}
