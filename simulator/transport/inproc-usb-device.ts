// One device opened over the in-process bus: deadlines on the clock, cancellation, streams. Knows the host controller, not the model behind it.

import type { Clock } from '../../protocol/clock.js'
import { Fault } from '../../protocol/fault.js'
import type {
  UsbCallOptions,
  UsbDevice,
  UsbDeviceInfo,
  UsbInResult,
  UsbOutResult,
  UsbSetup,
  UsbStream,
  UsbStreamHandlers,
} from '../../protocol/hardware/usb.js'
import type { HostRequest, HostResult, HostTransfer, ModelHost, Wire } from './usb-host.js'
import { interfaceFields } from './usb-standard.js'

const defaultTimeoutMs = 5000
const typeBits = { standard: 0x00, class: 0x20, vendor: 0x40 } as const
const recipientBits = { device: 0, interface: 1, endpoint: 2, other: 3 } as const

type Done = Extract<HostResult, { status: 'ok' }> | { readonly status: 'stall' }

const aborted = (reason: string): Error => new DOMException(reason, 'AbortError')

export class InprocDevice implements UsbDevice {
  readonly info: UsbDeviceInfo
  readonly #host: ModelHost
  readonly #clock: Clock
  readonly #wire: Wire
  readonly #closing: () => void
  readonly #interfaceOfEndpoint = new Map<number, number>()
  readonly #interfaces = new Set<number>()
  readonly #claimed = new Set<number>()
  /** Ends a pending call; the value is its endpoint. */
  readonly #pending = new Map<(reason: Error) => void, number>()
  readonly #streams = new Map<InprocStream, number>()
  #state: 'open' | 'unplugged' | 'closed' = 'open'

  constructor(info: UsbDeviceInfo, host: ModelHost, clock: Clock, wire: Wire, closing: () => void) {
    this.info = info
    this.#host = host
    this.#clock = clock
    this.#wire = wire
    this.#closing = closing
    for (const { number, endpoints } of interfaceFields(host.model.descriptors)) {
      this.#interfaces.add(number)
      for (const { address } of endpoints) this.#interfaceOfEndpoint.set(address, number)
    }
  }

