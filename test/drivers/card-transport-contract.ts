// What every CardTransport must do, whoever stands behind it. Run by the in-process test and by the real PC/SC test with each binding.

import type { Test } from 'tap'
import { isFault } from '../../protocol/fault.js'
import type { CardConnection, CardReaderState, CardTransport } from '../../protocol/hardware/card.js'
import { ReferenceCard, type SimulatedCard } from '../../simulator/model/card/card.js'
import { seededRandom } from '../../simulator/seeded-random.js'

/** One reader with a slot to put cards on, another that stays empty. */
export interface CardWorld {
  readonly reader: string
  readonly emptyReader: string
  /** One more client of the same readers. Closed with the world. */
  open(): CardTransport
  insert(card: SimulatedCard): Promise<void>
  remove(): Promise<void>
  /** Lets the world's time pass until `work` settles. */
  run<T>(work: Promise<T>): Promise<T>
}

const timeoutMs = 2_000
const uidCommand = Uint8Array.of(0xff, 0xca, 0, 0, 0)
const adf = Uint8Array.of(0xf0, ...ascii('KTPELREF1'))
const createAdf = Uint8Array.of(0x00, 0xe0, 0, 0, 21, 0x62, 19, 0x82, 1, 0x38, 0x83, 2, 0xdf, 0x01, 0x84, 10, ...adf)
const createEf = (fid: number, size: number) =>
  Uint8Array.of(0x00, 0xe0, 0, 0, 13, 0x62, 11, 0x82, 1, 0x01, 0x83, 2, fid >> 8, fid & 0xff, 0x80, 2, size >> 8, size & 0xff)
const selectMf = Uint8Array.of(0x00, 0xa4, 0x00, 0x0c, 2, 0x3f, 0x00)
const readCurrent = Uint8Array.of(0x00, 0xb0, 0, 0, 0)

export function ascii(text: string): number[] {
  return [...text].map((letter) => letter.charCodeAt(0))
}

export function freshCard(seed = 1): ReferenceCard {
  return new ReferenceCard({ random: seededRandom(seed) })
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const statusOf = (response: Uint8Array) => hex(response.subarray(-2))

/** Resolves with the state of `reader` when `wanted` holds. */
export async function seen(
  transport: CardTransport,
  reader: string,
  wanted: (state: CardReaderState) => boolean,
): Promise<CardReaderState> {
  let unwatch = () => {}
  try {
    return await new Promise<CardReaderState>((resolve, reject) => {
      const look = (states: readonly CardReaderState[]) => {
        const state = states.find(({ name }) => name === reader)
        if (state && wanted(state)) resolve(state)
      }
      unwatch = transport.watch(look)
      transport.readers().then(look, reject)
    })
  } finally {
    unwatch()
  }
}

async function faultOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'no fault'
  } catch (error) {
    return isFault(error) ? error.code : `not a fault: ${String(error)}`
  }
}

/** Sends commands for ever; resolves with the code that ended it. */
async function talkUntilFault(connection: CardConnection): Promise<{ code: string; commands: number }> {
  for (let commands = 0; ; commands++) {
    const code = await faultOf(connection.transmit(uidCommand, { timeoutMs }))
    if (code !== 'no fault') return { code, commands }
  }
}

