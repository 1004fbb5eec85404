// A running capture over the real driver and a simulated device on an in-process bus, in virtual time: it takes, or it ends in one fault, and the device is free.

import t from 'tap'
import type { FrameAnalyst } from '../../daemon/capture/analyst.js'
import { createFrameRing } from '../../daemon/capture/frame-ring.js'
import type { Look } from '../../daemon/capture/look.js'
import { framePlanOf, signaturePlanOf } from '../../daemon/capture/plan.js'
import { defaultCaptureRules, neededFrames } from '../../daemon/capture/plan-rules.js'
import { startCaptureSession } from '../../daemon/capture/session.js'
import { inkPath, startSignatureSession } from '../../daemon/capture/signature-session.js'
import { openWorkerLine } from '../../daemon/capture/worker-line.js'
import type { PreviewPicture } from '../../daemon/state.js'
import type { CaptureDevice, PenSample } from '../../drivers/driver.js'
import { openTopazPad } from '../../drivers/signature/topaz/driver.js'
import { type Deferred, deferred } from '../../protocol/deferred.js'
import { Fault } from '../../protocol/fault.js'
import type { FrameSink } from '../../protocol/hardware/frames.js'
import { silentLog } from '../../protocol/log.js'
import { topazPadModel } from '../../simulator/model/topaz-pad.js'
import { inprocSerial } from '../../simulator/transport/inproc-serial.js'
import { VirtualClock } from '../../simulator/virtual-clock.js'
import { type Counter, codeOf, counter, isOver, person, slots } from './counter.js'
import { taskOf } from './looking.js'

const { images } = person

