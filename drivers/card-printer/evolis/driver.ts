// The card printer: one command, one answer, each with its deadline. Knows the paper path, not what is printed or for whom.

import { Fault, type FaultCode } from '../../../protocol/fault.js'
import { printerAnswers, printerCommands, printerInterface } from '../../../protocol/hardware/card-printer.js'
import type { UsbDevice, UsbTransport } from '../../../protocol/hardware/usb.js'
import type { Log } from '../../../protocol/log.js'
import { createAnswerReader, encodeBitmap, encodeCommand } from './framing.js'

export interface CardPrinter {
  readonly serial: string
  /** Cards printed in its life: tells after an interruption whether a print was done. */
  counter(): Promise<number>
  /** Takes a card from the feeder to the contactless station; nothing moves when one lies there. @throws Fault `printer.*` */
  moveToContactless(): Promise<void>
  /**
   * Prints both sides of the card on the station and ejects it to the output hopper.
   * @param front 648 × 1016, one bit a dot, 1 is ink
   * @throws Fault `printer.no_card` when none lies there, `printer.jam` when the card is spoiled
   */
  print(front: Uint8Array, back: Uint8Array): Promise<void>
  /** Throws the card on the station into the reject box. @throws Fault `printer.no_card` */
  reject(): Promise<void>
  /** Idempotent. */
  close(): Promise<void>
}

const faultOfAnswer: Readonly<Record<string, FaultCode>> = {
  [printerAnswers.feederEmpty]: 'printer.feeder_empty',
  [printerAnswers.ribbonEnd]: 'printer.ribbon_end',
  [printerAnswers.coverOpen]: 'printer.cover_open',
  [printerAnswers.jam]: 'printer.jam',
  [printerAnswers.noCard]: 'printer.no_card',
}

const quickMs = 5_000
const moveMs = 20_000
const printMs = 90_000

/** @throws Fault `device.*` of the transport */
export async function openCardPrinter(deps: { usb: UsbTransport; log: Log }, key: string): Promise<CardPrinter> {
  const device = await deps.usb.open(key)
  try {
    await device.claim(printerInterface.number)
    const line = createLine(device)
    const serial = await line.ask(encodeCommand(printerCommands.serialNumber), quickMs)
    deps.log.write('info', 'printer.opened', { serial })
    return createPrinter(device, line, serial)
  } catch (error) {
    await device.close()
    throw error
  }
}

interface Line {
  /** @returns the answer's text @throws Fault `device.stall` | `device.protocol` | `device.timeout` | `device.unplugged` */
  ask(command: Uint8Array, timeoutMs: number): Promise<string>
}

/** One question at a time: the protocol has no numbers that would match answers to commands. */
function createLine(device: UsbDevice): Line {
  const reader = createAnswerReader()
  let turn: Promise<unknown> = Promise.resolve()
  const exchange = async (command: Uint8Array, timeoutMs: number): Promise<string> => {
    const sent = await device.transferOut(printerInterface.bulkOut, command, { timeoutMs: quickMs })
    if (sent.status === 'stall') throw new Fault('device.stall', { device: 'card_printer' })
    for (;;) {
      const got = await device.transferIn(printerInterface.bulkIn, 512, { timeoutMs })
      if (got.status === 'stall') throw new Fault('device.stall', { device: 'card_printer' })
      const answers = reader.push(got.data)
      if (!answers || answers.length > 1)
        throw new Fault('device.protocol', { device: 'card_printer', reason: 'answers do not match commands' })
      if (answers[0] !== undefined) return answers[0]
    }
  }
  return {
    ask: (command, timeoutMs) => {
      const answer = turn.then(() => exchange(command, timeoutMs))
      turn = answer.catch(() => {})
      return answer
    },
  }
}

function createPrinter(device: UsbDevice, line: Line, serial: string): CardPrinter {
  const order = async (command: Uint8Array, timeoutMs: number): Promise<void> => {
    const answer = await line.ask(command, timeoutMs)
    if (answer === printerAnswers.ok) return
    const code = faultOfAnswer[answer]
    throw code ? new Fault(code, { serial }) : new Fault('device.protocol', { device: 'card_printer', serial, reason: 'unknown answer' })
  }
  return {
    serial,
    counter: async () => {
      const count = Number(await line.ask(encodeCommand(printerCommands.counter), quickMs))
      if (!Number.isSafeInteger(count) || count < 0)
        throw new Fault('device.protocol', { device: 'card_printer', serial, field: 'counter' })
      return count
    },
    moveToContactless: async () => {
      await order(encodeCommand(printerCommands.insertion, 'F'), quickMs)
      await order(encodeCommand(printerCommands.contactless), moveMs)
    },
    print: async (front, back) => {
      await order(encodeCommand(printerCommands.ribbon, 'k'), quickMs)
      await order(encodeCommand(printerCommands.start), quickMs)
      await order(encodeCommand(printerCommands.front), quickMs)
      await order(encodeBitmap(front), quickMs)
      await order(encodeCommand(printerCommands.back), quickMs)
      await order(encodeBitmap(back), quickMs)
      await order(encodeCommand(printerCommands.end), printMs)
    },
    reject: () => order(encodeCommand(printerCommands.reject), moveMs),
    close: () => device.close(),
  }
}
