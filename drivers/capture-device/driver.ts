// The shell of every capture device: owns the USB handle, feeds the machine, performs its effects. No rule of behaviour is decided here.

import type { Clock, Timer } from '../../protocol/clock.js'
import type { Facts } from '../../protocol/facts.js'
import { Fault, isFault, toFault } from '../../protocol/fault.js'
import { captureInterface, captureRequests, deviceErrors, statusLayout } from '../../protocol/hardware/capture-device.js'
import { type FrameSink, largestFrameBytes } from '../../protocol/hardware/frames.js'
import type { UsbDevice, UsbTransport } from '../../protocol/hardware/usb.js'
import type { Log } from '../../protocol/log.js'
import type {
  CaptureCounters,
  CaptureDevice,
  CaptureDeviceInfo,
  CaptureDeviceStatus,
  CaptureStart,
  CaptureStream,
  PlatenReading,
  TrustedDevice,
} from '../driver.js'
import { ControlPipe, controlTimeoutMs } from './control.js'
import { countersOf, type DeviceProfile, type Effect, type Input, type Rules, type State, step } from './machine.js'
import { readStatus, startMessage } from './messages.js'
import { type OpeningDeps, protocolFault, prove } from './opening.js'
import { PlatenLook } from './platen-look.js'
import { RunningStream } from './running-stream.js'
import type { StreamRules } from './stream-watch.js'
import { trustedKeys } from './trust.js'

export interface CaptureDeps extends OpeningDeps {
  readonly usb: UsbTransport
  readonly clock: Clock
  readonly log: Log
  readonly trust: readonly TrustedDevice[]
  readonly limits?: Partial<StreamRules>
}

const defaultLimits: StreamRules = { silenceMs: 1000, damagedFrames: 8, damageWindowMs: 5000, frozenFrames: 10 }
const proof = { proofPolls: 40, proofPollMs: 50 } as const
const warmUp = { warmUpPolls: 300, warmUpPollMs: 100 } as const
/** A look at the platen takes two exposures; one that takes longer is not waited for. */
const referenceTimeoutMs = 1000
/** Why frames stopped is asked for no longer than this. */
const reasonTimeoutMs = 100

/** After these the firmware may hang: a handle that is closed and opened again would meet it as it is. */
const hungCodes = ['device.timeout', 'device.frames_missing', 'device.frames_frozen', 'device.protocol'] as const
const isHung = (fault: Fault | undefined): boolean => fault !== undefined && isFault(fault, ...hungCodes)

