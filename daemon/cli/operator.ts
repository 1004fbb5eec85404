// rekam operator add | list | lock: the people who may work at a station. Opens the data folder itself, or asks the daemon that holds it.
// PINs come over standard input, never as arguments, where every user of the machine could read them.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { parseArgs } from 'node:util'
import { WebSocket } from 'ws'
import { connect } from '../../protocol/client.js'
import { systemClock } from '../../protocol/clock.js'
import { Fault, isFault } from '../../protocol/fault.js'
import { silentLog } from '../../protocol/log.js'
import { systemRandom } from '../../protocol/random.js'
import { directEffects } from '../effects.js'
import { openOperatorDesk } from '../operators/operators.js'
import { loadStoreKey } from '../store/keys.js'
import { openStore } from '../store/store.js'
import { type Command, type Terminal, UsageError } from './command.js'
import { dataFolder } from './data-folder.js'

const usage = [
  'rekam operator add NAME --role ROLE[,ROLE…] [--pin-stdin] [--data DIR] [--as ADMINISTRATOR]',
  'rekam operator list [--json] [--data DIR] [--as ADMINISTRATOR]',
  'rekam operator lock NAME [--off] [--data DIR] [--as ADMINISTRATOR]',
]

/** Where secrets come from: the person at the terminal, or lines on standard input. One call a secret, in the order asked. */
export interface SecretSource {
  ask(prompt: string): Promise<string>
  close(): void
}

export const command: Command = { name: 'operator', usage, run: (args, terminal) => runOperator(args, terminal, askOnStdin()) }

export async function runOperator(args: readonly string[], terminal: Terminal, secrets: SecretSource): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      role: { type: 'string', multiple: true },
      'pin-stdin': { type: 'boolean' },
      data: { type: 'string' },
      as: { type: 'string' },
      json: { type: 'boolean' },
      off: { type: 'boolean' },
    },
  })
  const [act, name, ...rest] = positionals
  const wantsName = act === 'add' || act === 'lock'
  if ((act !== 'list' && !wantsName) || rest.length > 0) throw new UsageError('add, list or lock?')
  if (wantsName !== (name !== undefined)) throw new UsageError(wantsName ? 'whose NAME?' : 'list takes no name')
  const roles = (values.role ?? []).flatMap((each) => each.split(',')).map((each) => each.trim())
  if (act === 'add' && roles.length === 0) throw new UsageError('which --role?')
  try {
    const office = await openOffice(dataFolder(values.data), values.as, secrets)
    try {
      if (act === 'list') print(await office.list(), values.json === true, terminal)
      else if (act === 'lock') await office.setLocked(name ?? '', values.off !== true)
      else await office.add(name ?? '', roles, await secrets.ask('PIN of the new operator: '))
    } finally {
      await office.close()
    }
    return 0
  } finally {
    secrets.close()
  }
}

interface Listed {
  readonly name: string
  readonly roles: readonly string[]
  readonly locked: boolean
}

/** The same three things, in the folder or at the daemon. */
interface Office {
  add(name: string, roles: readonly string[], pin: string): Promise<void>
  list(): Promise<readonly Listed[]>
  setLocked(name: string, locked: boolean): Promise<void>
  close(): Promise<void>
}

/** @throws Fault store.locked when a daemon holds the folder and `--as` does not say who asks it */
async function openOffice(folder: string, as: string | undefined, secrets: SecretSource): Promise<Office> {
  try {
    return await folderOffice(folder)
  } catch (error) {
    if (!isFault(error, 'store.locked')) throw error
    const port = await daemonPort(folder)
    if (port === undefined) throw error
    if (as === undefined)
      throw new Fault('store.locked', { path: folder, port, reason: 'name an administrator with --as, or stop the daemon' })
    return daemonOffice(port, as, await secrets.ask(`PIN of ${as}: `))
  }
}

async function folderOffice(folder: string): Promise<Office> {
  const { key } = await loadStoreKey(folder, process.env, systemRandom)
  const common = { effects: directEffects, clock: systemClock, random: systemRandom, log: silentLog }
  const store = await openStore({ folder, key, ...common })
  const desk = await openOperatorDesk({ store, ...common })
  // Whoever can open the folder with its key is the administrator of the machine.
  const actor = { operator: 'console', roles: ['database_admin'] }
  return {
    add: async (name, roles, pin) => void (await desk.add(actor, { name, roles, pin })),
    list: () => desk.list(),
    setLocked: async (name, locked) => void (await desk.setLocked(actor, name, locked)),
    close: () => store.close(),
  }
}

async function daemonOffice(port: number, as: string, pin: string): Promise<Office> {
  const origin = `http://127.0.0.1:${port}`
  const client = await connect({
    url: `ws://127.0.0.1:${port}/ws`,
    socket: (url) => new WebSocket(url, { origin }),
    client: 'rekam operator',
  })
  try {
    await client.request('logIn', { name: as, pin })
  } catch (error) {
    client.close()
    throw error
  }
  return {
    add: async (name, roles, newPin) => void (await client.request('addOperator', { name, roles, pin: newPin })),
    list: async () => (await client.request('listOperators', {})).operators,
    setLocked: async (name, locked) => void (await client.request('lockOperator', { name, locked })),
    close: async () => client.close(),
  }
}

/** The daemon leaves `daemon.json` with its port in the folder it holds. */
async function daemonPort(folder: string): Promise<number | undefined> {
  try {
    const found: unknown = JSON.parse(await readFile(join(folder, 'daemon.json'), 'utf8'))
    const port: unknown = typeof found === 'object' && found !== null && 'port' in found ? found.port : undefined
    return typeof port === 'number' && Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined
  } catch {
    return undefined
  }
}

function print(operators: readonly Listed[], json: boolean, terminal: Terminal): void {
  for (const { name, roles, locked } of operators) {
    terminal.line(json ? JSON.stringify({ name, roles, locked }) : `${name}${locked ? ' (locked)' : ''}: ${roles.join(', ')}`)
  }
}

/** A person is asked without echo; a script's lines are taken one by one. */
function askOnStdin(): SecretSource {
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
