// PINs as salted scrypt hashes (RFC 7914) that carry their own cost, so that it can be raised later. Knows no operator and no store.

import { scrypt, timingSafeEqual } from 'node:crypto'
import type { Effects } from '../effects.js'

/** 32 MiB and about a tenth of a second a try: a six-digit PIN is protected by the lockout, a stolen database by this and by the store's encryption. */
const cost = { log2N: 15, r: 8, p: 1 } as const
const headerBytes = 3
const keyBytes = 32
export const saltBytes = 16

/** @returns log2 N, r, p in one byte each, then 32 bytes of key */
export async function hashPin(effects: Effects, pin: string, salt: Uint8Array): Promise<Uint8Array> {
  return Uint8Array.of(cost.log2N, cost.r, cost.p, ...(await derive(effects, pin, salt, cost)))
}

/** Constant-time in the comparison. A hash of another shape never matches. */
export async function pinMatches(effects: Effects, pin: string, salt: Uint8Array, hash: Uint8Array): Promise<boolean> {
  const [log2N = 0, r = 0, p = 0] = hash
  if (hash.length !== headerBytes + keyBytes || log2N < 10 || log2N > 20 || r < 1 || r > 16 || p < 1 || p > 4) return false
  const found = await derive(effects, pin, salt, { log2N, r, p })
  return timingSafeEqual(found, hash.subarray(headerBytes))
}

function derive(
  effects: Effects,
  pin: string,
  salt: Uint8Array,
  { log2N, r, p }: { log2N: number; r: number; p: number },
): Promise<Uint8Array> {
  const N = 2 ** log2N
  return effects.perform(
    'compute',
    () =>
      new Promise((resolve, reject) => {
        scrypt(pin.normalize('NFC'), salt, keyBytes, { N, r, p, maxmem: 256 * N * r }, (error, key) =>
          error ? reject(error) : resolve(key),
        )
      }),
  )
}
