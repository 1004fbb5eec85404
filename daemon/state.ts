// What the station knows and tells: plain domain state and the one bus on which changes are published. Knows no wire and no device.

import type { Facts } from '../protocol/facts.js'
import type { FaultCode } from '../protocol/fault.js'
import type { SequenceCode } from './kernels/finger/sequence.js'
import type { EyeCode } from './kernels/iris/sequence.js'
import type { CaseDocument } from './service/case.js'

/** What is recorded of everybody, in the usual order; the index fingers come again at the end, so that it is still the same person who stands there. */
export const modalities = ['face', 'signature', 'right_four', 'left_four', 'thumbs', 'irises', 'index_fingers'] as const
export type RecordedModality = (typeof modalities)[number]
/** `evidence`: the photo of face and hands that goes with an exception. */
export type Modality = RecordedModality | 'evidence'

export const deviceKinds = ['slap_scanner', 'iris_camera', 'face_camera', 'signature_pad', 'card_terminal', 'card_printer'] as const
export type DeviceKind = (typeof deviceKinds)[number]

export interface FaultNotice {
  readonly code: FaultCode
  readonly context: Facts
}

/** What is not as it should be about a device that works; in this order when several hold. Stable names: the wire and the words use them. */
export const deviceConditions = [
  'overheated',
  'platen_dirty',
  'light_weak',
  'light_drift',
  'needs_recalibration',
  'clock_jumped',
  'frames_lost',
] as const
export type DeviceCondition = (typeof deviceConditions)[number]

/** A device of the kind that is plugged in and not let near anybody. */
export interface RefusedDevice {
  readonly serial: string
  readonly product: string
  /** not_listed, wrong_kind, no_serial, not_chosen, or why the driver refused it (docs/devices.md §3) */
  readonly reason: string
}

export interface DeviceStatus {
  readonly kind: DeviceKind
  readonly serial: string
  readonly product: string
  readonly state: 'absent' | 'opening' | 'warming' | 'ready' | 'busy' | 'faulted' | 'refused'
  readonly fault?: FaultNotice
  readonly framesDropped: number
  readonly framesCorrupt: number
  /** Also while another one of the kind works. */
  readonly refused: readonly RefusedDevice[]
  readonly conditions: readonly DeviceCondition[]
  /** Of a device that measures it. */
  readonly temperatureC?: number
}

/** A finger box in the pixels of the device's frame; position per ISO/IEC 19794-4, 0 when not named. */
export interface FingerBox {
  readonly position: number
  readonly cx: number
  readonly cy: number
  readonly width: number
  readonly height: number
  readonly angleDeg: number
}

/** One finger of a capture as it was assessed; no part of it identifies anybody. */
export interface FingerResult {
  /** ISO/IEC 19794-4, 0 when not named. */
  readonly position: number
  /** 0 to 100, absent when there was nothing to assess. */
  readonly quality?: number
  readonly codes: readonly string[]
}

/** One eye of a capture as it was assessed; no part of it identifies anybody. */
export interface EyeResult {
  /** The subject's. */
  readonly eye: 'right' | 'left'
  /** 0 to 100, absent when no iris was found. */
  readonly quality?: number
  readonly codes: readonly string[]
}

/** What is drawn on a picture: an ellipse in the pixels of the frame of one sensor. */
export interface Guide {
  readonly sensor: number
  readonly shape: 'iris' | 'pupil' | 'face' | 'eye'
  readonly cx: number
  readonly cy: number
  readonly width: number
  readonly height: number
}

/** One component of ISO/IEC 29794-5 in a portrait. */
export interface QualityComponent {
  readonly name: string
  /** 0 to 100; absent when it needs a model that is not here, or could not be judged on this picture. */
  readonly scalar?: number
  /** What the site asks for; 0 when nothing. */
  readonly least: number
}

/** The photo's backdrop: colours as #rrggbb or by name, their distance in CIELAB and the most that the site allows. */
export interface Backdrop {
  readonly expected: string
  readonly found: string
  readonly distance: number
  readonly mostDistance: number
  /** Of one colour, without folds or a room behind. */
  readonly plain: boolean
  /** As the site's rules want it: colour and plainness. */
  readonly ok: boolean
}

