// A simulated retransfer printer with a contactless station: the Evolis text protocol on two bulk endpoints. Cards have a place: feeder, station,
// output, reject box; the coupler sees the card exactly while it lies on the station. Own parser; knows no driver.

import type { Clock } from '../../protocol/clock.js'
import { sleep } from '../../protocol/clock.js'
import {
  carriageReturn,
  escapeByte,
  printBitmap,
  printerAnswers,
  printerCommands,
  printerInterface,
  printerProductId,
  printerVendorId,
} from '../../protocol/hardware/card-printer.js'
import { BulkFifo } from './bulk-fifo.js'
import type { SimulatedCard } from './card/card.js'
import type { ModelIn, ModelOut, SetupPacket, UsbDescriptors, UsbDeviceModel } from './usb-device-model.js'

/** A card as it came from the factory: a number printed on its back, and a chip. */
export interface BlankCard {
  readonly serial: string
  readonly chip: SimulatedCard
}

export interface PrintedCard extends BlankCard {
  /** Rasters as printed; undefined where nothing was. */
  readonly front: Uint8Array | undefined
  readonly back: Uint8Array | undefined
}

/** The reader above the contactless station. */
export interface Coupler {
  insert(card: SimulatedCard): void
  remove(): void
}

export interface CardPrinterOptions {
  readonly serial: string
  readonly clock: Clock
  readonly coupler: Coupler
  readonly feeder: readonly BlankCard[]
  /** Milliseconds for moving and printing; a desktop retransfer printer takes several seconds. */
  readonly insertMs?: number
  readonly printMs?: number
}

export type PrinterTrouble = 'feederEmpty' | 'ribbonEnd' | 'coverOpen' | 'jam'

/** Longest command without a bitmap. */
const mostCommandBytes = 256

export class CardPrinterModel implements UsbDeviceModel {
  readonly descriptors: UsbDescriptors
  readonly serial: string
  readonly feeder: BlankCard[]
  readonly output: PrintedCard[] = []
  readonly rejected: PrintedCard[] = []
  /** The card on the contactless station. */
  station: BlankCard | undefined
  trouble: PrinterTrouble | undefined
  /** Fails the next print half-way: the card is spoiled and stays inside as a jam. */
  jamNextPrint = false
  printed = 0
  readonly #options: CardPrinterOptions
  readonly #answers = new BulkFifo()
  #input: number[] = []
  #bitmap: { readonly bytes: Uint8Array; filled: number } | undefined
  #sides: { front?: Uint8Array; back?: Uint8Array } = {}
  #side: 'front' | 'back' = 'front'
  #work: Promise<void> = Promise.resolve()
  /** Which host session it serves. */
  #host = 0

  constructor(options: CardPrinterOptions) {
    this.#options = options
    this.serial = options.serial
    this.feeder = [...options.feeder]
    this.descriptors = printerDescriptors(options.serial)
  }

  control(setup: SetupPacket): ModelIn {
    // GET_DEVICE_ID (IEEE 1284: length first) and GET_PORT_STATUS (paper, selected, no error).
    if (setup.bRequest === 0) {
      const id = new TextEncoder().encode('MFG:rekam (simulated);MDL:card printer;CMD:EVOLIS;')
      return Uint8Array.of((id.length + 2) >> 8, (id.length + 2) & 0xff, ...id).slice(0, setup.wLength)
    }
    return setup.bRequest === 1 ? Uint8Array.of(0x18) : 'stall'
  }

  out(endpoint: number, data: Uint8Array): ModelOut {
    if (endpoint !== printerInterface.bulkOut) return 'stall'
    let at = 0
    while (at < data.length) at = this.#bitmap ? this.#fill(data, at) : this.#letter(data, at)
    return data.length
  }

  in(endpoint: number, length: number, signal: AbortSignal): Promise<ModelIn> | ModelIn {
    return endpoint === printerInterface.bulkIn ? this.#answers.read(length, signal) : 'stall'
  }

  /** The host went away: half a command is forgotten, cards stay where they are. */
  reset(): void {
    this.#host++
    this.#answers.reset()
    this.#input = []
    this.#bitmap = undefined
    this.#sides = {}
  }

