// BER-TLV as the card's side reads and writes it (ISO/IEC 7816-4 clause 5.2.2). Knows nothing of files or commands.

export interface Tlv {
  /** One or two tag bytes as a number, e.g. 0x62 or 0x7f60. */
  readonly tag: number
  readonly value: Uint8Array
}

/** Splits `bytes` into its data objects, or null when any of it is not well-formed. At most 64 objects. */
export function parseTlvs(bytes: Uint8Array): Tlv[] | null {
  const found: Tlv[] = []
  let at = 0
  while (at < bytes.length) {
    if (found.length === 64) return null
    let tag = bytes[at++]!
    if ((tag & 0x1f) === 0x1f) {
      const second = bytes[at++]
      if (second === undefined || second & 0x80) return null
      tag = (tag << 8) | second
    }
    const length = readLength(bytes, at)
    if (!length || length.next + length.value > bytes.length) return null
    found.push({ tag, value: bytes.subarray(length.next, length.next + length.value) })
    at = length.next + length.value
  }
  return found
}

/** One data object with the shortest length form. `value` at most 65,535 bytes. */
export function tlv(tag: number, ...values: readonly ArrayLike<number>[]): Uint8Array {
  const total = values.reduce((sum, value) => sum + value.length, 0)
  const head = tag > 0xff ? [tag >> 8, tag & 0xff] : [tag]
  if (total < 0x80) head.push(total)
  else if (total <= 0xff) head.push(0x81, total)
  else head.push(0x82, total >> 8, total & 0xff)
  const out = new Uint8Array(head.length + total)
  out.set(head)
  let at = head.length
  for (const value of values) {
    out.set(value, at)
    at += value.length
  }
  return out
}

function readLength(bytes: Uint8Array, at: number): { value: number; next: number } | null {
  const first = bytes[at]
  if (first === undefined) return null
  if (first < 0x80) return { value: first, next: at + 1 }
  const count = first & 0x7f
  if (count < 1 || count > 2 || at + 1 + count > bytes.length) return null
  let value = 0
  for (let i = 1; i <= count; i++) value = (value << 8) | bytes[at + i]!
  return { value, next: at + 1 + count }
}
