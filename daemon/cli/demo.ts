// rekam demo: one simulated person, end to end, on the in-process or the real stacks; with --serve the station then stays open in the browser.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { WebSocket } from 'ws'
import { type CaseState, connect } from '../../protocol/client.js'
import { systemClock } from '../../protocol/clock.js'
import { Fault, toFault } from '../../protocol/fault.js'
import type { Log } from '../../protocol/log.js'
import { parseConfig } from '../config.js'
import { openLog, type StationLog } from '../log.js'
import { loadStandards, shippedStandards } from '../service/load-standards.js'
import type { ServiceStandard } from '../service/standard.js'
import { prepareFolder } from '../store/files.js'
import { type Command, Interrupted, type Terminal, UsageError } from './command.js'
import { writeArtefacts } from './demo-artefacts.js'
import { runProcedure } from './demo-procedure.js'
import { runStation } from './run-station.js'
import { type SignalWatch, watchSignals } from './signals.js'
import { callPerson, type InprocStack, type RealStack, type StackName, startInprocStack, startRealStack } from './stacks.js'
import { environmentOf, stackOf, usbipWords, wholeNumber } from './station.js'
import { spawnStation } from './station-process.js'

interface DemoArguments {
  readonly subject: string | undefined
  readonly standard: string
  readonly stack: StackName
  readonly seed: number
  readonly out: string | undefined
  readonly json: boolean
  readonly serve: boolean
  readonly port: number
}

export const command: Command = {
  name: 'demo',
  usage: ['rekam demo [--subject DIR] [--standard ID] [--stack inproc|real] [--seed N] [--out DIR] [--json] [--serve] [--port P]'],
  run: async (args, terminal) => runDemo(parse(args), terminal),
}

function parse(args: readonly string[]): DemoArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      subject: { type: 'string' },
      standard: { type: 'string', default: 'timed-recording' },
      stack: { type: 'string', default: 'inproc' },
      seed: { type: 'string', default: '1' },
      out: { type: 'string' },
      json: { type: 'boolean', default: false },
      serve: { type: 'boolean', default: false },
      once: { type: 'boolean', default: false },
      port: { type: 'string' },
    },
  })
  const { subject, standard, out, json } = values
  const serve = values.serve && !values.once
  if (serve && values.stack === 'real') throw new UsageError('--serve works on the in-process stack; use rekam station --simulate=real')
  const port = values.port === undefined ? (serve ? 8710 : 0) : wholeNumber('port', values.port, 65_535)
  return {
    subject,
    standard,
    out,
    json,
    serve,
    port,
    stack: stackOf(values.stack) ?? 'inproc',
    seed: wholeNumber('seed', values.seed, 2 ** 31 - 1),
  }
}

/** A station to talk to, wherever it runs. */
interface Reached {
  readonly url: string
  readonly launchToken: string
  close(): Promise<void>
}

async function runDemo(options: DemoArguments, terminal: Terminal): Promise<number> {
  const signals = watchSignals()
  const data = await mkdtemp(join(tmpdir(), 'rekam-demo-'))
  try {
    await openAndWalk(options, data, signals, terminal)
    return 0
  } catch (error) {
    if (error instanceof Interrupted) throw error
    const fault = toFault(error)
    if (options.json) terminal.line(JSON.stringify({ result: 'failed', error: { code: fault.code, context: fault.context } }))
    throw fault
  } finally {
    await rm(data, { recursive: true, force: true })
    signals.stop()
  }
}

async function openAndWalk(options: DemoArguments, data: string, signals: SignalWatch, terminal: Terminal): Promise<void> {
  const standards = await loadStandards(shippedStandards)
  const standard = standards.find(({ id }) => id === options.standard)
  if (!standard) throw new Fault('standard.unknown', { field: options.standard })
  const first = options.subject === undefined ? undefined : await loadPerson(options.subject)
  await prepareFolder(data)
  const log = openLog({ clock: systemClock, folder: data })
  const stackOptions = { seed: options.seed, clock: systemClock, log, ...(first && { first }) }
  const stack = options.stack === 'real' ? await startRealStack(stackOptions) : await startInprocStack(stackOptions)
  try {
    const reached = await reach(stack, { data, options, standards, log, terminal })
    try {
      await signals.orInterrupted(walk({ options, standard, stack, reached, log, terminal }))
      if (options.serve) {
        terminal.line(`The station stays open at ${reached.url} (operator "Siti Demo", PIN 864209). Its data: ${data}. Ctrl+C ends both.`)
        await signals.arrived
      }
    } finally {
      await reached.close()
    }
  } finally {
    await stack.close().finally(() => log.close())
  }
}

