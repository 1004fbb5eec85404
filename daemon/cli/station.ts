// rekam station: the daemon. On real devices by default; with --simulate the same daemon on a simulated office, in process or below the real stacks.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { openPcscTransport } from '../../drivers/transport/pcsc.js'
import { serialTransport } from '../../drivers/transport/serial.js'
import { openUsbTransport } from '../../drivers/transport/usb.js'
import { systemClock } from '../../protocol/clock.js'
import { Fault } from '../../protocol/fault.js'
import { systemRandom } from '../../protocol/random.js'
import { httpCentreTransport } from '../centre/http-transport.js'
import { loadConfig, parseConfig, type StationConfig } from '../config.js'
import type { SimulationDesk } from '../desks.js'
import { directEffects } from '../effects.js'
import { openLog, type StationLog } from '../log.js'
import { loadStandards, shippedStandards } from '../service/load-standards.js'
import type { Environment } from '../station.js'
import { prepareFolder } from '../store/files.js'
import { loadStoreKey } from '../store/keys.js'
import { type Command, type Terminal, UsageError } from './command.js'
import { dataFolder } from './data-folder.js'
import { type Daemon, runStation } from './run-station.js'
import { type StackName, stackNames, startInprocStack, startRealStack } from './stacks.js'

export const command: Command = {
  name: 'station',
  usage: ['rekam station [--simulate[=inproc|real]] [--port P] [--data DIR] [--config FILE] [--seed N] [--json]'],
  run: async (args, terminal) => {
    const options = parse(args)
    if (options.simulate === 'real') return superviseRealStack(options)
    const running = options.simulate === 'inproc' ? await openSimulatedStation(options) : await openRealStation(options)
    announce(running, options.json, terminal)
    await untilSignalled()
    await running.close()
    return 0
  },
}

export interface StationArguments {
  readonly simulate: StackName | undefined
  readonly port: number | undefined
  readonly data: string
  readonly config: string | undefined
  readonly seed: number | undefined
  readonly json: boolean
}

function parse(args: readonly string[]): StationArguments {
  // `--simulate` stands alone or with a value behind `=`; parseArgs knows only one of the two.
  const spelled = args.map((each) => (each === '--simulate' ? '--simulate=inproc' : each))
  const { values } = parseArgs({
    args: spelled,
    options: {
      simulate: { type: 'string' },
      port: { type: 'string' },
      data: { type: 'string' },
      config: { type: 'string' },
      seed: { type: 'string' },
      json: { type: 'boolean' },
    },
  })
  return {
    simulate: stackOf(values.simulate),
    port: values.port === undefined ? undefined : wholeNumber('port', values.port, 65_535),
    data: dataFolder(values.data),
    config: values.config,
    seed: values.seed === undefined ? undefined : wholeNumber('seed', values.seed, 2 ** 31 - 1),
    json: values.json === true,
  }
}

export function stackOf(name: string | undefined): StackName | undefined {
  if (name === undefined) return undefined
  const found = stackNames.find((each) => each === name)
  if (!found) throw new UsageError(`${name} is no stack: ${stackNames.join(' or ')}`)
  return found
}

export function wholeNumber(name: string, text: string, most: number): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0 || value > most) throw new UsageError(`--${name} takes a whole number up to ${most}`)
  return value
}

/** Opens the log and the store key of a data folder and adds the transports. */
export async function environmentOf(data: string, log: StationLog, transports: Environment['transports']): Promise<Environment> {
  const { key } = await loadStoreKey(data, process.env, systemRandom)
  return { clock: systemClock, random: systemRandom, effects: directEffects, log, transports, storage: { folder: data, key } }
}

