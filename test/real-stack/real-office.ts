// The real stacks with their simulated office in this process, and stations as children on it: started, walked through, killed, started again.
// Everything waits on events: the simulated devices live here, and a blocked process is a dead office.

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { WebSocket } from 'ws'
import { runProcedure } from '../../daemon/cli/demo-procedure.js'
import { callPerson, type RealStack, startRealStack } from '../../daemon/cli/stacks.js'
import { type StationProcess, spawnStation } from '../../daemon/cli/station-process.js'
import { type CaseState, connect, type StationClient, type StationMirror } from '../../protocol/client.js'
import { systemClock } from '../../protocol/clock.js'
import { silentLog } from '../../protocol/log.js'
import type { Person } from '../../simulator/people/person.js'
import { need } from './need.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
export const rekam = join(root, 'bin/rekam.js')

/** The station runs from the build, as it does at the counter. */
export const canRun = (t: Test, ...more: string[]): boolean =>
  need(t, ['libumockdev-preload.so.0', 'socat', 'pcscd', 'unshare', 'ip', `${root}dist/.built`, ...more], { root: true })

/** Sample images of the same person; undefined where the data are not. */
export const samples = join(root, '../shared/data/subjects/s1')

export interface Walker {
  step?(name: string): void
  changed?(state: StationMirror): void
}

export interface RunningStation {
  readonly child: StationProcess
  readonly client: StationClient
  readonly url: string
  /** The rest of the case, or all of a new one. */
  walk(walker?: Walker): Promise<CaseState>
}

export interface RealOffice {
  readonly stack: RealStack
  /** The station's data folder. */
  readonly data: string
  startStation(): Promise<RunningStation>
  /** Stations, stack and data. Idempotent; done at the end of the test anyway. */
  close(): Promise<void>
}

export async function realOffice(t: Test, options: { readonly seed: number; readonly first?: Person }): Promise<RealOffice> {
  const stack = await startRealStack({ ...options, clock: systemClock, log: silentLog })
  const data = await mkdtemp(join(tmpdir(), 'data-'))
  const children: StationProcess[] = []
  const close = async () => {
    for (const child of children) await child.stop()
    await stack.close()
    await rm(data, { recursive: true, force: true })
  }
  t.teardown(close)
  let called: ReturnType<RealStack['office']['callPerson']> | undefined
  return {
    stack,
    data,
    close,
    startStation: async () => {
      const child = await spawnStation({ data, port: 0, settings: stack.settings, environment: stack.environment })
      children.push(child)
      if (!child.listening) throw new Error('the station ended before it listened')
      const { url, launchToken = '' } = child.listening
      const client = await connect({
        url: `${url.replace(/^http/, 'ws')}/ws`,
        socket: (address) => new WebSocket(address, { origin: url }),
        client: 'test',
      })
      const walk = async ({ step, changed }: Walker = {}) => {
        const stop = client.on(() => changed?.(client.state))
        try {
          return await runProcedure({
            client,
            clock: systemClock,
            launchToken,
            standardId: 'timed-recording',
            // Whoever was called before is still standing there.
            callPerson: () => {
              called ??= callPerson(stack.office)
              return called
            },
            step: (name) => {
              step?.(name)
              return () => {}
            },
          })
        } finally {
          stop()
        }
      }
      return { child, client, url, walk }
    },
  }
}

/** An own folder for temporary files, so that leftovers are seen: nothing may lie in it at the end. */
export async function ownTemporaryFolder(t: Test): Promise<string> {
  const before = process.env['TMPDIR']
  // Short: sockets lie below it.
  const folder = await mkdtemp(join(tmpdir(), 'rt-'))
  process.env['TMPDIR'] = folder
  t.teardown(async () => {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
    await rm(folder, { recursive: true, force: true })
  })
  return folder
}

/** The cache is the test runner's own. */
export const leftIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder)).filter((name) => !name.startsWith('v8-compile-cache'))

/** Command lines of the processes, but this one, that were started with `folder` for their temporary files. Zombies have no environment any more. */
export async function processesIn(folder: string): Promise<string[]> {
  const found: string[] = []
  for (const id of (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)) {
    const environment = await readFile(join('/proc', id, 'environ'), 'latin1').catch(() => '')
    if (!environment.split('\0').includes(`TMPDIR=${folder}`)) continue
    found.push((await readFile(join('/proc', id, 'cmdline'), 'latin1').catch(() => '')).replaceAll('\0', ' '))
  }
  return found
}
