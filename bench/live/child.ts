// A station in a process of its own for the live bench, with its simulated devices in the same process. Asked over IPC, ends with its parent.
// The station, its threads and drivers are those of production; only where frames are looked at and records are made a stopwatch stands beside.

import { startAnalyst } from '../../daemon/capture/analyst.js'
import { startRecordMaker } from '../../daemon/capture/record-maker.js'
import { type Daemon, runStation } from '../../daemon/cli/run-station.js'
import { callPerson, type InprocStack, startInprocStack } from '../../daemon/cli/stacks.js'
import { environmentOf } from '../../daemon/cli/station.js'
import { parseConfig, photoPolicyOf, type StationConfig } from '../../daemon/config.js'
import { directEffects } from '../../daemon/effects.js'
import { openLog } from '../../daemon/log.js'
import { loadStandards, shippedStandards } from '../../daemon/service/load-standards.js'
import type { Environment } from '../../daemon/station.js'
import { prepareFolder } from '../../daemon/store/files.js'
import { startMessage } from '../../drivers/capture-device/messages.js'
import { openCaptureDevice } from '../../drivers/registry.js'
import { sleep, systemClock } from '../../protocol/clock.js'
import { captureInterface, captureRequests } from '../../protocol/hardware/capture-device.js'
import type { FrameSink } from '../../protocol/hardware/frames.js'
import { systemRandom } from '../../protocol/random.js'
import { inprocUsb } from '../../simulator/transport/inproc-usb.js'
import { benchScanner, drawScenes } from './scenes.js'
import { preciseNowMs } from './spread.js'

export interface Usage {
  /** Of the whole process, all threads. */
  readonly cpuMs: number
  readonly rssMb: number
  /** Exposures of the scanner so far, by the number of the last one. */
  readonly exposures: number
  /** Frames that reached the analysis. */
  readonly analysed: number
}

export interface Piece {
  readonly what: string
  readonly ms: number
}

/** What the child can be asked, and what it answers. */
export interface LiveAsks {
  /** The simulated scanner and its bus alone: nobody behind them. */
  bus: { readonly ask: { readonly seconds: number }; readonly answer: { readonly frames: number; readonly cpuMs: number } }
  /** The same with the driver, which throws the frames away. */
  driver: { readonly ask: { readonly seconds: number }; readonly answer: { readonly frames: number; readonly cpuMs: number } }
  open: { readonly ask: object; readonly answer: { readonly url: string; readonly launchToken: string } }
  usage: { readonly ask: object; readonly answer: Usage }
  /** Frame numbers and when each lay whole in the ring, since the last time this was asked. */
  arrivals: { readonly ask: object; readonly answer: readonly (readonly [frameIndex: number, atMs: number])[] }
  /** What the workers did since the last time this was asked. */
  work: { readonly ask: object; readonly answer: readonly Piece[] }
  scanner: { readonly ask: { readonly now: 'unplug' | 'plug' | 'wedge' }; readonly answer: number }
  callPerson: { readonly ask: object; readonly answer: { readonly nik: string } }
  close: { readonly ask: object; readonly answer: null }
}
export type LiveAsk = { [Name in keyof LiveAsks]: { readonly do: Name } & LiveAsks[Name]['ask'] }[keyof LiveAsks]

/** Handed over as the only argument, as JSON. */
export interface LiveSetup {
  /** `moving`: the scanner runs at 30 fps and shows a hand that never holds still; `people`: the simulated office as it is. */
  readonly hand: 'moving' | 'people'
  readonly seed: number
  /** Of the station's data, to itself. */
  readonly folder: string
}

/** 1600 × 1500 at 30 fps are 72 MB/s: this scanner hangs on USB 3. */
const bytesPerSecond = 400_000_000
const keptArrivals = 20_000

const setup = JSON.parse(process.argv[2] ?? '{}') as LiveSetup
const usb = inprocUsb(systemClock, { bytesPerSecond })
const seen = { exposures: 0, analysed: 0 }
let arrivals: (readonly [number, number])[] = []
let work: Piece[] = []
let stack: InprocStack | undefined
let daemon: Daemon | undefined

const drawn = setup.hand === 'moving' ? await drawScenes() : []
const own = benchScanner(drawn, (frameIndex) => {
  seen.exposures = frameIndex + 1
})
if (setup.hand === 'moving') await usb.plug(own)

async function spent(seconds: number, run: () => Promise<() => Promise<void>>) {
  const stop = await run()
  await sleep(systemClock, 300)
  const from = seen.exposures
  const before = process.cpuUsage()
  await sleep(systemClock, seconds * 1_000)
  const { user, system } = process.cpuUsage(before)
  const frames = seen.exposures - from
  await stop()
  return { frames, cpuMs: (user + system) / 1_000 }
}

async function firstKey(): Promise<{ transport: ReturnType<typeof usb.transport>; key: string }> {
  const transport = usb.transport()
  const [info] = await transport.list()
  if (!info) throw new Error('the scanner of the bench is not plugged in')
  return { transport, key: info.key }
}

