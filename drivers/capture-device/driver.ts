// The shell of every capture device: owns the USB handle, feeds the machine, performs its effects. No rule of behaviour is decided here.

import { type Clock, sleep, type Timer } from '../../protocol/clock.js'
import type { Facts } from '../../protocol/facts.js'
import { Fault, isFault, toFault } from '../../protocol/fault.js'
import {
  captureInterface,
  captureRequests,
  challengeLayout,
  infoLayout,
  keyIdBytes,
  proofLayout,
  statusLayout,
} from '../../protocol/hardware/capture-device.js'
import type { FrameSink } from '../../protocol/hardware/frames.js'
import type { UsbDevice, UsbTransport } from '../../protocol/hardware/usb.js'
import type { Log } from '../../protocol/log.js'
import type { Random } from '../../protocol/random.js'
import type { CaptureDevice, CaptureDeviceInfo, CaptureDeviceStatus, CaptureStart, CaptureStream, TrustedDevice } from '../driver.js'
import { ControlPipe } from './control.js'
import { countersOf, type DeviceProfile, type Effect, type Input, type Rules, type State, step } from './machine.js'
import { challengeMessage, proofMessage, type Refusal, readInfo, readProof, readStatus, startMessage } from './messages.js'
import { RunningStream } from './running-stream.js'
import type { StreamRules } from './stream-watch.js'
import { hostContextOf, isGenuine, trustedKeys } from './trust.js'

export interface CaptureDeps {
  readonly usb: UsbTransport
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly trust: readonly TrustedDevice[]
  /** Name of this station, bound into the device's proof. */
  readonly station?: string
  readonly limits?: Partial<StreamRules>
}

const defaultLimits: StreamRules = { silenceMs: 2000, damagedFrames: 8, damageWindowMs: 5000, frozenFrames: 10 }
const proofPolls = 40
const proofPollMs = 50

/** Opens the device behind `key` and proves it. @throws Fault `device.unknown` (serial, reason) | `device.protocol` | those of the transport */
export async function openWithProfile(deps: CaptureDeps, key: string, profile: DeviceProfile): Promise<CaptureDevice> {
  const usb = await deps.usb.open(key)
  const facts = { device: profile.kind, serial: usb.info.serial }
  try {
    const keys = trustedKeys(deps.trust, usb.info.serial)
    const rules: Rules = { ...defaultLimits, ...deps.limits, profile, serial: usb.info.serial, keys, proofPolls, proofPollMs }
    const info = await prove(deps, usb, rules)
    deps.log.write('info', 'device.opened', { ...facts, version: info.firmwareVersion })
    return new Shell(deps, usb, rules, info)
  } catch (error) {
    const fault = toFault(error)
    deps.log.write('warn', 'device.refused', { ...facts, reason: fault.context.reason ?? fault.code })
    await usb.close()
    throw fault
  }
}

/** Runs the opening half of the machine: each effect asks the device one thing, its answer is the next input. */
async function prove(deps: CaptureDeps, usb: UsbDevice, rules: Rules): Promise<CaptureDeviceInfo> {
  const ask = openingQuestions(deps, usb, rules)
  let state: State = { at: 'closed' }
  let input: Input | undefined = { is: 'open' }
  while (input) {
    const result = step(state, input, rules)
    state = result.state
    const [effect] = result.effects
    input = effect && (await ask(effect).catch((error: unknown): Input => ({ is: 'failed', fault: toFault(error) })))
  }
  if (state.at === 'ready') return state.info
  throw state.at === 'faulted' ? state.fault : new Fault('internal.unexpected', { step: state.at })
}

function openingQuestions({ clock, random, station = '' }: CaptureDeps, usb: UsbDevice, { profile, serial }: Rules) {
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
      case 'verify': {
        const message = proofMessage(challenge, profile.kind, effect.info.firmwareVersion, serial)
        return { is: 'verdict', genuine: isGenuine(effect.key, serial, message, effect.signature) }
      }
      default:
        return undefined
    }
  }
}

const protocolFault = (facts: Facts, { field, offset, found }: Refusal): Fault =>
  new Fault('device.protocol', { ...facts, field, offset, found })

class Shell implements CaptureDevice {
  readonly kind
  readonly serial: string
  readonly info: CaptureDeviceInfo
  readonly #deps: CaptureDeps
  readonly #usb: UsbDevice
  readonly #rules: Rules
  readonly #facts: Facts
  readonly #control: ControlPipe
  #state: State
  #stream: RunningStream | undefined
  #starting = false
  #wake: Timer | undefined
  #closed: Promise<void> | undefined

  constructor(deps: CaptureDeps, usb: UsbDevice, rules: Rules, info: CaptureDeviceInfo) {
    this.kind = rules.profile.kind
    this.serial = rules.serial
    this.info = info
    this.#deps = deps
    this.#usb = usb
    this.#rules = rules
    this.#facts = { device: this.kind, serial: this.serial }
    this.#control = new ControlPipe(usb, this.#facts)
    this.#state = { at: 'ready', info }
  }

