// Reading requests and making answers at the simulated centre: sizes and shapes are checked here, once. Errors are stable words, never content.

import type { CentreRequest, CentreResponse } from '../../protocol/hardware/centre.js'

/** A refusal with its HTTP status and a stable word. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly word: string
  constructor(status: number, word: string) {
    super(word)
    this.status = status
    this.word = word
  }
}

export function json(status: number, value: unknown): CentreResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: new TextEncoder().encode(JSON.stringify(value)) }
}

/** The request's JSON object; fields are read with `textOf` and `numberOf`. @throws Refusal 400 */
export function objectOf(request: CentreRequest): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(request.body ?? new Uint8Array(0)))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // refused below
  }
  throw new Refusal(400, 'not_json')
}

export function textOf(object: Record<string, unknown>, field: string, pattern: RegExp): string {
  const value = object[field]
  if (typeof value !== 'string' || !pattern.test(value)) throw new Refusal(400, `bad_${field.toLowerCase()}`)
  return value
}

export function numberOf(object: Record<string, unknown>, field: string, max: number): number {
  const value = object[field]
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > max)
    throw new Refusal(400, `bad_${field.toLowerCase()}`)
  return value
}

export const patterns = {
  packetId: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
  stationId: /^[A-Za-z0-9._-]{1,64}$/,
  nik: /^[0-9]{16}$/,
  nonce: /^[A-Za-z0-9_-]{16,64}$/,
  serial: /^[A-Za-z0-9._-]{1,40}$/,
  jws: /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/,
} as const
