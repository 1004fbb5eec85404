// Who sits before one connection: nobody, an operator at work, or an operator whose screen is locked. Pure; the connection owns the timer.

import type { SessionState } from '../../protocol/gen/station.js'
import type { Operator } from '../operators/operators.js'
import { caseViewers } from './roles.js'

export type Session =
  | { readonly at: 'nobody' }
  | { readonly at: 'working'; readonly operator: Operator }
  | { readonly at: 'locked'; readonly operator: Operator }

export const nobody: Session = { at: 'nobody' }

/** Whether this session is shown cases, persons and what goes on with them. */
export function seesCases(session: Session): boolean {
  return session.at === 'working' && session.operator.roles.some((role) => caseViewers.has(role))
}

export function sessionState(session: Session): SessionState {
  if (session.at === 'nobody') return { loggedIn: false, operator: '', roles: [], locked: false }
  return { loggedIn: true, operator: session.operator.name, roles: session.operator.roles, locked: session.at === 'locked' }
}
