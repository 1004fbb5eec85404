// The shape of a log line: a named event and allow-listed facts. No interpolated text, no objects, so that nothing personal can slip in.

import type { Facts } from './facts.js'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

export interface Log {
  /** @param event stable dotted name, e.g. `device.opened` */
  write(level: LogLevel, event: string, facts?: Facts): void
}

export const silentLog: Log = { write: () => {} }
