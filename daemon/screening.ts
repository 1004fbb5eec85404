// The last look before a word leaves for a log or the audit chain: allow-listed fields, plain values, no NIK. Knows no sink.

import type { Facts } from '../protocol/facts.js'

/** Mirrors Facts at run time; the type makes forgetting a field a build error. */
const allowed: Readonly<Record<keyof Facts, true>> = {
  device: true,
  serial: true,
  reader: true,
  path: true,
  field: true,
  step: true,
  modality: true,
  caseId: true,
  packetId: true,
  operator: true,
  role: true,
  operation: true,
  reason: true,
  expected: true,
  found: true,
  limit: true,
  size: true,
  offset: true,
  count: true,
  attempts: true,
  timeoutMs: true,
  retryAfterMs: true,
  durationMs: true,
  statusWord: true,
  version: true,
  port: true,
  line: true,
}

const longestText = 200

/** NIK: region of 6, birth date ddmmyy (day + 40 for women), serial of 4; not inside a longer run of hex digits. */
const nik = /(?<![0-9a-f])[1-9]\d{5}(?:0[1-9]|[12]\d|3[01]|4[1-9]|[56]\d|7[01])(?:0[1-9]|1[0-2])\d{6}(?![0-9a-f])/gi

export function withholdNik(text: string): string {
  return text.replace(nik, '[withheld]')
}

export function holdsNik(text: string): boolean {
  return withholdNik(text) !== text
}

/** Only allow-listed fields with finite numbers and short strings; a NIK in any of them is withheld. */
export function screenFacts(facts: Facts): Record<string, string | number> {
  const screened: Record<string, string | number> = {}
  for (const [name, value] of Object.entries(facts) as [string, unknown][]) {
    if (!Object.hasOwn(allowed, name)) continue
    if (typeof value === 'string') screened[name] = withholdNik(value.slice(0, longestText))
    else if (typeof value === 'number' && Number.isFinite(value)) screened[name] = holdsNik(String(value)) ? '[withheld]' : value
  }
  return screened
}
