// Questions to a worker thread and their answers. The thread starts at the first question and again after it died; it never keeps the process alive.

import { parentPort, Worker } from 'node:worker_threads'
import { type Deferred, deferred } from '../../protocol/deferred.js'
import { Fault, type FaultCode, isFaultCode, toFault } from '../../protocol/fault.js'

interface Question<Ask> {
  readonly id: number
  readonly ask: Ask
}
type Reply<Answer> =
  | { readonly id: number; readonly answer: Answer }
  | { readonly id: number; readonly code: FaultCode; readonly reason: string }

export interface WorkerLine<Ask, Answer> {
  /** @throws the Fault that the worker's code threw (its code survives, its cause as a name); `internal.unexpected` when the thread died */
  ask(ask: Ask): Promise<Answer>
  close(): Promise<void>
}

/** @param entry module that calls `serveWorkerLine` */
export function openWorkerLine<Ask, Answer>(entry: URL, workerData?: unknown): WorkerLine<Ask, Answer> {
  const open = new Map<number, Deferred<Answer>>()
  let nextId = 1
  let worker: Worker | undefined

  const start = (): Worker => {
    const started = new Worker(entry, { workerData, execArgv: process.execArgv })
    started.unref()
    started.on('message', (reply: Reply<Answer>) => {
      const waiting = open.get(reply.id)
      open.delete(reply.id)
      if ('answer' in reply) waiting?.resolve(reply.answer)
      else waiting?.reject(new Fault(isFaultCode(reply.code) ? reply.code : 'internal.unexpected', { reason: reply.reason }))
    })
    const died = (reason: string) => {
      if (worker === started) worker = undefined
      for (const waiting of open.values()) waiting.reject(new Fault('internal.unexpected', { operation: 'worker', reason }))
      open.clear()
    }
    started.on('error', (error) => died(error.name))
    started.on('exit', () => died('exited'))
    return started
  }

  return {
    ask: (ask) => {
      worker ??= start()
      const waiting = deferred<Answer>()
      const question: Question<Ask> = { id: nextId++, ask }
      open.set(question.id, waiting)
      worker.postMessage(question)
      return waiting.promise
    },
    close: async () => {
      const last = worker
      worker = undefined
      await last?.terminate()
    },
  }
}

/** The worker's side. */
export function serveWorkerLine<Ask, Answer>(answer: (ask: Ask) => Promise<Answer>): void {
  const reply = async ({ id, ask }: Question<Ask>): Promise<Reply<Answer>> => {
    try {
      return { id, answer: await answer(ask) }
    } catch (error) {
      const { code, cause } = toFault(error)
      return { id, code, reason: cause instanceof Error ? cause.name : '' }
    }
  }
  parentPort?.on('message', (question: Question<Ask>) => void reply(question).then((message) => parentPort?.postMessage(message)))
}