t.test('capture session', async (t) => {
  t.test('takes two thumbs when they lie still, with what was seen on the way', async (t) => {
    const { bench, device } = await counter(t, 'thumbs')
    const taken = await bench.ending(bench.begin(device, 'thumbs').taken)
    if (taken instanceof Error) throw taken
    t.match(taken, { weak: false, frames: [{ header: { sensor: 0, format: 'grey8', widthPx: 1600, heightPx: 1500, ppi: 500 } }] })
    t.equal(taken.frames[0]?.bytes.length, 1600 * 1500)
    t.notOk(taken.frames[0]?.bytes.buffer instanceof SharedArrayBuffer, 'the capture is a copy')
    t.strictSame(
      taken.frames[0]?.boxes.map(({ position }) => position),
      [6, 1],
    )
    t.equal(bench.statuses[0]?.advice, 'place_fingers')
    t.match(bench.statuses.at(-1), { advice: '', stableFrames: neededFrames, neededFrames })
    t.strictSame(bench.pictures, [], 'nobody watches, nothing is shown')
    await isOver(t, bench, device)
    t.equal(bench.model.indicator, 0, 'the lamps are off')
  })

  t.test('takes one picture of each eye, the right one first, and shows previews to who watches', async (t) => {
    const { bench, device } = await counter(t, 'irises')
    bench.watched = true
    const taken = await bench.ending(bench.begin(device, 'irises').taken)
    if (taken instanceof Error) throw taken
    t.strictSame(
      taken.frames.map(({ header }) => header.sensor),
      [0, 1],
    )
    t.equal(taken.measure, Math.min(...taken.frames.map(({ measure }) => measure)))
    t.ok(bench.pictures.some(({ sensor }) => sensor === 0) && bench.pictures.some(({ sensor }) => sensor === 1))
    await isOver(t, bench, device)
  })

  t.test('takes a face', async (t) => {
    const { bench, device } = await counter(t, 'face')
    const taken = await bench.ending(bench.begin(device, 'face').taken)
    if (taken instanceof Error) throw taken
    t.match(taken, { weak: false, frames: [{ header: { format: 'mjpeg', widthPx: 1920, heightPx: 1080 } }] })
    await isOver(t, bench, device)
  })

  t.test('nobody comes: nothing seen, by the deadline', async (t) => {
    const { bench, device } = await counter(t, 'thumbs', { fromFrame: Number.POSITIVE_INFINITY })
    // Sensors have noise; the simulated one lays it on, so an empty platen is not a frozen one.
    const beganMs = bench.clock.monotonicMs()
    t.equal(codeOf(await bench.ending(bench.begin(device, 'thumbs', { timeoutMs: 2_000 }).taken)), 'capture.nothing_seen')
    const tookMs = bench.clock.monotonicMs() - beganMs
    t.ok(tookMs >= 2_000 && tookMs < 2_500, `${tookMs.toFixed(0)} ms`)
    await isOver(t, bench, device)
  })

  t.test('takes now what there is, weak unless it was good, and nothing where there is nothing', async (t) => {
    const { bench, device } = await counter(t, 'thumbs')
    const session = bench.begin(device, 'thumbs', { neededFrames: 100, leastMeasure: 101 })
    t.throws(() => session.takeNow(), { code: 'capture.nothing_seen' })
    await bench.looks(5)
    session.takeNow()
    const taken = await bench.ending(session.taken)
    t.match(taken, { weak: true })
    await isOver(t, bench, device)
  })

  t.test('cancelled in mid-stream or while it starts, the device is free for the next one at once', async (t) => {
    const { bench, device } = await counter(t, 'thumbs')
    const early = bench.begin(device, 'thumbs')
    early.cancel()
    t.equal(codeOf(await bench.ending(early.taken)), 'AbortError')
    const session = bench.begin(device, 'thumbs')
    await bench.looks(2)
    session.cancel()
    session.cancel()
    t.equal(codeOf(await bench.ending(session.taken)), 'AbortError')
    t.equal(codeOf(await bench.ending(bench.begin(device, 'thumbs').taken)), 'taken')
  })

  t.test('unplugged at any look: one fault at once, the stream is gone', async (t) => {
    for (const at of [1, 2, 3, 4]) {
      const { bench, device } = await counter(t, 'thumbs')
      const session = bench.begin(device, 'thumbs')
      await bench.looks(at)
      const beganMs = bench.clock.monotonicMs()
      await bench.bus.unplug(bench.model)
      session.lost(new Fault('device.unplugged'))
      t.equal(codeOf(await bench.ending(session.taken)), 'device.unplugged', `after look ${at}`)
      t.ok(bench.clock.monotonicMs() - beganMs < 100)
      const { length } = bench.statuses
      bench.clock.advance(5_000)
      t.equal(bench.statuses.length, length)
      t.equal(bench.ring.free, slots)
      t.equal(bench.counted.length, 1)
    }
  })

  t.test('the slot hears of the unplug before the driver does: the session ends all the same', async (t) => {
    const { bench, device } = await counter(t, 'thumbs')
    const session = bench.begin(device, 'thumbs')
    await bench.looks(3)
    void device.close()
    session.lost(new Fault('device.unplugged'))
    t.equal(codeOf(await bench.ending(session.taken)), 'device.unplugged')
    t.equal(bench.ring.free, slots)
  })

  t.test('damaged, short and repeated frames are counted and passed over; when they persist the capture ends in their fault', async (t) => {
    const few = await counter(t, 'thumbs')
    few.bench.model.corruptNext(2)
    few.bench.model.shortNext(2)
    few.bench.model.repeatNext(2)
    t.equal(codeOf(await few.bench.ending(few.bench.begin(few.device, 'thumbs').taken)), 'taken')
    t.ok((few.bench.counted[0]?.corrupt ?? 0) >= 5, `${few.bench.counted[0]?.corrupt} counted`)
    await isOver(t, few.bench, few.device)

    const persisting = [
      ['device.frames_corrupt', (bench: Counter) => bench.model.corruptNext(1_000)],
      ['device.frames_corrupt', (bench: Counter) => bench.model.shortNext(1_000)],
      ['device.frames_missing', (bench: Counter) => bench.model.repeatNext(1_000)],
      ['device.frames_missing', (bench: Counter) => bench.model.silence()],
      ['device.frames_frozen', (bench: Counter) => bench.model.freeze()],
      ['device.stall', (bench: Counter) => bench.model.stall()],
      ['device.frames_missing', (bench: Counter) => bench.model.wedge()],
    ] as const
    for (const [code, trouble] of persisting) {
      const { bench, device } = await counter(t, 'thumbs')
      const session = bench.begin(device, 'thumbs')
      await bench.looks(3)
      const beganMs = bench.clock.monotonicMs()
      trouble(bench)
      t.equal(codeOf(await bench.ending(session.taken)), code, String(trouble).replace(/.*model\./, ''))
      const tookMs = bench.clock.monotonicMs() - beganMs
      t.ok(tookMs < 10_000, `after ${(tookMs / 1_000).toFixed(1)} s, before the capture's own time-out`)
      t.equal(bench.ring.free, slots)
      bench.model.heal()
    }
  })

  t.test('a frame that cannot be read is passed over; when none can be, the capture ends', async (t) => {
    const once = await counter(t, 'thumbs')
    once.bench.beforeAnalysis = (nth) => {
      if (nth % 3 === 0) throw new Fault('internal.unexpected', { operation: 'worker', reason: 'exited' })
    }
    t.equal(codeOf(await once.bench.ending(once.bench.begin(once.device, 'thumbs').taken)), 'taken')
    t.ok((once.bench.counted[0]?.corrupt ?? 0) >= 1)
    await isOver(t, once.bench, once.device)

    for (const [code, fault] of [
      ['device.frames_corrupt', new Fault('image.corrupt', { field: 'mjpeg' })],
      ['internal.unexpected', new Fault('internal.unexpected', { operation: 'worker' })],
    ] as const) {
      const { bench, device } = await counter(t, 'thumbs')
      bench.beforeAnalysis = () => {
        throw fault
      }
      t.equal(codeOf(await bench.ending(bench.begin(device, 'thumbs').taken)), code)
      await isOver(t, bench, device)
    }
  })
})

