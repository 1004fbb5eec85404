// In-process readers held to the card contract, and the card terminal driver on top of them.

import fc from 'fast-check'
import t from 'tap'
import { decodeResponse, encodeCommand } from '../../drivers/card-terminal/apdu.js'
import { openCardTerminal, pickReader } from '../../drivers/card-terminal/driver.js'
import { faultCodeOf, nameOfReturnCode } from '../../drivers/transport/pcsc/adapter.js'
import type { CardTransport } from '../../protocol/hardware/card.js'
import { silentLog } from '../../protocol/log.js'
import { parseCommand } from '../../simulator/model/card/apdu.js'
import { inprocCards } from '../../simulator/transport/inproc-card.js'
import { VirtualClock } from '../../simulator/virtual-clock.js'
import { ascii, cardTransportContract, freshCard } from './card-transport-contract.js'

const readers = ['KTPel Encoder PICC 00 00', 'KTPel Encoder PICC 00 01']

function world() {
  const clock = new VirtualClock(0)
  const cards = inprocCards(clock, readers)
  const opened: CardTransport[] = []
  return {
    clock,
    cards,
    reader: readers[0]!,
    emptyReader: readers[1]!,
    open: () => {
      const transport = cards.transport()
      opened.push(transport)
      return transport
    },
    insert: async (card: Parameters<typeof cards.insert>[1]) => cards.insert(readers[0]!, card),
    remove: async () => cards.remove(readers[0]!),
    run: <T>(work: Promise<T>) => clock.runUntil(work),
  }
}

function terminal() {
  const { clock, cards } = world()
  return { clock, cards, terminal: openCardTerminal({ cards: cards.transport(), clock, log: silentLog }, 'KTPel Encoder PICC') }
}

t.test('in-process readers keep the card contract', (t) => cardTransportContract(t, world()))

t.test('a terminal is found by its exact name, else by its first numbered slot', async (t) => {
  const named = (...names: string[]) => names.map((name) => ({ name, cardPresent: false, atr: new Uint8Array(0) }))
  t.equal(pickReader(named('A 00 01', 'A 00 00', 'A B 00 00'), 'A')?.name, 'A 00 00')
  t.equal(pickReader(named('A 00 00', 'A'), 'A')?.name, 'A')
  t.equal(pickReader(named('A 00 01'), 'A 00 01')?.name, 'A 00 01')
  t.equal(pickReader(named('AB 00 00'), 'A'), undefined)
})

t.test('the terminal waits for a card, opens it, and knows it by its serial number', async (t) => {
  const { clock, cards, terminal: encoder } = terminal()
  await t.rejects(clock.runUntil(encoder.awaitCard(1000)), { code: 'card.absent' })
  t.equal(clock.monotonicMs(), 1000)
  const card = freshCard()
  const arrives = encoder.awaitCard(1000)
  cards.insert(readers[0]!, card)
  await clock.runUntil(arrives)
  const session = await encoder.open()
  t.same(session.uid, card.uid)
  t.same(session.atr, card.atr)
  await t.rejects(encoder.open(), { code: 'card.in_use' })
  const leaves = encoder.awaitRemoval(1000)
  cards.remove(readers[0]!)
  await clock.runUntil(leaves)
  await t.rejects(session.transmit({ ins: 0x84, p1: 0, p2: 0, ne: 8 }), { code: 'card.removed' })
  await session.end()
})

t.test('the rest of a long answer is fetched, a wrong Le is corrected, a refusal has a name', async (t) => {
  const { cards, terminal: encoder } = terminal()
  cards.insert(readers[0]!, freshCard())
  const session = await encoder.open()
  const name = Uint8Array.of(0xf0, ...ascii('KTPELREF1'))
  const fcp = Uint8Array.of(0x62, 19, 0x82, 1, 0x38, 0x83, 2, 0xdf, 0x01, 0x84, 10, ...name)
  await session.expect('create_adf', { ins: 0xe0, p1: 0, p2: 0, data: fcp })
  // No Le: the card keeps its answer and says 61xx.
  const selected = await session.expect('select', { ins: 0xa4, p1: 4, p2: 4, data: name })
  t.equal(Buffer.from(selected).toString('hex').slice(0, 2), '62')
  await session.expect('create_ef', { ins: 0xe0, p1: 0, p2: 0, data: Uint8Array.of(0x62, 11, 0x82, 1, 1, 0x83, 2, 1, 1, 0x80, 2, 0, 5) })
  const read = await session.transmit({ ins: 0xb0, p1: 0, p2: 0, ne: 200 })
  t.same(read, { data: new Uint8Array(5), statusWord: 0x9000 }, '6C05 led to the right Le')
  await t.rejects(session.expect('select', { ins: 0xa4, p1: 0, p2: 0x0c, data: Uint8Array.of(1, 2) }), {
    code: 'card.status_word',
    context: { statusWord: '6A82', operation: 'select' },
  })
  await session.reset()
  t.equal((await session.transmit({ ins: 0xb0, p1: 0, p2: 0, ne: 1 })).statusWord, 0x6986)
  await session.end()
})

t.test('commands have the shortest encoding, and the card reads what the driver wrote', async (t) => {
  const byte = fc.integer({ min: 0, max: 255 })
  const anyCommand = fc.record({
    cla: byte,
    ins: byte,
    p1: byte,
    p2: byte,
    data: fc.uint8Array({ maxLength: 400 }),
    ne: fc.option(fc.integer({ min: 1, max: 65_536 }), { nil: undefined }),
  })
  fc.assert(
    fc.property(anyCommand, ({ ne, ...rest }) => {
      const bytes = encodeCommand(ne === undefined ? rest : { ...rest, ne })
      const seen = parseCommand(bytes)
      if (!seen) return false
      const same = seen.cla === rest.cla && seen.ins === rest.ins && seen.p1 === rest.p1 && seen.p2 === rest.p2 && seen.ne === ne
      const short = rest.data.length <= 255 && (ne ?? 0) <= 256
      return (
        same &&
        Buffer.from(seen.data).equals(rest.data) &&
        (rest.data.length === 0 && ne === undefined ? bytes.length === 4 : seen.extended === !short)
      )
    }),
  )
  for (const wrong of [
    { ins: 256, p1: 0, p2: 0 },
    { ins: 0, p1: 0, p2: 0, ne: 0 },
    { ins: 0, p1: 0, p2: 0, data: new Uint8Array(65_527) },
  ]) {
    t.throws(() => encodeCommand(wrong), { code: 'input.invalid' })
  }
  t.throws(() => decodeResponse(Uint8Array.of(0x90)), { code: 'device.protocol' })
})

t.test('PC/SC return codes become faults by what was going on', async (t) => {
  t.equal(nameOfReturnCode(0x80100069), 'RemovedCard')
  t.equal(nameOfReturnCode(0x80100001), 'Other')
  t.equal(faultCodeOf('NotTransacted', 'talk'), 'card.removed')
  t.equal(faultCodeOf('NoSmartCard', 'connect'), 'card.absent')
  t.equal(faultCodeOf('SharingViolation', 'connect'), 'card.in_use')
  t.equal(faultCodeOf('UnknownReader', 'connect'), 'device.absent')
  t.equal(faultCodeOf('UnknownReader', 'talk'), 'card.terminal_lost')
  t.equal(faultCodeOf('Other', 'talk'), 'card.terminal_lost')
})
