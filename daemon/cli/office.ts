// How a command reaches a station's data: the folder itself when nobody holds it, otherwise the daemon that does, asked by a logged-in operator.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { WebSocket } from 'ws'
import { connect, type StationClient } from '../../protocol/client.js'
import { systemClock } from '../../protocol/clock.js'
import { Fault, isFault } from '../../protocol/fault.js'
import { silentLog } from '../../protocol/log.js'
import { systemRandom } from '../../protocol/random.js'
import { directEffects } from '../effects.js'
import { loadStoreKey } from '../store/keys.js'
import { openStore, type Store } from '../store/store.js'
import { UsageError } from './command.js'

/** Where secrets come from: the person at the terminal, or lines on standard input. One call a secret, in the order asked. */
export interface SecretSource {
  ask(prompt: string): Promise<string>
  close(): void
}

export type Reached = { readonly by: 'folder'; readonly store: Store } | { readonly by: 'daemon'; readonly client: StationClient }

export const commonDeps = { effects: directEffects, clock: systemClock, random: systemRandom, log: silentLog } as const

/**
 * @param as the operator to log in as, who is asked for the PIN
 * @throws Fault store.locked when a daemon holds the folder and `as` does not say who asks it
 */
export async function reachStation(folder: string, as: string | undefined, secrets: SecretSource, client: string): Promise<Reached> {
  try {
    const { key } = await loadStoreKey(folder, process.env, systemRandom)
    return { by: 'folder', store: await openStore({ folder, key, ...commonDeps }) }
  } catch (error) {
    if (!isFault(error, 'store.locked')) throw error
    const port = (await daemonPorts(folder)).port
    if (port === undefined) throw error
    if (as === undefined)
      throw new Fault('store.locked', { path: folder, port, reason: 'name an operator who may with --as, or stop the daemon' })
    return { by: 'daemon', client: await logIn(port, as, await secrets.ask(`PIN of ${as}: `), client) }
  }
}

async function logIn(port: number, name: string, pin: string, client: string): Promise<StationClient> {
  const station = await connectTo(port, client)
  try {
    await station.request('logIn', { name, pin })
    return station
  } catch (error) {
    station.close()
    throw error
  }
}

/** @throws Fault `protocol.connection_lost` when nobody listens there */
export function connectTo(port: number, client: string): Promise<StationClient> {
  const origin = `http://127.0.0.1:${port}`
  return connect({ url: `ws://127.0.0.1:${port}/ws`, socket: (url) => new WebSocket(url, { origin }), client })
}

/** The daemon leaves `daemon.json` with its ports in the folder it holds. */
export async function daemonPorts(folder: string): Promise<{ readonly port?: number; readonly metricsPort?: number }> {
  try {
    const found: unknown = JSON.parse(await readFile(join(folder, 'daemon.json'), 'utf8'))
    const portOf = (name: string): number | undefined => {
      const port: unknown = typeof found === 'object' && found !== null ? Reflect.get(found, name) : undefined
      return typeof port === 'number' && Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined
    }
    const [port, metricsPort] = [portOf('port'), portOf('metricsPort')]
    return { ...(port !== undefined && { port }), ...(metricsPort !== undefined && { metricsPort }) }
  } catch {
    return {}
  }
}

/** A person is asked without echo; a script's lines are taken one by one. */
export function askOnStdin(): SecretSource {
  const silent = new Writable({ write: (_chunk, _encoding, next) => next() })
  const terminal = process.stdin.isTTY === true
  let lines: AsyncIterator<string> | undefined
  let reader: ReturnType<typeof createInterface> | undefined
  return {
    ask: async (prompt) => {
      reader ??= createInterface({ input: process.stdin, output: silent, terminal })
      lines ??= reader[Symbol.asyncIterator]()
      if (terminal) process.stderr.write(prompt)
      const next = await lines.next()
      if (terminal) process.stderr.write('\n')
      if (next.done) throw new UsageError('a PIN is expected on standard input, one a line')
      return next.value
    },
    close: () => reader?.close(),
  }
}
