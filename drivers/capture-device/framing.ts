// Bytes of the capture protocol to messages and back (docs/devices.md §4, §5). Holds a partial frame and nothing else; no I/O.

import { crc32 } from 'node:zlib'
import {
  attackScore,
  attackVerdicts,
  frameFormats,
  frameHeaderVersion,
  frameLayout,
  frameMagic,
} from '../../protocol/hardware/capture-device.js'
import type { PresentationAttack } from '../../protocol/hardware/frames.js'
import type { SensorInfo } from '../driver.js'

/** A frame header whose checksum is right and whose geometry is that of the sensor it names. */
export interface FrameHead {
  readonly sensor: number
  readonly format: 'grey8' | 'mjpeg'
  readonly session: number
  readonly sequence: number
  readonly widthPx: number
  readonly heightPx: number
  readonly ppi: number
  readonly deviceTimeUs: number
  readonly payloadBytes: number
  readonly payloadCrc32: number
  readonly presentationAttack?: PresentationAttack
}

export type HeadFault = 'magic' | 'checksum' | 'version' | 'sensor' | 'geometry' | 'length'

/** Reads the 64-byte header at the start of `bytes`. A bad header is an expected event on a real bus: it is named, not thrown. */
function readFrameHead(bytes: Uint8Array, sensors: readonly SensorInfo[]): FrameHead | HeadFault {
  const view = new DataView(bytes.buffer, bytes.byteOffset, frameLayout.size)
  if (view.getUint32(frameLayout.magic, true) !== frameMagic) return 'magic'
  if (view.getUint32(frameLayout.headerCrc32, true) !== crc32(bytes.subarray(0, frameLayout.headerCrc32))) return 'checksum'
  if (view.getUint8(frameLayout.headerVersion) !== frameHeaderVersion || view.getUint8(frameLayout.headerBytes) !== frameLayout.size)
    return 'version'
  const id = view.getUint8(frameLayout.sensor)
  const sensor = sensors.find((candidate) => candidate.sensor === id)
  if (!sensor) return 'sensor'
  const attack = readAttack(view)
  const head: FrameHead = {
    sensor: id,
    format: sensor.format,
    session: view.getUint16(frameLayout.session, true),
    sequence: view.getUint32(frameLayout.sequence, true),
    widthPx: view.getUint16(frameLayout.widthPx, true),
    heightPx: view.getUint16(frameLayout.heightPx, true),
    ppi: view.getUint16(frameLayout.ppi, true),
    deviceTimeUs: view.getUint32(frameLayout.deviceTimeUs, true) + view.getUint32(frameLayout.deviceTimeUs + 4, true) * 2 ** 32,
    payloadBytes: view.getUint32(frameLayout.payloadBytes, true),
    payloadCrc32: view.getUint32(frameLayout.payloadCrc32, true),
    ...(attack && { presentationAttack: attack }),
  }
  const sameScale = head.widthPx === sensor.widthPx && head.heightPx === sensor.heightPx && head.ppi === sensor.ppi
  if (!sameScale || view.getUint8(frameLayout.format) !== frameFormats[sensor.format]) return 'geometry'
  return payloadFits(head, sensor) ? head : 'length'
}

/** Devices of version 1.0 send zeros here: no verdict. */
function readAttack(view: DataView): PresentationAttack | undefined {
  const code = view.getUint8(frameLayout.attackVerdict)
  const verdict = code === attackVerdicts.bonaFide ? 'bona_fide' : code === attackVerdicts.attack ? 'attack' : undefined
  const score = view.getUint8(frameLayout.attackScore)
  return verdict && { verdict, ...(score <= attackScore.most && { score }) }
}

function payloadFits(head: FrameHead, sensor: SensorInfo): boolean {
  if (head.format === 'grey8') return head.payloadBytes === head.widthPx * head.heightPx
  return head.payloadBytes > 0 && head.payloadBytes <= sensor.maxPayloadBytes
}

/** Told by the assembler what it finds, in the order of the wire. */
export interface FrameReceiver {
  /** A frame begins. Returns the place for exactly `payloadBytes`, or undefined to let the payload pass unstored. */
  begin(head: FrameHead): Uint8Array | undefined
  /** The payload is complete. */
  complete(head: FrameHead, intact: boolean): void
  /** The frame ended before its payload did. */
  short(head: FrameHead): void
  /** So many bytes in one run were no frame. */
  garbage(bytes: number): void
}

