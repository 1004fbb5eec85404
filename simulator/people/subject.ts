// A person put together from a folder of real sample images (subject.json). What the samples lack, the simulator adds and does not hide.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { Fault } from '../../protocol/fault.js'
import { seededRandom } from '../seeded-random.js'
import { inventBiodata } from './biodata.js'
import { wholeBody } from './body.js'
import { faceImages } from './face.js'
import type { Biodata, Person } from './person.js'
import { drawSignature } from './signature.js'
import { subjectFace, subjectFingers, subjectIris } from './subject-images.js'

const file = z.string().min(1).max(400)
const text = z.string().min(1).max(120)
const birthDate = z.iso.date()

const padSample = z.strictObject({
  x: z.number(),
  y: z.number(),
  pressure: z.number().min(0).max(1023),
  timeMs: z.number().min(0),
  penDown: z.boolean(),
})

/** The whole of `subject.json`. Unknown keys are refused; `about` and `notes` are for people. */
const subjectSchema = z.strictObject({
  about: z.string().optional(),
  notes: z.array(z.string()).optional(),
  person: z.strictObject({
    /** Biodata beside real biometrics must be invented. */
    invented: z.literal(true),
    nik: z.string().regex(/^[0-9]{16}$/),
    name: text,
    sex: z.enum(['M', 'F']),
    birthDate,
    birthPlace: text,
    citizenship: z.enum(['WNI', 'WNA']),
    address: z
      .strictObject({
        street: text,
        rtRw: z.string().regex(/^[0-9]{3}\/[0-9]{3}$/),
        village: text,
        district: text,
        regency: text,
        province: text,
      })
      .optional(),
    religion: text.optional(),
    maritalStatus: text.optional(),
    bloodGroup: text.optional(),
    occupation: text.optional(),
    familyCardNumber: z
      .string()
      .regex(/^[0-9]{16}$/)
      .optional(),
  }),
  fingerprints: z.strictObject({
    ppi: z.literal(500),
    rightFour: file,
    leftFour: file,
    thumbs: file,
    rightIndexAgain: file,
    leftIndexAgain: file,
  }),
  irises: z.strictObject({ right: file, left: file }),
  face: file,
  /** Null: the simulator draws one. */
  signature: z.array(padSample).min(2).max(20_000).nullable(),
})

type SubjectFile = z.infer<typeof subjectSchema>

const maxSubjectBytes = 2_000_000

async function readSubjectFile(folder: string): Promise<SubjectFile> {
  const path = join(folder, 'subject.json')
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new Fault('input.not_found', { path, field: 'subject.json' }, { cause })
  })
  if (bytes.length > maxSubjectBytes) throw new Fault('input.too_large', { path, size: bytes.length, limit: maxSubjectBytes })
  let json: unknown
  try {
    json = JSON.parse(bytes.toString('utf8'))
  } catch (cause) {
    // Not the parser's message: it quotes the text, and the text names a person.
    throw new Fault('input.corrupt', { path, reason: 'not JSON' }, { cause: cause instanceof Error ? cause.name : undefined })
  }
  const parsed = subjectSchema.safeParse(json)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined
  const field = [...(issue?.path ?? []), ...(unknown === undefined ? [] : [unknown])].join('.')
  throw new Fault(unknown === undefined ? 'input.invalid' : 'input.unknown_key', { path, field, reason: issue?.code ?? 'invalid' })
}

/** What the file does not say about the invented person is invented too, always the same for the same NIK. */
function completeBiodata(person: SubjectFile['person'], seed: number): Biodata {
  const { invented: _, ...given } = person
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  return { ...inventBiodata(seededRandom(seed), Number(person.birthDate.slice(0, 4))), maritalStatus: 'BELUM KAWIN', ...known }
}

function seedOf(nik: string): number {
  let hash = 0x811c9dc5
  for (const digit of nik) hash = Math.imul(hash ^ digit.charCodeAt(0), 0x01000193) >>> 0
  return hash
}

/**
 * Reads `subject.json` in `folder` and checks that every image it names can be read; pixels are decoded when first asked for.
 * Slaps are centred on the platen and cropped where they are wider; small irises are centred on mid-grey with their `nativeSize`;
 * the face is enlarged by a whole number. Of single fingers only the index fingers exist: `again` from their own files, another impression of the
 * finger (rolled, where the slap is plain; both together on the platen only its middle, which a flat touch would show),
 * `handover` cut from the slap, moved, turned and noised by the seed.
 * @throws Fault `input.*` with `path` and `field`
 */
export async function loadSubject(folder: string): Promise<Person> {
  const subject = await readSubjectFile(folder)
  const seed = seedOf(subject.person.nik)
  const random = seededRandom(seed)
  const at = (field: string, path: string) => ({ field, path: join(folder, path) })
  const prints = subject.fingerprints
  const fingers = await subjectFingers(
    {
      right_four: at('fingerprints.rightFour', prints.rightFour),
      left_four: at('fingerprints.leftFour', prints.leftFour),
      thumbs: at('fingerprints.thumbs', prints.thumbs),
      rightIndexAgain: at('fingerprints.rightIndexAgain', prints.rightIndexAgain),
      leftIndexAgain: at('fingerprints.leftIndexAgain', prints.leftIndexAgain),
    },
    (label) => random.fork(label),
  )
  const iris = await subjectIris({ right: at('irises.right', subject.irises.right), left: at('irises.left', subject.irises.left) })
  const face = await subjectFace(at('face', subject.face))
  const signature = subject.signature ?? drawSignature(random.fork('signature'))
  return {
    simulated: true,
    source: 'samples',
    biodata: completeBiodata(subject.person, seed),
    body: wholeBody,
    images: { ...fingers, iris, ...faceImages(face.makeWide, { nativeSize: face.nativeSize }), signature: () => signature },
  }
}
