// Simulated cards on simulated readers in the daemon's own process: the same CardTransport contract as PC/SC, in virtual time. Knows no PC/SC.

import type { Clock } from '../../protocol/clock.js'
import { Fault, type FaultCode } from '../../protocol/fault.js'
import type { CardConnection, CardReaderState, CardTransport } from '../../protocol/hardware/card.js'
import type { SimulatedCard } from '../model/card/card.js'

export interface InprocCards {
  /** Puts a card on a reader. @throws RangeError for an unknown reader or one that holds a card */
  insert(reader: string, card: SimulatedCard): void
  /** Takes the card off. Idempotent. */
  remove(reader: string): void
  /** Each call is one more client of the same readers. */
  transport(): CardTransport
}

interface Slot {
  readonly name: string
  card: SimulatedCard | undefined
  readonly connections: Set<Connection>
}

export function inprocCards(clock: Clock, readerNames: readonly string[]): InprocCards {
  const slots = new Map<string, Slot>(readerNames.map((name) => [name, { name, card: undefined, connections: new Set() }]))
  const clients = new Set<Client>()
  const changed = () => {
    for (const client of clients) client.notify()
  }
  const remove = (name: string) => {
    const slot = slots.get(name)
    if (!slot?.card) return
    slot.card.powerOff()
    slot.card = undefined
    for (const connection of [...slot.connections]) connection.end('card.removed')
    changed()
  }
  return {
    insert(name, card) {
      const slot = slots.get(name)
      if (!slot) throw new RangeError(`no simulated reader "${name}"`)
      if (slot.card) throw new RangeError(`the simulated reader "${name}" already holds a card`)
      slot.card = card
      card.powerOn()
      changed()
    },
    remove,
    transport() {
      const client = new Client(clock, slots, remove, () => clients.delete(client))
      clients.add(client)
      return client
    },
  }
}

class Client implements CardTransport {
  readonly #clock: Clock
  readonly #slots: ReadonlyMap<string, Slot>
  readonly #remove: (reader: string) => void
  readonly #onClose: () => void
  readonly #listeners = new Set<(readers: readonly CardReaderState[]) => void>()
  readonly #connections = new Set<Connection>()
  #closed = false

  constructor(clock: Clock, slots: ReadonlyMap<string, Slot>, remove: (reader: string) => void, onClose: () => void) {
    this.#clock = clock
    this.#slots = slots
    this.#remove = remove
    this.#onClose = onClose
  }

  async readers(): Promise<readonly CardReaderState[]> {
    if (this.#closed) throw new Fault('card.terminal_lost', { reason: 'closed' })
    return this.#states()
  }

  watch(listener: (readers: readonly CardReaderState[]) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  notify(): void {
    const states = this.#states()
    for (const listener of [...this.#listeners]) listener(states)
  }

  async connect(reader: string, share: 'exclusive' | 'shared'): Promise<CardConnection> {
    if (this.#closed) throw new Fault('card.terminal_lost', { reader, reason: 'closed' })
    const slot = this.#slots.get(reader)
    if (!slot) throw new Fault('device.absent', { reader })
    if (!slot.card) throw new Fault('card.absent', { reader })
    const others = [...slot.connections]
    // As the PC/SC child does it: one connection a reader and client, whatever the share.
    if (others.some((other) => other.share === 'exclusive' || share === 'exclusive' || this.#connections.has(other))) {
      throw new Fault('card.in_use', { reader })
    }
    const connection = new Connection(this.#clock, slot, slot.card, share, {
      ended: () => {
        slot.connections.delete(connection)
        this.#connections.delete(connection)
      },
      gone: () => this.#remove(reader),
      mute: () => {
        for (const other of [...this.#connections]) other.end('card.terminal_lost')
      },
    })
    slot.connections.add(connection)
    this.#connections.add(connection)
    return connection
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const connection of [...this.#connections]) connection.end('card.terminal_lost')
    this.#listeners.clear()
    this.#onClose()
  }

  #states(): CardReaderState[] {
    return [...this.#slots.values()].map(({ name, card }) => ({
      name,
      cardPresent: card !== undefined,
      atr: card?.atr.slice() ?? new Uint8Array(0),
    }))
  }
}

interface ConnectionEvents {
  ended(): void
  /** The card left the field in the middle of a command. */
  gone(): void
  /** The watchdog expired: as with a killed card process, every connection of this client is lost. */
  mute(): void
}

class Connection implements CardConnection {
  readonly reader: string
  readonly atr: Uint8Array
  readonly share: 'exclusive' | 'shared'
  readonly #clock: Clock
  readonly #card: SimulatedCard
  readonly #events: ConnectionEvents
  readonly #pending = new Set<(fault: Fault) => void>()
  #endedWith: FaultCode | undefined

  constructor(clock: Clock, slot: Slot, card: SimulatedCard, share: 'exclusive' | 'shared', events: ConnectionEvents) {
    this.reader = slot.name
    this.atr = card.atr.slice()
    this.share = share
    this.#clock = clock
    this.#card = card
    this.#events = events
  }

  async transmit(commandApdu: Uint8Array, options: { readonly timeoutMs: number }): Promise<Uint8Array> {
    if (commandApdu.length < 4 || commandApdu.length > 65_535) {
      throw new Fault('input.invalid', { field: 'commandApdu', size: commandApdu.length, limit: 65_535 })
    }
    this.#refuseEnded()
    const reply = this.#card.process(commandApdu.slice())
    if (reply === 'gone') {
      this.#events.gone()
      throw new Fault('card.removed', { reader: this.reader })
    }
    if (reply !== 'mute') return reply
    return this.#neverAnswered(options.timeoutMs)
  }

  async reset(): Promise<Uint8Array> {
    this.#refuseEnded()
    this.#card.reset()
    return this.#card.atr.slice()
  }

  async disconnect(disposition: 'leave' | 'reset' | 'unpower' | 'eject'): Promise<void> {
    if (this.#endedWith) return
    if (disposition === 'reset') this.#card.reset()
    if (disposition === 'unpower' || disposition === 'eject') {
      this.#card.powerOff()
      this.#card.powerOn()
    }
    this.end('card.terminal_lost')
  }

  end(code: FaultCode): void {
    if (this.#endedWith) return
    this.#endedWith = code
    this.#events.ended()
    const fault = new Fault(code, { reader: this.reader })
    for (const reject of [...this.#pending]) reject(fault)
    this.#pending.clear()
  }

  #refuseEnded(): void {
    if (this.#endedWith) throw new Fault(this.#endedWith, { reader: this.reader })
  }

  #neverAnswered(timeoutMs: number): Promise<never> {
    return new Promise((_resolve, reject) => {
      const timer = this.#clock.after(timeoutMs, () => {
        this.#pending.delete(onEnd)
        this.#events.mute()
        reject(new Fault('card.mute', { reader: this.reader, timeoutMs }))
      })
      const onEnd = (fault: Fault) => {
        timer.cancel()
        reject(fault)
      }
      this.#pending.add(onEnd)
    })
  }
}
