// What each act of the control interface does to the simulated office. One row an act; adding a row to protocol/simulator-control.ts asks for one here.

import type { Clock } from '../../protocol/clock.js'
import { Fault } from '../../protocol/fault.js'
import { type SimulatorAct, type SimulatorArguments, simulatorActs } from '../../protocol/simulator-control.js'
import { type Manner, manners } from '../office/guest.js'
import type { Office } from '../office/office.js'
import { eyeAdviceNames, faceAdviceNames, fingerAdviceNames } from '../people/advice.js'
import type { Person } from '../people/person.js'
import { seededRandom } from '../seeded-random.js'
import { bodySaid } from './body.js'
import { healed, inflict } from './device-faults.js'
import { truthOf } from './truth.js'

export const controlledDevices = ['slap_scanner', 'iris_camera', 'face_camera', 'card_printer', 'signature_pad'] as const
export type ControlledDevice = (typeof controlledDevices)[number]

/** The office, its cables, and how somebody is brought to the counter on this stack. */
export interface ControlledOffice {
  readonly office: Office
  readonly clock: Clock
  call(invited: Person | undefined, manner: Manner | undefined): Promise<{ readonly nik: string; readonly name: string }>
  /** Idempotent. @throws Fault `input.unsupported` where this stack cannot */
  plug(device: ControlledDevice): Promise<void>
  unplug(device: ControlledDevice): Promise<void>
}

type Run = (world: ControlledOffice, given: SimulatorArguments) => Promise<object> | object

const done = {}
/** Far below what a test waits for. */
const mostDelayMs = 3_600_000
const adviceNames = [...new Set([...fingerAdviceNames, ...eyeAdviceNames, ...faceAdviceNames])]

export const acts: Readonly<Record<SimulatorAct, Run>> = {
  list: () => ({ acts: simulatorActs, devices: controlledDevices }),
  person: async (world, { seed, birthYear, body, manner: named }) => {
    const manner = named === undefined ? undefined : oneOf('manner', String(named), manners)
    if (seed === undefined && (birthYear !== undefined || body !== undefined))
      throw new Fault('input.invalid', { field: 'seed', reason: 'missing' })
    if (seed === undefined) return { person: await world.call(undefined, manner) }
    const { syntheticPerson } = await import('../people/synthetic.js')
    const number = whole('seed', seed, 0, 2 ** 32 - 1)
    const invited = syntheticPerson(number, {
      ...(birthYear !== undefined && { birthYear: whole('birthYear', birthYear, 1900, 2100) }),
      ...(body !== undefined && { body: bodySaid(String(body), seededRandom(number).fork('body')) }),
    })
    return { person: await world.call(invited, manner) }
  },
  truth: ({ office }) => truthOf(office),
  advice: ({ office }, { advice }) => {
    const { manner } = office.counter
    const reason = manner === undefined ? 'nobody at the counter' : 'only a person of --manner natural listens'
    if (manner !== 'natural') throw new Fault('input.invalid', { field: 'advice', reason })
    office.counter.hear(oneOf('advice', String(advice), adviceNames))
    return done
  },
  fault: (world, { device, kind, count, value, afterMs }) => {
    const target = deviceNamed(device)
    // Looked at now: a mistake is told to who made it, not to a timer.
    const run = inflict(world.office, target, String(kind), {
      count: whole('count', count ?? 1, 1, 10_000),
      value: Number(value ?? Number.NaN),
    })
    return later(world.clock, afterMs, run)
  },
  heal: ({ office }, { device }) => {
    for (const each of device === undefined ? controlledDevices : [deviceNamed(device)]) healed(office, each)
    return done
  },
  plug: async (world, { device }) => {
    await world.plug(deviceNamed(device))
    return done
  },
  unplug: (world, { device, afterMs }) => {
    const target = deviceNamed(device)
    return later(world.clock, afterMs, () => world.unplug(target))
  },
  centre: ({ office }, { now, value, lie }) => {
    const { script } = office.centre
    switch (oneOf('now', String(now), ['offline', 'online', 'slow', 'cut', 'lie_receipt', 'lie_bundle'])) {
      case 'offline':
        script.unreachable = true
        return done
      case 'online':
        script.unreachable = false
        script.answerDelayMs = 0
        return done
      case 'slow':
        script.answerDelayMs = whole('value', value, 0, 600_000)
        return done
      case 'cut':
        script.cutAfterBytes(whole('value', value, 0, 2 ** 31))
        return done
      case 'lie_receipt':
        script.nextReceipt(oneOf('lie', String(lie), ['forged', 'other_hash', 'other_packet']))
        return done
      case 'lie_bundle':
        script.nextBundle(oneOf('lie', String(lie), ['forged', 'replayed', 'wrong_person', 'wrong_station', 'expired']))
        return done
    }
  },
}

async function later(clock: Clock, afterMs: string | number | undefined, act: () => Promise<void> | void): Promise<object> {
  if (afterMs === undefined) await act()
  else clock.after(whole('afterMs', afterMs, 0, mostDelayMs), () => void Promise.resolve(act()).catch(() => {}))
  return done
}

const deviceNamed = (name: string | number | undefined): ControlledDevice => oneOf('device', String(name), controlledDevices)

function oneOf<const T extends string>(field: string, given: string, names: readonly T[]): T {
  const found = names.find((name) => name === given)
  if (found === undefined) throw new Fault('input.invalid', { field, expected: names.join(' ') })
  return found
}

function whole(field: string, given: string | number | undefined, least: number, most: number): number {
  if (typeof given !== 'number' || !Number.isInteger(given) || given < least || given > most)
    throw new Fault('input.invalid', { field, expected: `${least} to ${most}` })
  return given
}
