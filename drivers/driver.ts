// What the daemon sees of a device, whatever its make: a capture device that fills frames, a pad that samples a pen. Types only.

import type { Fault } from '../protocol/fault.js'
import type { CaptureKind } from '../protocol/hardware/capture-device.js'
import type { FrameSink } from '../protocol/hardware/frames.js'

export interface SensorInfo {
  /** 0 the only or right sensor, 1 the left one. */
  readonly sensor: number
  readonly format: 'grey8' | 'mjpeg'
  readonly widthPx: number
  readonly heightPx: number
  /** 0 where there is no fixed scale. */
  readonly ppi: number
  readonly maxFps: number
  readonly maxPayloadBytes: number
}

export interface CaptureDeviceInfo {
  readonly kind: CaptureKind
  /** `major.minor` of the capture protocol. */
  readonly protocolVersion: string
  /** `major.minor.patch` */
  readonly firmwareVersion: string
  readonly sensors: readonly SensorInfo[]
  readonly features: { readonly gain: boolean; readonly light: boolean; readonly indicator: boolean }
}

/** Of one stream, since its start. Only `published` frames reached the sink whole. */
export interface CaptureCounters {
  readonly published: number
  /** Checksum, geometry or header wrong: never stored, never scored. */
  readonly corrupt: number
  /** Ended before its payload was complete. */
  readonly short: number
  readonly repeated: number
  readonly outOfOrder: number
  /** Sequence numbers that never came. */
  readonly missed: number
  /** Left over from an earlier stream. */
  readonly stale: number
  /** The sink had no room. */
  readonly dropped: number
  /** Times at which the device's own time jumped; the frames' times go on with the host's. */
  readonly clockJumps: number
  /** Bytes skipped while looking for a header. */
  readonly skippedBytes: number
}

export interface CaptureStart {
  /** What the person is asked to present: see the kind's driver for the bits. */
  readonly indicator: number
  /** 1..255; default as fast as the device can. */
  readonly maxFps?: number
  /** Aborting it stops the stream, as stop() does. */
  readonly signal?: AbortSignal
}

export interface CaptureStream {
  /** Idempotent; resolves when no more frame can come. Never throws: a lost device shows at the next call. */
  stop(): Promise<void>
  counters(): CaptureCounters
}

/** What a device itself finds wrong while it still works (docs/devices.md §6). */
export const deviceConditions = ['platen_dirty', 'light_weak', 'needs_recalibration', 'overheated'] as const

export interface CaptureDeviceStatus {
  readonly state: 'idle' | 'streaming' | 'failed' | 'warming'
  /** Device error code of docs/devices.md §6, 0 none. */
  readonly lastError: number
  readonly temperatureC: number
  readonly uptimeMs: number
  readonly framesSent: number
  readonly framesLost: number
  /** None from a device of version 1.0 or 1.1. */
  readonly conditions: readonly (typeof deviceConditions)[number][]
}

/** What the empty platen of a scanner looks like. */
export interface PlatenReading {
  /** Something lies on it: nothing else can be said. */
  readonly occupied: boolean
  /** Median grey level, 0..255. */
  readonly level: number
  /** Largest deviation of the level between two parts of the platen, grey levels. */
  readonly spread: number
  /** Share of the platen that is darker than its surroundings, 0..1. */
  readonly residueShare: number
}

/** An opened, proven device. Every call may throw Fault `device.unplugged` | `device.timeout` | `device.stall`. */
export interface CaptureDevice {
  readonly kind: CaptureKind
  readonly serial: string
  readonly info: CaptureDeviceInfo
  /** Why it is spent, if it is: close() it and open it anew. */
  readonly spent: Fault | undefined
  /** Of the last stream, once it is over; looks at the platen are none. */
  readonly lastStream: CaptureCounters | undefined
  /**
   * Frames go to `sink` in order until stop(), abort or a fault.
   * @param ended called at most once, never after stop(): `device.unplugged` | `device.frames_missing` | `device.frames_corrupt` |
   *   `device.frames_frozen` | `device.stall` | `device.overheated`. The device is spent then: close() it and open it anew.
   * @throws Fault `device.busy` when a stream runs, `device.overheated`
   */
  start(sink: FrameSink, options: CaptureStart, ended: (fault: Fault) => void): Promise<CaptureStream>
  setIndicator(mask: number): Promise<void>
  /** @param level 0..255, 128 is unity */
  setGain(level: number): Promise<void>
  /** @param level 0..255, 128 is the factory setting, 0 is off */
  setLight(level: number): Promise<void>
  status(): Promise<CaptureDeviceStatus>
  /**
   * Looks at the empty platen, within a second. A start() never waits for it: it is abandoned.
   * @returns undefined when abandoned, when no frame came in time, when a stream runs, and of a kind that has no platen
   * @throws Fault of a stream
   */
  reference(): Promise<PlatenReading | undefined>
  /** Idempotent, never throws. @param fault what it failed with: one that hangs is reset on its bus */
  close(fault?: Fault): Promise<void>
}

/** One line of the station's list of devices it accepts. A serial may appear with several keys while a key is being replaced. */
export interface TrustedDevice {
  readonly serial: string
  readonly kind: CaptureKind
  /** ECDSA P-256, DER SubjectPublicKeyInfo in base64. */
  readonly publicKey: string
}

export interface PenSample {
  /** Raw units of the pad, see SignaturePadInfo. */
  readonly x: number
  readonly y: number
  /** 0..1023; 0 when the pad measures none. */
  readonly pressure: number
  /** Monotonic clock of the host, never decreasing. */
  readonly timeMs: number
  readonly penDown: boolean
}

export interface SignaturePadInfo {
  readonly unitsPerInch: number
  /** Largest raw x and y. */
  readonly maxUnits: number
  readonly pressureLevels: number
  /** Raw units that the pad can reach, borders included. */
  readonly area?: { readonly minX: number; readonly maxX: number; readonly minY: number; readonly maxY: number }
}

export interface SignaturePadHandlers {
  sample(sample: PenSample): void
  /** At most once: `device.unplugged` | `device.line_noise`. The pad is spent then. */
  lost(fault: Fault): void
}

export interface SignaturePadCounters {
  readonly samples: number
  readonly badPackets: number
  readonly skippedBytes: number
}

export interface SignaturePad {
  readonly path: string
  readonly info: SignaturePadInfo
  /** From now on samples are handed on. @throws Fault `device.busy` when begun already, `device.unplugged` */
  begin(handlers: SignaturePadHandlers): void
  /** Wipes the pad's display; the person signs anew. @throws Fault `device.unplugged` | `device.timeout` */
  clear(): Promise<void>
  /** Samples are no longer handed on. Idempotent. */
  end(): void
  counters(): SignaturePadCounters
  /** Idempotent, never throws. */
  close(): Promise<void>
}