  async claim(interfaceNumber: number): Promise<void> {
    this.#requireOpen()
    if (!this.#interfaces.has(interfaceNumber)) throw this.#fault('no_interface', interfaceNumber)
    this.#claimed.add(interfaceNumber)
  }

  async release(interfaceNumber: number): Promise<void> {
    this.#claimed.delete(interfaceNumber)
    const own = (endpoint: number): boolean => this.#interfaceOfEndpoint.get(endpoint) === interfaceNumber
    for (const [end, endpoint] of this.#pending) if (own(endpoint)) end(aborted('interface released'))
    await Promise.all([...this.#streams].filter(([, endpoint]) => own(endpoint)).map(([stream]) => stream.stop()))
  }

  async controlIn(setup: UsbSetup, length: number, options: UsbCallOptions = {}): Promise<UsbInResult> {
    const result = await this.#call(0, controlRequest(setup, 0x80, length, new Uint8Array(0)), options)
    return result.status === 'stall' ? result : { status: 'ok', data: result.data.slice() }
  }

  async controlOut(setup: UsbSetup, data: Uint8Array, options: UsbCallOptions = {}): Promise<UsbOutResult> {
    const result = await this.#call(0, controlRequest(setup, 0, data.length, data.slice()), options)
    return result.status === 'stall' ? result : { status: 'ok', bytesWritten: result.actualBytes }
  }

  async transferIn(endpoint: number, length: number, options: UsbCallOptions = {}): Promise<UsbInResult> {
    this.#requireEndpoint(endpoint, 0x80)
    const result = await this.#call(endpoint, { kind: 'in', endpoint, length }, options)
    return result.status === 'stall' ? result : { status: 'ok', data: result.data.slice() }
  }

  async transferOut(endpoint: number, data: Uint8Array, options: UsbCallOptions = {}): Promise<UsbOutResult> {
    this.#requireEndpoint(endpoint, 0)
    const result = await this.#call(endpoint, { kind: 'out', endpoint, data: data.slice() }, options)
    return result.status === 'stall' ? result : { status: 'ok', bytesWritten: result.actualBytes }
  }

  async clearHalt(endpoint: number): Promise<void> {
    this.#requireEndpoint(endpoint, endpoint & 0x80)
    this.#host.clearHalt(endpoint)
  }

  stream(endpoint: number, transfers: number, transferBytes: number, handlers: UsbStreamHandlers): UsbStream {
    this.#requireEndpoint(endpoint, 0x80)
    const stream = new InprocStream(
      (done) => this.#host.submit({ kind: 'in', endpoint, length: transferBytes }, done, this.#wire),
      handlers,
      {
        faultOf: (result) => (result.status === 'stall' ? new Fault('device.stall', this.#facts()) : this.#failure(result)),
        over: () => this.#streams.delete(stream),
      },
    )
    this.#streams.set(stream, endpoint)
    stream.start(transfers)
    return stream
  }

  async reset(): Promise<void> {
    this.#requireOpen()
    for (const end of this.#pending.keys()) end(aborted('device reset'))
    await Promise.all([...this.#streams.keys()].map((stream) => stream.stop()))
    if (this.#state === 'open') this.#host.busReset()
    this.#claimed.clear()
  }

  async close(): Promise<void> {
    if (this.#state === 'closed') return
    const wasOpen = this.#state === 'open'
    this.#state = 'closed'
    for (const end of this.#pending.keys()) end(aborted('device closed'))
    await Promise.all([...this.#streams.keys()].map((stream) => stream.stop()))
    if (wasOpen) this.#host.release()
    this.#closing()
  }

  /** The bus has lost the device; the host controller ends what is pending. */
  unplugged(): void {
    if (this.#state === 'open') this.#state = 'unplugged'
  }

  #call(endpoint: number, request: HostRequest, { timeoutMs = defaultTimeoutMs, signal }: UsbCallOptions): Promise<Done> {
    this.#requireOpen()
    signal?.throwIfAborted()
    return new Promise((resolve, reject) => {
      let why: unknown
      const end = (reason: unknown) => {
        why ??= reason
        transfer.cancel()
      }
      const onAbort = () => end(signal?.reason)
      const transfer: HostTransfer = this.#host.submit(request, (result) => {
        timer?.cancel()
        signal?.removeEventListener('abort', onAbort)
        this.#pending.delete(end)
        if (result.status === 'ok') resolve(result)
        else if (result.status === 'stall') resolve({ status: 'stall' })
        else reject(result.status === 'cancelled' ? (why ?? aborted('device closed')) : this.#failure(result))
      })
      const late = () => end(new Fault('device.timeout', { ...this.#facts(), timeoutMs }))
      const timer = Number.isFinite(timeoutMs) ? this.#clock.after(timeoutMs, late) : undefined
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#pending.set(end, endpoint)
    })
  }

  #requireOpen(): void {
    if (this.#state === 'unplugged') throw new Fault('device.unplugged', this.#facts())
    if (this.#state === 'closed') throw aborted('device closed')
  }

  #requireEndpoint(endpoint: number, direction: number): void {
    this.#requireOpen()
    const owner = this.#interfaceOfEndpoint.get(endpoint)
    if (owner === undefined || (endpoint & 0x80) !== direction) throw this.#fault('no_endpoint', endpoint)
    if (!this.#claimed.has(owner)) throw this.#fault('not_claimed', owner)
  }

  #facts() {
    return { device: this.info.product }
  }

  #fault(reason: string, found: number): Fault {
    return new Fault('device.protocol', { ...this.#facts(), reason, found })
  }

  #failure(result: HostResult): Error {
    if (result.status === 'unplugged') return new Fault('device.unplugged', this.#facts())
    if (result.status === 'overflow') return new Fault('device.protocol', { ...this.#facts(), reason: 'overflow' })
    const cause = result.status === 'error' ? result.cause : undefined
    return new Fault('device.protocol', { ...this.#facts(), reason: 'transfer_error' }, { cause })
  }
}

function controlRequest(setup: UsbSetup, direction: number, wLength: number, data: Uint8Array): HostRequest {
  const bmRequestType = direction | typeBits[setup.requestType] | recipientBits[setup.recipient]
  return { kind: 'control', setup: { bmRequestType, bRequest: setup.request, wValue: setup.value, wIndex: setup.index, wLength }, data }
}

interface StreamHost {
  faultOf(result: HostResult): Error
  over(): void
}

/** Keeps a number of transfers pending; a finished one is handed on and asked for again. */
class InprocStream implements UsbStream {
  readonly #submit: (done: (result: HostResult) => void) => HostTransfer
  readonly #handlers: UsbStreamHandlers
  readonly #host: StreamHost
  readonly #pending = new Set<HostTransfer>()
  readonly #over: Promise<void>
  #settle: () => void = () => {}
  #running = true

  constructor(submit: (done: (result: HostResult) => void) => HostTransfer, handlers: UsbStreamHandlers, host: StreamHost) {
    this.#submit = submit
    this.#handlers = handlers
    this.#host = host
    this.#over = new Promise((resolve) => {
      this.#settle = resolve
    })
  }

  start(transfers: number): void {
    for (let i = 0; i < transfers; i++) this.#ask()
  }

  stop(): Promise<void> {
    this.#end()
    return this.#over
  }

  #ask(): void {
    const transfer = this.#submit((result) => {
      this.#pending.delete(transfer)
      if (this.#running) this.#take(result)
      if (this.#running) this.#ask()
      else this.#settleWhenIdle()
    })
    this.#pending.add(transfer)
  }

  #take(result: HostResult): void {
    if (result.status !== 'ok') {
      this.#end()
      // A handle that was released ends its streams silently, as stop() does.
      if (result.status !== 'cancelled') this.#handlers.ended(this.#host.faultOf(result))
      return
    }
    try {
      this.#handlers.chunk(result.data)
    } catch (error) {
      this.#end()
      this.#handlers.ended(error instanceof Error ? error : new Error(String(error)))
    }
  }

  #end(): void {
    this.#running = false
    for (const transfer of this.#pending) transfer.cancel()
    this.#settleWhenIdle()
  }

  #settleWhenIdle(): void {
    if (this.#pending.size > 0) return
    this.#host.over()
    this.#settle()
  }
}