/** What the site's policy wants a second person for: a weak capture, much that is missing, a refusal. */
export const policyCodes = ['weak_capture', 'many_exceptions', 'refusal'] as const
export type PolicyCode = (typeof policyCodes)[number]

/** What the comparison of all fingers or eyes, the site's policy, or a device, found about the captures of a case. */
export interface Finding {
  readonly code: SequenceCode | EyeCode | PolicyCode | 'presentation_attack' | 'flat_face' | 'operator_finger'
  readonly certainty: 'sure' | 'unsure'
  readonly ask: 'nothing' | 'retake' | 'review'
  readonly modalities: readonly Modality[]
  /** Those that a retake should replace. */
  readonly again: readonly Modality[]
  readonly positions: readonly number[]
  /** Of `operator_finger`: whose; none of them may judge it. */
  readonly operators?: readonly string[]
  readonly review?: { readonly by: string; readonly reason: string; readonly atMs: number }
}

/** Keeps the record from being sealed. */
export const isOpen = ({ ask, review }: Finding): boolean => ask !== 'nothing' && review === undefined

export interface CaptureStatus {
  readonly caseId: string
  readonly modality: Modality | undefined
  /** `waiting`: its device went away, and the attempt goes on when it is back. */
  readonly state: 'idle' | 'opening' | 'live' | 'waiting' | 'review'
  /** Stable advice name, '' when nothing is to be said. */
  readonly advice: string
  /** 0 to 100. A simple live measure, not a standard quality score. */
  readonly measure: number
  readonly stableFrames: number
  readonly neededFrames: number
  readonly boxes: readonly FingerBox[]
  /** In review: what was found in the picture, and what it leaves open when it is accepted. */
  readonly fingers: readonly FingerResult[]
  readonly findings: readonly Finding[]
  readonly guides: readonly Guide[]
  readonly eyes: readonly EyeResult[]
  readonly components: readonly QualityComponent[]
  readonly backdrop?: Backdrop
  /** The present one, from 1. */
  readonly attempt: number
  /** After so many the best is accepted as weak. */
  readonly tries: number
  /** Positions that are asked for: fingers of ISO/IEC 19794-4, or 1 right and 2 left eye. */
  readonly asked: readonly number[]
  /** In review: those that are still missing or weak in the best of all attempts. */
  readonly again: readonly number[]
  /** In review. */
  readonly mayAccept: boolean
  readonly weak: boolean
}

export interface OutboxStatus {
  readonly waiting: number
  /** 0 when nothing waits. */
  readonly oldestAtMs: number
  readonly reachable: boolean
  readonly bytesSent: number
  readonly bytesTotal: number
}

export interface IssuanceStatus {
  readonly caseId: string
  readonly state:
    | 'idle'
    | 'binding'
    | 'writing'
    | 'reading_back'
    | 'printing'
    | 'ready'
    | 'checking_holder'
    | 'handed_over'
    | 'attention'
    | 'spoiled'
  readonly blankSerial: string
  readonly bytesWritten: number
  readonly bytesTotal: number
  /** While the holder's finger is checked: the one advice that helps most, '' when fine. */
  readonly advice: string
  /** The finger that is asked for, ISO/IEC 19794-4; 0 none. */
  readonly fingerPosition: number
  readonly fault?: FaultNotice
}

/** One preview picture on its way to whoever watches. Latest wins; never queued with events. */
export interface PreviewPicture {
  readonly deviceKind: DeviceKind
  readonly sensor: number
  readonly sequence: number
  /** Size of the device's frame that the picture shows. */
  readonly widthPx: number
  readonly heightPx: number
  /** JPEG; empty for the signature pad, which sends `ink`. */
  readonly picture: Uint8Array
  readonly capturedAtMs: number
  /** SVG path data of the strokes so far. */
  readonly ink: string
}

/** The slap scanner asks an operator for their own finger. Nobody else is told, and nothing of it is kept. */
export interface OperatorFingerAsked {
  readonly operatorId: string
  /** ISO/IEC 19794-4; 0: no longer. */
  readonly position: number
  readonly advice: string
}

