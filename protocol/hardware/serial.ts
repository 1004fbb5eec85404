// A serial line as the drivers see it.

export interface SerialLineSettings {
  readonly baudRate: number
  readonly dataBits: 7 | 8
  readonly parity: 'none' | 'even' | 'odd'
  readonly stopBits: 1 | 2
}

export interface SerialPortInfo {
  readonly path: string
  readonly vendorId?: string
  readonly productId?: string
  readonly serial?: string
}

export interface SerialHandlers {
  /** Bytes as they come, any cut. Only valid during the call. */
  data(bytes: Uint8Array): void
  /** The line went away by itself (`device.unplugged`). At most once, never after close(). */
  lost(error: Error): void
}

export interface SerialPort {
  readonly path: string
  /** Resolves when the bytes were handed to the line. @throws Fault `device.timeout` | `device.unplugged` */
  write(bytes: Uint8Array, timeoutMs: number): Promise<void>
  /** Idempotent. */
  close(): Promise<void>
}

export interface SerialTransport {
  list(): Promise<readonly SerialPortInfo[]>
  /** @throws Fault `device.absent` | `device.busy` | `device.access` */
  open(path: string, settings: SerialLineSettings, handlers: SerialHandlers): Promise<SerialPort>
}
