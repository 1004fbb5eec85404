// What every simulated USB device is: descriptors and reactions to what comes over the wire. Pure of transports; inproc, usbfs and usbip carry the same object.

/** Raw descriptors, as on the wire (USB 2.0 §9.6). */
export interface UsbDescriptors {
  readonly device: Uint8Array
  readonly configuration: Uint8Array
  /** strings[0] is string descriptor index 1: [manufacturer, product, serial]. */
  readonly strings: readonly string[]
}

/** The eight bytes of a SETUP packet. */
export interface SetupPacket {
  readonly bmRequestType: number
  readonly bRequest: number
  readonly wValue: number
  readonly wIndex: number
  readonly wLength: number
}

/** `stall` is the protocol's refusal; a promise that stays open is a device that does not answer. */
export type ModelIn = Uint8Array | 'stall'
export type ModelOut = number | 'stall'

export interface UsbDeviceModel {
  readonly descriptors: UsbDescriptors
  /** Class and vendor requests only; transports answer the standard ones from `descriptors`. `data` holds the OUT stage. */
  control(setup: SetupPacket, data: Uint8Array): Promise<ModelIn> | ModelIn
  /** Bulk or interrupt OUT. Returns the bytes taken. */
  out(endpoint: number, data: Uint8Array, signal: AbortSignal): Promise<ModelOut> | ModelOut
  /** Bulk or interrupt IN of at most `length` bytes; pends until there is something to send. Aborting the signal cancels the transfer and loses no data. */
  in(endpoint: number, length: number, signal: AbortSignal): Promise<ModelIn> | ModelIn
  /** It was reset on the bus: back to power-on state. */
  reset(): void
  /** The host closed its handle. Without it, as reset(): firmware that hangs does not notice a closed handle. */
  released?(): void
  /** The cable is out, and with it the power. Without it, as reset(). */
  unplugged?(): void
}

/** A simulated bus: devices are plugged in and pulled out by scenarios. Implemented by each USB transport. */
export interface SimulatedUsbBus {
  plug(model: UsbDeviceModel): Promise<void>
  unplug(model: UsbDeviceModel): Promise<void>
  close(): Promise<void>
}
