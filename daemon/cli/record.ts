// rekam record inspect: what is in this file, as JSON. New kinds of file join through the list of inspectors.

import { readFile, stat } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { systemClock } from '../../protocol/clock.js'
import { Fault } from '../../protocol/fault.js'
import { compactCardInspector, type Inspector, inspectRecord, recordInspectors } from '../record/inspect.js'
import { type Command, type Terminal, UsageError } from './command.js'
import { errorOf } from './file-error.js'

const usage = 'rekam record inspect FILE… [--json]'
/** The largest record of a station is well below; a bound keeps a stray film from filling the memory. */
const largestBytes = 256 * 1024 * 1024

/** @throws Fault `input.too_large`; file errors as Node gives them */
export async function readRecord(file: string): Promise<Uint8Array> {
  const { size } = await stat(file)
  if (size > largestBytes) throw new Fault('input.too_large', { size, limit: largestBytes })
  return readFile(file)
}

/** The command over a list of inspectors; the first that recognises a file has it. */
export function recordCommand(inspectors: readonly Inspector[]): { inspectCommand: Command; command: Command } {
  const run = (args: readonly string[], terminal: Terminal) => inspect(args, terminal, inspectors)
  return {
    inspectCommand: { name: 'record inspect', usage: [usage], run },
    command: {
      name: 'record',
      usage: [usage],
      run: async ([word, ...rest], terminal) => {
        if (word !== 'inspect') throw new UsageError('inspect what?')
        return run(rest, terminal)
      },
    },
  }
}

/** Sealed packets and card dumps: put their inspectors into this list. */
const inspectors: readonly Inspector[] = [...recordInspectors]

export const { inspectCommand, command } = recordCommand(inspectors)

async function inspect(args: readonly string[], terminal: Terminal, known: readonly Inspector[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: { json: { type: 'boolean' } } })
  if (positionals.length === 0) throw new UsageError('FILE is needed')
  let status = 0
  for (const file of positionals) {
    try {
      const bytes = await readRecord(file)
      const start = systemClock.monotonicMs()
      const found = await inspectRecord(bytes, file.endsWith('.fmc') ? [compactCardInspector] : known)
      const ms = Math.round((systemClock.monotonicMs() - start) * 100) / 100
      terminal.line(JSON.stringify({ file, ms, ...found }, null, values.json ? 0 : 2))
    } catch (error) {
      status = 1
      const failed = errorOf(error)
      terminal.line(JSON.stringify({ file, error: failed }, null, values.json ? 0 : 2))
    }
  }
  return status
}
