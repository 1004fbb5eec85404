// The shape of a CLI command: one file a command, found by name in commands.ts. Commands get their streams handed in and return an exit status.

export interface Terminal {
  /** One line to standard output. */
  line(text: string): void
  /** One line to standard error. */
  warn(text: string): void
}

export interface Command {
  /** Words that select it, e.g. `wsq encode`. */
  readonly name: string
  /** One line each, as `rekam help` prints them. */
  readonly usage: readonly string[]
  /** @returns exit status: 0 good, 1 something failed (the rest went on), 2 wrong usage */
  run(args: readonly string[], terminal: Terminal): Promise<number>
}

/** Wrong usage: printed with the command's usage lines, exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** A signal asked for the end; everything is cleaned up by the time main sees it. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
  /** 128 + the signal's number, as shells know it. */
  readonly status: number
  constructor(status: number) {
    super('interrupted')
    this.status = status
  }
}
