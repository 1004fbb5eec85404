// The way to the SQLite session: across a thread in the station, direct in fast tests. Failures of the medium come back as faults.

import { Worker } from 'node:worker_threads'
import { Fault } from '../../protocol/fault.js'
import { SqliteFailure, sqliteFault } from './faults.js'
import { type Answer, type DatabaseOpening, failure, openSession, type Reply, type Request } from './sqlite-session.js'

type Unnumbered<T> = T extends unknown ? Omit<T, 'id'> : never

export interface SqliteLink {
  /** @throws Fault of the store area, SqliteFailure */
  ask(request: Unnumbered<Request>): Promise<Answer>
  /** Empties the write-ahead log and lets the file go. Further requests: Fault store.closed. */
  close(): Promise<void>
}

export type OpenLink = (opening: DatabaseOpening) => Promise<SqliteLink>

function accept(reply: Reply): Answer {
  if (reply.ok) return reply
  throw sqliteFault(new SqliteFailure(reply.code, reply.message))
}

/** Same session in this thread: for tests, where a worker's start costs seconds and thread hops bring nothing. Blocks while SQLite works. */
export const openDirectLink: OpenLink = async (opening) => {
  let session: ((request: Request) => Reply) | undefined
  try {
    session = openSession(opening)
  } catch (error) {
    accept(failure(0, error))
  }
  const ask: SqliteLink['ask'] = async (request) => {
    if (!session) throw new Fault('store.closed')
    return accept(session({ ...request, id: 0 }))
  }
  return {
    ask,
    close: async () => {
      await ask({ do: 'close' })
      session = undefined
    },
  }
}

/** The station's way: one worker thread owns the connection, so that no commit ever blocks frames or the websocket. */
export const openWorkerLink: OpenLink = async (opening) => {
  const link = new WorkerLink(opening)
  try {
    await link.opened
  } catch (error) {
    await link.stop()
    throw error
  }
  return link
}

/** Numbered requests, each answered once, all refused once the worker is gone. */
class WorkerLink implements SqliteLink {
  readonly #worker: Worker
  readonly #waiting = new Map<number, { resolve: (answer: Answer) => void; reject: (error: unknown) => void }>()
  #nextId = 1
  #closing = false
  #gone: Error | undefined
  readonly opened: Promise<Answer>
  readonly #ended: Promise<void>

  constructor(opening: DatabaseOpening) {
    this.#worker = new Worker(new URL('./database-worker.js', import.meta.url), { workerData: opening, execArgv: process.execArgv })
    this.opened = this.#expect(0)
    this.#worker.on('message', (reply: Reply) => this.#settle(reply))
    this.#worker.on('error', (error) => this.#lose(new Fault('store.closed', { reason: 'worker failed' }, { cause: error })))
    this.#ended = new Promise((resolve) =>
      this.#worker.on('exit', () => {
        this.#lose(new Fault('store.closed'))
        resolve()
      }),
    )
  }

  ask(request: Unnumbered<Request>): Promise<Answer> {
    if (this.#gone) return Promise.reject(this.#gone)
    const id = this.#nextId++
    const answer = this.#expect(id)
    this.#worker.postMessage({ ...request, id })
    return answer
  }

  async close(): Promise<void> {
    this.#closing = true
    await this.ask({ do: 'close' })
    await this.#ended
  }

  async stop(): Promise<void> {
    await this.#worker.terminate()
  }

  /** An idle store does not keep the process alive; a running statement does. */
  #expect(id: number): Promise<Answer> {
    this.#worker.ref()
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id)
    this.#waiting.delete(reply.id)
    if (this.#waiting.size === 0 && !this.#closing) this.#worker.unref()
    try {
      waiting?.resolve(accept(reply))
    } catch (error) {
      waiting?.reject(error)
    }
  }

  #lose(error: Error): void {
    this.#gone ??= error
    for (const { reject } of this.#waiting.values()) reject(this.#gone)
    this.#waiting.clear()
  }
}
