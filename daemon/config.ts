// The station's configuration: typed, bounded, and an unused key is an error that names it.

import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { defaultTopazModel, topazModelNames } from '../drivers/signature/topaz/models.js'
import { Fault } from '../protocol/fault.js'
import { captureRulesSchema } from './capture/plan-rules.js'
import { faceComponents, type MeasuredComponent, ownComponents, unmeasuredComponents } from './kernels/face/components.js'
import { defaultPhotoPolicy, type Hex, type PhotoPolicy } from './kernels/face/ktp-photo.js'

/** A component that is not measured can decide nothing. */
const decidingComponents = [
  ...faceComponents.filter((name): name is MeasuredComponent => !(unmeasuredComponents as readonly string[]).includes(name)),
  ...ownComponents,
]
const hex = z.string().regex(/^#[0-9a-f]{6}$/) as z.ZodType<Hex>
const angleDeg = z.number().min(1).max(45)
const { least, background } = defaultPhotoPolicy

/** What a portrait must be: see docs/face-quality.md. The default of every key is the kernel's. A covered head is nobody's business here. */
const photoSchema = z
  .strictObject({
    /** Components of ISO/IEC 29794-5 that decide, with the least scalar of each; given, it replaces the default list. */
    least: z.partialRecord(z.enum(decidingComponents), z.number().int().min(1).max(100)).default({ ...least }),
    mostYawDeg: angleDeg.default(defaultPhotoPolicy.mostYawDeg),
    mostPitchDeg: angleDeg.default(defaultPhotoPolicy.mostPitchDeg),
    mostRollDeg: angleDeg.default(defaultPhotoPolicy.mostRollDeg),
    leastEyeDistancePx: z.number().int().min(30).max(1_000).default(defaultPhotoPolicy.leastEyeDistancePx),
    background: z
      .strictObject({
        odd: hex.default(background.odd),
        even: hex.default(background.even),
        /** Of foreigners: as for citizens, a colour of its own, or not judged. */
        foreigner: z.union([z.enum(['birth_year', 'any']), hex]).default(background.foreigner),
        mostDeltaE: z.number().min(1).max(100).default(background.mostDeltaE),
      })
      .prefault({}),
  })
  .prefault({})

const serial = z.string().min(1).max(64)

const fields = z.strictObject({
  /** Names the station in packets and receipts. */
  stationId: z
    .string()
    .regex(/^[A-Z0-9][A-Z0-9-]{1,31}$/)
    .default('STATION-1'),
  office: z.string().min(1).max(120).default('Dinas Kependudukan dan Pencatatan Sipil'),
  timezone: z.enum(['Asia/Jakarta', 'Asia/Makassar', 'Asia/Jayapura']).default('Asia/Makassar'),
  /** Loopback port of the gateway; 0 takes any free one. */
  port: z.number().int().min(0).max(65_535).default(8710),
  /** Loopback port of the Prometheus metrics; 0: none. */
  metricsPort: z.number().int().min(0).max(65_535).default(0),
  idleLockMinutes: z.number().int().min(1).max(240).default(10),
  trustedDevices: z
    .array(
      z.strictObject({
        serial,
        kind: z.enum(['slap_scanner', 'iris_camera', 'face_camera']),
        publicKey: z.string().min(1).max(1_000),
      }),
    )
    .max(64)
    .default([]),
  /** Of several trusted devices of a kind, the serial of the one that is used; it must be on the list of trusted ones. */
  devices: z
    .strictObject({
      slap_scanner: serial.optional(),
      iris_camera: serial.optional(),
      face_camera: serial.optional(),
      /** Another trusted one stands in, until the chosen one is there again; or nothing does. */
      whenChosenIsAway: z.enum(['any_trusted', 'only_chosen']).default('any_trusted'),
    })
    .prefault({}),
  /** How an idle capture device is looked after. */
  deviceHealth: z
    .strictObject({
      pollSeconds: z.number().int().min(1).max(3_600).default(5),
      lookMinutes: z.number().int().min(1).max(1_440).default(30),
    })
    .prefault({}),
  /** A capture device that sends no frame for this long has failed. Longer only where the simulated people are drawn on the same processor. */
  frameSilenceMs: z.number().int().min(500).max(60_000).default(1_000),
  /** What a capture device's own suspicion of an artefact leads to: the capture is refused, a supervisor must look, or nothing. */
  presentationAttack: z.enum(['refuse', 'review', 'ignore']).default('review'),
  /** Whether the applicant must approve the portrait before fingers and irises are recorded, or only before the record is signed. */
  faceApproval: z.enum(['first', 'any_order']).default('first'),
  photo: photoSchema,
  /** What is recorded in which order, how patiently and how strictly: see docs/capture.md. */
  capture: captureRulesSchema,
  /** '' when the station has no signature pad. */
  signaturePadPath: z.string().max(256).default(''),
  /** What it is: tells its speed and where a signature leaves the pad. */
  signaturePadModel: z.enum(topazModelNames).default(defaultTopazModel),
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

const schema = fields.superRefine(({ devices, trustedDevices }, { addIssue }) => {
  for (const kind of ['slap_scanner', 'iris_camera', 'face_camera'] as const) {
    if (devices[kind] === undefined || trustedDevices.some((line) => line.serial === devices[kind] && line.kind === kind)) continue
    addIssue({ code: 'custom', path: ['devices', kind], message: 'the chosen device is not on the list of trusted ones' })
  }
})

function isUnique(values: readonly string[]): boolean {
  return new Set(values).size === values.length
}

export type StationConfig = z.infer<typeof schema>

/** The site's rules for the photo in full. */
export const photoPolicyOf = ({ photo }: StationConfig): PhotoPolicy => ({
  ...defaultPhotoPolicy,
  ...photo,
  background: { ...background, ...photo.background },
})

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
