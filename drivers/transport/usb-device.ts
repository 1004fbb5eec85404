// One USB device opened through libusb: deadlines, cancellation, streams, and the meaning of libusb's numbers. Knows the shape of a handle, not the package.

import { type Clock, withDeadline } from '../../protocol/clock.js'
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
import type { Log } from '../../protocol/log.js'
import { LibusbStream, plainBytes } from './usb-stream.js'

/** What libusb adds to an Error: a transfer status when positive, an error code when negative (libusb.h). */
export interface LibusbError extends Error {
  readonly errno: number
}
export type LibusbDone = (error: LibusbError | undefined, actualBytes: number) => void

export interface LibusbTransfer {
  /** Borrows `buffer` until it is done. @throws LibusbError */
  submit(buffer: Buffer): void
  /** @throws LibusbError */
  cancel(): void
}

export interface LibusbEndpoint {
  readonly interfaceNumber: number
  /** 2 bulk, 3 interrupt */
  readonly transferType: number
}

export interface LibusbHandle {
  readonly interfaces: ReadonlySet<number>
  readonly endpoints: ReadonlyMap<number, LibusbEndpoint>
  /** A transfer that may be submitted again whenever it is done. */
  transfer(endpoint: number, transferType: number, done: LibusbDone): LibusbTransfer
  claim(interfaceNumber: number): void
  release(interfaceNumber: number): Promise<void>
  clearHalt(endpoint: number): Promise<void>
  reset(): Promise<void>
  close(): void
}

export const libusbStatus = { error: 1, timedOut: 2, cancelled: 3, stall: 4, noDevice: 5, overflow: 6 } as const
export const libusbCode = { io: -1, access: -3, noDevice: -4, notFound: -5, busy: -6, noMemory: -11 } as const

export const setupBytes = 8
const controlType = 0
const defaultTimeoutMs = 5000
/** A pulled cable shows first as a failed transfer, then as a lost device: so long a failure waits to learn which of the two it was. */
const unplugGraceMs = 500
/** Cancelled transfers come back at once; a kernel that keeps them longer than this is left with them. */
const drainLimitMs = 2000
/** A port reset takes tens of milliseconds (USB 2.0 §7.1.7.5); a hub that is lost with its device never ends it. */
const resetLimitMs = 1000

type Done = { readonly status: 'ok'; readonly actualBytes: number } | { readonly status: 'stall' }

const typeBits = { standard: 0x00, class: 0x20, vendor: 0x40 } as const
const recipientBits = { device: 0, interface: 1, endpoint: 2, other: 3 } as const

const abortError = (reason: string): Error => new DOMException(reason, 'AbortError')
export const errnoOf = (error: unknown): number | undefined =>
  error instanceof Error && 'errno' in error && typeof error.errno === 'number' ? error.errno : undefined

/** The buffer of a control transfer: the SETUP packet (USB 2.0 §9.3), then room for or the bytes of the data stage. */
export function controlBuffer(setup: UsbSetup, direction: 0 | 0x80, length: number): Buffer {
  const buffer = Buffer.alloc(setupBytes + length)
  buffer.writeUInt8(direction | typeBits[setup.requestType] | recipientBits[setup.recipient], 0)
  buffer.writeUInt8(setup.request, 1)
  buffer.writeUInt16LE(setup.value, 2)
  buffer.writeUInt16LE(setup.index, 4)
  buffer.writeUInt16LE(length, 6)
  return buffer
}

export class LibusbDevice implements UsbDevice {
  readonly info: UsbDeviceInfo
  readonly #handle: LibusbHandle
  readonly #clock: Clock
  readonly #log: Log
  readonly #closing: () => void
  readonly #claimed = new Set<number>()
  /** Ends a pending call; the value is its endpoint. */
  readonly #pending = new Map<(reason: unknown) => void, number>()
  readonly #streams = new Map<LibusbStream, number>()
  readonly #onUnplugged = new Set<() => void>()
  #inFlight = 0
  #drained: (() => void) | undefined
  #state: 'open' | 'unplugged' | 'closed' = 'open'
  #closed: Promise<void> | undefined

  constructor(info: UsbDeviceInfo, handle: LibusbHandle, deps: { readonly clock: Clock; readonly log: Log }, closing: () => void) {
    this.info = info
    this.#handle = handle
    this.#clock = deps.clock
    this.#log = deps.log
    this.#closing = closing
  }

