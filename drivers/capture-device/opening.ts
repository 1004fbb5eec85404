// How a capture device is opened: the opening half of the machine asks one thing after another, and is answered here.

import { type Clock, sleep } from '../../protocol/clock.js'
import type { Facts } from '../../protocol/facts.js'
import { Fault, toFault } from '../../protocol/fault.js'
import {
  captureInterface,
  captureRequests,
  challengeLayout,
  infoLayout,
  keyIdBytes,
  proofLayout,
  statusLayout,
} from '../../protocol/hardware/capture-device.js'
import type { UsbDevice } from '../../protocol/hardware/usb.js'
import type { Random } from '../../protocol/random.js'
import type { CaptureDeviceInfo } from '../driver.js'
import { ControlPipe } from './control.js'
import { type Effect, type Input, type Rules, type State, step } from './machine.js'
import { challengeMessage, proofMessage, type Refusal, readInfo, readProof, readStatus } from './messages.js'
import { hostContextOf, isGenuine } from './trust.js'

export interface OpeningDeps {
  readonly clock: Clock
  readonly random: Random
  /** Name of this station, bound into the device's proof. */
  readonly station?: string
  /** Told once when the device needs time to warm up. */
  readonly warming?: () => void
}

/** @throws Fault `device.unknown` | `device.protocol` | those of the transport */
export async function prove(deps: OpeningDeps, usb: UsbDevice, rules: Rules): Promise<CaptureDeviceInfo> {
  const ask = openingQuestions(deps, usb, rules)
  let state: State = { at: 'closed' }
  let input: Input | undefined = { is: 'open' }
  let warm = false
  while (input) {
    const result = step(state, input, rules)
    if (input.is === 'status' && result.state.at === 'warming' && !warm) {
      warm = true
      deps.warming?.()
    }
    state = result.state
    const [effect] = result.effects
    input = effect && (await ask(effect).catch((error: unknown): Input => ({ is: 'failed', fault: toFault(error) })))
  }
  if (state.at === 'ready') return state.info
  throw state.at === 'faulted' ? state.fault : new Fault('internal.unexpected', { step: state.at })
}

function openingQuestions({ clock, random, station = '' }: OpeningDeps, usb: UsbDevice, { profile, serial }: Rules) {
  const facts: Facts = { device: profile.kind, serial }
  const control = new ControlPipe(usb, facts)
  let challenge: Uint8Array = new Uint8Array(challengeLayout.size)
  return async (effect: Effect): Promise<Input | undefined> => {
    switch (effect.do) {
      case 'claim':
        await usb.claim(captureInterface.number)
        return { is: 'claimed' }
      case 'hush':
        await control.tell('stop', captureRequests.stop)
        return { is: 'quiet' }
      case 'ask_info':
        return { is: 'info', info: readInfo(await control.ask('get_info', captureRequests.getInfo, infoLayout.maxBytes)) }
      case 'ask_key_id':
        return { is: 'key_id', keyId: Buffer.from(await control.ask('get_key_id', captureRequests.getKeyId, keyIdBytes)).toString('hex') }
      case 'challenge':
        challenge = challengeMessage(random.bytes(challengeLayout.nonceBytes), hostContextOf(station))
        await control.tell('challenge', captureRequests.challenge, challenge)
        return { is: 'challenged' }
      case 'ask_proof': {
        await sleep(clock, effect.afterMs)
        const proof = readProof(await control.ask('read_proof', captureRequests.readProof, proofLayout.size))
        if (proof === 'pending') return { is: 'proof_pending' }
        if ('found' in proof) throw protocolFault(facts, proof)
        return { is: 'proof', signature: proof }
      }
      case 'ask_status':
        if (effect.afterMs > 0) await sleep(clock, effect.afterMs)
        return { is: 'status', status: readStatus(await control.ask('get_status', captureRequests.getStatus, statusLayout.size)) }
      case 'verify': {
        const message = proofMessage(challenge, profile.kind, effect.info.firmwareVersion, serial)
        return { is: 'verdict', genuine: isGenuine(effect.key, serial, message, effect.signature) }
      }
      default:
        return undefined
    }
  }
}

export const protocolFault = (facts: Facts, { field, offset, found }: Refusal): Fault =>
  new Fault('device.protocol', { ...facts, field, offset, found })