async function busAlone() {
  const { transport, key } = await firstKey()
  const device = await transport.open(key)
  await device.claim(captureInterface.number)
  const stream = device.stream(captureInterface.bulkIn, 4, 256 * 1024, { chunk: () => {}, ended: () => {} })
  const start = { requestType: 'vendor', recipient: 'interface', request: captureRequests.start, value: 0, index: 0 } as const
  await device.controlOut(start, startMessage(1, 0, 1))
  return async () => {
    await stream.stop()
    await transport.close()
  }
}

async function driverAlone() {
  const { transport, key } = await firstKey()
  const deps = { usb: transport, clock: systemClock, random: systemRandom, log: { write: () => {} } }
  const device = await openCaptureDevice({ ...deps, trust: [{ serial: own.serial, kind: own.kind, publicKey: own.publicKey }] }, key)
  const room = new Uint8Array(1600 * 1500)
  const sink: FrameSink = { lease: (bytes) => ({ bytes: room.subarray(0, bytes), publish: () => {}, discard: () => {} }) }
  await device.start(sink, { indicator: 0 }, () => {})
  return async () => {
    await device.close()
    await transport.close()
  }
}

async function open({ folder }: LiveSetup): Promise<{ url: string; launchToken: string }> {
  await prepareFolder(folder)
  const log = openLog({ clock: systemClock, folder })
  stack = await startInprocStack({ seed: setup.seed, clock: systemClock, log })
  const { office, settings } = stack
  const devices = { ...stack.transports(), ...(setup.hand === 'moving' && { usb: usb.transport() }) }
  const trusted = [...office.settings.trustedDevices, { serial: own.serial, kind: own.kind, publicKey: own.publicKey }]
  const config = parseConfig({ ...settings, trustedDevices: trusted, faceApproval: 'any_order', port: 0, frameSilenceMs: 1_000 }, 'bench')
  const environment = { ...(await environmentOf(folder, log, devices)), workers: timedWorkers(config) }
  const options = { config, standards: await loadStandards(shippedStandards), simulation: { callPerson: () => callPerson(office) } }
  daemon = await runStation(environment, options)
  return { url: daemon.gateway.url, launchToken: daemon.gateway.launchToken ?? '' }
}

/** The station's own threads, with a stopwatch. */
function timedWorkers(config: StationConfig): NonNullable<Environment['workers']> {
  const timed = async <T>(what: string, act: () => Promise<T>): Promise<T> => {
    const from = performance.now()
    const result = await act()
    work.push({ what, ms: performance.now() - from })
    return result
  }
  return (ring) => {
    const analyst = startAnalyst({ ring, effects: directEffects, photo: photoPolicyOf(config) })
    const records = startRecordMaker(directEffects)
    return {
      analyst: {
        ...analyst,
        analyse: (frame, ...rest) => {
          seen.analysed++
          if (arrivals.length < keptArrivals) arrivals.push([frame.header.sequence, preciseNowMs()])
          return analyst.analyse(frame, ...rest)
        },
        examineFace: (...job) => timed('examine face', () => analyst.examineFace(...job)),
      },
      records: {
        ...records,
        examine: (job) => timed(`examine ${job.capture}`, () => records.examine(job)),
        examineEyes: (job) => timed('examine irises', () => records.examineEyes(job)),
        make: (job) => timed(`make record of ${job.modality}`, () => records.make(job)),
      },
    }
  }
}

async function scanner(now: LiveAsks['scanner']['ask']['now']): Promise<number> {
  if (now === 'unplug') await usb.unplug(own)
  else if (now === 'plug') await usb.plug(own)
  else own.wedge()
  return preciseNowMs()
}

function usage(): Usage {
  const { user, system } = process.cpuUsage()
  return { cpuMs: (user + system) / 1_000, rssMb: process.memoryUsage.rss() / 2 ** 20, ...seen }
}

async function answer(ask: LiveAsk): Promise<unknown> {
  switch (ask.do) {
    case 'bus':
      return spent(ask.seconds, busAlone)
    case 'driver':
      return spent(ask.seconds, driverAlone)
    case 'open':
      return open(setup)
    case 'usage':
      return usage()
    case 'arrivals': {
      const told = arrivals
      arrivals = []
      return told
    }
    case 'work': {
      const told = work
      work = []
      return told
    }
    case 'scanner':
      return scanner(ask.now)
    case 'callPerson':
      // A person whose hand is not the bench's need not be drawn.
      return setup.hand === 'people' ? stack && callPerson(stack.office) : stack?.office.callPerson()
    case 'close':
      await daemon?.close()
      await stack?.close()
      return null
  }
}

process.on('disconnect', () => process.exit())
process.on('message', ({ id, ask }: { readonly id: number; readonly ask: LiveAsk }) => {
  answer(ask).then(
    (told) => process.send?.({ id, answer: told }),
    (error: unknown) => process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  )
})
process.send?.({ ready: true })
