// rekam operator add | list | lock: the people who may work at a station. Opens the data folder itself, or asks the daemon that holds it.
// PINs come over standard input, never as arguments, where every user of the machine could read them.

import { parseArgs } from 'node:util'
import { openOperatorDesk } from '../operators/operators.js'
import { type Command, type Terminal, UsageError } from './command.js'
import { dataFolder } from './data-folder.js'
import { askOnStdin, commonDeps, reachStation, type SecretSource } from './office.js'

const usage = [
  'rekam operator add NAME --role ROLE[,ROLE…] [--pin-stdin] [--data DIR] [--as ADMINISTRATOR]',
  'rekam operator list [--json] [--data DIR] [--as ADMINISTRATOR]',
  'rekam operator lock NAME [--off] [--data DIR] [--as ADMINISTRATOR]',
]

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
  readonly number: number
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

/** @throws as reachStation */
async function openOffice(folder: string, as: string | undefined, secrets: SecretSource): Promise<Office> {
  const reached = await reachStation(folder, as, secrets, 'rekam operator')
  if (reached.by === 'daemon') {
    const { client } = reached
    return {
      add: async (name, roles, pin) => void (await client.request('addOperator', { name, roles, pin })),
      list: async () => (await client.request('listOperators', {})).operators,
      setLocked: async (name, locked) => void (await client.request('lockOperator', { name, locked })),
      close: async () => client.close(),
    }
  }
  const { store } = reached
  const desk = await openOperatorDesk({ store, ...commonDeps })
  // Whoever can open the folder with its key is the administrator of the machine.
  const actor = { operator: 'console', roles: ['database_admin'] }
  return {
    add: async (name, roles, pin) => void (await desk.add(actor, { name, roles, pin })),
    list: () => desk.list(),
    setLocked: async (name, locked) => void (await desk.setLocked(actor, name, locked)),
    close: () => store.close(),
  }
}

function print(operators: readonly Listed[], json: boolean, terminal: Terminal): void {
  for (const { number, name, roles, locked } of operators) {
    terminal.line(
      json ? JSON.stringify({ number, name, roles, locked }) : `${number} ${name}${locked ? ' (locked)' : ''}: ${roles.join(', ')}`,
    )
  }
}
