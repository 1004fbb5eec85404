// A continuous bulk read through libusb: transfers that are handed on and submitted again. Knows a transfer, no device and no bus.

import type { UsbStream, UsbStreamHandlers } from '../../protocol/hardware/usb.js'
import type { LibusbDone, LibusbError, LibusbTransfer } from './usb-device.js'

/** Not a Buffer, whose slice() does not copy: drivers see the same kind of bytes on every bus. */
export const plainBytes = (buffer: Buffer, offset: number, length: number): Uint8Array =>
  new Uint8Array(buffer.buffer, buffer.byteOffset + offset, length)

interface StreamDevice {
  transfer(done: LibusbDone): LibusbTransfer
  faultOf(error: unknown): Promise<Error>
  over(): void
}

/** The kernel completes the transfers of an endpoint in the order of their submission, so handing on and resubmitting keeps the bytes in order. */
export class LibusbStream implements UsbStream {
  readonly #handlers: UsbStreamHandlers
  readonly #device: StreamDevice
  readonly #pending = new Set<LibusbTransfer>()
  readonly #over: Promise<void>
  #settle: () => void = () => {}
  /** `ending`: failed, and the name of the failure is being found out. */
  #state: 'running' | 'ending' | 'stopped' = 'running'

  constructor(handlers: UsbStreamHandlers, device: StreamDevice) {
    this.#handlers = handlers
    this.#device = device
    this.#over = new Promise((resolve) => {
      this.#settle = resolve
    })
  }

  start(transfers: number, transferBytes: number): void {
    for (let i = 0; i < transfers; i++) {
      const buffer = Buffer.allocUnsafeSlow(transferBytes)
      const transfer: LibusbTransfer = this.#device.transfer((error, actualBytes) => {
        this.#pending.delete(transfer)
        if (this.#state === 'running') this.#take(error, plainBytes(buffer, 0, actualBytes))
        if (this.#state === 'running') this.#ask(transfer, buffer)
        else this.#settleWhenIdle()
      })
      this.#ask(transfer, buffer)
    }
  }

  stop(): Promise<void> {
    this.#end('stopped')
    return this.#over
  }

  /** Ends the stream with `error`, unless it has ended already. */
  fail(error: Error): void {
    if (this.#state === 'stopped') return
    this.#end('stopped')
    this.#handlers.ended(error)
  }

  #ask(transfer: LibusbTransfer, buffer: Buffer): void {
    this.#pending.add(transfer)
    transfer.submit(buffer)
  }

  #take(error: LibusbError | undefined, chunk: Uint8Array): void {
    if (error) {
      this.#end('ending')
      void this.#device.faultOf(error).then((fault) => this.fail(fault))
      return
    }
    try {
      this.#handlers.chunk(chunk)
    } catch (thrown) {
      this.fail(thrown instanceof Error ? thrown : new Error(String(thrown)))
    }
  }

  #end(state: 'ending' | 'stopped'): void {
    this.#state = state
    for (const transfer of this.#pending) transfer.cancel()
    this.#settleWhenIdle()
  }

  #settleWhenIdle(): void {
    if (this.#pending.size > 0) return
    this.#device.over()
    this.#settle()
  }
}
