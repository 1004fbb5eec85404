// Bytes to checked messages and back: one place where both ends of the wire refuse what they cannot accept. No sockets, no state.
// The daemon checks everything about a client's message; a client trusts its daemon but for size, form and the version.

import type { Facts } from './facts.js'
import { Fault, isFaultCode } from './fault.js'
import { ClientFrame, type FaultReport, type Init, Modality, ServerFrame } from './gen/station.js'
import { PROTOCOL_VERSION, TEXT_LIMITS, WIRE_LIMITS } from './limits.js'

export { CLOSE_CODES, PROTOCOL_VERSION, WIRE_LIMITS } from './limits.js'

export type ClientMessage = Exclude<ClientFrame, { readonly body?: undefined }>
export type ServerMessage = Exclude<ServerFrame, { readonly body?: undefined }>

export function encodeClientFrame(frame: Init<ClientFrame>): Uint8Array {
  return within(ClientFrame.encode(frame).finish(), WIRE_LIMITS.clientMessageBytes)
}

export function encodeServerFrame(frame: Init<ServerFrame>): Uint8Array {
  return within(ServerFrame.encode(frame).finish(), WIRE_LIMITS.serverMessageBytes)
}

/**
 * A client's message, checked: size, form, presence of a body, lengths of texts and lists, range of enums, a request's id.
 * A request without a command is one that this software does not know yet: the caller answers it with protocol.unknown_command.
 * @throws Fault protocol.too_large, protocol.malformed (with the field)
 */
export function decodeClientFrame(bytes: Uint8Array): ClientMessage {
  const frame = decode(ClientFrame, bytes, WIRE_LIMITS.clientMessageBytes)
  if (!frame.body) throw new Fault('protocol.malformed', { field: 'body', reason: 'missing' })
  if (frame.body === 'request') {
    if (frame.request.id === 0) throw new Fault('protocol.malformed', { field: 'request.id', reason: 'missing' })
  }
  checkValue(frame, '')
  return frame
}

/** @throws Fault protocol.too_large, protocol.malformed */
export function decodeServerFrame(bytes: Uint8Array): ServerMessage {
  const frame = decode(ServerFrame, bytes, WIRE_LIMITS.serverMessageBytes)
  if (!frame.body) throw new Fault('protocol.malformed', { field: 'body', reason: 'missing' })
  return frame
}

/** @throws Fault protocol.version when `version` is outside the range that this software speaks */
export function checkVersion(version: number): void {
  if (version < PROTOCOL_VERSION.min || version > PROTOCOL_VERSION.max) {
    throw new Fault('protocol.version', { found: version, expected: `${PROTOCOL_VERSION.min}-${PROTOCOL_VERSION.max}` })
  }
}

/** The highest version that both speak. @throws Fault protocol.version when there is none */
export function chooseVersion(hello: { readonly minVersion: number; readonly maxVersion: number }): number {
  const version = Math.min(hello.maxVersion, PROTOCOL_VERSION.max)
  if (version < hello.minVersion || version < PROTOCOL_VERSION.min) {
    throw new Fault('protocol.version', {
      found: `${hello.minVersion}-${hello.maxVersion}`,
      expected: `${PROTOCOL_VERSION.min}-${PROTOCOL_VERSION.max}`,
    })
  }
  return version
}

/** Code and context of a fault for the wire. The cause and the stack stay behind. */
export function faultReport(fault: { readonly code: string; readonly context: Facts }): FaultReport {
  const context: Record<string, string> = {}
  for (const [name, value] of Object.entries(fault.context)) if (value !== undefined) context[name] = String(value)
  return { code: fault.code, context }
}

const numericFacts = new Set(['limit', 'size', 'offset', 'count', 'attempts', 'timeoutMs', 'retryAfterMs', 'durationMs', 'port', 'line'])
const textFacts = new Set([
  ...['device', 'serial', 'reader', 'path', 'field', 'step', 'modality', 'caseId', 'packetId', 'operator', 'role', 'operation', 'reason'],
  ...['expected', 'found', 'statusWord', 'version'],
])

/** The Fault that was reported. A code that this software does not know becomes `internal.unexpected` with the code as reason. */
export function faultFromReport(report: FaultReport): Fault {
  const context: Record<string, string | number> = {}
  for (const [name, value] of Object.entries(report.context)) {
    if (textFacts.has(name)) context[name] = value
    if (numericFacts.has(name) && Number.isFinite(Number(value))) context[name] = Number(value)
  }
  return isFaultCode(report.code) ? new Fault(report.code, context) : new Fault('internal.unexpected', { ...context, reason: report.code })
}

function within(bytes: Uint8Array, limit: number): Uint8Array {
  if (bytes.length > limit) throw new Fault('protocol.too_large', { size: bytes.length, limit })
  return bytes
}

interface Decoder {
  decode(bytes: Uint8Array): object
}

function decode(codec: typeof ClientFrame, bytes: Uint8Array, limit: number): ClientFrame
function decode(codec: typeof ServerFrame, bytes: Uint8Array, limit: number): ServerFrame
function decode(codec: Decoder, bytes: Uint8Array, limit: number): object {
  within(bytes, limit)
  let message: object
  try {
    message = codec.decode(bytes)
  } catch (cause) {
    throw new Fault('protocol.malformed', { size: bytes.length }, { cause })
  }
  return plain(message)
}

/** Decoded messages keep defaults on their prototype; a plain object with every field present survives spreading, comparing and printing. */
function plain(message: object): object {
  const fields: Record<string, unknown> = {}
  const prototype: object = Object.getPrototypeOf(message)
  for (const name of Object.getOwnPropertyNames(prototype)) {
    if (name === 'constructor') continue
    const value: unknown = Reflect.get(message, name)
    if (value === null || value === undefined) continue
    fields[name] = plainValue(value)
  }
  return fields
}

function plainValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainValue)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype ? { ...value } : plain(value)
}

const lastModality = Math.max(...Object.values(Modality).filter((value) => typeof value === 'number'))

/** Commands that mean the only capture of a case may leave it out, as clients did that knew of one only. */
const mayLeaveOut = new Set(['request.takeNow.modality', 'request.cancelCapture.modality'])
const leastModality = (field: string): number => (mayLeaveOut.has(field) ? 0 : 1)

function checkValue(value: unknown, field: string): void {
  const key = field.slice(field.lastIndexOf('.') + 1)
  if (typeof value === 'string') {
    const limit = TEXT_LIMITS[key] ?? WIRE_LIMITS.textCharacters
    if (value.length > limit) throw new Fault('protocol.malformed', { field, reason: 'too_long', size: value.length, limit })
  } else if (Array.isArray(value)) {
    const limit = WIRE_LIMITS.listEntries
    if (value.length > limit) throw new Fault('protocol.malformed', { field, reason: 'too_many', size: value.length, limit })
    for (const entry of value) checkValue(entry, field)
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) checkValue(inner, field === '' ? name : `${field}.${name}`)
  } else if (key === 'modality' && (typeof value !== 'number' || value < leastModality(field) || value > lastModality)) {
    throw new Fault('protocol.malformed', { field, reason: 'out_of_range', found: Number(value) })
  }
}
