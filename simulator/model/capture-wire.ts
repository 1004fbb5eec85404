// The device's side of the capture protocol's bytes: descriptors, answers and frame headers. Written apart from the drivers on purpose.

import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { crc32 } from 'node:zlib'
import {
  attackScore,
  attackVerdicts,
  type CaptureKind,
  captureInterface,
  captureKindCodes,
  captureProtocol,
  captureVendorId,
  frameFlags,
  frameFormats,
  frameHeaderVersion,
  frameLayout,
  frameMagic,
  infoFeatures,
  infoLayout,
  proofDomain,
  sensorLayout,
} from '../../protocol/hardware/capture-device.js'
import type { UsbDescriptors } from './usb-device-model.js'

export interface SensorPlan {
  readonly format: 'grey8' | 'mjpeg'
  readonly widthPx: number
  readonly heightPx: number
  readonly ppi: number
  readonly maxPayloadBytes: number
}

/** Major, minor, patch. */
export type FirmwareVersion = readonly [number, number, number]

/** What a device signs with, and what the host's trust list holds. The two need not fit: that is how a forged device is simulated. */
export interface DeviceKey {
  readonly privateKey: KeyObject
  /** DER SubjectPublicKeyInfo in base64. */
  readonly publicKey: string
}

/** A new P-256 key pair, as burnt into a device at the factory. */
export function createDeviceKey(): DeviceKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { privateKey, publicKey: createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).toString('base64') }
}

/** SHA-256 of the SubjectPublicKeyInfo. */
export const keyIdOf = (key: DeviceKey): Uint8Array => createHash('sha256').update(Buffer.from(key.publicKey, 'base64')).digest()

/** The answer to a challenge of nonce and host context (64 bytes): r then s. */
export function signProof(key: DeviceKey, challenge: Uint8Array, kind: CaptureKind, firmware: FirmwareVersion, serial: string): Uint8Array {
  const name = Buffer.from(serial, 'utf8')
  const tail = Buffer.alloc(8)
  tail.writeUInt8(captureKindCodes[kind], 0)
  firmware.forEach((part, i) => {
    tail.writeUInt16LE(part, 1 + 2 * i)
  })
  tail.writeUInt8(name.length, 7)
  const message = Buffer.concat([Buffer.from(proofDomain, 'utf8'), challenge, tail, name])
  return sign('sha256', message, { key: key.privateKey, dsaEncoding: 'ieee-p1363' })
}

/** Descriptors of docs/devices.md §2: one vendor interface, one bulk IN endpoint, high speed. */
export function captureDescriptors(productId: number, product: string, serial: string): UsbDescriptors {
  const { number, class: interfaceClass, subclass, protocol, bulkIn } = captureInterface
  const low = (word: number) => word & 0xff
  const high = (word: number) => word >> 8
  return {
    // biome-ignore format: one line a descriptor row
    device: Uint8Array.of(18, 1, 0x00, 0x02, 0, 0, 0, 64, low(captureVendorId), high(captureVendorId), low(productId), high(productId), 0x00, 0x01, 1, 2, 3, 1),
    // biome-ignore format: configuration, interface, endpoint
    configuration: Uint8Array.of(
      9, 2, 25, 0, 1, 1, 0, 0x80, 250,
      9, 4, number, 0, 1, interfaceClass, subclass, protocol, 0,
      7, 5, bulkIn, 2, 0x00, 0x02, 0,
    ),
    strings: ['rekam (simulated)', product, serial],
  }
}

