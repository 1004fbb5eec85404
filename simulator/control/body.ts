// A body as somebody outside says it: by a name, or field by field. It draws nothing.

import { z } from 'zod'
import { Fault } from '../../protocol/fault.js'
import type { Random } from '../../protocol/random.js'
import { type Body, ordinaryBody } from '../people/body.js'

const fingers = z.array(z.literal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])).max(10)
const eye = z.enum(['right', 'left'])

const bodySchema = z
  .strictObject({
    missingFingers: fingers,
    bandagedFingers: fingers,
    wornFingers: fingers,
    skin: z.enum(['normal', 'dry', 'wet']),
    cloudyEye: eye,
    missingEye: eye,
    writes: z.enum(['signature', 'line', 'nothing']),
    posture: z.enum(['sitting', 'bedridden']),
    pace: z.number().min(0.5).max(4),
  })
  .partial()

const named: Readonly<Record<string, (random: Random) => Partial<Body>>> = {
  whole: () => ({}),
  ordinary: ordinaryBody,
  dry: () => ({ skin: 'dry' }),
  wet: () => ({ skin: 'wet' }),
  worn: () => ({ wornFingers: [1, 2, 3, 6, 7, 8] }),
  finger_missing: () => ({ missingFingers: [3] }),
  finger_bandaged: () => ({ bandagedFingers: [7] }),
  hand_missing: () => ({ missingFingers: [6, 7, 8, 9, 10] }),
  eye_cloudy: () => ({ cloudyEye: 'right' }),
  eye_missing: () => ({ missingEye: 'left' }),
  writes_a_line: () => ({ writes: 'line' }),
  cannot_write: () => ({ writes: 'nothing' }),
  bedridden: () => ({ posture: 'bedridden', pace: 1.7 }),
}

/** @param random of an ordinary body @throws Fault `input.invalid` with what it could be */
export function bodySaid(said: string, random: Random): Partial<Body> {
  if (Object.hasOwn(named, said)) return named[said]?.(random) ?? {}
  const parsed = bodySchema.safeParse(jsonOf(said))
  if (parsed.success) return parsed.data as Partial<Body>
  const [issue] = parsed.error.issues
  const field = ['body', ...(issue?.path ?? [])].join('.')
  const fields = issue?.path.length === 0
  throw new Fault('input.invalid', {
    field,
    ...(fields && { expected: `${Object.keys(named).join(' ')}, or JSON with ${Object.keys(bodySchema.shape).join(' ')}` }),
    ...(!fields && issue && { reason: issue.message }),
  })
}

function jsonOf(said: string): unknown {
  try {
    return JSON.parse(said)
  } catch {
    return undefined
  }
}