  #fill(data: Uint8Array, at: number): number {
    const bitmap = this.#bitmap
    if (!bitmap) return at
    const piece = data.subarray(at, at + bitmap.bytes.length - bitmap.filled)
    bitmap.bytes.set(piece, bitmap.filled)
    bitmap.filled += piece.length
    if (bitmap.filled === bitmap.bytes.length) {
      this.#sides[this.#side] = bitmap.bytes
      this.#bitmap = undefined
    }
    return at + piece.length
  }

  #letter(data: Uint8Array, at: number): number {
    const byte = data[at] ?? 0
    if (byte === carriageReturn) this.#command()
    else if (byte === escapeByte) this.#input = []
    // Drivers pad with NUL; they mean nothing.
    else if (byte !== 0 && this.#input.length < mostCommandBytes) this.#input.push(byte)
    if (byte !== carriageReturn && String.fromCharCode(...this.#input) === `${printerCommands.bitmap};k;2;`) {
      this.#bitmap = { bytes: new Uint8Array(printBitmap.bytes), filled: 0 }
    }
    return at + 1
  }

  /** Commands are carried out one after the other, each answered when it is done. */
  #command(): void {
    const [name = ''] = String.fromCharCode(...this.#input).split(';')
    this.#input = []
    const host = this.#host
    this.#work = this.#work
      .then(() => this.#carryOut(name))
      .then((answer) => {
        // The answer to a host that is gone is not kept for the next one.
        if (host === this.#host) this.#answers.push(new TextEncoder().encode(`${answer}\r`))
      })
  }

  async #carryOut(name: string): Promise<string> {
    const { ok, unknown, noCard } = printerAnswers
    switch (name) {
      case printerCommands.insertion:
      case printerCommands.ribbon:
      case printerCommands.bitmap:
        return ok
      case printerCommands.start:
        this.#sides = {}
        this.#side = 'front'
        return ok
      case printerCommands.front:
        this.#side = 'front'
        return ok
      case printerCommands.back:
        this.#side = 'back'
        return ok
      case printerCommands.contactless:
        return this.#toStation()
      case printerCommands.end:
        return this.#print()
      case printerCommands.eject:
        return this.#leave(this.output) ? ok : noCard
      case printerCommands.reject:
        return this.#leave(this.rejected) ? ok : noCard
      case printerCommands.serialNumber:
        return this.serial
      case printerCommands.counter:
        return String(this.printed)
      default:
        return unknown
    }
  }

  async #toStation(): Promise<string> {
    if (this.trouble) return printerAnswers[this.trouble]
    // A card that lies there already is not pushed out by the next one.
    if (this.station) return printerAnswers.ok
    const card = this.feeder.shift()
    if (!card) return printerAnswers.feederEmpty
    await sleep(this.#options.clock, this.#options.insertMs ?? 1_500)
    this.station = card
    this.#options.coupler.insert(card.chip)
    return printerAnswers.ok
  }

  async #print(): Promise<string> {
    if (this.trouble) return printerAnswers[this.trouble]
    const card = this.station
    if (!card) return printerAnswers.noCard
    // What is on the ribbon is printed, also when the host goes away meanwhile.
    const { front, back } = this.#sides
    this.#sides = {}
    this.#options.coupler.remove()
    await sleep(this.#options.clock, this.#options.printMs ?? 4_000)
    this.station = undefined
    if (this.jamNextPrint) {
      this.jamNextPrint = false
      this.trouble = 'jam'
      this.rejected.push({ ...card, front, back: undefined })
      return printerAnswers.jam
    }
    this.output.push({ ...card, front, back })
    this.printed++
    return printerAnswers.ok
  }

  #leave(to: PrintedCard[]): boolean {
    const card = this.station
    if (!card) return false
    this.#options.coupler.remove()
    this.station = undefined
    to.push({ ...card, front: undefined, back: undefined })
    return true
  }
}

function printerDescriptors(serial: string): UsbDescriptors {
  const { number, class: interfaceClass, subclass, protocol, bulkOut, bulkIn } = printerInterface
  const word = (value: number) => [value & 0xff, value >> 8]
  return {
    device: Uint8Array.of(18, 1, 0x00, 0x02, 0, 0, 0, 64, ...word(printerVendorId), ...word(printerProductId), 0x00, 0x01, 1, 2, 3, 1),
    // biome-ignore format: configuration, interface, two endpoints
    configuration: Uint8Array.of(
      9, 2, 32, 0, 1, 1, 0, 0x80, 250,
      9, 4, number, 0, 2, interfaceClass, subclass, protocol, 0,
      7, 5, bulkOut, 2, 0x00, 0x02, 0,
      7, 5, bulkIn, 2, 0x00, 0x02, 0,
    ),
    strings: ['rekam (simulated)', 'Card printer with contactless station', serial],
  }
}
