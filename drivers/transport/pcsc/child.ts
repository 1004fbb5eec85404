// The card process: all PC/SC calls of the station happen here, because a mute card blocks its thread until the process is killed.
// Knows no cards and no policy; serves requests of its parent until the channel closes.

import { type Clock, systemClock, type Timer } from '../../../protocol/clock.js'
import type { CardReaderState } from '../../../protocol/hardware/card.js'
import { type AdapterCard, faultCodeOf, isServiceLost, type PcscAdapter, PcscError, type StartAdapter } from './adapter.js'
import type { AdapterName, CardAnswer, FromChild, ToChild } from './messages.js'

const adapters: Readonly<Record<AdapterName, () => Promise<StartAdapter>>> = {
  'pcsc-mini': async () => (await import('./adapter-pcsc-mini.js')).startPcscMini,
  pcsclite: async () => (await import('./adapter-pcsclite.js')).startPcsclite,
}

/** The readers known at the start come one by one; the first list waits until no more came for this long. */
const settleMs = 30
/** ... or when there are none, this long. */
const noReadersMs = 150

interface Open {
  readonly card: AdapterCard
  /** A card takes one command at a time; this is the end of the last one. */
  idle: Promise<void>
}

function serve(adapter: PcscAdapter, say: (message: FromChild) => void): (request: ToChild) => Promise<void> {
  const opened = new Map<number, Open>()
  let connections = 0
  const talk = async (request: Exclude<ToChild, { do: 'connect' }>): Promise<CardAnswer> => {
    const open = opened.get(request.connection)
    if (request.do === 'disconnect') {
      opened.delete(request.connection)
      await open?.card.disconnect(request.disposition)
      return {}
    }
    if (!open) throw new PcscError('RemovedCard')
    try {
      const bytes = request.do === 'transmit' ? await open.card.transmit(request.commandApdu) : await open.card.reset()
      // A reader whose card left in mid-command may hand up an empty answer as a success.
      if (request.do === 'transmit' && bytes.length < 2) throw new PcscError('NotTransacted')
      return { bytes }
    } catch (error) {
      // The card is gone or lost; the handle must not stay.
      opened.delete(request.connection)
      await open.card.disconnect('leave').catch(() => {})
      throw error
    }
  }
  const answer = async (request: ToChild): Promise<CardAnswer> => {
    if (request.do === 'connect') {
      const card = await adapter.connect(request.reader, request.share)
      opened.set(++connections, { card, idle: Promise.resolve() })
      return { connection: connections, bytes: card.atr }
    }
    const open = opened.get(request.connection)
    const answered = (open?.idle ?? Promise.resolve()).then(() => talk(request))
    if (open) open.idle = answered.then(nothing, nothing)
    return answered
  }
  return async (request) => {
    try {
      say({ is: 'done', id: request.id, answer: await answer(request) })
    } catch (error) {
      const name = error instanceof PcscError ? error.code : 'Other'
      say({ is: 'failed', id: request.id, code: faultCodeOf(name, request.do === 'connect' ? 'connect' : 'talk'), reason: name })
      if (isServiceLost(name)) say({ is: 'service_lost', reason: name })
    }
  }
}

const nothing = () => {}

/** Collects the first readers into one message, then passes each change on. */
function readerNews(clock: Clock, say: (message: FromChild) => void): (readers: readonly CardReaderState[]) => void {
  let latest: readonly CardReaderState[] = []
  let settled = false
  const settle = () => {
    settled = true
    say({ is: 'readers', readers: latest })
  }
  let timer: Timer = clock.after(noReadersMs, settle)
  return (readers) => {
    latest = readers
    if (settled) return say({ is: 'readers', readers })
    timer.cancel()
    timer = clock.after(settleMs, settle)
  }
}

async function main(name: string | undefined): Promise<void> {
  const die = () => process.kill(process.pid, 'SIGKILL')
  const say = (message: FromChild) => void process.send?.(message, undefined, undefined, () => {})
  // A thread blocked in PC/SC would keep process.exit waiting for ever.
  process.once('disconnect', die)
  const load = name === 'pcsc-mini' || name === 'pcsclite' ? adapters[name] : undefined
  if (!load) return die() && undefined
  try {
    const start = await load()
    const adapter = start(
      { readers: readerNews(systemClock, say), lost: (error) => say({ is: 'service_lost', reason: error.code }) },
      systemClock,
    )
    const handle = serve(adapter, say)
    process.on('message', (request: ToChild) => void handle(request))
  } catch (error) {
    say({ is: 'service_lost', reason: error instanceof PcscError ? error.code : 'Other' })
  }
}

await main(process.argv[2])
