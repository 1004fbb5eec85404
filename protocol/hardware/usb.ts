// USB as the drivers see it: the W3C WebUSB subset plus what it lacks (time-outs, cancellation, continuous bulk). Real and simulated buses implement it.

/** What is known of a device without opening it. `key` names this plug-in and changes with every replug. */
export interface UsbDeviceInfo {
  readonly key: string
  readonly vendorId: number
  readonly productId: number
  /** BCD, e.g. 0x0100 */
  readonly deviceRelease: number
  readonly manufacturer: string
  readonly product: string
  readonly serial: string
}

export interface UsbSetup {
  readonly requestType: 'standard' | 'class' | 'vendor'
  readonly recipient: 'device' | 'interface' | 'endpoint' | 'other'
  readonly request: number
  readonly value: number
  readonly index: number
}

export interface UsbCallOptions {
  /** Default 5000. Passing it ends in Fault `device.timeout`. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

/** A stall is an answer, not an exception. */
export type UsbInResult = { readonly status: 'ok'; readonly data: Uint8Array } | { readonly status: 'stall' }
export type UsbOutResult = { readonly status: 'ok'; readonly bytesWritten: number } | { readonly status: 'stall' }

export interface UsbStream {
  /** Ends the stream; resolves when no transfer is pending any more. */
  stop(): Promise<void>
}

export interface UsbStreamHandlers {
  /** One completed transfer, in order. `chunk` is only valid during the call: copy what you keep. May be shorter than asked for. */
  chunk(chunk: Uint8Array): void
  /** The stream ended by itself: unplug (`device.unplugged`) or a stall (`device.stall`). Called at most once, never after stop(). */
  ended(error: Error): void
}

export interface UsbDevice {
  readonly info: UsbDeviceInfo
  claim(interfaceNumber: number): Promise<void>
  release(interfaceNumber: number): Promise<void>
  controlIn(setup: UsbSetup, length: number, options?: UsbCallOptions): Promise<UsbInResult>
  controlOut(setup: UsbSetup, data: Uint8Array, options?: UsbCallOptions): Promise<UsbOutResult>
  /** @param endpoint endpoint address with direction bit, e.g. 0x81 */
  transferIn(endpoint: number, length: number, options?: UsbCallOptions): Promise<UsbInResult>
  transferOut(endpoint: number, data: Uint8Array, options?: UsbCallOptions): Promise<UsbOutResult>
  clearHalt(endpoint: number): Promise<void>
  /** Keeps `transfers` bulk IN transfers of `transferBytes` pending at all times. */
  stream(endpoint: number, transfers: number, transferBytes: number, handlers: UsbStreamHandlers): UsbStream
  /**
   * Port reset: the device goes back to power-on, what is pending ends as by close(). The handle is good for nothing but close() afterwards.
   * @throws Fault `device.unplugged` | `device.timeout` | `device.protocol`
   */
  reset(): Promise<void>
  /** Idempotent. Pending calls end with `device.unplugged` if it was unplugged, else with an AbortError. */
  close(): Promise<void>
}

/**
 * Every pending call of an unplugged device rejects with Fault `device.unplugged`, once.
 */
export interface UsbTransport {
  list(): Promise<readonly UsbDeviceInfo[]>
  /** Called on every plug and unplug after the call. Returns the unsubscriber. */
  watch(listener: (event: { readonly type: 'plugged' | 'unplugged'; readonly info: UsbDeviceInfo }) => void): () => void
  /** @throws Fault `device.absent` | `device.access` | `device.busy` */
  open(key: string): Promise<UsbDevice>
  /** Releases the bus. */
  close(): Promise<void>
}