async function padBench() {
  const clock = new VirtualClock(0)
  const serial = inprocSerial()
  const model = topazPadModel({ clock })
  serial.plug('tty', model)
  const pad = await openTopazPad({ serial: serial.transport(), clock, log: silentLog }, 'tty')
  const inks: string[] = []
  return {
    clock,
    serial,
    model,
    pad,
    inks,
    begin: () => startSignatureSession({ pad, clock, inked: (path) => inks.push(path) }, signaturePlanOf(defaultCaptureRules)),
  }
}

t.test('signature session', async (t) => {
  t.test('wipes the display, follows the ink and ends when the pen has rested', async (t) => {
    const { clock, model, inks, begin } = await padBench()
    let clears = 0
    const written = images.signature()
    model.onClear(() => {
      clears++
      void model.sign(written)
    })
    const { samples, pad } = await clock.runUntil(begin().taken)
    t.equal(clears, 1)
    t.match(pad, { unitsPerInch: 410, area: { minX: 500, maxY: 2100 } })
    const down = (all: readonly { penDown: boolean }[]) => all.filter(({ penDown }) => penDown).length
    t.equal(down(samples), down(written), 'every sample of the pen arrived')
    t.equal(inks.at(-1), inkPath(samples), 'the ink grown sample by sample is that of the whole')
    const restedMs = clock.monotonicMs() - (samples.at(-1)?.timeMs ?? 0)
    t.ok(Math.abs(restedMs - signaturePlanOf(defaultCaptureRules).restMs) < 50, `${restedMs.toFixed(0)} ms after the last sample`)
  })

  t.test('a slip of the pen is no signature: it waits on, and gives up by its deadline', async (t) => {
    const { clock, model, begin } = await padBench()
    const slip = { x: 500, y: 500, pressure: 300, timeMs: 0, penDown: true }
    model.onClear(() => void model.sign([slip]))
    const session = begin()
    t.throws(() => session.takeNow(), { code: 'capture.nothing_seen' })
    await t.rejects(clock.runUntil(session.taken), { code: 'capture.nothing_seen' })
    t.equal(Math.round(clock.monotonicMs()), signaturePlanOf(defaultCaptureRules).timeoutMs)
  })

  t.test('cancel, unplug and garbage end it once', async (t) => {
    const cancelled = await padBench()
    const session = cancelled.begin()
    session.cancel()
    await t.rejects(session.taken, { name: 'AbortError' })
    const next = cancelled.begin()
    next.cancel()
    await t.rejects(next.taken, { name: 'AbortError' }, 'the pad was free again')

    const pulled = await padBench()
    pulled.model.onClear(() => void pulled.model.sign(images.signature()))
    pulled.clock.after(300, () => pulled.serial.unplug('tty'))
    await t.rejects(pulled.clock.runUntil(pulled.begin().taken), { code: 'device.unplugged' })

    const noisy = await padBench()
    noisy.model.corruptNext(1_000)
    noisy.model.onClear(() => void noisy.model.sign(images.signature()))
    await t.rejects(noisy.clock.runUntil(noisy.begin().taken), { code: 'device.line_noise' })
  })

  t.test('ink as SVG path: a stroke begins where the pen comes down', async (t) => {
    const at = (x: number, y: number, penDown: boolean): PenSample => ({ x, y, pressure: 0, timeMs: 0, penDown })
    t.equal(inkPath([at(1, 1, false), at(2, 3, true), at(4, 5, true), at(6, 7, false), at(8, 9, true)]), 'M2 3L4 5M8 9')
    t.equal(inkPath([]), '')
  })
})

