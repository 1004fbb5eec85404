// Live pictures, for those who stand before the applicant.

import { type CommandTable, done } from './table.js'

export const previewCommands = {
  watchPreview: {
    role: ['recording_operator', 'distribution_officer', 'supervisor'],
    run: async ({ connection }, { on }) => {
      connection.watchPreview(on)
      return done
    },
  },
} satisfies Partial<CommandTable>
