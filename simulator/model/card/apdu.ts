// Command and response APDUs seen from inside the card (ISO/IEC 7816-3 clause 12.1, 7816-4 clause 5). Own code on purpose: shares none with the drivers.

/** Status words of ISO/IEC 7816-4 table 6 that this card gives. */
export const sw = {
  ok: 0x9000,
  endOfFile: 0x6282,
  memoryFailure: 0x6581,
  wrongLength: 0x6700,
  chainingNotSupported: 0x6884,
  securityNotSatisfied: 0x6982,
  conditionsNotSatisfied: 0x6985,
  noCurrentFile: 0x6986,
  incorrectData: 0x6a80,
  fileNotFound: 0x6a82,
  noSpace: 0x6a84,
  incorrectP1P2: 0x6a86,
  fileExists: 0x6a89,
  wrongOffset: 0x6b00,
  wrongLe: 0x6c00,
  insUnknown: 0x6d00,
  claUnknown: 0x6e00,
} as const

export interface CommandApdu {
  readonly cla: number
  readonly ins: number
  readonly p1: number
  readonly p2: number
  readonly data: Uint8Array
  /** Largest response wanted, `undefined` when there is no Le field. */
  readonly ne: number | undefined
  readonly extended: boolean
}

/** The four short and three extended cases of ISO/IEC 7816-3 clause 12.1.3; null when the lengths do not fit together. */
export function parseCommand(bytes: Uint8Array): CommandApdu | null {
  if (bytes.length < 4) return null
  const [cla, ins, p1, p2] = bytes as unknown as [number, number, number, number]
  const make = (data: Uint8Array, ne: number | undefined, extended: boolean): CommandApdu => ({ cla, ins, p1, p2, data, ne, extended })
  const none = new Uint8Array(0)
  if (bytes.length === 4) return make(none, undefined, false)
  const first = bytes[4]!
  if (bytes.length === 5) return make(none, first === 0 ? 256 : first, false)
  if (first !== 0) {
    const data = bytes.subarray(5, 5 + first)
    if (bytes.length === 5 + first) return make(data, undefined, false)
    if (bytes.length !== 6 + first) return null
    const le = bytes[5 + first]!
    return make(data, le === 0 ? 256 : le, false)
  }
  if (bytes.length < 7) return null
  const wide = (bytes[5]! << 8) | bytes[6]!
  if (bytes.length === 7) return make(none, wide === 0 ? 65_536 : wide, true)
  if (wide === 0) return null
  const data = bytes.subarray(7, 7 + wide)
  if (bytes.length === 7 + wide) return make(data, undefined, true)
  if (bytes.length !== 9 + wide) return null
  const le = (bytes[7 + wide]! << 8) | bytes[8 + wide]!
  return make(data, le === 0 ? 65_536 : le, true)
}

export interface Answer {
  readonly data: Uint8Array
  readonly statusWord: number
}

export const status = (statusWord: number): Answer => ({ data: new Uint8Array(0), statusWord })

export function encodeAnswer(answer: Answer): Uint8Array {
  const out = new Uint8Array(answer.data.length + 2)
  out.set(answer.data)
  out[answer.data.length] = answer.statusWord >> 8
  out[answer.data.length + 1] = answer.statusWord & 0xff
  return out
}
