// The control interface of a simulated station, as data: what can be asked of the simulator, with which arguments. Version 1, docs/simulator.md.
// Server and command line read the same table; additions keep the version, anything else raises it.

import { Fault } from './fault.js'

export const simulatorControl = {
  version: 1,
  /** In the station's data folder, readable for its owner alone: where to ask, and the word that lets one in. */
  file: 'simulator.json',
  mostBodyBytes: 16_384,
} as const

export interface SimulatorFile {
  readonly version: number
  readonly port: number
  readonly token: string
}

type Kind = 'number' | 'text'
/** A body with everything in it is half as long. */
const mostTextChars = 1_000

interface ActShape {
  readonly says: string
  /** On the command line these stand without a name. */
  readonly positional: readonly string[]
  readonly needs: readonly string[]
  readonly fields: Readonly<Record<string, Kind>>
}

export const simulatorActs = {
  list: { says: 'every act with its arguments', positional: [], needs: [], fields: {} },
  person: {
    says: 'somebody comes to the counter and is known to the registry; without a seed whoever is next. body: a name, or fields as JSON',
    positional: [],
    needs: [],
    fields: { seed: 'number', birthYear: 'number', body: 'text', manner: 'text' },
  },
  truth: {
    says: 'who stands at the counter, what is really before the devices, what the centre holds',
    positional: [],
    needs: [],
    fields: {},
  },
  advice: {
    says: 'the operator says to the person what the screen says',
    positional: ['advice'],
    needs: ['advice'],
    fields: { advice: 'text' },
  },
  fault: {
    says: 'something goes wrong with a device, now or in a while',
    positional: ['device', 'kind'],
    needs: ['device', 'kind'],
    fields: { device: 'text', kind: 'text', count: 'number', value: 'number', afterMs: 'number' },
  },
  heal: {
    says: 'whatever is wrong with a device, or with all of them, ends',
    positional: ['device'],
    needs: [],
    fields: { device: 'text' },
  },
  plug: { says: 'the cable is pushed in', positional: ['device'], needs: ['device'], fields: { device: 'text' } },
  unplug: {
    says: 'the cable is pulled out, now or in a while',
    positional: ['device'],
    needs: ['device'],
    fields: { device: 'text', afterMs: 'number' },
  },
  centre: {
    says: 'the centre or the line to it: offline, online, slow (value: ms an answer), cut (value: bytes), lie_receipt and lie_bundle (lie)',
    positional: ['now'],
    needs: ['now'],
    fields: { now: 'text', value: 'number', lie: 'text' },
  },
} as const satisfies Readonly<Record<string, ActShape>>

export type SimulatorAct = keyof typeof simulatorActs
export type SimulatorArguments = Readonly<Record<string, string | number>>

export const isSimulatorAct = (name: string): name is SimulatorAct => Object.hasOwn(simulatorActs, name)

/** @throws Fault `input.invalid` that names the field */
export function readSimulatorArguments(act: SimulatorAct, given: unknown): SimulatorArguments {
  const { fields, needs }: ActShape = simulatorActs[act]
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new Fault('input.invalid', { field: act, reason: 'no_object' })
  const read: Record<string, string | number> = {}
  for (const [name, value] of Object.entries(given)) {
    const kind = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (kind === undefined)
      throw new Fault('input.invalid', { operation: act, reason: 'unknown_field', expected: Object.keys(fields).join(' ') || 'none' })
    if (kind === 'number' ? !Number.isFinite(value) : typeof value !== 'string' || value.length > mostTextChars)
      throw new Fault('input.invalid', { field: name, expected: kind })
    read[name] = value as string | number
  }
  for (const name of needs) if (!(name in read)) throw new Fault('input.invalid', { field: name, reason: 'missing' })
  return read
}
