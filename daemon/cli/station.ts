// rekam station: the daemon. On real devices by default; with --simulate the same daemon on a simulated office, in process or below the real stacks.

import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock } from '../../protocol/clock.js'
import { Fault } from '../../protocol/fault.js'
import { systemRandom } from '../../protocol/random.js'
import type { ControlledOffice } from '../../simulator/control/acts.js'
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
import { supervisorGone, watchSignals } from './signals.js'
import { callPerson, type StackName, stackNames, startInprocStack, startRealStack } from './stacks.js'
import { type Listening, spawnStation } from './station-process.js'

export const command: Command = {
  name: 'station',
  usage: ['rekam station [--simulate[=inproc|real]] [--port P] [--data DIR] [--config FILE] [--seed N] [--json]'],
  run: async (args, terminal) => {
    const options = parse(args)
    if (options.simulate === 'real') return superviseRealStack(options, terminal)
    const signals = watchSignals()
    try {
      const running = options.simulate === 'inproc' ? await openSimulatedStation(options) : await openRealStation(options)
      announce(listeningOf(running), options.json, terminal)
      await Promise.race([signals.arrived, supervisorGone()])
      await running.close()
      return 0
    } finally {
      signals.stop()
    }
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
  // Native libraries: a simulated station does without them.
  const { openUsbTransport } = await import('../../drivers/transport/usb.js')
  const { serialTransport } = await import('../../drivers/transport/serial.js')
  const { openPcscTransport } = await import('../../drivers/transport/pcsc.js')
  const transports = {
    usb: openUsbTransport({ clock: systemClock, log }),
    serial: serialTransport({ clock: systemClock }),
    cards: openPcscTransport({ clock: systemClock, log, adapter: config.pcscAdapter }),
    centre: httpCentreTransport(config.centreUrl, systemClock),
  }
  try {
    return await runStation(await environmentOf(options.data, log, transports), {
      config,
      standards: await loadStandards(shippedStandards),
    })
  } catch (error) {
    // What listens for devices would keep the process alive.
    await Promise.allSettled([transports.usb.close(), transports.cards.close()])
    throw error
  }
}

async function openSimulatedStation(options: StationArguments): Promise<Daemon> {
  const { stackOptions, overrides } = await simulationOf(options)
  const stack = await startInprocStack(stackOptions)
  try {
    const config = withPort(parseConfig({ ...overrides, ...stack.settings }, options.config ?? 'simulation'), options.port)
    const simulation: SimulationDesk = { callPerson: () => callPerson(stack.office) }
    const environment = await environmentOf(options.data, stackOptions.log, stack.transports())
    const daemon = await runStation(environment, { config, standards: await loadStandards(shippedStandards), simulation })
    const control = await openControl(stack.controlled, options.data)
    return {
      ...daemon,
      close: async () => {
        await control.close()
        await daemon.close()
        await stack.close()
      },
    }
  } catch (error) {
    await stack.close()
    throw error
  }
}

/** Only a simulated station has one: `rekam sim` asks there. */
async function openControl(office: ControlledOffice, folder: string) {
  const { openSimulatorControl } = await import('../../simulator/control/server.js')
  return openSimulatorControl(office, folder)
}

/** What both stacks need: a data folder with its log, a seed, and what the user's own configuration adds. */
async function simulationOf(options: StationArguments) {
  await prepareFolder(options.data)
  const log = openLog({ clock: systemClock, folder: options.data })
  const seed = options.seed ?? Math.floor(systemRandom.next() * 1_000_000)
  const overrides: object = options.config === undefined ? {} : await loadConfig(options.config)
  return { stackOptions: { seed, clock: systemClock, log, centreFolder: join(options.data, 'simulated-centre') }, overrides }
}

const withPort = (config: StationConfig, port: number | undefined): StationConfig => (port === undefined ? config : { ...config, port })

/** The office lives here, the station in a child below the preloaded bus. A signal ends both; so does the child's own end. */
async function superviseRealStack(options: StationArguments, terminal: Terminal): Promise<number> {
  const signals = watchSignals()
  try {
    const { stackOptions, overrides } = await simulationOf(options)
    const stack = await startRealStack(stackOptions)
    const control = await openControl(stack.controlled, options.data)
    try {
      tellUsbip(stack.usbipPort, options.json, terminal)
      await callPerson(stack.office)
      const settings = { ...overrides, ...stack.settings }
      const child = await spawnStation({ data: options.data, port: options.port, settings, environment: stack.environment })
      if (child.listening) announce(child.listening, options.json, terminal)
      const ended = await Promise.race([child.exited, signals.arrived])
      return typeof ended === 'number' ? ended : await child.stop()
    } finally {
      await control.close()
      await stack.close()
    }
  } finally {
    signals.stop()
  }
}

function tellUsbip(port: number, json: boolean, terminal: Terminal): void {
  terminal.line(json ? JSON.stringify({ event: 'usbip', port }) : usbipWords(port))
}

export const usbipWords = (port: number): string => `Simulated USB devices over USB/IP: usbip --tcp-port ${port} list -r 127.0.0.1`

const listeningOf = ({ gateway, station }: Daemon): Listening => ({
  url: gateway.url,
  version: station.softwareVersion,
  simulated: station.simulated,
  ...(gateway.launchToken !== undefined && { launchToken: gateway.launchToken }),
})

function announce(listening: Listening, json: boolean, terminal: Terminal): void {
  const { url, version, simulated, launchToken } = listening
  if (json) {
    terminal.line(JSON.stringify({ event: 'listening', ...listening }))
    return
  }
  terminal.line(`rekam ${version}: ${url}${simulated ? '  (simulated devices, registry and centre)' : ''}`)
  if (launchToken !== undefined)
    terminal.line(`First administrator: open the address and claim the station with this one-time token: ${launchToken}`)
}
