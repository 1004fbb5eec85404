// rekam sim: asks the simulator of a running simulated station, over its control interface. Answers are JSON, for other test suites to read.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Fault, isFaultCode } from '../../protocol/fault.js'
import { isSimulatorAct, type SimulatorAct, type SimulatorFile, simulatorActs, simulatorControl } from '../../protocol/simulator-control.js'
import { type Command, type Terminal, UsageError } from './command.js'
import { dataFolder } from './data-folder.js'

const { version, file } = simulatorControl

export const command: Command = {
  name: 'sim',
  usage: [
    'rekam sim person [--seed N [--birthYear Y] [--body NAME|JSON]] [--manner practised|coached|natural] [--data DIR]',
    'rekam sim fault DEVICE KIND [--count N] [--value V] [--afterMs MS] [--data DIR]',
    'rekam sim unplug DEVICE [--afterMs MS] [--data DIR]',
    'rekam sim plug DEVICE [--data DIR]',
    'rekam sim heal [DEVICE] [--data DIR]',
    'rekam sim centre offline|online|slow|cut|lie_receipt|lie_bundle [--value V] [--lie NAME] [--data DIR]',
    'rekam sim truth|list [--data DIR]',
    'rekam sim advice NAME [--data DIR]',
  ],
  run: async (args, terminal) => {
    const { act, given, data } = parse(args)
    return tell(await ask(dataFolder(data), act, given), terminal)
  },
}

function parse(args: readonly string[]) {
  const options: Record<string, { type: 'string' }> = { data: { type: 'string' } }
  for (const { fields } of Object.values(simulatorActs)) for (const name of Object.keys(fields)) options[name] = { type: 'string' }
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options })
  const [act = '', ...unnamed] = positionals
  if (!isSimulatorAct(act)) throw new UsageError(`which act? ${Object.keys(simulatorActs).join(', ')}`)
  const { positional, fields }: { readonly positional: readonly string[]; readonly fields: Readonly<Record<string, 'number' | 'text'>> } =
    simulatorActs[act]
  if (unnamed.length > positional.length) throw new UsageError(`${act} takes without a name: ${positional.join(', ') || 'nothing'}`)
  const { data, ...named } = values
  const foreign = Object.keys(named).find((name) => !Object.hasOwn(fields, name))
  if (foreign !== undefined) throw new UsageError(`${act} takes no --${foreign}`)
  const texts = { ...Object.fromEntries(unnamed.map((text, i) => [positional[i] ?? '', text])), ...named }
  const given = Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, fields[name] === 'number' ? numberOf(name, String(text)) : text]),
  )
  return { act, given, data: typeof data === 'string' ? data : undefined }
}

function numberOf(name: string, text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (!Number.isFinite(value)) throw new UsageError(`--${name} takes a number`)
  return value
}

interface Answered {
  readonly version: number
  readonly fault?: { readonly code: string; readonly context: Record<string, string | number> }
}

/** @throws Fault `simulator.unreachable` | `simulator.refused` | `simulator.version`, or what the simulator says */
async function ask(folder: string, act: SimulatorAct, given: object): Promise<Answered> {
  const path = join(folder, file)
  try {
    const door = JSON.parse(await readFile(path, 'utf8')) as SimulatorFile
    const response = await fetch(`http://127.0.0.1:${door.port}/v${version}/${act}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${door.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(given),
    })
    return (await response.json()) as Answered
  } catch (cause) {
    // Also a file or a port of a station that died, and that somebody else has now.
    throw new Fault('simulator.unreachable', { path }, { cause })
  }
}

/** What the simulator refused is a fault here as there; the rest goes to standard output as it came. */
function tell(answered: Answered, terminal: Terminal): number {
  const { fault } = answered
  if (fault) throw new Fault(isFaultCode(fault.code) ? fault.code : 'internal.unexpected', fault.context)
  terminal.line(JSON.stringify(answered))
  return 0
}
