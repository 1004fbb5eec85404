// The command line: finds the command by its words, runs it, turns faults into one line and an exit status.

import { type Fault, toFault } from '../../protocol/fault.js'
import { faultWords } from '../../protocol/fault-words.js'
import { type Command, Interrupted, type Terminal, UsageError } from './command.js'
import { commands } from './commands.js'

const standardStreams: Terminal = {
  line: (text) => void process.stdout.write(`${text}\n`),
  warn: (text) => void process.stderr.write(`${text}\n`),
}

/** @returns exit status: 0 good, 1 failed, 2 wrong usage, 128 + number of the signal that ended it */
export async function main(args: readonly string[], terminal: Terminal = standardStreams): Promise<number> {
  const found = find(args)
  if (!found) {
    const asked = args[0]
    const help = asked === undefined || asked === 'help' || asked === '--help'
    if (!help) terminal.warn(`rekam: unknown command ${args.slice(0, 2).join(' ')}`)
    for (const { usage } of commands) for (const line of usage) (help ? terminal.line : terminal.warn)(`  ${line}`)
    return help ? 0 : 2
  }
  if (args.includes('--help')) {
    for (const line of found.entry.usage) terminal.line(line)
    return 0
  }
  const command = await found.entry.load()
  return run(command, args.slice(found.words), terminal)
}

async function run(command: Command, args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await command.run(args, terminal)
  } catch (error) {
    if (isUsage(error)) {
      terminal.warn(`rekam ${command.name}: ${error.message}`)
      for (const line of command.usage) terminal.warn(`  ${line}`)
      return 2
    }
    if (error instanceof Interrupted) return error.status
    report(toFault(error), terminal)
    return 1
  }
}

/** Also what node:util's parseArgs throws for unknown or malformed options. */
function isUsage(error: unknown): error is Error {
  return error instanceof UsageError || (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))
}

function report(fault: Fault, terminal: Terminal): void {
  const words = faultWords[fault.code]
  terminal.warn(`${words.what.en}. ${words.next.en}. [${fault.message}]`)
  // The cause of the unexpected is for the engineer at the terminal; it never goes to a client.
  if (fault.code === 'internal.unexpected' && fault.cause instanceof Error) terminal.warn(fault.cause.stack ?? fault.cause.message)
}

function find(args: readonly string[]) {
  const byLength = [...commands].sort((a, b) => b.name.split(' ').length - a.name.split(' ').length)
  for (const entry of byLength) {
    const words = entry.name.split(' ')
    if (words.every((word, i) => args[i] === word)) return { entry, words: words.length }
  }
  return undefined
}
