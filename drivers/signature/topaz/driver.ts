// The shell of a Topaz pad: owns the serial line, stamps packets with the host's time, performs the machine's effects.

import type { Clock } from '../../../protocol/clock.js'
import { Fault, toFault } from '../../../protocol/fault.js'
import type { SerialLineSettings, SerialPort, SerialTransport } from '../../../protocol/hardware/serial.js'
import type { Log } from '../../../protocol/log.js'
import type { SignaturePad, SignaturePadCounters, SignaturePadHandlers, SignaturePadInfo } from '../../driver.js'
import { clearCommand, PacketReader } from './framing.js'
import { closedCounters, type Effect, type Input, type State, step } from './machine.js'
import { defaultTopazModel, type TopazModel, type TopazModelName, topazModels } from './models.js'

/** 8-O-1: public manuals that say 8-N-1 are wrong for these pads. */
const lineOf = ({ baudRate }: TopazModel): SerialLineSettings => ({ baudRate, dataBits: 8, parity: 'odd', stopBits: 1 })
const bitsPerByte = 11
const writeTimeoutMs = 1000

const common = { unitsPerInch: 410, maxUnits: 4095, pressureLevels: 1024 } as const

export interface TopazDeps {
  readonly serial: SerialTransport
  readonly clock: Clock
  readonly log: Log
  /** Told once when the line goes away, also while nobody signs. */
  readonly lost?: (fault: Fault) => void
}

/** @throws Fault `device.absent` | `device.busy` | `device.access` */
export async function openTopazPad(deps: TopazDeps, path: string, model: TopazModelName = defaultTopazModel): Promise<SignaturePad> {
  const shell = new Shell(deps, path, topazModels[model])
  await shell.open()
  deps.log.write('info', 'device.opened', { device: 'signature_pad', path })
  return shell
}

class Shell implements SignaturePad {
  readonly path: string
  readonly info: SignaturePadInfo
  readonly #line: SerialLineSettings
  readonly #deps: TopazDeps
  readonly #reader: PacketReader
  #port: SerialPort | undefined
  #state: State = { at: 'idle', counters: closedCounters }
  #handlers: SignaturePadHandlers | undefined
  #lastMs = 0
  #closed = false

  constructor(deps: TopazDeps, path: string, model: TopazModel) {
    this.#deps = deps
    this.info = { ...common, area: model.area }
    this.#line = lineOf(model)
    this.path = path
    this.#reader = new PacketReader({
      packet: (packet, bytesAfter) => this.#feed({ is: 'packet', packet, timeMs: this.#stamp(bytesAfter) }),
      bad: () => this.#feed({ is: 'bad', nowMs: this.#deps.clock.monotonicMs() }),
      skipped: (bytes) => this.#feed({ is: 'skipped', bytes }),
    })
  }

  async open(): Promise<void> {
    this.#port = await this.#deps.serial.open(this.path, this.#line, {
      data: (bytes) => this.#reader.push(bytes),
      lost: (error) => {
        this.#feed({ is: 'lost', code: toFault(error).code })
        if (!this.#closed) this.#deps.lost?.(new Fault(toFault(error).code, { device: 'signature_pad', path: this.path }))
      },
    })
  }

  begin(handlers: SignaturePadHandlers): void {
    this.#requireUsable()
    if (this.#state.at === 'signing') throw new Fault('device.busy', { device: 'signature_pad', path: this.path })
    this.#handlers = handlers
    this.#feed({ is: 'begin' })
  }

  async clear(): Promise<void> {
    const port = this.#requireUsable()
    await port.write(clearCommand, writeTimeoutMs)
  }

  end(): void {
    this.#feed({ is: 'end' })
    this.#handlers = undefined
  }

  counters(): SignaturePadCounters {
    return this.#state.counters
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.end()
    await this.#port?.close().catch(() => {})
    this.#deps.log.write('info', 'device.closed', { device: 'signature_pad', path: this.path })
  }

  /** USB-serial bridges hand over several packets at once: each is as old as the bytes behind it took on the line. */
  #stamp(bytesAfter: number): number {
    this.#lastMs = Math.max(this.#lastMs, this.#deps.clock.monotonicMs() - (bytesAfter * bitsPerByte * 1000) / this.#line.baudRate)
    return this.#lastMs
  }

  #requireUsable(): SerialPort {
    if (this.#state.at === 'lost') throw new Fault(this.#state.code, { device: 'signature_pad', path: this.path })
    if (!this.#port || this.#closed) throw new Fault('device.absent', { device: 'signature_pad', path: this.path })
    return this.#port
  }

  #feed(input: Input): void {
    const { state, effects } = step(this.#state, input)
    this.#state = state
    for (const effect of effects) this.#perform(effect)
  }

  #perform(effect: Effect): void {
    if (effect.do === 'sample') {
      const { x, y, pressure, timeMs, penDown } = effect
      this.#handlers?.sample({ x, y, pressure, timeMs, penDown })
      return
    }
    this.#deps.log.write('warn', 'device.faulted', { device: 'signature_pad', path: this.path, reason: effect.code })
    this.#handlers?.lost(new Fault(effect.code, { device: 'signature_pad', path: this.path }))
  }
}
