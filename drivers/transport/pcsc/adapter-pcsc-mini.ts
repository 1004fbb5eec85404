// The npm package pcsc-mini (prebuilt N-API over libpcsclite) as a PcscAdapter. The only file that imports it.

import { type Card, CardDisposition, CardMode, Client, type Reader, ReaderStatus } from 'pcsc-mini'
import type { CardReaderState } from '../../../protocol/hardware/card.js'
import { type AdapterCard, isPcscName, PcscError, type StartAdapter } from './adapter.js'
import type { Disposition } from './messages.js'

/** 65,535 bytes and a status word: its own default of 264 fails on extended reads. */
const responseBytes = 65_538

export const startPcscMini: StartAdapter = (events) => {
  const client = new Client()
  const states = new Map<string, CardReaderState>()
  const changed = () => events.readers([...states.values()])
  client.on('error', (error) => events.lost(normalise(error)))
  client.on('reader', (reader: Reader) => {
    const name = reader.name()
    // The ATR that comes with the event is not used: version 0.1.3 hands out memory that is already overwritten. SCardStatus at connect tells it.
    reader.on('change', (status) => {
      const cardPresent = status.has(ReaderStatus.PRESENT)
      const known = cardPresent ? states.get(name)?.atr : undefined
      states.set(name, { name, cardPresent, atr: known ?? new Uint8Array(0) })
      changed()
    })
    reader.on('disconnect', () => {
      states.delete(name)
      changed()
    })
  })
  try {
    client.start()
  } catch (error) {
    throw normalise(error)
  }
  return {
    async connect(name, share) {
      const reader = client.reader(name)
      if (!reader) throw new PcscError('UnknownReader')
      const mode = share === 'exclusive' ? CardMode.EXCLUSIVE : CardMode.SHARED
      const card = await attempt(() => reader.connect(mode))
      try {
        const atr = Uint8Array.from((await attempt(() => card.state())).atr)
        states.set(name, { name, cardPresent: true, atr })
        changed()
        return wrap(card, mode, atr)
      } catch (error) {
        await card.disconnect(CardDisposition.LEAVE).catch(() => {})
        throw error
      }
    },
  }
}

function wrap(card: Card, mode: CardMode, atr: Uint8Array): AdapterCard {
  const buffer = new ArrayBuffer(responseBytes)
  return {
    atr,
    // Copied: the next answer overwrites the buffer.
    transmit: (commandApdu) => attempt(async () => (await card.transmit(commandApdu, buffer)).slice()),
    reset: () =>
      attempt(async () => {
        await card.reconnect(mode, CardDisposition.RESET)
        return Uint8Array.from((await card.state()).atr)
      }),
    disconnect: (disposition) => attempt(() => card.disconnect(dispositions[disposition])),
  }
}

const dispositions: Readonly<Record<Disposition, CardDisposition>> = {
  leave: CardDisposition.LEAVE,
  reset: CardDisposition.RESET,
  unpower: CardDisposition.UNPOWER,
  eject: CardDisposition.EJECT,
}

async function attempt<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw normalise(error)
  }
}

function normalise(error: unknown): PcscError {
  if (error instanceof PcscError) return error
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
  return new PcscError(isPcscName(code) ? code : 'Other', { cause: error })
}