export async function cardTransportContract(t: Test, world: CardWorld, cycles = 25): Promise<void> {
  const transport = world.open()
  /** Puts the card on and waits until the client sees it: a card that only just arrived may still be `card.absent`. */
  const place = async (card: SimulatedCard) => {
    await world.run(seen(transport, world.reader, (state) => !state.cardPresent))
    await world.insert(card)
    return world.run(seen(transport, world.reader, (state) => state.cardPresent))
  }

  await t.test('names its readers and says where a card lies', async (t) => {
    const states = await world.run(transport.readers())
    t.ok(states.some(({ name, cardPresent }) => name === world.reader && !cardPresent))
    t.ok(states.some(({ name, cardPresent }) => name === world.emptyReader && !cardPresent))
    const card = freshCard()
    const appeared = await place(card)
    t.ok(appeared.atr.length === 0 || hex(appeared.atr) === hex(card.atr), 'the ATR is right or not known yet')
    const connection = await world.run(transport.connect(world.reader, 'shared'))
    t.equal(hex(connection.atr), hex(card.atr))
    t.equal(
      hex((await world.run(seen(transport, world.reader, (state) => state.atr.length > 0))).atr),
      hex(card.atr),
      'known after connecting',
    )
    await world.run(connection.disconnect('unpower'))
    const left = seen(transport, world.reader, (state) => !state.cardPresent)
    await world.remove()
    t.equal((await world.run(left)).atr.length, 0)
  })

  await t.test('tells an empty reader from an unknown one', async (t) => {
    t.equal(await world.run(faultOf(transport.connect(world.emptyReader, 'exclusive'))), 'card.absent')
    t.equal(await world.run(faultOf(transport.connect('No Such Reader 00 00', 'exclusive'))), 'device.absent')
  })

  await t.test('carries short and extended commands both ways', async (t) => {
    const card = freshCard()
    await place(card)
    const connection = await world.run(transport.connect(world.reader, 'exclusive'))
    const send = (bytes: Uint8Array) => world.run(connection.transmit(bytes, { timeoutMs }))
    t.equal(hex(connection.atr), hex(card.atr))
    t.equal(hex(await send(uidCommand)), `${hex(card.uid)}9000`)
    t.equal(statusOf(await send(createAdf)), '9000')
    t.equal(statusOf(await send(createEf(0x0102, 8000))), '9000')
    const content = seededRandom(2).bytes(8000)
    const head = Uint8Array.of(0x00, 0xd6, 0, 0, 0, content.length >> 8, content.length & 0xff)
    t.equal(statusOf(await send(Uint8Array.of(...head, ...content))), '9000')
    t.equal(hex(await send(Uint8Array.of(0x00, 0xb0, 0, 0, 0, 0, 0))), `${hex(content)}9000`)
    await world.run(connection.disconnect('unpower'))
    await world.remove()
  })

  await t.test('refuses a command that is no command before it leaves', async (t) => {
    const card = freshCard()
    await place(card)
    const connection = await world.run(transport.connect(world.reader, 'exclusive'))
    const before = card.commands
    for (const size of [0, 3, 65_536]) {
      t.equal(await world.run(faultOf(connection.transmit(new Uint8Array(size), { timeoutMs }))), 'input.invalid', `${size} bytes`)
    }
    t.equal(card.commands, before)
    t.equal(statusOf(await world.run(connection.transmit(uidCommand, { timeoutMs }))), '9000', 'and goes on')
    await world.run(connection.disconnect('unpower'))
    await world.remove()
  })

  await t.test('an exclusive connection shuts out others of the same and of another client', async (t) => {
    await place(freshCard())
    const other = world.open()
    const connection = await world.run(transport.connect(world.reader, 'exclusive'))
    t.equal(await world.run(faultOf(transport.connect(world.reader, 'exclusive'))), 'card.in_use')
    t.equal(await world.run(faultOf(other.connect(world.reader, 'exclusive'))), 'card.in_use')
    await world.run(connection.disconnect('unpower'))
    const next = await world.run(other.connect(world.reader, 'exclusive'))
    t.equal(statusOf(await world.run(next.transmit(uidCommand, { timeoutMs }))), '9000')
    await world.run(next.disconnect('unpower'))
    await other.close()
    t.equal(await world.run(faultOf(other.readers())), 'card.terminal_lost', 'a closed client stays closed')
    await world.remove()
  })

  await t.test('reset gives the ATR again and the card forgets its selected file', async (t) => {
    const card = freshCard()
    await place(card)
    const connection = await world.run(transport.connect(world.reader, 'exclusive'))
    const send = (bytes: Uint8Array) => world.run(connection.transmit(bytes, { timeoutMs }))
    for (const command of [createAdf, createEf(0x0101, 4)]) t.equal(statusOf(await send(command)), '9000')
    t.equal(statusOf(await send(readCurrent)), '9000')
    t.equal(hex(await world.run(connection.reset())), hex(card.atr))
    t.equal(statusOf(await send(readCurrent)), '6986')
    t.equal(statusOf(await send(selectMf)), '9000')
    await world.run(connection.disconnect('unpower'))
    await world.run(connection.disconnect('unpower'))
    t.equal(
      await world.run(faultOf(connection.transmit(selectMf, { timeoutMs }))),
      'card.terminal_lost',
      'nothing goes through a closed connection',
    )
    await world.remove()
  })

  await t.test('a card torn out in mid-write is one card.removed, and holds what was written', async (t) => {
    const card = freshCard()
    await place(card)
    const connection = await world.run(transport.connect(world.reader, 'exclusive'))
    for (const command of [createAdf, createEf(0x0101, 8)]) await world.run(connection.transmit(command, { timeoutMs }))
    card.tearAt({ apdu: 1, afterBytes: 3 })
    const update = Uint8Array.of(0x00, 0xd6, 0, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8)
    t.equal(await world.run(faultOf(connection.transmit(update, { timeoutMs }))), 'card.removed')
    t.equal(await world.run(faultOf(connection.transmit(update, { timeoutMs }))), 'card.removed', 'the connection does not come back')
    t.equal(hex(card.readFile(0xdf01, 0x0101)!), '0102030000000000')
    await place(card)
    const again = await world.run(transport.connect(world.reader, 'exclusive'))
    t.equal(hex(await world.run(again.transmit(uidCommand, { timeoutMs }))), `${hex(card.uid)}9000`)
    await world.run(again.disconnect('unpower'))
    await world.remove()
  })

  await t.test('removal during a command that is never answered is card.removed for every pending call', async (t) => {
    const card = freshCard()
    await place(card)
    const connection = await world.run(transport.connect(world.reader, 'exclusive'))
    await world.run(connection.transmit(uidCommand, { timeoutMs }))
    card.mute()
    const pending = Promise.all([1, 2].map(() => faultOf(connection.transmit(uidCommand, { timeoutMs: 60_000 }))))
    // The command has to be with the card, else it is another case.
    await new Promise((resolve) => setImmediate(resolve))
    await world.remove()
    t.same(await world.run(pending), ['card.removed', 'card.removed'])
  })

  await t.test('a mute card is card.mute after the watchdog, and the terminal serves the next card', async (t) => {
    const card = freshCard()
    await place(card)
    const connection = await world.run(transport.connect(world.reader, 'exclusive'))
    card.mute()
    t.equal(await world.run(faultOf(connection.transmit(uidCommand, { timeoutMs: 300 }))), 'card.mute')
    t.equal(await world.run(faultOf(connection.transmit(uidCommand, { timeoutMs }))), 'card.terminal_lost')
    await world.remove()
    const next = freshCard(5)
    await place(next)
    const again = await world.run(transport.connect(world.reader, 'exclusive'))
    t.equal(hex(await world.run(again.transmit(uidCommand, { timeoutMs }))), `${hex(next.uid)}9000`)
    await world.run(again.disconnect('unpower'))
    await world.remove()
  })

  await t.test(`${cycles} cards pulled while they are spoken to: one card.removed each, nothing kept`, async (t) => {
    for (let cycle = 0; cycle < cycles; cycle++) {
      const card = freshCard(cycle)
      await place(card)
      const connection = await world.run(transport.connect(world.reader, 'exclusive'))
      card.tearAt({ apdu: 3 + (cycle % 7), afterBytes: 0 })
      const { code, commands } = await world.run(talkUntilFault(connection))
      if (code !== 'card.removed' || commands !== 2 + (cycle % 7)) t.fail(`cycle ${cycle}: ${code} after ${commands} commands`)
    }
    await world.run(seen(transport, world.reader, (state) => !state.cardPresent))
    t.equal(await world.run(faultOf(transport.connect(world.reader, 'exclusive'))), 'card.absent')
  })

  await transport.close()
}
