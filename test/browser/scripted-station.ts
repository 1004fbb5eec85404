// A station without devices and store for the screens: cases move by the real engine, pictures of a synthetic person come when the test says so.
// A test double: it measures nothing and checks no role.

import sharp from 'sharp'
import { rulesFor } from '../../daemon/capture/plan.js'
import { defaultCaptureRules } from '../../daemon/capture/plan-rules.js'
import type { CaptureDesk, CaseDesk, IssuanceDesk, Station } from '../../daemon/desks.js'
import { segmentSlap } from '../../daemon/kernels/finger/segment.js'
import { deviceOf } from '../../daemon/modality.js'
import type { Biodata, CaseDocument } from '../../daemon/service/case.js'
import { type CaseInput, openCase, stepCase } from '../../daemon/service/case-engine.js'
import { parseCorrection } from '../../daemon/service/correct-biodata.js'
import { expectedPositions } from '../../daemon/service/exceptions.js'
import { loadStandards, shippedStandards } from '../../daemon/service/load-standards.js'
import {
  type CaptureStatus,
  type DeviceKind,
  type FingerBox,
  type Guide,
  idleCapture,
  type Modality,
  type PreviewPicture,
  StationState,
} from '../../daemon/state.js'
import type { Clock } from '../../protocol/clock.js'
import { Fault } from '../../protocol/fault.js'
import type { GreyImage, Person } from '../../simulator/people/person.js'
import { syntheticPerson } from '../../simulator/people/synthetic.js'
import { FakeOperators } from '../gateway/fake-station.js'

export interface ScriptedStation extends Station {
  readonly operators: FakeOperators
  /** The case document of the person at the counter. */
  readonly document: CaseDocument
  move(input: CaseInput): void
  capturing(status: Partial<CaptureStatus>): void
  readonly finger: OwnFinger
  /** Sends the pictures of a modality to whoever watches; `turn` makes each a little different. @returns where the fingertips are */
  picture(modality: Modality, turn: number): Promise<readonly FingerBox[]>
  /** Where the eyes, or the face, of the person are: by the drawing's own truth. */
  guides(modality: 'face' | 'irises'): readonly Guide[]
  /** The next command of this name fails. */
  refuse(command: string, fault: Fault): void
  readonly asked: readonly string[]
}