const magicBytes = Uint8Array.of(0x52, 0x4b, 0x43, 0x46)

/**
 * Finds frames in a stream cut anywhere. Payload bytes are copied once, straight into the receiver's place; memory beyond that is one header.
 * After damage it looks for the next magic with a right header checksum.
 */
export class FrameAssembler {
  readonly #sensors: readonly SensorInfo[]
  readonly #receiver: FrameReceiver
  readonly #held = new Uint8Array(frameLayout.size)
  #heldBytes = 0
  #skipped = 0
  #head: FrameHead | undefined
  #place: Uint8Array | undefined
  #received = 0
  #crc = 0

  constructor(sensors: readonly SensorInfo[], receiver: FrameReceiver) {
    this.#sensors = sensors
    this.#receiver = receiver
  }

  push(chunk: Uint8Array): void {
    let at = 0
    while (at < chunk.length) at = this.#head ? this.#takePayload(this.#head, chunk, at) : this.#takeHeader(chunk, at)
  }

  /** A transfer came back shorter than asked for: on this bus a frame ends there, whole or not. */
  endOfFrame(): void {
    const head = this.#head
    this.#skipped += this.#heldBytes
    this.#heldBytes = 0
    this.#head = undefined
    this.#place = undefined
    if (head) this.#receiver.short(head)
    this.#reportGarbage()
  }

  #takePayload(head: FrameHead, chunk: Uint8Array, at: number): number {
    const part = chunk.subarray(at, at + head.payloadBytes - this.#received)
    this.#place?.set(part, this.#received)
    this.#crc = crc32(part, this.#crc)
    this.#received += part.length
    if (this.#received === head.payloadBytes) {
      this.#head = undefined
      this.#place = undefined
      this.#receiver.complete(head, this.#crc === head.payloadCrc32)
    }
    return at + part.length
  }

  #takeHeader(chunk: Uint8Array, at: number): number {
    if (this.#heldBytes === 0) {
      const start = nextMagic(chunk, at, chunk.length)
      this.#skipped += start - at
      if (start === chunk.length) return start
      return this.#hold(chunk, start)
    }
    return this.#hold(chunk, at)
  }

  #hold(chunk: Uint8Array, at: number): number {
    const part = chunk.subarray(at, at + frameLayout.size - this.#heldBytes)
    this.#held.set(part, this.#heldBytes)
    this.#heldBytes += part.length
    if (this.#heldBytes >= magicBytes.length) this.#judgeHeld()
    return at + part.length
  }

  #judgeHeld(): void {
    const maybe = nextMagic(this.#held, 0, this.#heldBytes) === 0
    if (maybe && this.#heldBytes < frameLayout.size) return
    const head = maybe ? readFrameHead(this.#held, this.#sensors) : 'magic'
    if (typeof head === 'string') {
      this.#drop()
      return
    }
    this.#heldBytes = 0
    this.#reportGarbage()
    this.#received = 0
    this.#crc = 0
    this.#head = head
    this.#place = this.#receiver.begin(head)
  }

  /** What is held begins with no header: on to the next place where one could begin. */
  #drop(): void {
    const start = nextMagic(this.#held, 1, this.#heldBytes)
    this.#held.copyWithin(0, start, this.#heldBytes)
    this.#heldBytes -= start
    this.#skipped += start
  }

  #reportGarbage(): void {
    const bytes = this.#skipped
    this.#skipped = 0
    if (bytes > 0) this.#receiver.garbage(bytes)
  }
}

/** First index from `from` where the magic stands, or could stand if more bytes came; `end` when nowhere. */
function nextMagic(bytes: Uint8Array, from: number, end: number): number {
  for (let at = bytes.indexOf(magicBytes[0]!, from); at >= 0 && at < end; at = bytes.indexOf(magicBytes[0]!, at + 1)) {
    let same = 1
    while (same < magicBytes.length && at + same < end && bytes[at + same] === magicBytes[same]) same++
    if (same === magicBytes.length || at + same === end) return at
  }
  return end
}
