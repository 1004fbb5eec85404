// The only file that imports serialport. Turns its habits (an unplug seen only as a close or not at all, writes that never call back) into
// the promises of SerialTransport. Touches no modem line: pseudo terminals have none.

import { SerialPort as NodeSerialPort } from 'serialport'
import { type Clock, type Timer, withDeadline } from '../../protocol/clock.js'
import { Fault, type FaultCode } from '../../protocol/fault.js'
import type { SerialHandlers, SerialLineSettings, SerialPort, SerialPortInfo, SerialTransport } from '../../protocol/hardware/serial.js'

/** Pending writes of one port. */
const writeLimit = 64
/** How often the line is asked whether it is still there. */
const checkMs = 200

export function serialTransport(deps: { readonly clock: Clock }): SerialTransport {
  return {
    list: async () => (await NodeSerialPort.list()).map(portInfo),
    open: async (path, settings, handlers) => {
      const port = new OpenPort(deps.clock, path, settings, handlers)
      await port.open()
      return port
    },
  }
}

function portInfo(port: Awaited<ReturnType<typeof NodeSerialPort.list>>[number]): SerialPortInfo {
  return {
    path: port.path,
    ...(port.vendorId === undefined ? {} : { vendorId: port.vendorId }),
    ...(port.productId === undefined ? {} : { productId: port.productId }),
    ...(port.serialNumber === undefined ? {} : { serial: port.serialNumber }),
  }
}

class OpenPort implements SerialPort {
  readonly path: string
  readonly #clock: Clock
  readonly #handlers: SerialHandlers
  readonly #port: NodeSerialPort
  readonly #pending = new Set<(error: Error) => void>()
  #state: 'open' | 'closing' | 'lost' = 'open'
  #check: Timer | undefined

  constructor(clock: Clock, path: string, settings: SerialLineSettings, handlers: SerialHandlers) {
    this.path = path
    this.#clock = clock
    this.#handlers = handlers
    this.#port = new NodeSerialPort({ path, ...settings, autoOpen: false, lock: true })
  }

  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#port.open((error) => {
        if (error) return reject(openFault(this.path, error))
        this.#port.on('data', (bytes: Buffer) => {
          if (this.#state === 'open') this.#handlers.data(bytes)
        })
        // An unplug is a close with `disconnected` set and no error event; a failing read or write is an error event. Either way the line is gone.
        this.#port.on('close', (cause: Error | null) => this.#lost(cause))
        this.#port.on('error', (cause) => this.#lost(cause))
        void this.#watch().then(resolve)
      })
    })
  }

  async write(bytes: Uint8Array, timeoutMs: number): Promise<void> {
    if (this.#state !== 'open') throw this.#gone()
    if (this.#pending.size >= writeLimit) throw new Fault('internal.limit', { path: this.path, operation: 'write', limit: writeLimit })
    let settle: (error: Error) => void = () => {}
    const written = new Promise<void>((resolve, reject) => {
      settle = reject
      this.#pending.add(settle)
      this.#port.write(Buffer.from(bytes), (error) => (error ? reject(this.#gone(error)) : resolve()))
    })
    try {
      await withDeadline(
        this.#clock,
        timeoutMs,
        written,
        () => new Fault('device.timeout', { path: this.path, operation: 'write', timeoutMs }),
      )
    } finally {
      this.#pending.delete(settle)
    }
  }

  close(): Promise<void> {
    if (this.#state === 'open') this.#state = 'closing'
    this.#check?.cancel()
    this.#rejectPending(this.#gone())
    return new Promise((resolve) => {
      if (this.#port.isOpen) this.#port.close(() => resolve())
      else resolve()
    })
  }

  /**
   * serialport sees an unplug only while it waits for bytes. One that falls between two reads makes it read end-of-file for ever, without a
   * word; asking for the baud rate then fails, as every ioctl on a hung-up tty does.
   */
  async #watch(): Promise<void> {
    const binding = this.#port.port
    if (!binding) return
    try {
      await binding.getBaudRate()
    } catch {
      // Not every platform can be asked (only Linux can); there the close event has to do.
      return
    }
    const check = (): void => {
      this.#check = this.#clock.after(checkMs, () => {
        binding.getBaudRate().then(
          () => {
            if (this.#state === 'open') check()
          },
          (cause: Error) => this.#lost(cause),
        )
      })
    }
    if (this.#state === 'open') check()
  }

  #lost(cause: Error | null): void {
    if (this.#state !== 'open') return
    this.#state = 'lost'
    this.#check?.cancel()
    const fault = this.#gone(cause ?? undefined)
    this.#rejectPending(fault)
    this.#handlers.lost(fault)
    if (this.#port.isOpen) this.#port.close(() => {})
  }

  #rejectPending(error: Error): void {
    for (const reject of this.#pending) reject(error)
    this.#pending.clear()
  }

  #gone(cause?: Error): Fault {
    return new Fault('device.unplugged', { path: this.path }, { cause })
  }
}

/** serialport has no codes, only the system's words. */
function openFault(path: string, cause: Error): Fault {
  const words: readonly (readonly [RegExp, FaultCode])[] = [
    [/no such file|cannot find|not a typewriter|inappropriate ioctl/i, 'device.absent'],
    [/cannot lock|temporarily unavailable|busy/i, 'device.busy'],
    [/permission denied|access denied/i, 'device.access'],
  ]
  const code = words.find(([pattern]) => pattern.test(cause.message))?.[1] ?? 'device.absent'
  return new Fault(code, { path }, { cause })
}
