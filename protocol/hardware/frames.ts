// Where frames go: a driver leases room for one payload, writes it in place, and publishes or discards it. The ring behind it is the daemon's.

/** What a station has room for in one frame: a whole platen of 1600 × 1500 at a byte a pixel. */
export const largestFrameBytes = 1600 * 1500

/** What a device itself says about whether a living person was presented (ISO/IEC 30107-1). */
export interface PresentationAttack {
  readonly verdict: 'bona_fide' | 'attack'
  /** 0 to 100, higher is more suspicious, by the device's own measure; absent when it gives none. */
  readonly score?: number
}

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
  /** Absent when the device gives no verdict. */
  readonly presentationAttack?: PresentationAttack
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
