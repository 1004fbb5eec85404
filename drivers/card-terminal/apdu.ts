// Command APDUs out, response APDUs in (ISO/IEC 7816-3 clause 12.1). Pure; knows no files and no cards.

import { Fault } from '../../protocol/fault.js'

export interface Command {
  /** Default 0x00. */
  readonly cla?: number
  readonly ins: number
  readonly p1: number
  readonly p2: number
  /** 0 to 65,526 bytes. */
  readonly data?: Uint8Array
  /** Largest response wanted, 1 to 65,536; 256 (or 65,536 extended) means "all there is". No Le field when absent. */
  readonly ne?: number
}

export interface Response {
  readonly data: Uint8Array
  readonly statusWord: number
}

/** Short form when data and Ne allow it, else extended. @throws Fault `input.invalid` for values that have no encoding */
export function encodeCommand(command: Command): Uint8Array {
  const { cla = 0, ins, p1, p2, data = new Uint8Array(0), ne } = command
  for (const [field, byte] of Object.entries({ cla, ins, p1, p2 })) {
    if (!Number.isInteger(byte) || byte < 0 || byte > 0xff) throw new Fault('input.invalid', { field, found: byte })
  }
  // Header 4, Lc 3, data, Le 2 must fit in the 65,535 bytes that a reader takes.
  if (data.length > 65_526) throw new Fault('input.invalid', { field: 'data', size: data.length, limit: 65_526 })
  if (ne !== undefined && (!Number.isInteger(ne) || ne < 1 || ne > 65_536))
    throw new Fault('input.invalid', { field: 'ne', found: ne, limit: 65_536 })
  const head = [cla, ins, p1, p2]
  const extended = data.length > 255 || (ne !== undefined && ne > 256)
  if (!extended) {
    const lc = data.length > 0 ? [data.length] : []
    const le = ne === undefined ? [] : [ne & 0xff]
    return Uint8Array.of(...head, ...lc, ...data, ...le)
  }
  const lc = data.length > 0 ? [0, data.length >> 8, data.length & 0xff] : []
  const le = ne === undefined ? [] : [...(data.length > 0 ? [] : [0]), (ne >> 8) & 0xff, ne & 0xff]
  const out = new Uint8Array(head.length + lc.length + data.length + le.length)
  out.set(head)
  out.set(lc, 4)
  out.set(data, 4 + lc.length)
  out.set(le, 4 + lc.length + data.length)
  return out
}

/** @throws Fault `device.protocol` when there is no status word */
export function decodeResponse(bytes: Uint8Array): Response {
  if (bytes.length < 2) throw new Fault('device.protocol', { field: 'responseApdu', size: bytes.length })
  return { data: bytes.subarray(0, bytes.length - 2), statusWord: (bytes[bytes.length - 2]! << 8) | bytes[bytes.length - 1]! }
}

/** `0x6a82` as `6A82`. */
export const statusWordText = (statusWord: number): string => statusWord.toString(16).padStart(4, '0').toUpperCase()
