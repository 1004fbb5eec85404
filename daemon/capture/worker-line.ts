// Questions to a worker thread and their answers. The thread starts at the first question and again after it died; while it is idle it does not keep the process alive.

import { parentPort, Worker } from 'node:worker_threads'
import { type Deferred, deferred } from '../../protocol/deferred.js'
import { Fault, type FaultCode, isFaultCode, toFault } from '../../protocol/fault.js'

interface Question<Ask> {
  readonly id: number
  readonly ask: Ask
}
type Reply<Answer, Part> =
  | { readonly id: number; readonly part: Part }
  | { readonly id: number; readonly answer: Answer }
  | { readonly id: number; readonly code: FaultCode; readonly reason: string }

interface Waiting<Answer, Part> extends Deferred<Answer> {
  readonly onPart: ((part: Part) => void) | undefined
}

export interface WorkerLine<Ask, Answer, Part = never> {
  /**
   * @param onPart gets what the worker knows before it knows the answer
   * @throws the Fault that the worker's code threw (its code survives, its cause as a name); `internal.unexpected` when the thread died
   */
  ask(ask: Ask, onPart?: (part: Part) => void): Promise<Answer>
  /** Starts the thread ahead of the first question. */
  warm(): void
  close(): Promise<void>
}

/** @param entry module that calls `serveWorkerLine` */
export function openWorkerLine<Ask, Answer, Part = never>(entry: URL, workerData?: unknown): WorkerLine<Ask, Answer, Part> {
  let nextId = 1
  /** The thread with its own questions: the death of an old one is not the death of its successor's. */
  let line: { readonly worker: Worker; readonly open: Map<number, Waiting<Answer, Part>> } | undefined

  const start = () => {
    const worker = new Worker(entry, { workerData, execArgv: process.execArgv })
    const open = new Map<number, Waiting<Answer, Part>>()
    const started = { worker, open }
    worker.on('message', (reply: Reply<Answer, Part>) => {
      const waiting = open.get(reply.id)
      if ('part' in reply) return waiting?.onPart?.(reply.part)
      open.delete(reply.id)
      if (open.size === 0) worker.unref()
      if ('answer' in reply) waiting?.resolve(reply.answer)
      else waiting?.reject(new Fault(isFaultCode(reply.code) ? reply.code : 'internal.unexpected', { reason: reply.reason }))
    })
    const died = (reason: string) => {
      if (line === started) line = undefined
      for (const waiting of open.values()) waiting.reject(new Fault('internal.unexpected', { operation: 'worker', reason }))
      open.clear()
    }
    worker.on('error', (error) => died(error.name))
    worker.on('exit', () => died('exited'))
    return started
  }

  return {
    ask: (ask, onPart) => {
      line ??= start()
      const waiting: Waiting<Answer, Part> = { ...deferred<Answer>(), onPart }
      const question: Question<Ask> = { id: nextId++, ask }
      line.open.set(question.id, waiting)
      line.worker.ref()
      line.worker.postMessage(question)
      return waiting.promise
    },
    warm: () => {
      if (line) return
      line = start()
      line.worker.unref()
    },
    close: async () => {
      const last = line
      line = undefined
      await last?.worker.terminate()
    },
  }
}

/** The worker's side. @param answer may tell parts before it returns the whole */
export function serveWorkerLine<Ask, Answer, Part = never>(answer: (ask: Ask, tell: (part: Part) => void) => Promise<Answer>): void {
  const post = (message: Reply<Answer, Part>) => parentPort?.postMessage(message)
  const reply = async ({ id, ask }: Question<Ask>): Promise<Reply<Answer, Part>> => {
    try {
      return { id, answer: await answer(ask, (part) => post({ id, part })) }
    } catch (error) {
      const { code, cause } = toFault(error)
      return { id, code, reason: cause instanceof Error ? cause.name : '' }
    }
  }
  parentPort?.on('message', (question: Question<Ask>) => void reply(question).then(post))
}
