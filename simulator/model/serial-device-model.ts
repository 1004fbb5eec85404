// What every simulated serial device is: it sends and receives bytes. Pure of transports; the in-process line and the pty carry the same object.

export interface SerialDeviceModel {
  /** The cable is in: bytes given to `send` reach the host, if it listens. */
  attach(send: (bytes: Uint8Array) => void): void
  /** Bytes from the host. */
  receive(bytes: Uint8Array): void
  /** The cable is out: power is gone, back to power-on state. */
  detach(): void
}
