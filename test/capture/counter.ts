// A counter for tests of running captures: the real driver of one simulated device on an in-process bus, in virtual time, and who comes before it.

import type { Test } from 'tap'
import { analyseFrame, examineFaceFrame } from '../../daemon/capture/analyse-frame.js'
import type { FrameAnalyst } from '../../daemon/capture/analyst.js'
import { createFrameRing } from '../../daemon/capture/frame-ring.js'
import { type FrameCapturePlan, type FrameModality, framePlanOf } from '../../daemon/capture/plan.js'
import { defaultCaptureRules, neededFrames } from '../../daemon/capture/plan-rules.js'
import { type CaptureSessionDeps, startCaptureSession, type TakenCapture } from '../../daemon/capture/session.js'
import { positionsOf } from '../../daemon/modality.js'
import type { PreviewPicture } from '../../daemon/state.js'
import type { CaptureDevice } from '../../drivers/driver.js'
import { isFault } from '../../protocol/fault.js'
import { faceCameraModel } from '../../simulator/model/face-camera.js'
import { irisCameraModel } from '../../simulator/model/iris-camera.js'
import { slapScannerModel } from '../../simulator/model/slap-scanner.js'
import { syntheticPerson } from '../../simulator/people/synthetic.js'
import { CaptureBench, type Factory } from '../drivers/capture-bench.js'
import { lookers, taskOf } from './looking.js'

export const person = syntheticPerson(7)
const { images } = person

/** Who is in front of the device: nothing at first, then a hand, eyes, a face. */
interface Scene {
  /** Exposures until the person is there. */
  readonly fromFrame: number
}
const makers = (scene: Scene): Readonly<Record<'thumbs' | 'irises' | 'face', Factory>> => ({
  thumbs: (options) =>
    slapScannerModel({
      ...options,
      images: { platen: async (_, frame) => (frame < scene.fromFrame ? undefined : (await images.slap('thumbs')).grey) },
    }),
  irises: (options) =>
    irisCameraModel({
      ...options,
      images: {
        eye: async (sensor, _, frame) => (frame < scene.fromFrame ? undefined : (await images.iris(sensor === 0 ? 'right' : 'left')).grey),
      },
    }),
  face: (options) =>
    faceCameraModel({ ...options, images: { face: async (_, frame) => (frame < scene.fromFrame ? undefined : images.faceMjpeg(frame)) } }),
})

export const slots = 4

export class Counter extends CaptureBench {
  readonly ring = createFrameRing(slots, 1600 * 1500)
  readonly statuses: Parameters<CaptureSessionDeps['status']>[0][] = []
  readonly pictures: PreviewPicture[] = []
  readonly counted: { dropped: number; corrupt: number }[] = []
  watched = false
  analysed = 0
  /** Called before each analysis; may throw. */
  beforeAnalysis: (nth: number) => void = () => {}
  #seen: () => void = () => {}

  readonly analyst: FrameAnalyst = {
    analyse: async (frame, task, show) => {
      const release = this.clock.hold()
      try {
        this.beforeAnalysis(++this.analysed)
        return await analyseFrame(frame.bytes, frame.header, task, show, lookers)
      } finally {
        release()
      }
    },
    examineFace: (jpeg, captureId, applicant) => examineFaceFrame(jpeg, captureId, applicant, lookers.faces),
    close: async () => {},
  }

  begin(device: CaptureDevice, modality: FrameModality, over: Partial<FrameCapturePlan> = {}) {
    const { ring, analyst, clock } = this
    const plan = { ...framePlanOf(defaultCaptureRules, modality, positionsOf(modality)), ...over }
    return startCaptureSession(
      {
        device,
        ring,
        analyst,
        clock,
        plan,
        watched: () => this.watched,
        status: (status) => {
          this.statuses.push(status)
          this.#seen()
        },
        show: (picture) => this.pictures.push(picture),
        counted: (counters) => this.counted.push(counters),
      },
      taskOf(modality, person),
      plan.indicator,
    )
  }

  /** Until so many looks have been told. */
  looks(count: number): Promise<void> {
    return this.clock.runUntil(
      new Promise<void>((resolve) => {
        this.#seen = () => {
          if (this.statuses.length >= count) resolve()
        }
        this.#seen()
      }),
    )
  }

  ending(work: Promise<TakenCapture>): Promise<TakenCapture | Error> {
    return this.clock.runUntil(work.catch((error: Error) => error))
  }
}

export async function counter(t: Test, modality: 'thumbs' | 'irises' | 'face', scene: Scene = { fromFrame: 2 }) {
  const bench = new Counter(makers(scene)[modality])
  const device = await bench.open([bench.trusted], { frozenFrames: neededFrames })
  t.teardown(() => bench.clock.runUntil(device.close()))
  return { bench, device }
}

export const codeOf = (end: unknown): string => (isFault(end) ? end.code : end instanceof Error ? end.name : 'taken')

/** After any end: no slot is held, no look comes any more, the device answers and is idle. */
export async function isOver(t: Test, bench: Counter, device: CaptureDevice): Promise<void> {
  const { length } = bench.statuses
  bench.clock.advance(3_000)
  t.match(await bench.clock.runUntil(device.status()), { state: 'idle' }, 'the device is idle')
  t.equal(bench.statuses.length, length, 'no more looks')
  t.equal(bench.ring.free, slots, 'no slot is held')
  t.equal(bench.counted.length, 1, 'counted once')
}
