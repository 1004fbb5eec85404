// A simulated card on vsmartcard's virtual reader (vpcd): the card is the TCP client. Frame = length u16 big-endian and payload, both ways.
// Knows sockets and power, no commands.

import { connect, type Socket } from 'node:net'
import { Fault } from '../../protocol/fault.js'
import type { SimulatedCard } from '../model/card/card.js'

export type VpcdAddress = { readonly port: number } | { readonly socketPath: string }

/** One slot of a virtual reader. A connection is a card lying there. */
export interface VpcdSlot {
  readonly holdsCard: boolean
  /** Resolves when the reader has powered the card and read its ATR. @throws RangeError when a card lies there, Fault `card.terminal_lost` when the reader does not take it */
  insert(card: SimulatedCard): Promise<void>
  /** Idempotent. */
  remove(): Promise<void>
  close(): Promise<void>
}

const control = { off: 0, on: 1, reset: 2, atr: 4 } as const

/** @param address vpcd's port on the loopback (35963 is the first slot of the first reader), or a Unix socket relayed to it */
export function vpcdSlot(address: VpcdAddress): VpcdSlot {
  let inserted: Inserted | undefined
  const remove = async () => {
    const leaving = inserted
    inserted = undefined
    await leaving?.leave()
  }
  return {
    get holdsCard() {
      return inserted !== undefined
    },
    async insert(card) {
      if (inserted) throw new RangeError('the simulated slot already holds a card')
      const entering = new Inserted(address, card, () => {
        if (inserted === entering) inserted = undefined
      })
      inserted = entering
      await entering.powered
    },
    remove,
    close: remove,
  }
}

class Inserted {
  readonly powered: Promise<void>
  readonly #card: SimulatedCard
  readonly #socket: Socket
  readonly #onGone: () => void
  readonly #closed: Promise<void>
  #resolvePowered: () => void = () => {}
  #buffered: Uint8Array = new Uint8Array(0)

  constructor(address: VpcdAddress, card: SimulatedCard, onGone: () => void) {
    this.#card = card
    this.#onGone = onGone
    this.#socket = 'port' in address ? connect({ host: '127.0.0.1', port: address.port }) : connect({ path: address.socketPath })
    this.#socket.setNoDelay(true)
    this.powered = new Promise((resolve, reject) => {
      this.#resolvePowered = resolve
      this.#socket.once('close', () => reject(new Fault('card.terminal_lost', { reason: 'reader_closed' })))
    })
    // Whoever inserts awaits it; a card taken out again before it was powered is no surprise to anybody else.
    this.powered.catch(() => {})
    this.#closed = new Promise((resolve) => {
      this.#socket.once('close', () => {
        card.powerOff()
        onGone()
        resolve()
      })
    })
    // 'close' follows every 'error' and carries the meaning.
    this.#socket.on('error', () => {})
    this.#socket.on('data', (bytes) => this.#take(bytes))
  }

  leave(): Promise<void> {
    this.#socket.destroy()
    return this.#closed
  }

  #take(bytes: Uint8Array): void {
    const all = new Uint8Array(this.#buffered.length + bytes.length)
    all.set(this.#buffered)
    all.set(bytes, this.#buffered.length)
    let at = 0
    while (at + 2 <= all.length && !this.#socket.destroyed) {
      const length = (all[at]! << 8) | all[at + 1]!
      if (at + 2 + length > all.length) break
      this.#frame(all.subarray(at + 2, at + 2 + length))
      at += 2 + length
    }
    this.#buffered = all.slice(at)
  }

  #frame(payload: Uint8Array): void {
    if (payload.length === 1 && this.#control(payload[0]!)) return
    const reply = this.#card.process(payload.slice())
    if (reply === 'gone') {
      this.#onGone()
      this.#socket.destroy()
    } else if (reply !== 'mute') this.#send(reply)
  }

  #control(byte: number): boolean {
    if (byte === control.off) this.#card.powerOff()
    else if (byte === control.on) this.#card.powerOn()
    else if (byte === control.reset) this.#card.reset()
    else if (byte === control.atr) {
      this.#send(this.#card.atr)
      this.#resolvePowered()
    } else return false
    return true
  }

  #send(payload: Uint8Array): void {
    const frame = new Uint8Array(2 + payload.length)
    frame[0] = payload.length >> 8
    frame[1] = payload.length & 0xff
    frame.set(payload, 2)
    this.#socket.write(frame)
  }
}
