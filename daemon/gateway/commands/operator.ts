// The people who may work here.

import { Fault } from '../../../protocol/fault.js'
import { operatorToWire, reportRowToWire } from '../wire.js'
import { type CommandTable, done } from './table.js'

export const operatorCommands = {
  addOperator: {
    role: ['database_admin', 'supervisor'],
    run: async ({ station, actor }, { name, roles, pin }) => {
      // Otherwise a supervisor could make itself an administrator.
      if (roles.includes('database_admin') && !actor.roles.includes('database_admin')) {
        throw new Fault('session.role_missing', { role: 'database_admin' })
      }
      await station.operators.add(actor, { name, roles, pin })
      return done
    },
  },
  listOperators: {
    role: ['database_admin', 'supervisor', 'auditor'],
    run: async ({ station }) => ({ operators: { operators: (await station.operators.list()).map(operatorToWire) } }),
  },
  lockOperator: {
    role: ['database_admin', 'supervisor'],
    run: async ({ station, actor, connection }, { name, locked }) => {
      const operator = await station.operators.setLocked(actor, name, locked)
      if (locked) connection.endSessionsOf(operator.id)
      return done
    },
  },
  enrolOperatorFinger: {
    role: 'any_operator',
    run: async ({ station, actor }, { pin, position }) => {
      await station.operatorFingers.enrol(actor, { pin, position })
      return done
    },
  },
  cancelOperatorFinger: {
    role: 'any_operator',
    run: async ({ station, actor }) => {
      station.operatorFingers.cancel(actor.operator)
      return done
    },
  },
  reportCaptures: {
    role: ['section_head', 'division_head', 'office_head', 'supervisor', 'auditor', 'database_admin'],
    run: async ({ station }, { weeks }) => ({ captureReport: { rows: (await station.figures.report(weeks)).map(reportRowToWire) } }),
  },
} satisfies Partial<CommandTable>
