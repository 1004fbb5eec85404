// Operators as rows: what a name and a role may be, numbers for life, and the administrator who has to stay. Knows no PIN.

import type { Transaction } from 'kysely'
import { Fault } from '../../protocol/fault.js'
import { TEXT_LIMITS } from '../../protocol/limits.js'
import { roles as knownRoles, type Role } from '../service/standard.js'
import type { OperatorsTable, Tables } from '../store/schema.js'

export interface Operator {
  /** Stable; goes into the audit chain in place of the name. */
  readonly id: string
  /** Stable as well; stands for the operator in figures. */
  readonly number: number
  readonly name: string
  readonly roles: readonly Role[]
  readonly locked: boolean
}

export const administratorRole: Role = 'database_admin'

export const normalName = (name: string): string => name.normalize('NFC').trim()

export function checkName(name: string): string {
  const normal = normalName(name)
  if (!/^[\p{L}\p{N}][\p{L}\p{M}\p{N} .,'_-]*$/u.test(normal) || normal.length > (TEXT_LIMITS['name'] ?? 0)) {
    throw new Fault('input.invalid', { field: 'name' })
  }
  return normal
}

const isRole = (role: string): role is Role => knownRoles.some((known) => known === role)

export function checkRoles(roles: readonly string[]): readonly Role[] {
  const checked = [...new Set(roles)].filter(isRole)
  if (checked.length === 0 || checked.length < new Set(roles).size) throw new Fault('input.invalid', { field: 'roles' })
  return checked
}

export function toOperator(row: OperatorsTable): Operator {
  const stored: unknown = JSON.parse(row.roles)
  const roles = Array.isArray(stored) ? stored.filter((role) => typeof role === 'string').filter(isRole) : []
  return { id: row.id, number: row.number, name: row.name, roles, locked: row.disabled !== 0 }
}

/** With the next number: operators are locked, never removed, so that no number comes twice. */
export async function insertOperator(trx: Transaction<Tables>, made: OperatorsTable): Promise<OperatorsTable> {
  const last = await trx
    .selectFrom('operators')
    .select(({ fn }) => fn.max('number').as('number'))
    .executeTakeFirst()
  const row = { ...made, number: Number(last?.number ?? 0) + 1 }
  await trx.insertInto('operators').values(row).execute()
  return row
}

export function findByName(db: Pick<Transaction<Tables>, 'selectFrom'>, name: string): Promise<OperatorsTable | undefined> {
  return db.selectFrom('operators').selectAll().where('name', '=', name).executeTakeFirst()
}

export async function refuseLastAdministrator(trx: Transaction<Tables>, row: OperatorsTable): Promise<void> {
  if (!toOperator(row).roles.includes(administratorRole)) return
  const others = await trx.selectFrom('operators').selectAll().where('disabled', '=', 0).where('id', '!=', row.id).execute()
  if (!others.some((other) => toOperator(other).roles.includes(administratorRole))) throw new Fault('operator.last_administrator')
}
