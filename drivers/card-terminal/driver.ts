// One card terminal by name: is a card there, open it for ourselves, talk to it. Knows no PC/SC and nothing of what the card holds.

import { type Clock, withDeadline } from '../../protocol/clock.js'
import { Fault } from '../../protocol/fault.js'
import type { CardConnection, CardReaderState, CardTransport } from '../../protocol/hardware/card.js'
import type { Log } from '../../protocol/log.js'
import { type Command, decodeResponse, encodeCommand, type Response, statusWordText } from './apdu.js'

export type { Command, Response } from './apdu.js'
export { statusWordText } from './apdu.js'

export interface CardTerminal {
  /** The terminal now, undefined when it is not connected. */
  state(): Promise<CardReaderState | undefined>
  /** Resolves when a card lies there. @throws Fault `card.absent` after `timeoutMs` */
  awaitCard(timeoutMs: number): Promise<void>
  /** Resolves when no card lies there. @throws Fault `device.timeout` after `timeoutMs` */
  awaitRemoval(timeoutMs: number): Promise<void>
  /** Connects exclusively and reads the UID. @throws Fault `card.*`, `device.absent` */
  open(): Promise<CardSession>
}

export interface CardSession {
  readonly reader: string
  readonly atr: Uint8Array
  /** Card serial number (CSN), from the reader's GET DATA; 4, 7 or 10 bytes. */
  readonly uid: Uint8Array
  /** Sends a command and gives the whole response: fetches the rest on 61xx, repeats with the right Le on 6Cxx. Any other status word is returned. */
  transmit(command: Command, timeoutMs?: number): Promise<Response>
  /** As transmit. @throws Fault `card.status_word` {statusWord, operation} unless 9000 */
  expect(operation: string, command: Command, timeoutMs?: number): Promise<Uint8Array>
  /** Warm reset, then the identity again. @throws Fault `card.wrong_card` when another card answers */
  reset(): Promise<void>
  /** Idempotent. Default `unpower`: the card forgets its selected file. */
  end(disposition?: 'leave' | 'reset' | 'unpower' | 'eject'): Promise<void>
}

/** One APDU of a card with slow memory: 64 KB at 4 ms a page would be 4 s. */
const defaultTimeoutMs = 5_000
/** GET RESPONSE rounds for one command: 64 KB in pieces of 255 bytes, and some. */
const maxRounds = 300

export interface CardTerminalDeps {
  readonly cards: CardTransport
  readonly clock: Clock
  readonly log: Log
}

/** @param name the PC/SC reader name, or its beginning without the trailing numbers that PC/SC adds (the first such slot is taken) */
export function openCardTerminal(deps: CardTerminalDeps, name: string): CardTerminal {
  const { cards, clock, log } = deps
  const pick = (readers: readonly CardReaderState[]) => pickReader(readers, name)
  const until = async (wanted: (reader: CardReaderState | undefined) => boolean, timeoutMs: number, late: () => Fault) => {
    let unwatch = () => {}
    try {
      await withDeadline(
        clock,
        timeoutMs,
        new Promise<void>((resolve, reject) => {
          const look = (readers: readonly CardReaderState[]) => {
            if (wanted(pick(readers))) resolve()
          }
          unwatch = cards.watch(look)
          cards.readers().then(look, reject)
        }),
        late,
      )
    } finally {
      unwatch()
    }
  }
  return {
    state: async () => pick(await cards.readers()),
    awaitCard: (timeoutMs) =>
      until(
        (reader) => reader?.cardPresent === true,
        timeoutMs,
        () => new Fault('card.absent', { reader: name, timeoutMs }),
      ),
    awaitRemoval: (timeoutMs) =>
      until(
        (reader) => reader?.cardPresent !== true,
        timeoutMs,
        () => new Fault('device.timeout', { reader: name, operation: 'remove_card', timeoutMs }),
      ),
    open: async () => {
      const reader = pick(await cards.readers())
      if (!reader) throw new Fault('device.absent', { reader: name })
      const connection = await cards.connect(reader.name, 'exclusive')
      try {
        const session = new Session(connection, await readUid(connection))
        log.write('debug', 'card.opened', { reader: reader.name })
        return session
      } catch (error) {
        await connection.disconnect('unpower').catch(() => {})
        throw error
      }
    },
  }
}

