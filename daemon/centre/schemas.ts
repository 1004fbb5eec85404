// Shapes of what the centre sends. Fields that are not known are dropped; a missing or wrong one is refused with its place, never with its value.

import { z } from 'zod'
import { Fault } from '../../protocol/fault.js'
import type { CentreBiodata, CentreKeySet, CentreResponse } from '../../protocol/hardware/centre.js'

export const jwsSchema = z.string().regex(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/)

const keySchema = z.object({
  jwk: z.object({
    kty: z.literal('EC'),
    crv: z.literal('P-256'),
    x: z.string().length(43),
    y: z.string().length(43),
    kid: z.string().min(1).max(64),
  }),
  notBeforeMs: z.number(),
  notAfterMs: z.number(),
})
const keysSchema = z.array(keySchema).min(1).max(8)
export const keySetSchema: z.ZodType<CentreKeySet> = z.object({ sealing: keysSchema, receipts: keysSchema, issuing: keysSchema })

const words = z.string().max(200)
export const biodataSchema: z.ZodType<CentreBiodata> = z.object({
  nik: z.string().regex(/^[0-9]{16}$/),
  name: words,
  sex: z.enum(['M', 'F']),
  birthDate: z.string().regex(/^\d{4}-\d{2}-\d{2}$/),
  birthPlace: words,
  citizenship: words,
  address: words,
  religion: words,
  maritalStatus: words,
  bloodGroup: words,
  occupation: words,
  familyCardNumber: words,
})

/** @throws Fault `centre.protocol` with the field's path */
export function parseAnswer<T>(schema: z.ZodType<T>, response: CentreResponse, where: string): T {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(response.body))
  } catch {
    throw new Fault('centre.protocol', { operation: where, reason: 'not JSON' })
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new Fault('centre.protocol', { operation: where, field: parsed.error.issues[0]?.path.join('.') ?? '' })
}
