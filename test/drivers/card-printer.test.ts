import fc from 'fast-check'
import t from 'tap'
import { openCardPrinter } from '../../drivers/card-printer/evolis/driver.js'
import { createAnswerReader, encodeCommand } from '../../drivers/card-printer/evolis/framing.js'
import { printBitmap } from '../../protocol/hardware/card-printer.js'
import { silentLog } from '../../protocol/log.js'
import { ReferenceCard } from '../../simulator/model/card/card.js'
import { CardPrinterModel } from '../../simulator/model/card-printer.js'
import { seededRandom } from '../../simulator/seeded-random.js'
import { inprocCards } from '../../simulator/transport/inproc-card.js'
import { inprocUsb } from '../../simulator/transport/inproc-usb.js'
import { VirtualClock } from '../../simulator/virtual-clock.js'

const couplerName = 'Printer Contactless Station'

async function bench(blanks: number) {
  const clock = new VirtualClock(Date.UTC(2026, 10, 21))
  const cards = inprocCards(clock, [couplerName])
  const random = seededRandom(5)
  const feeder = Array.from({ length: blanks }, (_, i) => ({
    serial: `SIM-${i + 1}`,
    chip: new ReferenceCard({ random: random.fork(String(i)) }),
  }))
  const model = new CardPrinterModel({
    serial: 'PR-1',
    clock,
    feeder,
    coupler: { insert: (card) => cards.insert(couplerName, card), remove: () => cards.remove(couplerName) },
  })
  const bus = inprocUsb(clock)
  await bus.plug(model)
  const usb = bus.transport()
  const [info] = await usb.list()
  const printer = await clock.runUntil(openCardPrinter({ usb, log: silentLog }, info?.key ?? ''))
  const present = async () => (await cards.transport().readers())[0]?.cardPresent
  return { clock, model, printer, present, bus }
}

const side = (byte: number) => new Uint8Array(printBitmap.bytes).fill(byte)

t.test('the card on the coupler follows the card in the printer: feeder, station, output', async (t) => {
  const { clock, model, printer, present } = await bench(1)
  t.equal(printer.serial, 'PR-1')
  t.equal(await present(), false)
  await clock.runUntil(printer.moveToContactless())
  t.equal(await present(), true)
  await clock.runUntil(printer.moveToContactless())
  t.equal(model.feeder.length, 0, 'a second order moves no second card')
  // Carriage returns inside a picture are picture, not the end of a command.
  await clock.runUntil(printer.print(side(0x0d), side(0x1b)))
  t.equal(await present(), false)
  t.strictSame(model.output[0]?.front, side(0x0d))
  t.strictSame(model.output[0]?.back, side(0x1b))
  t.equal(await clock.runUntil(printer.counter()), 1)
})

t.test('every trouble of the printer has its name, and a jam leaves no card in doubt', async (t) => {
  const { clock, model, printer } = await bench(2)
  await t.rejects(clock.runUntil(printer.print(side(0), side(0))), { code: 'printer.no_card' })
  for (const [trouble, code] of [
    ['coverOpen', 'printer.cover_open'],
    ['ribbonEnd', 'printer.ribbon_end'],
  ] as const) {
    model.trouble = trouble
    await t.rejects(clock.runUntil(printer.moveToContactless()), { code })
  }
  model.trouble = undefined
  await clock.runUntil(printer.moveToContactless())
  await clock.runUntil(printer.reject())
  t.equal(model.rejected.length, 1)
  await clock.runUntil(printer.moveToContactless())
  model.jamNextPrint = true
  await t.rejects(clock.runUntil(printer.print(side(1), side(1))), { code: 'printer.jam' })
  t.equal(await clock.runUntil(printer.counter()), 0)
  model.trouble = undefined
  await t.rejects(clock.runUntil(printer.moveToContactless()), { code: 'printer.feeder_empty' })
})

t.test('a printer that is pulled out in mid-print ends the call with one named fault', async (t) => {
  const { clock, model, printer, bus } = await bench(1)
  await clock.runUntil(printer.moveToContactless())
  const printing = printer.print(side(0), side(0))
  const refused = t.rejects(clock.runUntil(printing), { code: 'device.unplugged' })
  clock.after(2_000, () => void bus.unplug(model))
  await refused
})

t.test('answers are cut at carriage returns however the bytes arrive, and an endless answer is refused', async (t) => {
  const answers = fc.array(fc.stringMatching(/^[A-Z0-9 ]{1,20}$/), { minLength: 1, maxLength: 5 })
  const property = fc.property(answers, fc.array(fc.integer({ min: 1, max: 9 })), (texts, cuts) => {
    const bytes = new TextEncoder().encode(texts.map((text) => `${text}\r`).join(''))
    const reader = createAnswerReader()
    const read: string[] = []
    let at = 0
    for (const cut of [...cuts, bytes.length]) {
      read.push(...(reader.push(bytes.subarray(at, at + cut)) ?? []))
      at += cut
    }
    return read.join('|') === texts.join('|')
  })
  t.doesNotThrow(() => fc.assert(property))
  t.equal(createAnswerReader().push(new Uint8Array(1_000).fill(65)), undefined)
  t.strictSame(encodeCommand('Pmi', 'F'), Uint8Array.of(0x1b, 0x50, 0x6d, 0x69, 0x3b, 0x46, 0x0d))
})