/** Exact name first, else the first slot whose name is `name` and PC/SC's numbers. */
export function pickReader(readers: readonly CardReaderState[], name: string): CardReaderState | undefined {
  const exact = readers.find((reader) => reader.name === name)
  if (exact) return exact
  const numbered = readers.filter(
    (reader) => reader.name.startsWith(`${name} `) && /^[0-9A-F]{2}( [0-9A-F]{2})?$/.test(reader.name.slice(name.length + 1)),
  )
  return numbered.sort((a, b) => (a.name < b.name ? -1 : 1))[0]
}

class Session implements CardSession {
  readonly reader: string
  readonly uid: Uint8Array
  readonly #connection: CardConnection
  #atr: Uint8Array

  constructor(connection: CardConnection, uid: Uint8Array) {
    this.reader = connection.reader
    this.uid = uid
    this.#connection = connection
    this.#atr = connection.atr
  }

  get atr(): Uint8Array {
    return this.#atr
  }

  transmit(command: Command, timeoutMs = defaultTimeoutMs): Promise<Response> {
    return exchange(this.#connection, command, timeoutMs)
  }

  async expect(operation: string, command: Command, timeoutMs = defaultTimeoutMs): Promise<Uint8Array> {
    const { data, statusWord } = await this.transmit(command, timeoutMs)
    if (statusWord !== 0x9000)
      throw new Fault('card.status_word', { statusWord: statusWordText(statusWord), operation, reader: this.reader })
    return data
  }

  async reset(): Promise<void> {
    this.#atr = await this.#connection.reset()
    const uid = await readUid(this.#connection)
    if (uid.length !== this.uid.length || uid.some((byte, i) => byte !== this.uid[i]))
      throw new Fault('card.wrong_card', { reader: this.reader })
  }

  end(disposition: 'leave' | 'reset' | 'unpower' | 'eject' = 'unpower'): Promise<void> {
    return this.#connection.disconnect(disposition)
  }
}

/** GET DATA of PC/SC part 3 clause 3.2.2.1.3. */
async function readUid(connection: CardConnection): Promise<Uint8Array> {
  const { data, statusWord } = await exchange(connection, { cla: 0xff, ins: 0xca, p1: 0, p2: 0, ne: 256 }, defaultTimeoutMs)
  if (statusWord !== 0x9000)
    throw new Fault('card.status_word', { statusWord: statusWordText(statusWord), operation: 'get_uid', reader: connection.reader })
  if (![4, 7, 10].includes(data.length)) throw new Fault('device.protocol', { field: 'uid', size: data.length, reader: connection.reader })
  return data.slice()
}

async function exchange(connection: CardConnection, command: Command, timeoutMs: number): Promise<Response> {
  const send = async (next: Command) => decodeResponse(await connection.transmit(encodeCommand(next), { timeoutMs }))
  let answer = await send(command)
  // 6Cxx: nothing was done, the same command with the Le that fits will be (ISO/IEC 7816-4 clause 5.6).
  if (answer.statusWord >> 8 === 0x6c) answer = await send({ ...command, ne: answer.statusWord & 0xff || 256 })
  if (answer.statusWord >> 8 !== 0x61) return answer
  const parts = [answer.data]
  for (let round = 0; answer.statusWord >> 8 === 0x61; round++) {
    if (round === maxRounds) throw new Fault('device.protocol', { operation: 'get_response', count: round, reader: connection.reader })
    answer = await send({ ins: 0xc0, p1: 0, p2: 0, ne: answer.statusWord & 0xff || 256 })
    parts.push(answer.data)
  }
  return { data: join(parts), statusWord: answer.statusWord }
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