/** Opens the device behind `key` and proves it. @throws Fault `device.unknown` (serial, reason) | `device.protocol` | those of the transport */
export async function openWithProfile(deps: CaptureDeps, key: string, profile: DeviceProfile): Promise<CaptureDevice> {
  const usb = await deps.usb.open(key)
  const facts = { device: profile.kind, serial: usb.info.serial }
  try {
    const keys = trustedKeys(deps.trust, usb.info.serial)
    const rules: Rules = {
      ...defaultLimits,
      ...deps.limits,
      ...proof,
      ...warmUp,
      mostPayloadBytes: largestFrameBytes,
      profile,
      serial: usb.info.serial,
      keys,
    }
    const info = await prove(deps, usb, rules)
    deps.log.write('info', 'device.opened', { ...facts, version: info.firmwareVersion })
    return new Shell(deps, usb, rules, info)
  } catch (error) {
    const fault = toFault(error)
    deps.log.write('warn', 'device.refused', { ...facts, reason: fault.context.reason ?? fault.code })
    if (isHung(fault)) await usb.reset().catch(() => {})
    await usb.close()
    throw fault
  }
}

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
  #captured: RunningStream | undefined
  #starting = false
  #wake: Timer | undefined
  #look: PlatenLook | undefined
  #looking: Promise<PlatenReading | undefined> | undefined
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

  get spent(): Fault | undefined {
    return this.#state.at === 'faulted' ? this.#state.fault : undefined
  }

  get lastStream(): CaptureCounters | undefined {
    return this.#captured?.isOver ? this.#captured.counters() : undefined
  }

  async start(sink: FrameSink, options: CaptureStart, ended: (fault: Fault) => void): Promise<CaptureStream> {
    const { maxFps = 0, signal } = options
    if (!Number.isInteger(maxFps) || maxFps < 0 || maxFps > 255) throw new Fault('input.invalid', { field: 'maxFps', found: maxFps })
    signal?.throwIfAborted()
    if (this.#starting) throw new Fault('device.busy', this.#facts)
    this.#starting = true
    try {
      await this.#abandonLook()
      // The last stream's farewell must not meet this one's START.
      if (this.#state.at === 'ready') await this.#stream?.stop()
      this.#requireReady()
      this.#requireFit(await this.status())
      // A device without lamps for the person stalls the request: it is none that it must have.
      if (this.info.features.indicator) await this.setIndicator(options.indicator)
      await this.#usb.clearHalt(captureInterface.bulkIn)
      this.#requireReady()
      signal?.throwIfAborted()
      const stream = await this.#begin(sink, maxFps, ended)
      this.#captured = stream
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

  status(): Promise<CaptureDeviceStatus> {
    return this.#status(controlTimeoutMs)
  }

  async #status(timeoutMs: number): Promise<CaptureDeviceStatus> {
    const status = readStatus(await this.#control.ask('get_status', captureRequests.getStatus, statusLayout.size, timeoutMs))
    if ('found' in status) throw protocolFault(this.#facts, status)
    return status
  }

  async reference(): Promise<PlatenReading | undefined> {
    if (!this.#rules.profile.readPlaten || this.#starting || this.#looking || this.#state.at !== 'ready') return undefined
    this.#looking = this.#lookAtPlaten().finally(() => {
      this.#looking = undefined
    })
    return this.#looking
  }

  close(fault?: Fault): Promise<void> {
    this.#closed ??= this.#close(fault ?? this.spent)
    return this.#closed
  }

  async #close(fault: Fault | undefined): Promise<void> {
    const gone = isFault(fault, 'device.unplugged')
    this.#look?.abandon()
    this.#feed({ is: 'close' })
    await this.#stream?.idle()
    // Lamps and illumination must not stay on behind a closed station; one that hangs would not hear it.
    if (isHung(fault)) await this.#usb.reset().catch(() => {})
    else if (!gone) await this.#control.tell('stop', captureRequests.stop).catch(() => {})
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
      // One that hangs would keep whoever stops it waiting for its deadline; its owner closes it, and that resets it.
      hush: async () => (isHung(this.spent) ? undefined : this.#control.tell('stop', captureRequests.stop)),
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

  async #lookAtPlaten(): Promise<PlatenReading | undefined> {
    const [sensor] = this.info.sensors
    const { clock } = this.#deps
    if (!sensor) return undefined
    const look = new PlatenLook(clock, referenceTimeoutMs, sensor.maxPayloadBytes)
    this.#look = look
    try {
      await this.#stream?.stop()
      if (look.abandoned) return undefined
      this.#requireReady()
      const stream = await this.#begin(look, 0, look.ended)
      const payload = await look.over.finally(() => stream.stop())
      return payload && this.#rules.profile.readPlaten?.(payload, sensor)
    } finally {
      this.#look = undefined
    }
  }

  /** Whoever wants to capture has the device at once. */
  async #abandonLook(): Promise<void> {
    this.#look?.abandon()
    await this.#looking?.catch(() => {})
  }

  #requireFit({ lastError, conditions, temperatureC }: CaptureDeviceStatus): void {
    const hot = lastError === deviceErrors.overheated || conditions.includes('overheated')
    if (hot) throw new Fault('device.overheated', { ...this.#facts, found: Math.round(temperatureC) })
  }

  /** Silence that the device can explain is told with its reason. */
  async #explained(fault: Fault): Promise<Fault> {
    try {
      this.#requireFit(await this.#status(reasonTimeoutMs))
      return fault
    } catch (reason) {
      return isFault(reason, 'device.overheated') ? reason : fault
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

  async #report(found: Fault, stream: RunningStream | undefined): Promise<void> {
    const fault = found.code === 'device.frames_missing' ? await this.#explained(found) : found
    this.#deps.log.write('warn', 'device.faulted', { ...fault.context, ...this.#facts, reason: fault.code })
    stream?.report(fault)
  }

  #perform(effect: Effect): void {
    switch (effect.do) {
      case 'publish':
        this.#stream?.publish(effect.deviceTimeUs)
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
        void this.#report(effect.fault, this.#stream)
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
