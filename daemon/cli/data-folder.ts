// Where a station's data lie: `$XDG_DATA_HOME/rekam` unless --data says otherwise.

import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

export function dataFolder(given: string | undefined): string {
  if (given !== undefined) return resolve(given)
  return join(process.env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'rekam')
}