t.test('a look slower than the frames: the newest waits, the rest is passed over and counted', async (t) => {
  const clock = new VirtualClock(0)
  const ring = createFrameRing(4, 16)
  const looks: { readonly sequence: number; readonly answer: Deferred<Look> }[] = []
  const shown: PreviewPicture[] = []
  const counted: { dropped: number; corrupt: number }[] = []
  const analyst: FrameAnalyst = {
    analyse: ({ header: { sequence } }, _task, show) => {
      const answer = deferred<Look>()
      looks.push({ sequence, answer })
      show?.(Uint8Array.of(sequence))
      return answer.promise
    },
    examineFace: async () => Promise.reject(new Error('no face here')),
    close: async () => {},
  }
  let sink: FrameSink | undefined
  const counters = { published: 0, corrupt: 0, short: 0, repeated: 0, outOfOrder: 0, missed: 0, stale: 0, dropped: 1, skippedBytes: 0 }
  const device = {
    kind: 'slap_scanner',
    serial: 'S1',
    info: { sensors: [{ sensor: 0 }] },
    start: async (given: FrameSink) => {
      sink = given
      return { stop: async () => {}, counters: () => counters }
    },
  } as unknown as CaptureDevice
  const session = startCaptureSession(
    {
      ...{ device, ring, analyst, clock, plan: framePlanOf(defaultCaptureRules, 'thumbs', [6, 1]), watched: () => true, status: () => {} },
      show: (picture) => shown.push(picture),
      counted: (counters) => counted.push(counters),
    },
    taskOf('thumbs', person),
    0,
  )
  const settled = async () => {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve()
  }
  const arrive = async (sequence: number) => {
    sink?.lease(16)?.publish({ sensor: 0, sequence, format: 'grey8', widthPx: 4, heightPx: 4, ppi: 500, deviceTimeUs: 0 })
    await settled()
  }
  const nothing: Look = { present: false, measure: 0, advice: 'place_fingers', boxes: [], guides: [], signature: new Uint8Array(256) }
  await settled()
  await arrive(1)
  t.match(shown, [{ sequence: 1, capturedAtMs: 0 }], 'the picture does not wait for the look')
  clock.advance(40)
  for (const sequence of [2, 3, 4]) await arrive(sequence)
  t.strictSame(
    looks.map(({ sequence }) => sequence),
    [1],
    'one at a time',
  )
  t.equal(ring.free, 2, 'one is looked at, one waits')
  clock.advance(60)
  looks[0]?.answer.resolve(nothing)
  await settled()
  t.equal(looks[1]?.sequence, 4, 'the newest is next')
  t.match(shown, [{}, { sequence: 4, capturedAtMs: 40 }], 'and says when it came, not when its turn came')
  await arrive(5)
  session.cancel()
  looks[1]?.answer.resolve(nothing)
  await t.rejects(session.taken, { name: 'AbortError' })
  await settled()
  t.equal(looks.length, 2, 'what waited at the end is not looked at')
  t.equal(ring.free, 4, 'no slot is held')
  t.strictSame(counted, [{ dropped: 3, corrupt: 0 }], "the device's own loss and two that were passed over")
})

t.test('worker line', async (t) => {
  const line = openWorkerLine<string, string, string>(new URL('./fragile-worker.js', import.meta.url))
  t.equal(await line.ask('hello'), 'hello!')
  const parts: string[] = []
  t.equal(await line.ask('parts', (part) => void parts.push(part)), 'parts!')
  t.strictSame(parts, ['one', 'two'], 'what the worker knew before it knew the answer came before it')
  await t.rejects(line.ask('fault'), { code: 'record.unsupported' }, "the worker's fault keeps its code")
  const error = await line.ask('error').catch((thrown: unknown) => thrown)
  t.match(error, { code: 'internal.unexpected', context: { reason: 'TypeError' } })
  t.notOk(String(error).includes('personal'), 'no message crosses')
  const waiting = line.ask('never')
  await t.rejects(Promise.all([line.ask('die'), waiting]), { code: 'internal.unexpected', context: { operation: 'worker' } })
  await t.rejects(waiting, { code: 'internal.unexpected' }, 'whoever waited is told')
  t.equal(await line.ask('again'), 'again!', 'a new thread answers the next question')
  const last = line.ask('never')
  last.catch(() => {})
  await line.close()
  await t.rejects(last, { code: 'internal.unexpected' }, 'closing leaves nobody waiting')
})
