// Damage as disks, lines and liars do it: flipped bits, wrong bytes, lengths and counts that lie, cuts, and bytes that are too many.

import fc from 'fast-check'

type Damage = (bytes: Uint8Array) => Uint8Array

/** Offsets near the head, where lengths and counts stand, as often as anywhere. */
const place = fc.oneof(fc.nat(120), fc.nat())
const at = (bytes: Uint8Array, offset: number) => (bytes.length === 0 ? 0 : offset % bytes.length)

const changed = (bytes: Uint8Array, change: (copy: Uint8Array) => void): Uint8Array => {
  const copy = bytes.slice()
  if (copy.length > 0) change(copy)
  return copy
}

const flippedBit = fc.tuple(place, fc.nat(7)).map(
  ([offset, bit]): Damage =>
    (bytes) =>
      changed(bytes, (copy) => {
        copy[at(copy, offset)]! ^= 1 << bit
      }),
)
const otherByte = fc.tuple(place, fc.nat(255)).map(
  ([offset, value]): Damage =>
    (bytes) =>
      changed(bytes, (copy) => {
        copy[at(copy, offset)] = value
      }),
)
/** A field of 1 to 4 bytes: all ones, the sign bit, zero, one more or less than it was, or as many as there are bytes. */
const lie = fc.tuple(place, fc.integer({ min: 1, max: 4 }), fc.constantFrom('ones', 'sign', 'zero', 'more', 'less', 'size')).map(
  ([offset, size, kind]): Damage =>
    (bytes) =>
      changed(bytes, (copy) => {
        const start = at(copy, offset)
        const end = Math.min(copy.length, start + size)
        const was = copy.subarray(start, end).reduce((sum, byte) => sum * 256 + byte, 0)
        const limit = 256 ** (end - start)
        const value = { ones: limit - 1, sign: limit / 2, zero: 0, more: was + 1, less: was - 1 + limit, size: copy.length }[kind] % limit
        for (let i = end - 1, rest = value; i >= start; i--, rest = Math.floor(rest / 256)) copy[i] = rest % 256
      }),
)
const cut = place.map(
  (offset): Damage =>
    (bytes) =>
      bytes.slice(0, at(bytes, offset)),
)
const removed = fc.tuple(place, fc.integer({ min: 1, max: 40 })).map(
  ([offset, count]): Damage =>
    (bytes) =>
      Uint8Array.from([...bytes.subarray(0, at(bytes, offset)), ...bytes.subarray(at(bytes, offset) + count)]),
)
const inserted = fc.tuple(place, fc.uint8Array({ minLength: 1, maxLength: 40 })).map(
  ([offset, more]): Damage =>
    (bytes) =>
      Uint8Array.from([...bytes.subarray(0, at(bytes, offset)), ...more, ...bytes.subarray(at(bytes, offset))]),
)

/** One of the originals, damaged one to five times. */
export const damaged = (originals: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(
      fc.constantFrom(...originals),
      fc.array(fc.oneof(flippedBit, otherByte, lie, lie, cut, removed, inserted), { minLength: 1, maxLength: 5 }),
    )
    .map(([original, damages]) => damages.reduce((bytes, damage) => damage(bytes), original))
