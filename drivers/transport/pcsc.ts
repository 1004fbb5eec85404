// Real card terminals: the CardTransport over PC/SC. All card I/O runs in one child process with a watchdog on each call;
// this side decides when the child is to be killed and started again. Knows nothing of what commands mean.

import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Clock, Timer } from '../../protocol/clock.js'
import { Fault, type FaultCode } from '../../protocol/fault.js'
import type { CardCallOptions, CardConnection, CardReaderState, CardTransport } from '../../protocol/hardware/card.js'
import type { Log } from '../../protocol/log.js'
import type { AdapterName, CardAnswer, CardRequest, Disposition, FromChild, Share, ToChild } from './pcsc/messages.js'

export interface PcscDeps {
  readonly clock: Clock
  readonly log: Log
  readonly adapter: AdapterName
  /** Added to the environment of the card process, e.g. PCSCLITE_CSOCK_NAME for a pcscd other than the system's. */
  readonly environment?: Readonly<Record<string, string>>
}

/** What PC/SC drivers and vpcd carry; shorter than a header hangs the reader for ever, so it never leaves us. */
const commandBytes = { min: 4, max: 65_535 }
const connectTimeoutMs = 5_000
const startTimeoutMs = 30_000
const backoffMs = { first: 100, most: 5_000 }
const maxPending = 64

export function openPcscTransport(deps: PcscDeps): CardTransport {
  return new PcscTransport(deps)
}

interface Pending {
  readonly reader: string
  readonly timer: Timer
  resolve(answer: CardAnswer): void
  reject(fault: Fault): void
}

interface Waiter {
  resolve(): void
  reject(fault: Fault): void
}

class PcscTransport implements CardTransport {
  readonly #deps: PcscDeps
  readonly #listeners = new Set<(readers: readonly CardReaderState[]) => void>()
  readonly #pending = new Map<number, Pending>()
  readonly #connections = new Set<PcscConnection>()
  readonly #waiters = new Set<Waiter>()
  readonly #busyReaders = new Set<string>()
  #child: ChildProcess | undefined
  #ready = false
  #readers: readonly CardReaderState[] = []
  #failures = 0
  #restart: Timer | undefined
  #lastId = 0
  #closed = false

  constructor(deps: PcscDeps) {
    this.#deps = deps
    this.#start()
  }

  async readers(): Promise<readonly CardReaderState[]> {
    await this.#whenReady()
    return this.#readers
  }