/** GET_INFO. */
export function infoBytes(kind: CaptureKind, sensors: readonly SensorPlan[], fps: number, firmware: FirmwareVersion): Uint8Array {
  const bytes = new Uint8Array(infoLayout.size + sensors.length * sensorLayout.size)
  const view = new DataView(bytes.buffer)
  view.setUint16(infoLayout.totalBytes, bytes.length, true)
  view.setUint8(infoLayout.major, captureProtocol.major)
  view.setUint8(infoLayout.minor, captureProtocol.minor)
  view.setUint8(infoLayout.kind, captureKindCodes[kind])
  view.setUint8(infoLayout.sensorCount, sensors.length)
  view.setUint8(infoLayout.headerBytes, infoLayout.size)
  view.setUint8(infoLayout.sensorBytes, sensorLayout.size)
  view.setUint16(infoLayout.firmwareMajor, firmware[0], true)
  view.setUint16(infoLayout.firmwareMinor, firmware[1], true)
  view.setUint16(infoLayout.firmwarePatch, firmware[2], true)
  view.setUint16(infoLayout.features, infoFeatures.gain | infoFeatures.light | infoFeatures.indicator, true)
  sensors.forEach((sensor, index) => {
    const at = infoLayout.size + index * sensorLayout.size
    view.setUint8(at + sensorLayout.sensor, index)
    view.setUint8(at + sensorLayout.format, frameFormats[sensor.format])
    view.setUint8(at + sensorLayout.bitsPerPixel, sensor.format === 'grey8' ? 8 : 24)
    view.setUint16(at + sensorLayout.widthPx, sensor.widthPx, true)
    view.setUint16(at + sensorLayout.heightPx, sensor.heightPx, true)
    view.setUint16(at + sensorLayout.ppi, sensor.ppi, true)
    view.setUint16(at + sensorLayout.maxFps, Math.ceil(fps), true)
    view.setUint32(at + sensorLayout.maxPayloadBytes, sensor.maxPayloadBytes, true)
  })
  return bytes
}

/** The device's own word on whether a living person was presented. */
export interface DeviceVerdict {
  readonly verdict: 'bona_fide' | 'attack'
  /** 0..100 */
  readonly score?: number
}

export interface FrameStamp {
  readonly sensor: number
  readonly session: number
  readonly sequence: number
  readonly deviceTimeUs: number
  readonly exposuresLost: boolean
  readonly attack?: DeviceVerdict
}

/** A copy of a sealed frame that is an eighth lower, its header and both checksums in agreement with that: right in itself, wrong for the sensor. */
export function resealFrame(frame: Uint8Array, isGrey: boolean): Uint8Array {
  const heightPx = new DataView(frame.buffer, frame.byteOffset).getUint16(frameLayout.heightPx, true)
  const lower = heightPx - (heightPx >> 3)
  const payloadBytes = isGrey ? ((frame.length - frameLayout.size) / heightPx) * lower : frame.length - frameLayout.size
  const copy = frame.slice(0, frameLayout.size + payloadBytes)
  const view = new DataView(copy.buffer)
  view.setUint16(frameLayout.heightPx, lower, true)
  view.setUint32(frameLayout.payloadBytes, payloadBytes, true)
  view.setUint32(frameLayout.payloadCrc32, crc32(copy.subarray(frameLayout.size)), true)
  view.setUint32(frameLayout.headerCrc32, crc32(copy.subarray(0, frameLayout.headerCrc32)), true)
  return copy
}

/** Fills the header of `frame` (64 bytes, then the payload already in place) and both checksums. */
export function sealFrame(frame: Uint8Array, sensor: SensorPlan, stamp: FrameStamp): void {
  const view = new DataView(frame.buffer, frame.byteOffset, frameLayout.size)
  const payload = frame.subarray(frameLayout.size)
  frame.fill(0, 0, frameLayout.size)
  view.setUint32(frameLayout.magic, frameMagic, true)
  view.setUint8(frameLayout.headerVersion, frameHeaderVersion)
  view.setUint8(frameLayout.headerBytes, frameLayout.size)
  view.setUint16(frameLayout.flags, stamp.exposuresLost ? frameFlags.exposuresLost : 0, true)
  view.setUint8(frameLayout.sensor, stamp.sensor)
  view.setUint8(frameLayout.format, frameFormats[sensor.format])
  view.setUint16(frameLayout.session, stamp.session, true)
  view.setUint32(frameLayout.sequence, stamp.sequence, true)
  view.setUint16(frameLayout.widthPx, sensor.widthPx, true)
  view.setUint16(frameLayout.heightPx, sensor.heightPx, true)
  view.setUint16(frameLayout.ppi, sensor.ppi, true)
  view.setBigUint64(frameLayout.deviceTimeUs, BigInt(Math.round(stamp.deviceTimeUs)), true)
  view.setUint32(frameLayout.payloadBytes, payload.length, true)
  view.setUint32(frameLayout.payloadCrc32, crc32(payload), true)
  if (stamp.attack) {
    view.setUint8(frameLayout.attackVerdict, stamp.attack.verdict === 'attack' ? attackVerdicts.attack : attackVerdicts.bonaFide)
    view.setUint8(frameLayout.attackScore, stamp.attack.score ?? attackScore.none)
  }
  view.setUint32(frameLayout.headerCrc32, crc32(frame.subarray(0, frameLayout.headerCrc32)), true)
}