async function openRealStation(options: StationArguments): Promise<Daemon> {
  await prepareFolder(options.data)
  const log = openLog({ clock: systemClock, folder: options.data })
  const file = options.config ?? join(options.data, 'config.json')
  const config = withPort(await loadConfig(file), options.port)
  if (config.centreUrl === '')
    throw new Fault('input.invalid', { path: file, field: 'centreUrl', reason: 'a station needs its centre; try --simulate' })
  const transports = {
    usb: openUsbTransport({ clock: systemClock, log }),
    serial: serialTransport({ clock: systemClock }),
    cards: openPcscTransport({ clock: systemClock, log, adapter: config.pcscAdapter }),
    centre: httpCentreTransport(config.centreUrl, systemClock),
  }
  return runStation(await environmentOf(options.data, log, transports), { config, standards: await loadStandards(shippedStandards) })
}

async function openSimulatedStation(options: StationArguments): Promise<Daemon> {
  await prepareFolder(options.data)
  const log = openLog({ clock: systemClock, folder: options.data })
  const seed = options.seed ?? Math.floor(systemRandom.next() * 1_000_000)
  const stack = await startInprocStack({ seed, clock: systemClock, log, centreFolder: join(options.data, 'simulated-centre') })
  const overrides: unknown = options.config === undefined ? {} : await loadConfig(options.config)
  const config = withPort(parseConfig({ ...(overrides as object), ...stack.settings }, options.config ?? 'simulation'), options.port)
  const simulation: SimulationDesk = { callPerson: () => stack.office.callPerson() }
  const environment = await environmentOf(options.data, log, stack.transports())
  const daemon = await runStation(environment, { config, standards: await loadStandards(shippedStandards), simulation })
  return {
    ...daemon,
    close: async () => {
      await daemon.close()
      await stack.close()
    },
  }
}

const withPort = (config: StationConfig, port: number | undefined): StationConfig => (port === undefined ? config : { ...config, port })

/** The office lives here, the station in a child below the preloaded bus. Signals go to the child; its end is ours. */
async function superviseRealStack(options: StationArguments): Promise<number> {
  await prepareFolder(options.data)
  const log = openLog({ clock: systemClock, folder: options.data })
  const seed = options.seed ?? Math.floor(systemRandom.next() * 1_000_000)
  const stack = await startRealStack({ seed, clock: systemClock, log, centreFolder: join(options.data, 'simulated-centre') })
  const child = await spawnStation({ ...options, settings: stack.settings, environment: stack.environment })
  await stack.office.callPerson()
  child.process.stdout?.pipe(process.stdout)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.process.kill(signal))
  const [code] = (await once(child.process, 'exit')) as [number | null]
  await child.forget()
  await stack.close()
  return code ?? 1
}

/** A station process on somebody else's office. Its standard output is JSON lines, the first says where it listens. */
export async function spawnStation(options: {
  readonly data: string
  readonly port: number | undefined
  readonly settings: Readonly<Record<string, unknown>>
  readonly environment: Readonly<Record<string, string>>
}) {
  const folder = await mkdtemp(join(tmpdir(), 'rekam-config-'))
  const config = join(folder, 'config.json')
  await writeFile(config, JSON.stringify(options.settings), { mode: 0o600 })
  const entry = fileURLToPath(new URL('../../../bin/rekam.js', import.meta.url))
  const args = [
    entry,
    'station',
    '--config',
    config,
    '--data',
    options.data,
    '--json',
    ...(options.port === undefined ? [] : ['--port', String(options.port)]),
  ]
  const child = spawn(process.execPath, args, { env: { ...process.env, ...options.environment }, stdio: ['ignore', 'pipe', 'inherit'] })
  return { process: child, forget: () => rm(folder, { recursive: true, force: true }) }
}

function announce({ gateway, station }: Daemon, json: boolean, terminal: Terminal): void {
  const { url, launchToken } = gateway
  if (json) {
    terminal.line(
      JSON.stringify({ event: 'listening', url, simulated: station.simulated, ...(launchToken !== undefined && { launchToken }) }),
    )
    return
  }
  terminal.line(`rekam ${station.softwareVersion}: ${url}${station.simulated ? '  (simulated devices, registry and centre)' : ''}`)
  if (launchToken !== undefined)
    terminal.line(`First administrator: open the address and claim the station with this one-time token: ${launchToken}`)
}

function untilSignalled(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
  })
}
