// Frames of 1600 × 1500 at 30 fps on their way to the screen: how long they take, what they cost, how many get lost, and what other clients notice.

import type { StationClient } from '../../protocol/client.js'
import { Modality } from '../../protocol/client.js'
import { sleep, systemClock } from '../../protocol/clock.js'
import type { LiveSettings, Measured } from '../harness.js'
import { fourClients } from './clients.js'
import { mark } from './scenes.js'
import { openScreen } from './screen.js'
import { percentile, round } from './spread.js'
import { caseAtCapture, connectTo, type LiveStation, moveIn, startLiveStation, untilState } from './station.js'

/** Caches, threads and compilers are warm after this. */
const warmUpMs = 2_000

/** A station with a case at its captures, and who works there. */
export interface Desk {
  readonly station: LiveStation
  readonly client: StationClient
  readonly url: string
  readonly caseId: string
}

export function measureStreams(settings: LiveSettings, wanted: (name: string) => boolean): AsyncGenerator<Measured> {
  return atDesk(Math.min(3, settings.seconds), async function* (desk, alone) {
    if (wanted('preview')) {
      yield* toScreen(desk, settings.seconds)
      yield await costOfPreview(desk, settings.seconds, alone)
    }
    if (wanted('clients')) yield await streaming(desk, () => fourClients(desk, settings.seconds))
  })
}

interface Alone {
  readonly busMs: number
  readonly driverMs: number
}

/** @param aloneSeconds how long the device by itself is watched */
async function* atDesk(aloneSeconds: number, work: (desk: Desk, alone: Alone) => AsyncGenerator<Measured>): AsyncGenerator<Measured> {
  const station = await startLiveStation({ hand: 'moving', seed: 5 })
  try {
    const perFrame = ({ frames, cpuMs }: { readonly frames: number; readonly cpuMs: number }) => cpuMs / frames
    const alone = {
      busMs: perFrame(await station.ask('bus', { seconds: aloneSeconds })),
      driverMs: perFrame(await station.ask('driver', { seconds: aloneSeconds })),
    }
    const { url, launchToken } = await station.ask('open', {})
    const client = await connectTo(url)
    try {
      await moveIn(client, launchToken)
      const { nik } = await station.ask('callPerson', {})
      yield* work({ station, client, url, caseId: await caseAtCapture(client, nik) }, alone)
    } finally {
      client.close()
    }
  } finally {
    await station.close()
  }
}

/** Runs `work` while the scanner streams; nothing is taken, the hand never holds still. */
async function streaming<T>({ client, caseId }: Desk, work: () => Promise<T>): Promise<T> {
  await untilState(client, () => client.state.devices.some(({ kind, state }) => kind === 'slap_scanner' && state === 'ready'))
  await client.request('startCapture', { caseId, modality: Modality.RIGHT_FOUR })
  await untilState(client, () => client.state.capture.boxes.length > 0)
  await sleep(systemClock, warmUpMs)
  try {
    return await work()
  } finally {
    await client.request('cancelCapture', { caseId })
  }
}

interface Watch {
  readonly exposures: number
  readonly lostShare: number
  readonly cpuMsPerFrame: number
}

/** The daemon's process over `seconds` of a running stream. */
async function watch({ station }: Desk, seconds: number): Promise<Watch> {
  const before = await station.ask('usage', {})
  await sleep(systemClock, seconds * 1_000)
  const after = await station.ask('usage', {})
  const exposures = after.exposures - before.exposures
  return {
    exposures,
    lostShare: Math.max(0, 1 - (after.analysed - before.analysed) / exposures),
    cpuMsPerFrame: (after.cpuMs - before.cpuMs) / exposures,
  }
}

async function* toScreen(desk: Desk, seconds: number): AsyncGenerator<Measured> {
  const screen = await openScreen(desk.url)
  if (!screen) {
    yield { name: 'preview to Chromium: no Chromium or playwright-core here, not measured', cpuMs: 0, wallMs: 0, figures: {} }
    return
  }
  try {
    yield await streaming(desk, async () => {
      await Promise.all([desk.station.ask('arrivals', {}), screen.drawn()])
      const { exposures, lostShare, cpuMsPerFrame } = await watch(desk, seconds)
      const [arrivals, drawn] = await Promise.all([desk.station.ask('arrivals', {}), screen.drawn()])
      const arrivedAt = new Map(arrivals.map(([frame, atMs]) => [frame & (2 ** mark.bits - 1), atMs]))
      const latencies = drawn.flatMap(([frame, atMs]) => {
        const from = arrivedAt.get(frame)
        return from === undefined ? [] : [atMs - from]
      })
      return {
        name: 'preview to Chromium 1600x1500 30 fps, analysed',
        cpuMs: cpuMsPerFrame,
        wallMs: percentile(latencies, 0.5),
        figures: {
          p50Ms: round(percentile(latencies, 0.5)),
          p99Ms: round(percentile(latencies, 0.99)),
          frames: exposures,
          drawnPercent: round((100 * latencies.length) / exposures, 1),
          lostToAnalysisPercent: round(100 * lostShare, 1),
          daemonCpuMsPerFrame: round(cpuMsPerFrame),
        },
      }
    })
  } finally {
    await screen.close()
  }
}

/** What a watched stream costs beyond one that nobody watches, and what receiving its frames costs beyond the simulated device itself. */
async function costOfPreview(desk: Desk, seconds: number, { busMs, driverMs }: Alone): Promise<Measured> {
  const unwatched = await streaming(desk, () => watch(desk, seconds))
  await desk.client.request('watchPreview', { on: true })
  const watched = await streaming(desk, () => watch(desk, seconds))
  await desk.client.request('watchPreview', { on: false })
  const receivingMs = driverMs - busMs
  const previewMs = watched.cpuMsPerFrame - unwatched.cpuMsPerFrame
  return {
    name: 'preview, daemon CPU a frame without analysis',
    cpuMs: receivingMs + previewMs,
    wallMs: 0,
    figures: {
      cpuMsPerFrame: round(receivingMs + previewMs),
      receivingMs: round(receivingMs),
      pictureAndSendingMs: round(previewMs),
      analysisMs: round(unwatched.cpuMsPerFrame - driverMs),
      simulatedDeviceMs: round(busMs),
      lostToAnalysisPercent: round(100 * watched.lostShare, 1),
    },
  }
}
