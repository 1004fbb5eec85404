// Who works at this connection: claim the station, log in and out, lock and unlock.

import { Fault } from '../../../protocol/fault.js'
import type { Operator } from '../../operators/operators.js'
import { nobody, sessionState } from '../session.js'
import type { CommandContext, CommandTable, Outcome } from './table.js'

export const sessionCommands = {
  claimStation: {
    role: 'anyone',
    run: async (context, { launchToken, name, pin }) => {
      refuseSecondLogIn(context)
      return begin(context, await context.station.operators.claim(launchToken, name, pin))
    },
  },
  logIn: {
    role: 'anyone',
    run: async (context, { name, pin }) => {
      refuseSecondLogIn(context)
      return begin(context, await context.station.operators.verifyPin(name, pin))
    },
  },
  logOut: {
    role: 'any_operator',
    whileLocked: true,
    run: async ({ connection }) => {
      connection.enter(nobody)
      return { session: sessionState(connection.session) }
    },
  },
  lock: {
    role: 'any_operator',
    run: async ({ connection }) => {
      const { session } = connection
      if (session.at === 'working') connection.enter({ at: 'locked', operator: session.operator })
      return { session: sessionState(connection.session) }
    },
  },
  unlock: {
    role: 'any_operator',
    whileLocked: true,
    run: async ({ connection, station }, { pin }) => {
      const before = connection.session
      if (before.at === 'nobody') throw new Fault('session.required')
      // Asked again by name: roles may have changed and the operator may have been locked since.
      const fresh = await station.operators.verifyPin(before.operator.name, pin)
      if (connection.session !== before) throw new Fault('session.required')
      connection.enter({ at: 'working', operator: fresh })
      return { session: sessionState(connection.session) }
    },
  },
} satisfies Partial<CommandTable>

function refuseSecondLogIn({ connection }: CommandContext): void {
  if (connection.session.at !== 'nobody') throw new Fault('session.already')
}

function begin(context: CommandContext, operator: Operator): Outcome {
  refuseSecondLogIn(context)
  context.connection.enter({ at: 'working', operator })
  return { session: sessionState(context.connection.session) }
}
