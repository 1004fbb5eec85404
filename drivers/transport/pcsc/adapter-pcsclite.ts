// The npm package pcsclite (compiled, callbacks, main thread only) as a PcscAdapter. The only file that imports it; it is optional.

import type { EventEmitter } from 'node:events'
import { createRequire } from 'node:module'
import type { Clock } from '../../../protocol/clock.js'
import type { CardReaderState } from '../../../protocol/hardware/card.js'
import { type AdapterCard, nameOfReturnCode, PcscError, type StartAdapter } from './adapter.js'
import type { Disposition, Share } from './messages.js'

/** What is used of the package; its own types are loose and absent when it could not be compiled. */
type Callback<T> = (error: Error | null | undefined, value: T) => void
interface LiteReader extends EventEmitter {
  readonly name: string
  readonly connected: boolean
  connect(options: { share_mode: number; protocol: number }, done: Callback<number>): void
  disconnect(disposition: number, done: Callback<undefined>): void
  transmit(data: Buffer, responseLength: number, protocol: number, done: Callback<Buffer>): void
}
interface LiteStatus {
  readonly state: number
  readonly atr?: Uint8Array
}

/** winscard.h */
const shareModes: Readonly<Record<Share, number>> = { exclusive: 1, shared: 2 }
const dispositions: Readonly<Record<Disposition, number>> = { leave: 0, reset: 1, unpower: 2, eject: 3 }
const anyProtocol = 3
const statePresent = 0x20
const responseBytes = 65_538
/** SCardConnect works before the status thread has told the ATR; it comes within one polling round of the reader. */
const atrWaitMs = 1_000

export const startPcsclite: StartAdapter = (events, clock) => {
  const readers = new Map<string, LiteReader>()
  const states = new Map<string, CardReaderState>()
  const changed = () => events.readers([...states.values()])
  let service: EventEmitter
  try {
    service = (createRequire(import.meta.url)('pcsclite') as () => EventEmitter)()
  } catch (error) {
    throw normalise(error)
  }
  service.on('error', (error: unknown) => events.lost(normalise(error)))
  service.on('reader', (reader: LiteReader) => {
    const { name } = reader
    readers.set(name, reader)
    states.set(name, { name, cardPresent: false, atr: new Uint8Array(0) })
    reader.on('error', (error: unknown) => events.lost(normalise(error)))
    reader.on('status', ({ state, atr }: LiteStatus) => {
      const cardPresent = (state & statePresent) !== 0
      states.set(name, { name, cardPresent, atr: cardPresent && atr ? Uint8Array.from(atr) : new Uint8Array(0) })
      changed()
    })
    reader.on('end', () => {
      readers.delete(name)
      states.delete(name)
      changed()
    })
  })
  return {
    async connect(name, share) {
      const reader = readers.get(name)
      if (!reader) throw new PcscError('UnknownReader')
      // The package would answer "connected" without looking.
      if (reader.connected) throw new PcscError('SharingViolation')
      return openCard(reader, share, () => awaitAtr(clock, reader, () => states.get(name)?.atr ?? new Uint8Array(0)))
    },
  }
}

async function openCard(reader: LiteReader, share: Share, atrNow: () => Promise<Uint8Array>): Promise<AdapterCard> {
  const connect = () => call<number>((done) => reader.connect({ share_mode: shareModes[share], protocol: anyProtocol }, done))
  const disconnect = (disposition: Disposition) => call<undefined>((done) => reader.disconnect(dispositions[disposition], done))
  let protocol = await connect()
  return {
    atr: await atrNow(),
    transmit: async (commandApdu) => {
      const response = await call<Buffer>((done) => reader.transmit(Buffer.from(commandApdu), responseBytes, protocol, done))
      return Uint8Array.from(response)
    },
    // The package has no SCardReconnect.
    reset: async () => {
      await disconnect('reset')
      protocol = await connect()
      return atrNow()
    },
    disconnect: async (disposition) => {
      await disconnect(disposition)
    },
  }
}

/** The known ATR, or the next one told; empty when none comes in time. */
function awaitAtr(clock: Clock, reader: LiteReader, known: () => Uint8Array): Promise<Uint8Array> {
  if (known().length > 0) return Promise.resolve(known())
  return new Promise((resolve) => {
    const settle = () => {
      timer.cancel()
      reader.off('status', look)
      resolve(known())
    }
    const look = () => {
      if (known().length > 0) settle()
    }
    const timer = clock.after(atrWaitMs, settle)
    reader.on('status', look)
  })
}

function call<T>(start: (done: Callback<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, value) => (error ? reject(normalise(error)) : resolve(value)))
  })
}

/** The package says "SCardTransmit error: Card was removed.(0x80100069)", sometimes with more digits. */
function normalise(error: unknown): PcscError {
  const text = error instanceof Error ? error.message : String(error)
  const code = /\(0x([0-9a-fA-F]{8,16})\)\s*$/.exec(text)?.[1]
  if (!code) return new PcscError('Other', { cause: error })
  return new PcscError(nameOfReturnCode(Number.parseInt(code.slice(-8), 16)), { cause: error })
}