export async function scriptedStation(clock: Clock, seed: number): Promise<ScriptedStation> {
  const [standard] = (await loadStandards(shippedStandards)).filter(({ id }) => id === 'timed-recording')
  if (!standard) throw new Error('the timed-recording standard is shipped')
  const person = syntheticPerson(seed)
  const rules = defaultCaptureRules
  const state = new StationState()
  const operators = new FakeOperators(() => {})
  const refusals = new Map<string, Fault>()
  const asked: string[] = []
  let tickets = 0
  let document: CaseDocument | undefined

  const at = () => {
    if (!document) throw new Fault('case.not_found')
    return document
  }
  const note = (command: string) => {
    asked.push(command)
    const fault = refusals.get(command)
    refusals.delete(command)
    if (fault) throw fault
  }
  const move = (input: CaseInput, actor = 'test') => {
    document = { ...stepCase(at(), input, standard, { actor, nowMs: clock.nowMs() }), revision: at().revision + 1 }
    state.publish({ is: 'case', case: document })
  }
  /** Of the capture that changed last unless another modality is named; what is under review is good unless said otherwise. */
  const show = (status: Partial<CaptureStatus>) => {
    const { modality = state.capture.modality } = status
    const before = state.captures.find((each) => each.modality === modality) ?? { ...idleCapture, ...frame(modality) }
    const good = status.state === 'review' ? { mayAccept: true } : {}
    state.publish({ is: 'capture', capture: { ...before, ...good, ...status } })
  }
  const frame = (modality: Modality | undefined): Partial<CaptureStatus> => {
    if (!modality || !document) return {}
    const { caseId } = document
    return {
      caseId,
      modality,
      attempt: 1,
      tries: rulesFor(rules, modality).tries,
      asked: expectedPositions(document, modality),
      neededFrames: 3,
    }
  }
  const begin = (modality: Modality, change: Partial<CaptureStatus> = {}) =>
    state.publish({ is: 'capture', capture: { ...idleCapture, ...frame(modality), state: 'opening', ...change } })
  const end = (modality = state.capture.modality) =>
    state.publish({ is: 'capture', capture: { ...idleCapture, caseId: document?.caseId ?? '', modality } })

  const ownFinger = scriptedFinger(state)
  const cases: CaseDesk = {
    takeTicket: async (_actor, { nik, priority }) => {
      note('takeTicket')
      const caseId = `c${++tickets}`
      const opening = { caseId, ticket: `A-${String(tickets).padStart(3, '0')}`, priority, nik }
      document = openCase(standard, opening, { actor: 'test', nowMs: clock.nowMs() })
      state.publish({ is: 'case', case: document })
      return caseId
    },
    call: async () => {
      note('call')
      move({ is: 'resumed' })
    },
    checkRequirement: async (_actor, _caseId, requirementId, satisfied) => {
      note('checkRequirement')
      move({ is: 'requirement_checked', requirementId, satisfied })
    },
    completeStep: async (_actor, _caseId, stepId) => {
      note('completeStep')
      const kind = at().steps.find(({ id }) => id === stepId)?.kind
      if (kind === 'registry_check') move({ is: 'biodata_found', biodata: biodataOf(person), source: 'registry' })
      else move({ is: 'step_completed', stepId })
    },
    returnToApplicant: async (_actor, _caseId, missing) => {
      note('returnToApplicant')
      move({ is: 'returned_to_applicant', missing })
    },
    confirmApplicant: async () => {
      note('confirmApplicant')
      move({ is: 'applicant_confirmed' })
    },
    archive: async (_actor, _caseId, shelf) => {
      note('archive')
      move({ is: 'archived', shelf })
    },
  }

  const capture: CaptureDesk = {
    start: async (_actor, _caseId, modality) => {
      note('start')
      begin(modality)
    },
    takeNow: async (_actor, _caseId, modality) => {
      note('takeNow')
      show({ ...(modality && { modality }), state: 'review' })
    },
    accept: async (_actor, _caseId, modality, weakReason) => {
      note('accept')
      const measure = state.captures.find((each) => each.modality === modality)?.measure ?? 0
      const change = weakReason === '' ? { state: 'good' as const } : { state: 'weak_accepted' as const, weakReason }
      move({ is: 'modality_changed', modality, change: { ...change, tries: 1, measure } })
      end(modality)
    },
    retake: async (_actor, _caseId, modality, wholly) => {
      note(wholly ? 'retakeWholly' : 'retake')
      const { again = [], attempt = 0 } = state.captures.find((each) => each.modality === modality) ?? {}
      begin(modality, { attempt: attempt + 1, ...(again.length > 0 && !wholly && { asked: again }) })
    },
    cancel: async (_actor, _caseId, modality) => {
      note('cancel')
      end(modality)
    },
    undoStroke: async () => note('undoStroke'),
    signAgain: async () => note('signAgain'),
    except: async (_actor, _caseId, modality, positions, reason) => {
      note('except')
      move({ is: 'exception_recorded', modality, positions, reason, rules: rules.exceptions })
    },
    withdrawException: async (_actor, _caseId, modality) => {
      note('withdrawException')
      move({ is: 'exceptions_withdrawn', modality, rules: rules.exceptions })
    },
    witnessRecord: async (_actor, _caseId, reason) => {
      note('witnessRecord')
      move({ is: 'record_witnessed', reason }, 'supervisor')
    },
    signRecord: async () => {
      note('signRecord')
      move({ is: 'record_signed' })
    },
    review: async (_actor, _caseId, reason) => {
      note('review')
      move({ is: 'findings_reviewed', reason }, 'supervisor')
    },
    seal: async () => {
      note('seal')
      move({ is: 'sealed', packetId: 'p1' })
    },
  }

  const issuance: IssuanceDesk = {
    start: async () => note('startIssuance'),
    resume: async () => note('resumeIssuance'),
    spoil: async () => note('spoil'),
    verifyHolder: async () => note('verifyHolder'),
    handOver: async () => {
      note('handOver')
      move({ is: 'handed_over' })
    },
  }

  for (const [kind, product] of products) {
    state.publish({
      is: 'device',
      device: { kind, serial: 'SIM-1', product, state: 'ready', framesDropped: 0, framesCorrupt: 0, refused: [], conditions: [] },
    })
  }
  state.publish({ is: 'outbox', outbox: { waiting: 0, oldestAtMs: 0, reachable: true, bytesSent: 0, bytesTotal: 0 } })

  return {
    stationId: 'MKS-01',
    office: 'Dinas Kependudukan dan Pencatatan Sipil Kota Makassar',
    timezone: 'Asia/Makassar',
    softwareVersion: '0.0.0-test',
    simulated: true,
    standards: [standard],
    rules,
    state,
    operators,
    operatorFingers: {
      enrol: async ({ operator }, { pin, position }) => {
        note('enrol')
        await operators.reauthenticate(operator, { pin })
        await ownFinger.ask(operator, position)
      },
      cancel: () => {
        note('cancelFinger')
        ownFinger.end(new Fault('capture.nothing_seen'))
      },
    },
    corrections: {
      correct: async ({ operator }, _caseId, { pin, ...request }) => {
        note('correct')
        const input = parseCorrection(request)
        if (pin === '') await ownFinger.ask(operator, 2)
        else await operators.reauthenticate(operator, { pin })
        move(input)
      },
    },
    figures: { report: async () => [] },
    cases,
    capture,
    issuance,
    simulation: { callPerson: async () => ({ nik: person.biodata.nik, name: person.biodata.name }) },
    close: async () => {},
    get document() {
      return at()
    },
    move,
    capturing: show,
    finger: ownFinger,
    picture: async (modality, turn) => {
      for (const picture of await picturesOf(person, modality, turn)) {
        state.show({ deviceKind: deviceOf(modality), sequence: turn, capturedAtMs: clock.nowMs(), ...picture })
      }
      if (modality !== 'right_four' && modality !== 'left_four' && modality !== 'thumbs') return []
      const { grey, widthPx, heightPx } = await person.images.slap(modality, moved(turn))
      return segmentSlap(grey, widthPx, heightPx, { slap: modality }).fingers
    },
    guides: (modality) => guidesOf(person, modality),
    refuse: (command, fault) => void refusals.set(command, fault),
    asked,
  }
}