async function loadPerson(folder: string) {
  const { loadSubject } = await import('../../simulator/people/subject.js')
  return loadSubject(resolve(folder))
}

async function walk(deps: {
  options: DemoArguments
  standard: ServiceStandard
  stack: InprocStack | RealStack
  reached: Reached
  log: Log
  terminal: Terminal
}): Promise<void> {
  const { options, standard, stack, reached, log, terminal } = deps
  const client = await connect({
    url: `${reached.url.replace(/^http/, 'ws')}/ws`,
    socket: (url) => new WebSocket(url, { origin: reached.url }),
    client: 'rekam-demo',
  })
  try {
    const startedMs = systemClock.monotonicMs()
    const finished = await runProcedure({
      client,
      clock: systemClock,
      launchToken: reached.launchToken,
      standardId: standard.id,
      callPerson: () => callPerson(stack.office),
      step: (name) => progress(name, options.json, terminal),
    })
    const actualMs = systemClock.monotonicMs() - startedMs
    const out = options.out === undefined ? undefined : resolve(options.out)
    const artefacts = out === undefined ? [] : await writeArtefacts({ stack, clock: systemClock, log }, out, finished)
    conclude(finished, standard, actualMs, artefacts, options.json, terminal)
  } finally {
    client.close()
  }
}

function progress(name: string, json: boolean, terminal: Terminal): (ok: boolean) => void {
  const startedMs = systemClock.monotonicMs()
  return (ok) => {
    const ms = Math.round(systemClock.monotonicMs() - startedMs)
    terminal.line(
      json
        ? JSON.stringify({ step: name, ms, ok })
        : `${ok ? '✓' : '✗'} ${name.replaceAll('_', ' ').padEnd(22)} ${String(ms).padStart(6)} ms`,
    )
  }
}

function conclude(
  finished: CaseState,
  standard: ServiceStandard,
  actualMs: number,
  artefacts: readonly string[],
  json: boolean,
  terminal: Terminal,
): void {
  const promised = standard.sla && { value: standard.sla.value, unit: standard.sla.unit, bound: standard.sla.bound }
  const actual = { value: Math.round(actualMs / 600) / 100, unit: 'minute' }
  if (json) {
    terminal.line(JSON.stringify({ result: 'handed_over', caseId: finished.caseId, standard: standard.id, promised, actual, artefacts }))
    return
  }
  terminal.line(
    `Card handed over and file archived after ${Math.round(actualMs / 1_000)} s (the standard promises ${promised?.value} ${promised?.unit}s). All of it simulated.`,
  )
  for (const path of artefacts) terminal.line(`  ${path}`)
}

interface Reaching {
  readonly data: string
  readonly options: DemoArguments
  readonly standards: readonly ServiceStandard[]
  readonly log: StationLog
  readonly terminal: Terminal
}

async function reach(stack: InprocStack | RealStack, reaching: Reaching): Promise<Reached> {
  const { data, options, standards, log, terminal } = reaching
  if (!('environment' in stack)) {
    const config = parseConfig({ ...stack.settings, port: options.port }, 'demo')
    const environment = await environmentOf(data, log, stack.transports())
    const daemon = await runStation(environment, { config, standards, simulation: { callPerson: () => callPerson(stack.office) } })
    return { url: daemon.gateway.url, launchToken: daemon.gateway.launchToken ?? '', close: () => daemon.close() }
  }
  // Not among the lines that scripts read: those are steps and the result.
  terminal[options.json ? 'warn' : 'line'](usbipWords(stack.usbipPort))
  const child = await spawnStation({ data, port: 0, settings: stack.settings, environment: stack.environment })
  if (!child.listening) throw new Fault('internal.unexpected', { reason: 'the station process ended at its start' })
  const { url, launchToken = '' } = child.listening
  return { url, launchToken, close: async () => void (await child.stop()) }
}
