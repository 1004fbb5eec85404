// The shape of a command namespace: who may, and what runs. Decoding, session, lock, role, audit and fault mapping happen once, in dispatch.ts.

import type { Init, Reply, RequestCommand } from '../../../protocol/gen/station.js'
import type { Actor, Station } from '../../desks.js'
import type { Role } from '../../service/standard.js'
import type { Session } from '../session.js'

export type CommandName = keyof RequestCommand

/** What a command can do about its own connection. */
export interface ConnectionControl {
  readonly session: Session
  /** The new session begins; the client gets a snapshot before the reply. */
  enter(session: Session): void
  watchPreview(on: boolean): void
  /** Ends the sessions of an operator on all connections. */
  endSessionsOf(operatorId: string): void
}

export interface CommandContext {
  readonly station: Station
  readonly connection: ConnectionControl
  /** The operator of the session; without roles and named `nobody` before anybody logged in. */
  readonly actor: Actor
  /** Wall clock, milliseconds. */
  readonly nowMs: number
}

export type Outcome = Omit<Init<Reply>, 'id' | 'outcome'>

export interface CommandSpec<K extends CommandName> {
  /** `anyone` needs no session, `any_operator` needs one, otherwise one of the roles is needed. */
  readonly role: readonly Role[] | 'anyone' | 'any_operator'
  readonly whileLocked?: true
  run(context: CommandContext, fields: RequestCommand[K]): Promise<Outcome>
}

/** Each namespace `satisfies` a part of it; index.ts holds the whole. */
export type CommandTable = { readonly [K in CommandName]: CommandSpec<K> }

export const done: Outcome = { done: {} }