/** The operator's own finger, as the scanner asks for it. */
interface OwnFinger {
  ask(operatorId: string, position: number): Promise<void>
  advise(advice: string): void
  /** It was laid down, or it was not. */
  end(fault?: Fault): void
}

function scriptedFinger(state: StationState): OwnFinger {
  let asked = { operatorId: '', position: 0 }
  let settle = (_fault?: Fault) => {}
  const tell = (position: number, advice: string) => state.publish({ is: 'operator_finger', finger: { ...asked, position, advice } })
  return {
    ask: (operatorId, position) => {
      asked = { operatorId, position }
      tell(position, '')
      return new Promise((resolve, reject) => {
        settle = (fault) => (fault ? reject(fault) : resolve())
      })
    },
    advise: (advice) => tell(asked.position, advice),
    end: (fault) => {
      tell(0, '')
      settle(fault)
    },
  }
}

const products: readonly (readonly [DeviceKind, string])[] = [
  ['slap_scanner', 'rekam slap 500'],
  ['iris_camera', 'rekam iris duo'],
  ['face_camera', 'rekam face'],
  ['signature_pad', 'SignatureGem 1X5'],
  ['card_terminal', 'Printer Contactless Station'],
  ['card_printer', 'Primacy'],
]

function biodataOf({ biodata }: Person): Biodata {
  const { address, ...rest } = biodata
  return { ...rest, address: [address.street, address.village, address.district].join(', ') }
}

function guidesOf({ truth }: Person, modality: 'face' | 'irises'): readonly Guide[] {
  if (!truth) return []
  if (modality === 'irises')
    return (['right', 'left'] as const).flatMap((eye, sensor) => {
      const { iris, pupil } = truth.iris(eye)
      const guide = (shape: 'iris' | 'pupil', { x, y, radius }: typeof iris): Guide => {
        return { sensor, shape, cx: x, cy: y, width: 2 * radius, height: 2 * radius }
      }
      return [guide('iris', iris), guide('pupil', pupil)]
    })
  const { rightEye, leftEye, chin } = truth.face()
  const apart = leftEye.x - rightEye.x
  const eye = ({ x, y }: typeof rightEye): Guide => ({ sensor: 0, shape: 'eye', cx: x, cy: y, width: apart / 6, height: apart / 6 })
  const height = (chin.y - rightEye.y) * 1.6
  return [{ sensor: 0, shape: 'face', cx: chin.x, cy: chin.y - height / 2, width: apart * 2, height }, eye(rightEye), eye(leftEye)]
}

const moved = (turn: number) => ({ dyPx: (turn % 5) * 8 })

type Picture = Pick<PreviewPicture, 'sensor' | 'widthPx' | 'heightPx' | 'picture' | 'ink'>

async function picturesOf(person: Person, modality: Modality, turn: number): Promise<readonly Picture[]> {
  const { images } = person
  switch (modality) {
    case 'face': {
      const picture = await sharp(await images.faceMjpeg(turn))
        .resize(960)
        .jpeg({ quality: 85 })
        .toBuffer()
      return [{ sensor: 0, widthPx: 1920, heightPx: 1080, picture, ink: '' }]
    }
    case 'signature': {
      const samples = images.signature()
      const shown = samples.slice(0, Math.max(2, Math.round((samples.length * Math.min(turn, 10)) / 10)))
      let ink = ''
      shown.forEach(({ x, y, penDown }, i) => {
        if (penDown) ink += `${shown[i - 1]?.penDown ? 'L' : 'M'}${x} ${y}`
      })
      return [{ sensor: 0, widthPx: 4095, heightPx: 4095, picture: new Uint8Array(), ink }]
    }
    case 'irises': {
      const eyes = await Promise.all([images.iris('right', { dxPx: turn % 5 }), images.iris('left', { dxPx: turn % 5 })])
      return Promise.all(eyes.map(async (eye, sensor) => ({ sensor, ...(await jpegOf(eye, 640)) })))
    }
    case 'evidence':
      return picturesOf(person, 'face', turn)
    case 'index_fingers':
      return [{ sensor: 0, ...(await jpegOf(await images.indexFingers(moved(turn)), 800)) }]
    default:
      return [{ sensor: 0, ...(await jpegOf(await images.slap(modality, moved(turn)), 800)) }]
  }
}

async function jpegOf({ grey, widthPx, heightPx }: GreyImage, shownPx: number): Promise<Omit<Picture, 'sensor'>> {
  const raw = { width: widthPx, height: heightPx, channels: 1 } as const
  const picture = await sharp(grey, { raw }).resize(shownPx).jpeg({ quality: 80 }).toBuffer()
  return { widthPx, heightPx, picture, ink: '' }
}
