// Four clients at one preview, one of which reads nothing: what the other three see of it.

import { WebSocket } from 'ws'
import { connect, type StationClient } from '../../protocol/client.js'
import { sleep, systemClock } from '../../protocol/clock.js'
import type { Measured } from '../harness.js'
import { percentile, preciseNowMs, round } from './spread.js'
import { operator } from './station.js'
import type { Desk } from './streams.js'

const leastPictures = 5
const mostTurns = 100

interface Watcher {
  /** Frame numbers of the pictures and when each came. */
  readonly pictures: (readonly [frame: number, atMs: number])[]
  /** From the daemon's clock to here. */
  readonly eventLatencies: number[]
  /** From now on nothing is read. */
  pause(): void
  close(): void
}

async function watcher(url: string): Promise<Watcher> {
  let socket: WebSocket | undefined
  const client: StationClient = await connect({
    url: `${url.replace(/^http/, 'ws')}/ws`,
    socket: (address) => {
      socket = new WebSocket(address, { origin: url, perMessageDeflate: false })
      return socket
    },
    client: 'rekam-bench',
  })
  await client.request('logIn', operator)
  const pictures: (readonly [number, number])[] = []
  const eventLatencies: number[] = []
  client.onPreview(({ sequence }) => void pictures.push([sequence, preciseNowMs()]))
  client.on((told) => {
    if (told.is === 'changed' && told.event) eventLatencies.push(preciseNowMs() - told.event.atMs)
  })
  await client.request('watchPreview', { on: true })
  return { pictures, eventLatencies, pause: () => socket?.pause(), close: () => socket?.terminate() }
}

/** The stream runs already. */
export async function fourClients(desk: Desk, seconds: number): Promise<Measured> {
  const { station, url } = desk
  const watchers = await Promise.all([1, 2, 3, 4].map(() => watcher(url)))
  const [deaf, ...three] = watchers
  try {
    deaf?.pause()
    await sleep(systemClock, 500)
    for (const each of three) {
      each.pictures.length = 0
      each.eventLatencies.length = 0
    }
    await station.ask('arrivals', {})
    const before = await station.ask('usage', {})
    const fromMs = preciseNowMs()
    await sleep(systemClock, seconds * 1_000)
    // A machine that is busy with something else shows as a low rate, not as none.
    for (let turn = 0; turn < mostTurns && three.some(({ pictures }) => pictures.length < leastPictures); turn++)
      await sleep(systemClock, 100)
    const elapsedMs = preciseNowMs() - fromMs
    const after = await station.ask('usage', {})
    const arrived = new Map(await station.ask('arrivals', {}))
    const latencies = three.flatMap(({ pictures }) => pictures.flatMap(([frame, atMs]) => atMs - (arrived.get(frame) ?? Number.NaN)))
    const good = latencies.filter((each) => !Number.isNaN(each))
    const events = three.flatMap(({ eventLatencies }) => eventLatencies)
    return {
      name: '4 clients at one preview, one reads nothing',
      cpuMs: (after.cpuMs - before.cpuMs) / (after.exposures - before.exposures),
      wallMs: percentile(good, 0.5),
      figures: {
        leastFps: round((1_000 * Math.min(...three.map(({ pictures }) => pictures.length))) / elapsedMs, 2),
        pictureP50Ms: round(percentile(good, 0.5)),
        pictureP99Ms: round(percentile(good, 0.99)),
        eventP50Ms: round(percentile(events, 0.5)),
        eventP99Ms: round(percentile(events, 0.99)),
        rssBeforeMb: round(before.rssMb, 0),
        rssAfterMb: round(after.rssMb, 0),
      },
    }
  } finally {
    for (const each of watchers) each.close()
  }
}
