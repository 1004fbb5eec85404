// Key pairs of the simulated centre, one a purpose. Made by Node's generator at start: nothing here is a real key of anybody.

import { createPrivateKey, createPublicKey, generateKeyPairSync, type JsonWebKey, type KeyObject } from 'node:crypto'
import type { CentreKey, CentreKeySet, PublicJwk } from '../../protocol/hardware/centre.js'

export const purposes = ['sealing', 'receipts', 'issuing'] as const
export type Purpose = (typeof purposes)[number]

/** Plain data, private parts included: it is a simulated centre. */
export interface KeyState {
  readonly purpose: Purpose
  readonly kid: string
  readonly jwk: JsonWebKey
  readonly notBeforeMs: number
  readonly notAfterMs: number
}

export interface KeyRing {
  readonly state: readonly KeyState[]
  readonly publicKeys: CentreKeySet
  /** The newest of its purpose. */
  current(purpose: Purpose): { readonly kid: string; readonly privateKey: KeyObject }
  readonly sealing: ReadonlyMap<string, KeyObject>
}

const yearMs = 365 * 24 * 3_600_000

export function newKeys(nowMs: number): readonly KeyState[] {
  return purposes.map((purpose) => newKey(purpose, 1, nowMs))
}

export function newKey(purpose: Purpose, number: number, nowMs: number): KeyState {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = privateKey.export({ format: 'jwk' })
  return { purpose, kid: `simulated-centre-${purpose}-${number}`, jwk, notBeforeMs: nowMs - yearMs, notAfterMs: nowMs + 5 * yearMs }
}

export function keyRing(state: readonly KeyState[]): KeyRing {
  const pairs = state.map((key) => ({ ...key, privateKey: createPrivateKey({ key: key.jwk, format: 'jwk' }) }))
  const publicOf = (purpose: Purpose): CentreKey[] =>
    pairs
      .filter((pair) => pair.purpose === purpose)
      .map(({ privateKey, kid, notBeforeMs, notAfterMs }) => ({ jwk: publicJwk(privateKey, kid), notBeforeMs, notAfterMs }))
  return {
    state,
    publicKeys: { sealing: publicOf('sealing'), receipts: publicOf('receipts'), issuing: publicOf('issuing') },
    current: (purpose) => {
      const pair = pairs.findLast((each) => each.purpose === purpose)
      if (!pair) throw new Error(`the simulated centre has no ${purpose} key`)
      return pair
    },
    sealing: new Map(pairs.filter(({ purpose }) => purpose === 'sealing').map(({ kid, privateKey }) => [kid, privateKey])),
  }
}

function publicJwk(privateKey: KeyObject, kid: string): PublicJwk {
  const { x = '', y = '' } = createPublicKey(privateKey).export({ format: 'jwk' })
  return { kty: 'EC', crv: 'P-256', x, y, kid }
}
