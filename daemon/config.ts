// The station's configuration: typed, bounded, and an unused key is an error that names it.

import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { Fault } from '../protocol/fault.js'

const schema = z.strictObject({
  /** Names the station in packets and receipts. */
  stationId: z
    .string()
    .regex(/^[A-Z0-9][A-Z0-9-]{1,31}$/)
    .default('STATION-1'),
  office: z.string().min(1).max(120).default('Dinas Kependudukan dan Pencatatan Sipil'),
  timezone: z.enum(['Asia/Jakarta', 'Asia/Makassar', 'Asia/Jayapura']).default('Asia/Makassar'),
  /** Loopback port of the gateway; 0 takes any free one. */
  port: z.number().int().min(0).max(65_535).default(8710),
  idleLockMinutes: z.number().int().min(1).max(240).default(10),
  trustedDevices: z
    .array(
      z.strictObject({
        serial: z.string().min(1).max(64),
        kind: z.enum(['slap_scanner', 'iris_camera', 'face_camera']),
        publicKey: z.string().min(1).max(1_000),
      }),
    )
    .max(64)
    .default([]),
  /** A capture device that sends no frame for this long has failed. Longer only where the simulated people are drawn on the same processor. */
  frameSilenceMs: z.number().int().min(500).max(60_000).default(2_000),
  /** What a capture device's own suspicion of an artefact leads to: the capture is refused, a supervisor must look, or nothing. */
  presentationAttack: z.enum(['refuse', 'review', 'ignore']).default('review'),
  /** '' when the station has no signature pad. */
  signaturePadPath: z.string().max(256).default(''),
  /** PC/SC name of the reader above the printer's contactless station. */
  cardTerminal: z.string().min(1).max(128).default('Printer Contactless Station'),
  pcscAdapter: z.enum(['pcsc-mini', 'pcsclite']).default('pcsc-mini'),
  /** Loopback, or https. */
  centreUrl: z.string().max(256).default(''),
  /** Devices, registry and centre are simulated below the drivers: said everywhere, on the cards too. */
  simulated: z.boolean().default(false),
  /** Blanks that were delivered to this station; received into stock at the start, each once. */
  blanks: z
    .array(z.strictObject({ serial: z.string().min(1).max(64), chipUid: z.string().regex(/^([0-9a-f]{2}){4,10}$/) }))
    .max(10_000)
    .refine((blanks) => isUnique(blanks.map(({ serial }) => serial)) && isUnique(blanks.map(({ chipUid }) => chipUid)), {
      message: 'a serial or a chip is listed twice',
    })
    .default([]),
})

function isUnique(values: readonly string[]): boolean {
  return new Set(values).size === values.length
}

export type StationConfig = z.infer<typeof schema>

/** @throws Fault `input.unknown_key` | `input.invalid`, with path and field */
export function parseConfig(json: unknown, path: string): StationConfig {
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const where = issue?.path.join('.') ?? ''
  if (issue?.code === 'unrecognized_keys') {
    throw new Fault('input.unknown_key', { path, field: [where, issue.keys[0]].filter((part) => part !== '').join('.') })
  }
  throw new Fault('input.invalid', { path, field: where, reason: issue?.message ?? '' })
}

/** @throws as parseConfig; `input.not_found` when there is no such file */
export async function loadConfig(path: string): Promise<StationConfig> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new Fault('input.not_found', { path }, { cause })
  })
  return parseConfig(parseJson(text, path), path)
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Fault('input.corrupt', { path, reason: 'not JSON' }, { cause })
  }
}
