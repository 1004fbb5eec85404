// Around every command, once: session, lock and role checks, the audit of refusals, and faults instead of errors. Knows no socket.

import { faultReport } from '../../protocol/envelope.js'
import { Fault, isFaultOf, toFault } from '../../protocol/fault.js'
import type { Init, Reply, Request, RequestCommand } from '../../protocol/gen/station.js'
import type { Log } from '../../protocol/log.js'
import type { Actor, Station } from '../desks.js'
import type { AuditEntry } from '../store/store.js'
import { commandTable } from './commands/index.js'
import type { CommandContext, CommandName, CommandSpec, ConnectionControl, Outcome } from './commands/table.js'
import type { Session } from './session.js'

export interface DispatchDeps {
  readonly station: Station
  readonly log: Log
  /** Appends to the audit chain. */
  readonly audit: (entry: AuditEntry) => Promise<void>
}

const nobodyActor: Actor = { operator: 'nobody', roles: [] }

export function actorOf(session: Session): Actor {
  return session.at === 'nobody' ? nobodyActor : { operator: session.operator.id, roles: session.operator.roles }
}

/**
 * Runs one request. Never rejects: whatever goes wrong becomes a fault in the reply.
 * @param mayAudit asked before a refusal is written, so that a mad client cannot fill the chain
 */
export async function dispatch(
  deps: DispatchDeps,
  connection: ConnectionControl,
  request: Request,
  nowMs: number,
  mayAudit: () => boolean,
): Promise<Init<Reply>> {
  try {
    if (!request.command) throw new Fault('protocol.unknown_command')
    const context = { station: deps.station, connection, actor: actorOf(connection.session), nowMs }
    return { id: request.id, ...(await runCommand(request.command, request, context)) }
  } catch (error) {
    const fault = toFault(error)
    report(deps.log, request.command ?? 'unknown', fault)
    if (isFaultOf(fault, 'session') && mayAudit()) await auditRefusal(deps, connection.session, request.command ?? 'unknown', fault)
    return { id: request.id, fault: faultReport(fault) }
  }
}

async function runCommand<K extends CommandName>(name: K, members: Partial<RequestCommand>, context: CommandContext): Promise<Outcome> {
  const spec: CommandSpec<K> = commandTable[name]
  const fields = members[name]
  if (fields === undefined) throw new Fault('protocol.malformed', { field: name, reason: 'missing' })
  checkAccess(spec, context.connection.session)
  return spec.run(context, fields)
}

/** @throws Fault session.required, session.locked, session.role_missing (with the roles that may) */
function checkAccess(spec: Pick<CommandSpec<CommandName>, 'role' | 'whileLocked'>, session: Session): void {
  if (spec.role === 'anyone') return
  if (session.at === 'nobody') throw new Fault('session.required')
  if (session.at === 'locked' && !spec.whileLocked) throw new Fault('session.locked')
  if (spec.role === 'any_operator') return
  const { role } = spec
  if (!session.operator.roles.some((held) => role.includes(held))) throw new Fault('session.role_missing', { role: role.join('|') })
}

async function auditRefusal(deps: DispatchDeps, session: Session, operation: string, fault: Fault): Promise<void> {
  try {
    await deps.audit({ actor: actorOf(session).operator, act: 'command.refused', facts: { operation, reason: fault.code } })
  } catch (error) {
    deps.log.write('error', 'gateway.audit_failed', { operation, reason: toFault(error).code })
  }
}

function report(log: Log, operation: string, fault: Fault): void {
  if (fault.code !== 'internal.unexpected') {
    log.write('info', 'gateway.command_refused', { ...fault.context, operation, reason: fault.code })
    return
  }
  log.write('error', 'gateway.command_failed', { operation, ...whereThrown(fault.cause) })
}

/** Kind and place of an unexpected error. Its text stays out of the log: it may quote what a person typed. */
function whereThrown(cause: unknown): { reason: string; path?: string; line?: number } {
  if (!(cause instanceof Error)) return { reason: typeof cause }
  const place = /([\w.-]+\.[jt]s):(\d+):\d+/.exec(cause.stack ?? '')
  return { reason: cause.name, ...(place?.[1] && { path: place[1], line: Number(place[2]) }) }
}