  async start(sink: FrameSink, options: CaptureStart, ended: (fault: Fault) => void): Promise<CaptureStream> {
    const { maxFps = 0, signal } = options
    if (!Number.isInteger(maxFps) || maxFps < 0 || maxFps > 255) throw new Fault('input.invalid', { field: 'maxFps', found: maxFps })
    signal?.throwIfAborted()
    if (this.#starting) throw new Fault('device.busy', this.#facts)
    this.#starting = true
    try {
      // The last stream's farewell must not meet this one's START.
      if (this.#state.at === 'ready') await this.#stream?.stop()
      this.#requireReady()
      await this.setIndicator(options.indicator)
      await this.#usb.clearHalt(captureInterface.bulkIn)
      this.#requireReady()
      signal?.throwIfAborted()
      const stream = await this.#begin(sink, maxFps, ended)
      stream.stopOn(signal)
      return stream
    } finally {
      this.#starting = false
    }
  }

  async setIndicator(mask: number): Promise<void> {
    const data = new Uint8Array(4)
    new DataView(data.buffer).setUint32(0, mask, true)
    await this.#control.tell('set_indicator', captureRequests.setIndicator, data)
  }

  async setGain(level: number): Promise<void> {
    await this.#control.tell('set_gain', captureRequests.setGain, undefined, byte('gain', level))
  }

  async setLight(level: number): Promise<void> {
    await this.#control.tell('set_light', captureRequests.setLight, undefined, byte('light', level))
  }

  async status(): Promise<CaptureDeviceStatus> {
    const status = readStatus(await this.#control.ask('get_status', captureRequests.getStatus, statusLayout.size))
    if ('found' in status) throw protocolFault(this.#facts, status)
    return status
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    const gone = this.#state.at === 'faulted' && isFault(this.#state.fault, 'device.unplugged')
    this.#feed({ is: 'close' })
    await this.#stream?.idle()
    // Lamps and illumination must not stay on behind a closed station.
    if (!gone) await this.#control.tell('stop', captureRequests.stop).catch(() => {})
    await this.#usb.release(captureInterface.number).catch(() => {})
    await this.#usb.close().catch(() => {})
    this.#deps.log.write('info', 'device.closed', this.#facts)
  }

  async #begin(sink: FrameSink, maxFps: number, ended: (fault: Fault) => void): Promise<RunningStream> {
    const nowMs = () => this.#deps.clock.monotonicMs()
    const nonce = this.#deps.random.bytes(2)
    const session = nonce[0]! | (nonce[1]! << 8)
    const { sensors } = this.info
    const stream: RunningStream = new RunningStream({
      sensors,
      session,
      sink,
      nowMs,
      ended,
      feed: (input) => this.#feed(input),
      counters: () => countersOf(this.#state),
      hush: () => this.#control.tell('stop', captureRequests.stop),
    })
    this.#stream = stream
    this.#feed({ is: 'start', nowMs: nowMs(), session, maxFps })
    const mask = sensors.reduce((bits, { sensor }) => bits | (1 << sensor), 0)
    try {
      // Transfers are pending before the device may send: its first frame finds room.
      stream.listen(this.#usb)
      await this.#control.tell('start', captureRequests.start, startMessage(mask, maxFps, session))
      stream.goLive()
      return stream
    } catch (error) {
      await stream.stop()
      throw toFault(error)
    }
  }

  #requireReady(): void {
    if (this.#state.at === 'ready') return
    if (this.#state.at === 'faulted') throw this.#state.fault
    throw new Fault(this.#state.at === 'streaming' ? 'device.busy' : 'device.absent', this.#facts)
  }

  #feed(input: Input): void {
    const { state, effects } = step(this.#state, input, this.#rules)
    this.#state = state
    for (const effect of effects) this.#perform(effect)
  }

  #perform(effect: Effect): void {
    switch (effect.do) {
      case 'publish':
        this.#stream?.publish()
        break
      case 'discard':
        this.#stream?.discard()
        break
      case 'wake':
        this.#wake = this.#deps.clock.after(effect.afterMs, () => this.#feed({ is: 'tick', nowMs: this.#deps.clock.monotonicMs() }))
        break
      case 'end_stream':
        this.#wake?.cancel()
        this.#stream?.end(effect.counters)
        break
      case 'report':
        this.#deps.log.write('warn', 'device.faulted', { ...effect.fault.context, ...this.#facts, reason: effect.fault.code })
        this.#stream?.report(effect.fault)
        break
      default:
        // The opening half of the machine is answered in prove().
        break
    }
  }
}

function byte(field: string, level: number): number {
  if (!Number.isInteger(level) || level < 0 || level > 255) throw new Fault('input.invalid', { field, found: level })
  return level
}
