// How soon a scanner is ready again: after its cable was pulled and put back, and after its firmware hung in the middle of a capture.

import { Modality, type StationClient } from '../../protocol/client.js'
import { sleep, systemClock } from '../../protocol/clock.js'
import type { Measured } from '../harness.js'
import { percentile, preciseNowMs, round } from './spread.js'
import { caseAtCapture, connectTo, type LiveStation, moveIn, startLiveStation, untilState } from './station.js'

const replugs = 5
const wedges = 3

export async function* measureRecovery(): AsyncGenerator<Measured> {
  const station = await startLiveStation({ hand: 'moving', seed: 5 })
  try {
    const { url, launchToken } = await station.ask('open', {})
    const client = await connectTo(url)
    try {
      await moveIn(client, launchToken)
      const { nik } = await station.ask('callPerson', {})
      const caseId = await caseAtCapture(client, nik)
      yield await replugged(station, client)
      yield await wedged(station, client, caseId)
    } finally {
      client.close()
    }
  } finally {
    await station.close()
  }
}

const scanner = (client: StationClient, ...states: readonly string[]) =>
  untilState(client, () => client.state.devices.some(({ kind, state }) => kind === 'slap_scanner' && states.includes(state)))

async function replugged(station: LiveStation, client: StationClient): Promise<Measured> {
  const times: number[] = []
  for (let turn = 0; turn < replugs; turn++) {
    await scanner(client, 'ready')
    await station.ask('scanner', { now: 'unplug' })
    await scanner(client, 'absent', 'faulted')
    await sleep(systemClock, 400)
    const fromMs = await station.ask('scanner', { now: 'plug' })
    await scanner(client, 'ready')
    times.push(preciseNowMs() - fromMs)
  }
  const wallMs = percentile(times, 0.5)
  return {
    name: 'recovery after replug, plug to ready',
    cpuMs: 0,
    wallMs,
    figures: { medianMs: round(wallMs, 0), mostMs: round(Math.max(...times), 0) },
  }
}

/** The simulated firmware comes back when the bus resets it, as the real one does. */
async function wedged(station: LiveStation, client: StationClient, caseId: string): Promise<Measured> {
  const noticed: number[] = []
  const ready: number[] = []
  for (let turn = 0; turn < wedges; turn++) {
    await scanner(client, 'ready')
    await client.request('startCapture', { caseId, modality: Modality.RIGHT_FOUR })
    await untilState(client, () => client.state.capture.state === 'live')
    await sleep(systemClock, 500)
    const fromMs = await station.ask('scanner', { now: 'wedge' })
    await scanner(client, 'faulted', 'absent', 'refused', 'recovering')
    noticed.push(preciseNowMs() - fromMs)
    await scanner(client, 'ready')
    ready.push(preciseNowMs() - fromMs)
    // It goes on by itself by now; the next turn begins anew.
    await client.request('cancelCapture', { caseId, modality: Modality.RIGHT_FOUR })
    await untilState(client, () => client.state.captures.length === 0)
  }
  const wallMs = percentile(
    ready.map((each, i) => each - (noticed[i] ?? 0)),
    0.5,
  )
  return {
    name: 'recovery after a wedge in mid-capture, noticed to ready',
    cpuMs: 0,
    wallMs,
    figures: {
      medianMs: round(wallMs, 0),
      wedgeToNoticedMs: round(percentile(noticed, 0.5), 0),
      wedgeToReadyMs: round(percentile(ready, 0.5), 0),
    },
  }
}
