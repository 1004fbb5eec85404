// BER-TLV as cards use it (ISO/IEC 7816-4 clause 5.2.2): tags of one or two bytes, definite lengths up to 65,535. Writing only; the card's content is read back as bytes.

export function tlv(tag: number, value: Uint8Array): Uint8Array {
  const head = [...(tag > 0xff ? [tag >> 8, tag & 0xff] : [tag]), ...berLength(value.length)]
  const out = new Uint8Array(head.length + value.length)
  out.set(head)
  out.set(value, head.length)
  return out
}

function berLength(length: number): readonly number[] {
  if (length < 0x80) return [length]
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
}

export function join(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
