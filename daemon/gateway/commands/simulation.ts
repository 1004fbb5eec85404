// Only on a simulated station: somebody comes to the counter.

import { Fault } from '../../../protocol/fault.js'
import type { CommandTable } from './table.js'

export const simulationCommands = {
  callSimulatedPerson: {
    role: ['information_desk', 'counter_officer', 'recording_operator', 'supervisor'],
    run: async ({ station }) => {
      if (!station.simulation) throw new Fault('gateway.not_simulated')
      return { simulatedPerson: await station.simulation.callPerson() }
    },
  },
} satisfies Partial<CommandTable>
