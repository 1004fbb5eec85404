// Where frames go: a driver leases room for one payload, writes it in place, and publishes or discards it. The ring behind it is the daemon's.

export interface FrameHeader {
  /** 0 the only or right sensor, 1 the left one (dual iris camera). */
  readonly sensor: number
  readonly sequence: number
  readonly format: 'grey8' | 'mjpeg'
  readonly widthPx: number
  readonly heightPx: number
  /** 0 where the sensor has no fixed scale (cameras). */
  readonly ppi: number
  readonly deviceTimeUs: number
}

export interface FrameSlot {
  /** Room for exactly the leased number of bytes; contents undefined. Not to be touched after publish() or discard(). */
  readonly bytes: Uint8Array
  publish(header: FrameHeader): void
  discard(): void
}

export interface FrameSink {
  /** @returns undefined when every slot is taken: the frame is dropped and counted by the sink. */
  lease(payloadBytes: number): FrameSlot | undefined
}
