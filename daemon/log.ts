// Log lines to the disk and the console: pino behind the house's narrow Log. Takes an event name and allow-listed facts, nothing else;
// a path-based redaction list is no safety net, so nothing that would need redacting is accepted. The file is bounded; a full disk costs lines.

import { closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type DestinationStream, multistream, pino } from 'pino'
import type { Clock } from '../protocol/clock.js'
import type { Facts } from '../protocol/facts.js'
import type { Log, LogLevel } from '../protocol/log.js'
import { screenFacts, withholdNik } from './screening.js'

export interface LogOptions {
  readonly clock: Clock
  /** Lines go to `log/rekam.log` in this data folder. */
  readonly folder?: string
  /** Lines go to standard error. */
  readonly stderr?: boolean
  /** Least level that is written; `info` unless given. */
  readonly level?: LogLevel
  /** A file that grew past this is set aside as `rekam.log.1` … `.4`; 8 MiB unless given. */
  readonly limitBytes?: number
}

export interface StationLog extends Log {
  /** Lines that could not be written (full disk). */
  readonly lost: number
  close(): void
}

const keptFiles = 4
const eventName = /^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$/

/** Written at once and in order: the last lines before a crash are the ones that matter. */
class BoundedFile implements DestinationStream {
  readonly #path: string
  readonly #limitBytes: number
  #descriptor: number | undefined
  #size = 0
  lost = 0

  constructor(path: string, limitBytes: number) {
    this.#path = path
    this.#limitBytes = limitBytes
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    this.#open()
  }

  write(line: string): void {
    try {
      if (this.#descriptor === undefined) return
      if (this.#size > this.#limitBytes) this.#rotate()
      this.#size += writeSync(this.#descriptor, line)
    } catch {
      this.lost++
    }
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor)
    this.#descriptor = undefined
  }

  #open(): void {
    this.#descriptor = openSync(this.#path, 'a', 0o600)
    this.#size = fstatSync(this.#descriptor).size
  }

  #rotate(): void {
    this.close()
    rmSync(`${this.#path}.${keptFiles}`, { force: true })
    for (let age = keptFiles - 1; age >= 0; age--) {
      try {
        renameSync(age === 0 ? this.#path : `${this.#path}.${age}`, `${this.#path}.${age + 1}`)
      } catch {
        // Not that many yet.
      }
    }
    this.#open()
  }
}

/** @throws the file system's error when the log file cannot be opened; writing never throws */
export function openLog({ clock, folder, stderr = false, level = 'info', limitBytes = 8 * 1024 * 1024 }: LogOptions): StationLog {
  const file = folder === undefined ? undefined : new BoundedFile(join(folder, 'log', 'rekam.log'), limitBytes)
  const streams: { stream: DestinationStream; level: LogLevel }[] = []
  if (file) streams.push({ stream: file, level })
  if (stderr) streams.push({ stream: { write: (line) => void process.stderr.write(line) }, level })
  const logger = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":${Math.round(clock.nowMs())}`,
      formatters: { level: (label) => ({ level: label }) },
    },
    multistream(streams),
  )
  return {
    write: (at: LogLevel, event: string, facts: Facts = {}) => {
      const name = eventName.test(event) ? withholdNik(event) : 'log.event_refused'
      logger[at]({ event: name, ...screenFacts(facts) })
    },
    get lost() {
      return file?.lost ?? 0
    },
    close: () => file?.close(),
  }
}