  watch(listener: (readers: readonly CardReaderState[]) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  async connect(reader: string, share: Share): Promise<CardConnection> {
    await this.#whenReady()
    // One connection a reader: both bindings keep to it then, and a terminal has one job at a time.
    if (this.#busyReaders.has(reader)) throw new Fault('card.in_use', { reader })
    this.#busyReaders.add(reader)
    try {
      const answer = await this.#call({ do: 'connect', reader, share }, reader, connectTimeoutMs)
      const connection = new PcscConnection(this, reader, answer.connection ?? 0, answer.bytes ?? new Uint8Array(0))
      this.#connections.add(connection)
      return connection
    } catch (error) {
      this.#busyReaders.delete(reader)
      throw error
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#restart?.cancel()
    const child = this.#child
    this.#lose('closed')
    this.#listeners.clear()
    if (child && child.exitCode === null && child.signalCode === null)
      await new Promise<void>((resolve) => child.once('exit', () => resolve()))
  }

  /** For connections only. */
  call(request: CardRequest, reader: string, timeoutMs: number): Promise<CardAnswer> {
    return this.#call(request, reader, timeoutMs)
  }

  /** For connections only. */
  forget(connection: PcscConnection): void {
    if (this.#connections.delete(connection)) this.#busyReaders.delete(connection.reader)
  }

  #start(): void {
    this.#restart = undefined
    // The same file name as built and as source: under a TypeScript loader this module's own name tells which.
    const code = new URL(import.meta.url.endsWith('.ts') ? './pcsc/child.ts' : './pcsc/child.js', import.meta.url)
    const child = fork(fileURLToPath(code), [this.#deps.adapter], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      // One blocking call a reader and a status thread each must not wait for each other.
      env: { ...process.env, UV_THREADPOOL_SIZE: '32', ...this.#deps.environment },
    })
    this.#child = child
    child.on('message', (message: FromChild) => {
      if (this.#child === child) this.#take(message)
    })
    const lost = () => {
      if (this.#child === child) this.#lose('process_ended')
    }
    child.once('exit', lost)
    child.once('error', lost)
  }

  #take(message: FromChild): void {
    switch (message.is) {
      case 'readers':
        this.#failures = 0
        this.#ready = true
        this.#publish(message.readers)
        for (const waiter of [...this.#waiters]) waiter.resolve()
        return
      case 'done':
        this.#settle(message.id)?.resolve(message.answer)
        return
      case 'failed': {
        const pending = this.#settle(message.id)
        pending?.reject(new Fault(message.code, { reader: pending.reader, reason: message.reason }))
        return
      }
      case 'service_lost':
        this.#lose(message.reason)
    }
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id)
    this.#pending.delete(id)
    pending?.timer.cancel()
    return pending
  }

  #publish(readers: readonly CardReaderState[]): void {
    this.#readers = readers
    for (const listener of [...this.#listeners]) listener(readers)
  }

  #call(request: CardRequest, reader: string, timeoutMs: number): Promise<CardAnswer> {
    const child = this.#child
    if (!child?.connected) return Promise.reject(new Fault('card.terminal_lost', { reader }))
    if (this.#pending.size >= maxPending)
      return Promise.reject(new Fault('internal.limit', { limit: maxPending, operation: `card.${request.do}` }))
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      const timer = this.#deps.clock.after(timeoutMs, () => this.#expire(id, timeoutMs))
      this.#pending.set(id, { reader, timer, resolve, reject })
      const message: ToChild = { ...request, id }
      child.send(message, (error) => {
        if (error) this.#settle(id)?.reject(new Fault('card.terminal_lost', { reader, reason: 'channel' }))
      })
    })
  }

  /** No answer in time. Only the end of the process frees a thread that waits for a mute card. */
  #expire(id: number, timeoutMs: number): void {
    const pending = this.#settle(id)
    if (!pending) return
    this.#deps.log.write('warn', 'card.mute', { reader: pending.reader, timeoutMs })
    pending.reject(new Fault('card.mute', { reader: pending.reader, timeoutMs }))
    this.#lose('mute_card')
  }

  #lose(reason: string): void {
    const child = this.#child
    this.#child = undefined
    this.#ready = false
    child?.kill('SIGKILL')
    const lost = (reader: string) => new Fault('card.terminal_lost', { reader, reason })
    for (const id of [...this.#pending.keys()]) {
      const pending = this.#settle(id)
      pending?.reject(lost(pending.reader))
    }
    for (const connection of [...this.#connections]) connection.end('card.terminal_lost')
    if (this.#closed || reason !== 'mute_card')
      for (const waiter of [...this.#waiters]) waiter.reject(new Fault('card.terminal_lost', { reason }))
    if (this.#readers.length > 0) this.#publish([])
    if (this.#closed) return
    const delayMs = Math.min(backoffMs.most, backoffMs.first * 2 ** Math.min(this.#failures++, 10))
    this.#deps.log.write('warn', 'card.process_lost', { reason, retryAfterMs: delayMs, attempts: this.#failures })
    this.#restart = this.#deps.clock.after(delayMs, () => this.#start())
  }

  #whenReady(): Promise<void> {
    if (this.#closed) return Promise.reject(new Fault('card.terminal_lost', { reason: 'closed' }))
    if (this.#ready) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const done = () => {
        timer.cancel()
        this.#waiters.delete(waiter)
      }
      const waiter: Waiter = {
        resolve: () => {
          done()
          resolve()
        },
        reject: (fault) => {
          done()
          reject(fault)
        },
      }
      const timer = this.#deps.clock.after(startTimeoutMs, () =>
        waiter.reject(new Fault('card.terminal_lost', { reason: 'not_started', timeoutMs: startTimeoutMs })),
      )
      this.#waiters.add(waiter)
    })
  }
}

class PcscConnection implements CardConnection {
  readonly reader: string
  readonly atr: Uint8Array
  readonly #transport: PcscTransport
  readonly #id: number
  #endedWith: FaultCode | undefined

  constructor(transport: PcscTransport, reader: string, id: number, atr: Uint8Array) {
    this.#transport = transport
    this.reader = reader
    this.#id = id
    this.atr = atr
  }

  async transmit(commandApdu: Uint8Array, options: CardCallOptions): Promise<Uint8Array> {
    if (commandApdu.length < commandBytes.min || commandApdu.length > commandBytes.max) {
      throw new Fault('input.invalid', { field: 'commandApdu', size: commandApdu.length, limit: commandBytes.max })
    }
    return this.#talk({ do: 'transmit', connection: this.#id, commandApdu }, options.timeoutMs)
  }

  reset(): Promise<Uint8Array> {
    return this.#talk({ do: 'reset', connection: this.#id }, connectTimeoutMs)
  }

  async disconnect(disposition: Disposition): Promise<void> {
    if (this.#endedWith) return
    this.#endedWith = 'card.terminal_lost'
    try {
      await this.#transport.call({ do: 'disconnect', connection: this.#id, disposition }, this.reader, connectTimeoutMs)
    } catch (error) {
      // Gone already is what was asked for; the watchdog has killed what did not let go.
      if (!(error instanceof Fault)) throw error
    } finally {
      this.#transport.forget(this)
    }
  }

  end(code: FaultCode): void {
    this.#endedWith ??= code
    this.#transport.forget(this)
  }

  async #talk(request: CardRequest, timeoutMs: number): Promise<Uint8Array> {
    if (this.#endedWith) throw new Fault(this.#endedWith, { reader: this.reader })
    try {
      return (await this.#transport.call(request, this.reader, timeoutMs)).bytes ?? new Uint8Array(0)
    } catch (error) {
      if (error instanceof Fault && error.code !== 'internal.limit')
        this.end(error.code === 'card.removed' ? 'card.removed' : 'card.terminal_lost')
      throw error
    }
  }
}
