// From starting the command to the first list of devices at a client: the real CLI, a simulated office in its process, data folder there already.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Measured } from '../harness.js'
import { percentile, round } from './spread.js'
import { connectTo, untilState } from './station.js'

const entry = fileURLToPath(new URL('bin/rekam.js', import.meta.resolve('rekam/package.json')))
const runs = 7

interface Started {
  readonly listeningMs: number
  readonly listMs: number
  readonly readyMs: number
}

export async function measureStart(): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), 'rekam-bench-'))
  try {
    const starts: Started[] = []
    // The first one makes the keys and fills the disk's cache.
    for (let run = 0; run <= runs; run++) {
      const started = await start(folder)
      if (run > 0) starts.push(started)
    }
    const middle = (of: (started: Started) => number) => round(percentile(starts.map(of), 0.5), 0)
    return {
      name: 'start of daemon to first device list',
      cpuMs: 0,
      wallMs: middle(({ listMs }) => listMs),
      figures: {
        medianMs: middle(({ listMs }) => listMs),
        leastMs: round(Math.min(...starts.map(({ listMs }) => listMs)), 0),
        listeningMs: middle(({ listeningMs }) => listeningMs),
        allDevicesReadyMs: middle(({ readyMs }) => readyMs),
      },
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function start(folder: string): Promise<Started> {
  const from = performance.now()
  const args = [entry, 'station', '--simulate', '--port', '0', '--seed', '3', '--json', '--data', folder]
  const daemon = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const gone = once(daemon, 'exit')
  try {
    const [line] = (await Promise.race([
      once(createInterface({ input: daemon.stdout }), 'line'),
      gone.then(() => Promise.reject(new Error('the station ended at its start'))),
    ])) as [string]
    const listeningMs = performance.now() - from
    const client = await connectTo((JSON.parse(line) as { readonly url: string }).url)
    await untilState(client, () => client.state.devices.length > 0)
    const listMs = performance.now() - from
    await untilState(client, () => client.state.devices.length === 6 && client.state.devices.every(({ state }) => state === 'ready'))
    client.close()
    return { listeningMs, listMs, readyMs: performance.now() - from }
  } finally {
    daemon.kill('SIGTERM')
    await gone
  }
}
