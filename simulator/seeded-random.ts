// Reproducible randomness (xoshiro128**, public domain by Blackman and Vigna). The same seed gives the same station, day and people.

import type { Random } from '../protocol/random.js'

export interface SeededRandom extends Random {
  /** An independent stream for one purpose, so that adding a consumer does not shift the others. */
  fork(label: string): SeededRandom
}

/** @param seed any 32-bit number; print it when a test fails */
export function seededRandom(seed: number): SeededRandom {
  const state = new Uint32Array(4)
  let mix = seed >>> 0
  for (let i = 0; i < 4; i++) {
    mix = (mix + 0x9e3779b9) >>> 0
    let z = mix
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
    state[i] = (z ^ (z >>> 16)) >>> 0
  }
  const rotate = (x: number, k: number) => ((x << k) | (x >>> (32 - k))) >>> 0
  const word = (): number => {
    const [a = 0, b = 0, c = 0, d = 0] = state
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0
    const c1 = c ^ a
    const d1 = d ^ b
    state[1] = b ^ c1
    state[0] = a ^ d1
    state[2] = c1 ^ (b << 9)
    state[3] = rotate(d1 >>> 0, 11)
    return result
  }
  return {
    next: () => word() / 2 ** 32,
    bytes: (count) => Uint8Array.from({ length: count }, () => word() & 0xff),
    fork: (label) => {
      let hash = seed >>> 0
      for (const ch of label) hash = Math.imul(hash ^ (ch.codePointAt(0) ?? 0), 0x01000193) >>> 0
      return seededRandom(hash)
    },
  }
}
