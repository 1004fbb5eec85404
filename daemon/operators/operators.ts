// The people who may work at this station: names, roles, PINs, and the one-time token that makes the first administrator. Works offline.
// Knows no session and no wire; PINs and the token are never logged, audited or kept in clear.

import { createHash, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../../protocol/clock.js'
import { Fault } from '../../protocol/fault.js'
import { TEXT_LIMITS } from '../../protocol/limits.js'
import type { Log } from '../../protocol/log.js'
import type { Random } from '../../protocol/random.js'
import type { Actor } from '../desks.js'
import type { Effects } from '../effects.js'
import type { Role } from '../service/standard.js'
import type { OperatorsTable } from '../store/schema.js'
import type { Store } from '../store/store.js'
import { forgetFinger } from './finger-store.js'
import { delayAfterFailuresMs, lockoutPolicy, remainingMs } from './lockout.js'
import { hashPin, pinMatches, saltBytes } from './pin.js'
import {
  administratorRole,
  checkName,
  checkRoles,
  findByName,
  insertOperator,
  normalName,
  type Operator,
  refuseLastAdministrator,
  toOperator,
} from './rows.js'

export type { Operator } from './rows.js'

export interface OperatorDesk {
  /** No operator exists yet. */
  readonly unclaimed: boolean
  /** A new one-time token for `claim`, to be shown to whoever started the daemon; undefined once claimed. An earlier token loses its force. */
  issueLaunchToken(): string | undefined
  /** @throws Fault operator.claim_refused, operator.weak_pin, input.invalid */
  claim(launchToken: string, name: string, pin: string): Promise<Operator>
  /** @throws Fault operator.exists, operator.weak_pin, input.invalid (field `name` or `roles`) */
  add(actor: Actor, request: { readonly name: string; readonly roles: readonly string[]; readonly pin: string }): Promise<Operator>
  list(): Promise<readonly Operator[]>
  /** @throws Fault operator.not_found, operator.last_administrator */
  setLocked(actor: Actor, name: string, locked: boolean): Promise<Operator>
  /** @throws Fault operator.wrong_pin, operator.too_many_tries (with `retryAfterMs`), operator.locked (only after the right PIN) */
  verifyPin(name: string, pin: string): Promise<Operator>
  /**
   * Once more, of somebody who is logged in. Counted with the log-ins: a finger is no second row of guesses.
   * @throws Fault operator.wrong_pin, operator.wrong_finger, operator.too_many_tries, operator.locked, operator.not_found
   */
  reauthenticate(operatorId: string, proof: Proof): Promise<Operator>
}

/** `matches`: whether the finger that was just laid down is the one enrolled. */
export type Proof = { readonly pin: string } | { readonly matches: () => Promise<boolean> }

const firstAdministratorRoles: readonly Role[] = [administratorRole, 'supervisor']
const shortestPin = 6
const waitingLimit = 32
const tokenBytes = 15
const idBytes = 8

export interface OperatorDeps {
  readonly store: Store
  readonly effects: Effects
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

export async function openOperatorDesk(deps: OperatorDeps): Promise<OperatorDesk> {
  const first = await deps.store.read((db) => db.selectFrom('operators').select('id').limit(1).executeTakeFirst())
  return new StoredOperators(deps, first === undefined)
}

class StoredOperators implements OperatorDesk {
  readonly #deps: OperatorDeps
  #unclaimed: boolean
  #tokenHash: Uint8Array | undefined
  /** Changes and PIN checks go one by one: guesses made side by side must not slip past the count. */
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0

  constructor(deps: OperatorDeps, unclaimed: boolean) {
    this.#deps = deps
    this.#unclaimed = unclaimed
  }

  get unclaimed(): boolean {
    return this.#unclaimed
  }

  issueLaunchToken(): string | undefined {
    if (!this.#unclaimed) return undefined
    const token = Buffer.from(this.#deps.random.bytes(tokenBytes)).toString('hex').toUpperCase()
    this.#tokenHash = hashToken(token)
    return token.match(/.{1,6}/g)?.join('-') ?? token
  }

  claim(launchToken: string, name: string, pin: string): Promise<Operator> {
    return this.#oneByOne(async () => {
      const expected = this.#tokenHash
      if (!expected || !this.#unclaimed || !timingSafeEqual(hashToken(launchToken), expected)) throw new Fault('operator.claim_refused')
      const made = await this.#makeRow(name, firstAdministratorRoles, pin)
      const row = await this.#deps.store.commit({ actor: made.id, act: 'operator.claimed', facts: { operator: made.id } }, async (trx) => {
        const other = await trx.selectFrom('operators').select('id').limit(1).executeTakeFirst()
        if (other) throw new Fault('operator.claim_refused')
        return insertOperator(trx, made)
      })
      this.#tokenHash = undefined
      this.#unclaimed = false
      this.#deps.log.write('info', 'operator.claimed', { operator: row.id })
      return toOperator(row)
    })
  }

  add(actor: Actor, request: { readonly name: string; readonly roles: readonly string[]; readonly pin: string }): Promise<Operator> {
    return this.#oneByOne(async () => {
      const made = await this.#makeRow(request.name, checkRoles(request.roles), request.pin)
      const audit = { actor: actor.operator, act: 'operator.added', facts: { operator: made.id } }
      const row = await this.#deps.store.commit(audit, async (trx) => {
        if (await findByName(trx, made.name)) throw new Fault('operator.exists')
        return insertOperator(trx, made)
      })
      this.#tokenHash = undefined
      this.#unclaimed = false
      return toOperator(row)
    })
  }

  async list(): Promise<readonly Operator[]> {
    const rows = await this.#deps.store.read((db) => db.selectFrom('operators').selectAll().orderBy('name').execute())
    return rows.map(toOperator)
  }

  setLocked(actor: Actor, name: string, locked: boolean): Promise<Operator> {
    return this.#oneByOne(async () => {
      const known = await this.#deps.store.read((db) => findByName(db, normalName(name)))
      if (!known) throw new Fault('operator.not_found')
      const act = locked ? 'operator.locked' : 'operator.unlocked'
      await this.#deps.store.commit({ actor: actor.operator, act, facts: { operator: known.id } }, async (trx) => {
        if (locked) await refuseLastAdministrator(trx, known)
        // A person unlocked by an administrator starts with a clean count.
        const count = locked ? {} : { failed_attempts: 0, locked_until_ms: null }
        await trx
          .updateTable('operators')
          .set({ disabled: locked ? 1 : 0, ...count })
          .where('id', '=', known.id)
          .execute()
      })
      if (locked) await forgetFinger(this.#deps.store, actor.operator, known.id)
      return { ...toOperator(known), locked }
    })
  }

  verifyPin(name: string, pin: string): Promise<Operator> {
    return this.#oneByOne(async () => {
      const { store, effects } = this.#deps
      const row = await store.read((db) => findByName(db, normalName(name)))
      if (!row) {
        // As slow as a known name, so that time does not tell who works here.
        await hashPin(effects, pin, new Uint8Array(saltBytes))
        throw new Fault('operator.wrong_pin')
      }
      return this.#admit(row, { pin })
    })
  }

  reauthenticate(operatorId: string, proof: Proof): Promise<Operator> {
    return this.#oneByOne(async () => {
      const row = await this.#deps.store.read((db) =>
        db.selectFrom('operators').selectAll().where('id', '=', operatorId).executeTakeFirst(),
      )
      if (!row) throw new Fault('operator.not_found')
      return this.#admit(row, proof)
    })
  }

  async #admit(row: OperatorsTable, proof: Proof): Promise<Operator> {
    const { effects, clock } = this.#deps
    const waitMs = remainingMs(row.locked_until_ms, clock.nowMs())
    if (waitMs > 0) {
      await this.#shortenWait(row, waitMs)
      throw new Fault('operator.too_many_tries', { retryAfterMs: waitMs })
    }
    const good = 'pin' in proof ? await pinMatches(effects, proof.pin, row.pin_salt, row.pin_hash) : await proof.matches()
    if (!good) return this.#countFailure(row, 'pin' in proof ? 'pin' : 'finger')
    if (row.disabled !== 0) throw new Fault('operator.locked')
    if (row.failed_attempts > 0) await this.#clearFailures(row)
    return toOperator(row)
  }

  async #countFailure(row: OperatorsTable, by: 'pin' | 'finger'): Promise<never> {
    const failures = row.failed_attempts + 1
    const waitMs = delayAfterFailuresMs(failures)
    const until = waitMs > 0 ? Math.ceil(this.#deps.clock.nowMs() + waitMs) : null
    const act = `operator.${by}_refused`
    const audit = { actor: row.id, act, facts: { operator: row.id, attempts: failures } }
    await this.#deps.store.commit(audit, (trx) =>
      trx.updateTable('operators').set({ failed_attempts: failures, locked_until_ms: until }).where('id', '=', row.id).execute(),
    )
    this.#deps.log.write('warn', act, { operator: row.id, attempts: failures })
    if (waitMs > 0) throw new Fault('operator.too_many_tries', { retryAfterMs: waitMs })
    throw new Fault(`operator.wrong_${by}`)
  }

  async #clearFailures(row: OperatorsTable): Promise<void> {
    const audit = { actor: row.id, act: 'operator.pin_count_cleared', facts: { operator: row.id, attempts: row.failed_attempts } }
    await this.#deps.store.commit(audit, (trx) =>
      trx.updateTable('operators').set({ failed_attempts: 0, locked_until_ms: null }).where('id', '=', row.id).execute(),
    )
  }

  /** The clock was set back since the lockout began: keep the wait within the longest delay instead of until the old date comes again. */
  async #shortenWait(row: OperatorsTable, waitMs: number): Promise<void> {
    const nowMs = this.#deps.clock.nowMs()
    if (row.locked_until_ms === null || row.locked_until_ms - nowMs <= lockoutPolicy.longestDelayMs) return
    const audit = { actor: 'station', act: 'operator.wait_shortened', facts: { operator: row.id, reason: 'clock_set_back' } }
    await this.#deps.store.commit(audit, (trx) =>
      trx
        .updateTable('operators')
        .set({ locked_until_ms: Math.ceil(nowMs + waitMs) })
        .where('id', '=', row.id)
        .execute(),
    )
  }

  async #makeRow(name: string, roles: readonly Role[], pin: string): Promise<OperatorsTable> {
    const pinLength = [...pin.normalize('NFC')].length
    if (pinLength < shortestPin) throw new Fault('operator.weak_pin', { limit: shortestPin })
    if (pinLength > (TEXT_LIMITS['pin'] ?? 0)) throw new Fault('input.invalid', { field: 'pin' })
    const salt = this.#deps.random.bytes(saltBytes)
    return {
      id: Buffer.from(this.#deps.random.bytes(idBytes)).toString('hex'),
      name: checkName(name),
      roles: JSON.stringify(roles),
      pin_hash: await hashPin(this.#deps.effects, pin, salt),
      pin_salt: salt,
      failed_attempts: 0,
      locked_until_ms: null,
      disabled: 0,
      created_ms: Math.floor(this.#deps.clock.nowMs()),
      number: 0,
    }
  }

  #oneByOne<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waiting >= waitingLimit) return Promise.reject(new Fault('internal.limit', { limit: waitingLimit }))
    this.#waiting++
    const result = this.#last.then(work).finally(() => {
      this.#waiting--
    })
    this.#last = result.catch(() => {})
    return result
  }
}

const hashToken = (token: string): Uint8Array =>
  createHash('sha256')
    .update(token.replaceAll(/[^0-9a-zA-Z]/g, '').toUpperCase())
    .digest()
