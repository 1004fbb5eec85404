// Randomness as a seam. Only this file touches the platform's generator; simulations hand in a seeded one (simulator/seeded-random.ts).

export interface Random {
  /** `count` random bytes, fit for nonces and identifiers. */
  bytes(count: number): Uint8Array
  /** Uniform in [0, 1). For jitter and choices, never for secrets. */
  next(): number
}

export const systemRandom: Random = {
  bytes: (count) => globalThis.crypto.getRandomValues(new Uint8Array(count)),
  next: () => {
    const word = globalThis.crypto.getRandomValues(new Uint32Array(1))[0] ?? 0
    return word / 2 ** 32
  },
}
