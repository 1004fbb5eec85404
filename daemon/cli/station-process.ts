// A station as a child process on somebody else's office: started, heard where it listens, stopped or killed. Knows no wire and no case.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { systemClock } from '../../protocol/clock.js'

/** What a station says in its first line. */
export interface Listening {
  readonly url: string
  readonly version: string
  readonly simulated: boolean
  /** Only until somebody has claimed the station. */
  readonly launchToken?: string
}

export interface StationProcess {
  /** 0 when it could not be started. */
  readonly pid: number
  /** undefined: it ended before it listened, and has said why on standard error. */
  readonly listening: Listening | undefined
  /** Exit status, or 1 when a signal ended it. */
  readonly exited: Promise<number>
  /** The power goes. Resolves when the process is gone. */
  kill(): Promise<void>
  /** Asks it to close, and kills it when it does not. Idempotent. @returns its exit status */
  stop(): Promise<number>
}

export interface StationProcessOptions {
  readonly data: string
  /** The configuration's own unless given; 0 takes any free one. */
  readonly port: number | undefined
  readonly settings: Readonly<Record<string, unknown>>
  /** Added to our own environment. */
  readonly environment: Readonly<Record<string, string>>
}

/**
 * As the service file of docs/operations.md says: glibc gives each thread a heap of its own otherwise, and each keeps what its largest picture took.
 * It is read before the program runs, so a process cannot say it to itself.
 */
const leanMemory = { MALLOC_ARENA_MAX: '1' } as const
/** Closing waits for a card that is being written or printed. */
const closeMs = 20_000
/** The same file from the sources and from the build. */
const entry = fileURLToPath(new URL('bin/rekam.js', import.meta.resolve('rekam/package.json')))

/** Resolves when it listens or has ended. */
export async function spawnStation(options: StationProcessOptions): Promise<StationProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'rekam-config-'))
  try {
    const config = join(folder, 'config.json')
    await writeFile(config, JSON.stringify(options.settings), { mode: 0o600 })
    const port = options.port === undefined ? [] : ['--port', String(options.port)]
    const args = [entry, 'station', '--config', config, '--data', options.data, '--json', ...port]
    const env = { ...leanMemory, ...process.env, ...options.environment }
    // The channel carries nothing: its end is ours.
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
    const exited = once(child, 'exit').then(([code]) => (code as number | null) ?? 1)
    // Its configuration is read by then, also when it ended before.
    const listening = await firstLine(child, exited)
    return {
      pid: child.pid ?? 0,
      listening,
      exited,
      kill: async () => {
        child.kill('SIGKILL')
        await exited
      },
      stop: async () => {
        child.kill('SIGTERM')
        const late = systemClock.after(closeMs, () => child.kill('SIGKILL'))
        try {
          return await exited
        } finally {
          late.cancel()
        }
      },
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function firstLine(child: ChildProcess, exited: Promise<number>): Promise<Listening | undefined> {
  if (!child.stdout) return undefined
  const lines = createInterface({ input: child.stdout })
  const line = await Promise.race([once(lines, 'line').then(([text]) => String(text)), exited.then(() => undefined)])
  lines.close()
  // Nothing else is said there; a full pipe would stop the station.
  child.stdout.resume()
  return line === undefined ? undefined : (JSON.parse(line) as Listening)
}
