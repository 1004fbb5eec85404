// The control messages of the capture protocol, host side: GET_INFO, START, CHALLENGE, READ_PROOF, GET_STATUS. Bytes only, no I/O.

import {
  type CaptureKind,
  captureKindCodes,
  captureProtocol,
  challengeLayout,
  conditionBits,
  frameFormats,
  infoFeatures,
  infoLayout,
  proofDomain,
  proofLayout,
  proofStates,
  sensorLayout,
  startLayout,
  statusLayout,
  statusStates,
} from '../../protocol/hardware/capture-device.js'
import { type CaptureDeviceInfo, type CaptureDeviceStatus, deviceConditions, type SensorInfo } from '../driver.js'

/** Why a message was not accepted: which field, where, what it held. */
export interface Refusal {
  readonly field: string
  readonly offset: number
  readonly found: number
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
const refusal = (field: string, offset: number, found: number): Refusal => ({ field, offset, found })
const bit = (word: number, mask: number): boolean => (word & mask) !== 0

function nameOf<Name extends string>(codes: Readonly<Record<Name, number>>, code: number): Name | undefined {
  return (Object.keys(codes) as Name[]).find((name) => codes[name] === code)
}

/** GET_INFO. Longer headers and entries of later minor versions are read by their known part. */
export function readInfo(bytes: Uint8Array): CaptureDeviceInfo | Refusal {
  const view = viewOf(bytes)
  if (bytes.length < infoLayout.size) return refusal('info', 0, bytes.length)
  const total = view.getUint16(infoLayout.totalBytes, true)
  if (total !== bytes.length) return refusal('info.total', infoLayout.totalBytes, total)
  const major = view.getUint8(infoLayout.major)
  if (major !== captureProtocol.major) return refusal('info.version', infoLayout.major, major)
  const kind = nameOf(captureKindCodes, view.getUint8(infoLayout.kind))
  if (!kind) return refusal('info.kind', infoLayout.kind, view.getUint8(infoLayout.kind))
  const count = view.getUint8(infoLayout.sensorCount)
  if (count < 1 || count > infoLayout.maxSensors) return refusal('info.sensors', infoLayout.sensorCount, count)
  const headerBytes = view.getUint8(infoLayout.headerBytes)
  const sensorBytes = view.getUint8(infoLayout.sensorBytes)
  if (headerBytes < infoLayout.size) return refusal('info.header', infoLayout.headerBytes, headerBytes)
  if (sensorBytes < sensorLayout.size) return refusal('info.sensor', infoLayout.sensorBytes, sensorBytes)
  if (headerBytes + count * sensorBytes > total) return refusal('info.total', infoLayout.totalBytes, total)
  const sensors: SensorInfo[] = []
  for (let i = 0; i < count; i++) {
    const sensor = readSensor(view, headerBytes + i * sensorBytes, sensors)
    if ('found' in sensor) return sensor
    sensors.push(sensor)
  }
  const features = view.getUint16(infoLayout.features, true)
  const firmware = [infoLayout.firmwareMajor, infoLayout.firmwareMinor, infoLayout.firmwarePatch].map((at) => view.getUint16(at, true))
  return {
    kind,
    protocolVersion: `${major}.${view.getUint8(infoLayout.minor)}`,
    firmwareVersion: firmware.join('.'),
    sensors,
    features: {
      gain: bit(features, infoFeatures.gain),
      light: bit(features, infoFeatures.light),
      indicator: bit(features, infoFeatures.indicator),
    },
  }
}

function readSensor(view: DataView, at: number, before: readonly SensorInfo[]): SensorInfo | Refusal {
  const sensor = view.getUint8(at + sensorLayout.sensor)
  if (sensor >= infoLayout.maxSensors || before.some((other) => other.sensor === sensor))
    return refusal('sensor.id', at + sensorLayout.sensor, sensor)
  const format = nameOf(frameFormats, view.getUint8(at + sensorLayout.format))
  if (!format) return refusal('sensor.format', at + sensorLayout.format, view.getUint8(at + sensorLayout.format))
  const widthPx = view.getUint16(at + sensorLayout.widthPx, true)
  const heightPx = view.getUint16(at + sensorLayout.heightPx, true)
  if (widthPx === 0 || heightPx === 0) return refusal('sensor.size', at + sensorLayout.widthPx, 0)
  const maxPayloadBytes = view.getUint32(at + sensorLayout.maxPayloadBytes, true)
  const roomBytes = format === 'grey8' ? widthPx * heightPx : widthPx * heightPx * 3
  if (maxPayloadBytes === 0 || maxPayloadBytes > roomBytes)
    return refusal('sensor.payload', at + sensorLayout.maxPayloadBytes, maxPayloadBytes)
  const ppi = view.getUint16(at + sensorLayout.ppi, true)
  return { sensor, format, widthPx, heightPx, ppi, maxFps: view.getUint16(at + sensorLayout.maxFps, true), maxPayloadBytes }
}

/** START. */
export function startMessage(sensorMask: number, maxFps: number, session: number): Uint8Array {
  const bytes = new Uint8Array(startLayout.size)
  const view = viewOf(bytes)
  view.setUint8(startLayout.sensorMask, sensorMask)
  view.setUint8(startLayout.maxFps, maxFps)
  view.setUint16(startLayout.session, session, true)
  return bytes
}

/** CHALLENGE. */
export function challengeMessage(nonce: Uint8Array, hostContext: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(challengeLayout.size)
  bytes.set(nonce, challengeLayout.nonce)
  bytes.set(hostContext, challengeLayout.hostContext)
  return bytes
}

/** What the device signs (docs/devices.md §3). */
export function proofMessage(challenge: Uint8Array, kind: CaptureKind, firmwareVersion: string, serial: string): Uint8Array {
  const encoder = new TextEncoder()
  const name = encoder.encode(serial)
  const domain = encoder.encode(proofDomain)
  const bytes = new Uint8Array(domain.length + challenge.length + 8 + name.length)
  const view = viewOf(bytes)
  bytes.set(domain)
  bytes.set(challenge, domain.length)
  const at = domain.length + challenge.length
  view.setUint8(at, captureKindCodes[kind])
  firmwareVersion.split('.').forEach((part, i) => {
    view.setUint16(at + 1 + 2 * i, Number(part), true)
  })
  view.setUint8(at + 7, name.length)
  bytes.set(name, at + 8)
  return bytes
}

/** READ_PROOF: the signature, or that there is none yet. */
export function readProof(bytes: Uint8Array): Uint8Array | 'pending' | Refusal {
  if (bytes.length !== proofLayout.size) return refusal('proof', 0, bytes.length)
  const state = bytes[proofLayout.state]!
  if (state === proofStates.pending) return 'pending'
  if (state !== proofStates.ready) return refusal('proof.state', proofLayout.state, state)
  return bytes.slice(proofLayout.signature, proofLayout.signature + proofLayout.signatureBytes)
}

const bitOf = {
  platen_dirty: conditionBits.platenDirty,
  light_weak: conditionBits.lightWeak,
  needs_recalibration: conditionBits.needsRecalibration,
  overheated: conditionBits.overheated,
} as const satisfies Record<(typeof deviceConditions)[number], number>

/** GET_STATUS. Devices before 1.2 end before the conditions. */
export function readStatus(bytes: Uint8Array): CaptureDeviceStatus | Refusal {
  if (bytes.length < statusLayout.leastSize) return refusal('status', 0, bytes.length)
  const view = viewOf(bytes)
  const state = nameOf(statusStates, view.getUint8(statusLayout.state))
  if (!state) return refusal('status.state', statusLayout.state, view.getUint8(statusLayout.state))
  const conditions = bytes.length < statusLayout.size ? 0 : view.getUint32(statusLayout.conditions, true)
  return {
    state,
    conditions: deviceConditions.filter((name) => bit(conditions, bitOf[name])),
    lastError: view.getUint8(statusLayout.lastError),
    temperatureC: view.getInt16(statusLayout.temperatureDeciC, true) / 10,
    uptimeMs: view.getUint32(statusLayout.uptimeMs, true),
    framesSent: view.getUint32(statusLayout.framesSent, true),
    framesLost: view.getUint32(statusLayout.framesLost, true),
  }
}