  async claim(interfaceNumber: number): Promise<void> {
    this.#requireOpen()
    if (!this.#handle.interfaces.has(interfaceNumber)) throw this.#protocol('no_interface', interfaceNumber)
    try {
      this.#handle.claim(interfaceNumber)
    } catch (error) {
      throw this.failure(error)
    }
    this.#claimed.add(interfaceNumber)
  }

  async release(interfaceNumber: number): Promise<void> {
    if (!this.#claimed.delete(interfaceNumber)) return
    const own = (endpoint: number): boolean => this.#handle.endpoints.get(endpoint)?.interfaceNumber === interfaceNumber
    for (const [end, endpoint] of [...this.#pending]) if (own(endpoint)) end(abortError('interface released'))
    await Promise.all([...this.#streams].filter(([, endpoint]) => own(endpoint)).map(([stream]) => stream.stop()))
    if (this.#state !== 'open') return
    await this.#handle.release(interfaceNumber).catch((error: unknown) => {
      throw this.failure(error)
    })
  }

  async controlIn(setup: UsbSetup, length: number, options: UsbCallOptions = {}): Promise<UsbInResult> {
    const buffer = controlBuffer(setup, 0x80, length)
    const result = await this.#call(0, controlType, buffer, true, options)
    return result.status === 'stall' ? result : { status: 'ok', data: plainBytes(buffer, setupBytes, result.actualBytes) }
  }

  async controlOut(setup: UsbSetup, data: Uint8Array, options: UsbCallOptions = {}): Promise<UsbOutResult> {
    const buffer = controlBuffer(setup, 0, data.length)
    buffer.set(data, setupBytes)
    const result = await this.#call(0, controlType, buffer, false, options)
    return result.status === 'stall' ? result : { status: 'ok', bytesWritten: result.actualBytes }
  }

  async transferIn(endpoint: number, length: number, options: UsbCallOptions = {}): Promise<UsbInResult> {
    const type = this.#endpointType(endpoint, 0x80)
    const buffer = Buffer.alloc(length)
    const result = await this.#call(endpoint, type, buffer, true, options)
    return result.status === 'stall' ? result : { status: 'ok', data: plainBytes(buffer, 0, result.actualBytes) }
  }

  async transferOut(endpoint: number, data: Uint8Array, options: UsbCallOptions = {}): Promise<UsbOutResult> {
    const type = this.#endpointType(endpoint, 0)
    const result = await this.#call(endpoint, type, Buffer.from(data), false, options)
    return result.status === 'stall' ? result : { status: 'ok', bytesWritten: result.actualBytes }
  }

  async clearHalt(endpoint: number): Promise<void> {
    this.#endpointType(endpoint, endpoint & 0x80)
    await this.#handle.clearHalt(endpoint).catch((error: unknown) => {
      throw this.failure(error)
    })
  }

  stream(endpoint: number, transfers: number, transferBytes: number, handlers: UsbStreamHandlers): UsbStream {
    const type = this.#endpointType(endpoint, 0x80)
    const stream: LibusbStream = new LibusbStream(handlers, {
      transfer: (done) => this.#transfer(endpoint, type, done),
      faultOf: (error) => this.#settledFailure(error),
      over: () => this.#streams.delete(stream),
    })
    this.#streams.set(stream, endpoint)
    stream.start(transfers, transferBytes)
    return stream
  }

  async reset(): Promise<void> {
    this.#requireOpen()
    for (const end of [...this.#pending.keys()]) end(abortError('device reset'))
    for (const stream of [...this.#streams.keys()]) void stream.stop()
    // The kernel must hold nothing of the device any more when it is reset.
    await this.#drain()
    const late = () => new Fault('device.timeout', { device: this.info.product, operation: 'reset', timeoutMs: resetLimitMs })
    await withDeadline(this.#clock, resetLimitMs, this.#handle.reset(), late).catch((error: unknown) => {
      // What comes back as another device was enumerated anew: done, and this handle is gone with the old one.
      if (errnoOf(error) === libusbCode.notFound) return
      throw error instanceof Fault ? error : this.failure(error)
    })
    this.#claimed.clear()
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    this.#state = 'closed'
    for (const end of [...this.#pending.keys()]) end(abortError('device closed'))
    for (const stream of [...this.#streams.keys()]) void stream.stop()
    await this.#drain()
    try {
      for (const interfaceNumber of this.#claimed) await this.#handle.release(interfaceNumber).catch(() => {})
      this.#handle.close()
    } catch (error) {
      this.#log.write('warn', 'usb.close_failed', { device: this.info.product, found: errnoOf(error) ?? 0 })
    }
    this.#closing()
  }

  /** The bus has lost the device: every pending call ends now, whatever the kernel still holds. */
  unplugged(): void {
    if (this.#state !== 'open') return
    this.#state = 'unplugged'
    for (const tell of [...this.#onUnplugged]) tell()
    for (const end of [...this.#pending.keys()]) end(this.#unpluggedFault())
    for (const stream of [...this.#streams.keys()]) stream.fail(this.#unpluggedFault())
  }

  /** Fault of what libusb threw. */
  failure(error: unknown): Error {
    if (this.#state === 'unplugged') return this.#unpluggedFault()
    if (this.#state === 'closed') return abortError('device closed')
    const facts = { device: this.info.product }
    switch (errnoOf(error)) {
      case libusbStatus.noDevice:
      case libusbCode.noDevice:
        this.unplugged()
        return this.#unpluggedFault()
      case libusbStatus.stall:
        return new Fault('device.stall', facts)
      case libusbStatus.overflow:
        return new Fault('device.protocol', { ...facts, reason: 'overflow' })
      case libusbStatus.cancelled:
        return abortError('transfer cancelled')
      case libusbCode.busy:
        return new Fault('device.busy', facts, { cause: error })
      case libusbCode.access:
        return new Fault('device.access', facts, { cause: error })
      case libusbCode.noMemory:
        return new Fault('internal.limit', { ...facts, field: 'usbfs memory' }, { cause: error })
      default:
        return new Fault('device.protocol', { ...facts, reason: 'transfer_error', found: errnoOf(error) ?? 0 }, { cause: error })
    }
  }

  /** As failure(), once it is known whether a failed transfer was the first sign of an unplug. */
  async #settledFailure(error: unknown): Promise<Error> {
    const errno = errnoOf(error)
    if ((errno === libusbStatus.error || errno === libusbCode.io) && this.#state === 'open') {
      await new Promise<void>((resolve) => {
        const done = () => {
          timer.cancel()
          this.#onUnplugged.delete(done)
          resolve()
        }
        const timer = this.#clock.after(unplugGraceMs, done)
        this.#onUnplugged.add(done)
      })
    }
    return this.failure(error)
  }

  #call(endpoint: number, type: number, buffer: Buffer, isIn: boolean, options: UsbCallOptions): Promise<Done> {
    this.#requireOpen()
    const { timeoutMs = defaultTimeoutMs, signal } = options
    signal?.throwIfAborted()
    return new Promise((resolve, reject) => {
      let why: unknown
      const transfer = this.#transfer(endpoint, type, (error, actualBytes) => {
        timer?.cancel()
        signal?.removeEventListener('abort', onAbort)
        this.#pending.delete(end)
        const cancelled = error?.errno === libusbStatus.cancelled
        // A cancelled read may have been overtaken by its data: they are delivered, not lost.
        if (!error || (cancelled && isIn && actualBytes > 0)) resolve({ status: 'ok', actualBytes })
        else if (error.errno === libusbStatus.stall) resolve({ status: 'stall' })
        else if (cancelled) reject(why ?? this.failure(error))
        else void this.#settledFailure(error).then(reject)
      })
      const end = (reason: unknown) => {
        why ??= reason
        transfer.cancel()
        if (this.#state === 'unplugged') reject(reason)
      }
      const onAbort = () => end(signal?.reason)
      const late = () => end(new Fault('device.timeout', { device: this.info.product, timeoutMs }))
      // Set before submitting: a refused submit is reported through the same way out.
      const timer = Number.isFinite(timeoutMs) ? this.#clock.after(timeoutMs, late) : undefined
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#pending.set(end, endpoint)
      transfer.submit(buffer)
    })
  }

  /** A transfer that is counted while the kernel holds it, and whose refusal comes as `done` like any other end. */
  #transfer(endpoint: number, type: number, done: LibusbDone): LibusbTransfer {
    const transfer = this.#handle.transfer(endpoint, type, (error, actualBytes) => {
      this.#inFlight--
      done(error, actualBytes)
      if (this.#inFlight === 0) this.#drained?.()
    })
    return {
      submit: (buffer) => {
        try {
          transfer.submit(buffer)
          this.#inFlight++
        } catch (error) {
          queueMicrotask(() => done(error as LibusbError, 0))
        }
      },
      cancel: () => {
        try {
          transfer.cancel()
        } catch {
          // Gone with its device, or already done: its completion says which.
        }
      },
    }
  }

  #drain(): Promise<void> {
    if (this.#inFlight === 0) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = this.#clock.after(drainLimitMs, resolve)
      this.#drained = () => {
        timer.cancel()
        resolve()
      }
    })
  }

  #requireOpen(): void {
    if (this.#state === 'unplugged') throw this.#unpluggedFault()
    if (this.#state === 'closed') throw abortError('device closed')
  }

  #endpointType(endpoint: number, direction: number): number {
    this.#requireOpen()
    const found = this.#handle.endpoints.get(endpoint)
    if (!found || (endpoint & 0x80) !== direction) throw this.#protocol('no_endpoint', endpoint)
    if (!this.#claimed.has(found.interfaceNumber)) throw this.#protocol('not_claimed', found.interfaceNumber)
    return found.transferType
  }

  #protocol(reason: string, found: number): Fault {
    return new Fault('device.protocol', { device: this.info.product, reason, found })
  }

  #unpluggedFault(): Fault {
    return new Fault('device.unplugged', { device: this.info.product })
  }
}
