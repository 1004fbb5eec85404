// All commands of the wire. The type makes a forgotten one a build error.

import { captureCommands } from './capture.js'
import { caseCommands } from './case.js'
import { issuanceCommands } from './issuance.js'
import { operatorCommands } from './operator.js'
import { previewCommands } from './preview.js'
import { queueCommands } from './queue.js'
import { sessionCommands } from './session.js'
import { simulationCommands } from './simulation.js'
import type { CommandTable } from './table.js'

export const commandTable: CommandTable = {
  ...sessionCommands,
  ...operatorCommands,
  ...queueCommands,
  ...caseCommands,
  ...captureCommands,
  ...issuanceCommands,
  ...previewCommands,
  ...simulationCommands,
}