export type StationEvent =
  | { readonly is: 'device'; readonly device: DeviceStatus }
  | { readonly is: 'case'; readonly case: CaseDocument }
  | { readonly is: 'capture'; readonly capture: CaptureStatus }
  | { readonly is: 'outbox'; readonly outbox: OutboxStatus }
  | { readonly is: 'issuance'; readonly issuance: IssuanceStatus }
  | { readonly is: 'fault'; readonly fault: FaultNotice }
  | { readonly is: 'operator_finger'; readonly finger: OperatorFingerAsked }

export const idleCapture: CaptureStatus = {
  caseId: '',
  modality: undefined,
  state: 'idle',
  advice: '',
  measure: 0,
  stableFrames: 0,
  neededFrames: 0,
  boxes: [],
  fingers: [],
  findings: [],
  guides: [],
  eyes: [],
  components: [],
  attempt: 0,
  tries: 0,
  asked: [],
  again: [],
  mayAccept: false,
  weak: false,
}

export const idleIssuance: IssuanceStatus = {
  caseId: '',
  state: 'idle',
  blankSerial: '',
  bytesWritten: 0,
  bytesTotal: 0,
  advice: '',
  fingerPosition: 0,
}

/** The current state and its subscribers. Events are delivered at once and in order; pictures go to their own listeners. */
export class StationState {
  readonly #devices = new Map<DeviceKind, DeviceStatus>()
  readonly #cases = new Map<string, CaseDocument>()
  #capture = idleCapture
  /** At most one a device. */
  readonly #captures = new Map<Modality, CaptureStatus>()
  #issuance = idleIssuance
  #outbox: OutboxStatus = { waiting: 0, oldestAtMs: 0, reachable: false, bytesSent: 0, bytesTotal: 0 }
  readonly #listeners = new Set<(event: StationEvent) => void>()
  readonly #watchers = new Set<(picture: PreviewPicture) => void>()
  /** Pictures under review, one a sensor. */
  readonly #held = new Map<string, PreviewPicture>()

  get devices(): readonly DeviceStatus[] {
    return [...this.#devices.values()]
  }
  /** Cases that are not closed yet, and those closed since the start. */
  get cases(): readonly CaseDocument[] {
    return [...this.#cases.values()]
  }
  /** The capture that changed last; idle when none runs. */
  get capture(): CaptureStatus {
    return this.#capture
  }
  get captures(): readonly CaptureStatus[] {
    return [...this.#captures.values()]
  }
  get issuance(): IssuanceStatus {
    return this.#issuance
  }
  get outbox(): OutboxStatus {
    return this.#outbox
  }

  publish(event: StationEvent): void {
    switch (event.is) {
      case 'device':
        this.#devices.set(event.device.kind, event.device)
        break
      case 'case':
        this.#cases.set(event.case.caseId, event.case)
        break
      case 'capture':
        this.#captureChanged(event.capture)
        break
      case 'outbox':
        this.#outbox = event.outbox
        break
      case 'issuance':
        this.#issuance = event.issuance
        break
      case 'fault':
      case 'operator_finger':
        break
    }
    for (const listener of this.#listeners) listener(event)
  }

  /** One that ended leaves the view to another that still runs. */
  #captureChanged(capture: CaptureStatus): void {
    if (capture.modality === undefined) this.#captures.clear()
    else if (capture.state === 'idle') this.#captures.delete(capture.modality)
    else this.#captures.set(capture.modality, capture)
    this.#capture = capture.state === 'idle' ? (this.captures.at(-1) ?? capture) : capture
  }

  subscribe(listener: (event: StationEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Whether anybody looks at previews: without a watcher none are made. */
  get watched(): boolean {
    return this.#watchers.size > 0
  }
  show(picture: PreviewPicture): void {
    for (const watcher of this.#watchers) watcher(picture)
  }
  /** As show(), and again for whoever begins to look before it is released. */
  hold(picture: PreviewPicture): void {
    this.#held.set(`${picture.deviceKind} ${picture.sensor}`, picture)
    this.show(picture)
  }
  release(kind: DeviceKind): void {
    for (const [key, { deviceKind }] of this.#held) if (deviceKind === kind) this.#held.delete(key)
  }
  watch(watcher: (picture: PreviewPicture) => void): () => void {
    this.#watchers.add(watcher)
    for (const picture of this.#held.values()) watcher(picture)
    return () => void this.#watchers.delete(watcher)
  }
}
