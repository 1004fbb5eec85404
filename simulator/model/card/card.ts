// A simulated ISO/IEC 7816-4 card, profile "ktpel-ref-0 (simulated, no card security yet)". Pure: no wires, no time; transports carry it.
// It is not the real KTP-el chip, whose layout and keys are not public. Whoever reaches it may write it until it is locked.

import type { Random } from '../../../protocol/random.js'
import { type Answer, type CommandApdu, encodeAnswer, parseCommand, status, sw } from './apdu.js'
import {
  type CardFile,
  controlParameters,
  createFile,
  findByName,
  findBySfi,
  findChild,
  lifeCycle,
  master,
  type Write,
} from './file-system.js'
import { tlv } from './tlv.js'

export const memoryBytes = 8192

/** What a command came to: a response APDU, the card left the field before it could answer, or silence for ever. */
export type CardReply = Uint8Array | 'gone' | 'mute'

/** What a simulated reader needs to know of a card. */
export interface SimulatedCard {
  readonly atr: Uint8Array
  powerOn(): void
  /** Also when it is taken off the reader. Volatile state is lost, memory stays. */
  powerOff(): void
  reset(): void
  process(commandApdu: Uint8Array): CardReply
}

export interface CardOptions {
  readonly random: Random
  /** CSN, 7 bytes. Default: 0xFE (an unassigned maker) and six bytes of `random`. */
  readonly uid?: Uint8Array
}

type LifeCycle = 'blank' | 'in_personalisation' | 'locked'

/** Where in the coming commands something goes wrong; `apdu` counts from 1 at the moment the script is set. */
interface Script {
  readonly tear?: { readonly apdu: number; readonly afterBytes: number }
  readonly loseResponse?: number
  readonly failWrite?: number
}

class Torn extends Error {}
class WriteFailed extends Error {}

/**
 * A blank holds the MF only; the personalising host creates the ADF and EFs.
 * ACTIVATE FILE (INS 44, P1-P2 0000, no data, ISO/IEC 7816-9) with the MF or a DF current locks the whole card for ever.
 */
export class ReferenceCard implements SimulatedCard {
  readonly uid: Uint8Array
  readonly atr: Uint8Array = answerToReset()
  readonly #random: Random
  readonly #memory = new Uint8Array(memoryBytes)
  #currentDf: CardFile = master
  #currentEf: CardFile | undefined
  #waiting: Uint8Array = new Uint8Array(0)
  #script: Script = {}
  #scriptCount = 0
  #mute = false
  #budget = Number.POSITIVE_INFINITY
  #commands = 0

  constructor(options: CardOptions) {
    this.#random = options.random
    this.uid = options.uid?.slice() ?? Uint8Array.of(0xfe, ...options.random.bytes(6))
    if (this.uid.length !== 7) throw new RangeError('a card serial number has 7 bytes')
    this.#memory[0] = lifeCycle.blank
  }

  get lifeCycle(): LifeCycle {
    const byte = this.#memory[0]
    return byte === lifeCycle.locked ? 'locked' : byte === lifeCycle.inPersonalisation ? 'in_personalisation' : 'blank'
  }

  /** Commands processed since it was made. */
  get commands(): number {
    return this.#commands
  }

  /** The card leaves the field during command `apdu` (1 = the next), when `afterBytes` of the bytes that it writes to memory are stored. */
  tearAt(tear: { apdu: number; afterBytes: number }): void {
    this.#setScript({ tear })
  }

  /** Command `apdu` takes its full effect, then the card leaves the field before it can answer. */
  loseResponseAt(apdu: number): void {
    this.#setScript({ loseResponse: apdu })
  }

  /** The first write of command `apdu` fails in memory: 6581, nothing of it stored. */
  failWriteAt(apdu: number): void {
    this.#setScript({ failWrite: apdu })
  }

  /** From now on it takes commands and answers nothing, until it is powered off. */
  mute(): void {
    this.#mute = true
  }

  /** Copy of the non-volatile memory. */
  snapshot(): Uint8Array {
    return this.#memory.slice()
  }

  restore(memory: Uint8Array): void {
    if (memory.length !== memoryBytes) throw new RangeError(`a snapshot has ${memoryBytes} bytes`)
    this.#memory.set(memory)
    this.reset()
  }

  /** Content of one EF of the ADF or MF with this FID, for tests and the printer's ledger; undefined when there is none. */
  readFile(parent: number, fid: number): Uint8Array | undefined {
    const file = findChild(this.#memory, parent, fid)
    return file?.kind === 'ef' ? this.#memory.slice(file.start, file.start + file.size) : undefined
  }

  powerOn(): void {
    this.#dropVolatile()
  }

  powerOff(): void {
    this.#dropVolatile()
    this.#mute = false
  }

  reset(): void {
    this.#dropVolatile()
  }

  process(commandApdu: Uint8Array): CardReply {
    if (this.#mute) return 'mute'
    this.#commands++
    const nth = ++this.#scriptCount
    const { tear, loseResponse, failWrite } = this.#script
    const tearNow = tear?.apdu === nth
    this.#budget = tearNow ? tear.afterBytes : Number.POSITIVE_INFINITY
    try {
      const answer = this.#answer(commandApdu, failWrite === nth)
      if (tearNow || loseResponse === nth) return this.#leave()
      return encodeAnswer(answer)
    } catch (error) {
      if (error instanceof Torn) return this.#leave()
      if (error instanceof WriteFailed) return encodeAnswer(status(sw.memoryFailure))
      throw error
    }
  }

  #leave(): 'gone' {
    this.#script = {}
    this.powerOff()
    return 'gone'
  }

  #setScript(script: Script): void {
    this.#script = script
    this.#scriptCount = 0
  }

  #dropVolatile(): void {
    this.#currentDf = master
    this.#currentEf = undefined
    this.#waiting = new Uint8Array(0)
  }

  #answer(bytes: Uint8Array, failWrite: boolean): Answer {
    const command = parseCommand(bytes)
    if (!command) return status(sw.wrongLength)
    const write: Write = (offset, data) => {
      if (failWrite) throw new WriteFailed()
      const kept = Math.min(this.#budget, data.length)
      this.#memory.set(data.subarray(0, kept), offset)
      this.#budget -= kept
      if (kept < data.length) throw new Torn()
    }
    if (command.cla === 0xff) return command.ins === 0xca ? this.#readerData(command) : status(sw.insUnknown)
    if (command.cla === 0x10) return status(sw.chainingNotSupported)
    if (command.cla !== 0x00) return status(sw.claUnknown)
    if (command.ins === 0xc0) return this.#getResponse(command)
    this.#waiting = new Uint8Array(0)
    return this.#fit(command, this.#dispatch(command, write))
  }

  #dispatch(command: CommandApdu, write: Write): Answer {
    switch (command.ins) {
      case 0xa4:
        return this.#select(command)
      case 0xb0:
        return this.#readBinary(command)
      case 0xb1:
        return this.#readBinaryOdd(command)
      case 0xd6:
        return this.#updateBinary(command, write)
      case 0xe0:
        return this.#createFile(command, write)
      case 0x44:
        return this.#activate(command, write)
      case 0x84:
        return this.#getChallenge(command)
      default:
        return status(sw.insUnknown)
    }
  }

  /** GET DATA of PC/SC part 3 clause 3.2.2.1.3; a real reader answers this itself, vpcd leaves it to the card. */
  #readerData(command: CommandApdu): Answer {
    if (command.p2 !== 0 || command.p1 > 1) return status(sw.incorrectP1P2)
    const data = command.p1 === 0 ? this.uid : historicalBytes
    if (command.ne !== undefined && command.ne < data.length) return status(sw.wrongLe | data.length)
    return { data, statusWord: sw.ok }
  }

  /** More to send than Ne: the rest waits for GET RESPONSE, announced by 61xx. */
  #fit(command: CommandApdu, answer: Answer): Answer {
    const ne = command.ne ?? 0
    if (answer.data.length <= ne) return answer
    this.#waiting = answer.data.slice(ne)
    return { data: answer.data.slice(0, ne), statusWord: 0x6100 | Math.min(this.#waiting.length, 0xff) }
  }

  #getResponse(command: CommandApdu): Answer {
    if (command.p1 !== 0 || command.p2 !== 0) return status(sw.incorrectP1P2)
    if (this.#waiting.length === 0) return status(sw.conditionsNotSatisfied)
    if (command.ne === undefined || command.data.length > 0) return status(sw.wrongLength)
    const waiting = this.#waiting
    this.#waiting = new Uint8Array(0)
    return this.#fit(command, { data: waiting, statusWord: sw.ok })
  }

  #select(command: CommandApdu): Answer {
    const { p1, p2, data } = command
    if (p2 !== 0x00 && p2 !== 0x04 && p2 !== 0x0c) return status(sw.incorrectP1P2)
    const found = this.#find(p1, data)
    if (typeof found === 'number') return status(found)
    if (found.kind === 'df') {
      this.#currentDf = found
      this.#currentEf = undefined
    } else {
      this.#currentDf = found.parent === master.fid ? master : this.#dfByFid(found.parent)
      this.#currentEf = found
    }
    if (p2 === 0x0c) return status(sw.ok)
    const parameters = controlParameters(found, this.#memory[0]!)
    return { data: p2 === 0x04 ? parameters : tlv(0x6f, parameters), statusWord: sw.ok }
  }

  /** P1 of SELECT (ISO/IEC 7816-4 table 39). Returns the file or a status word. */
  #find(p1: number, data: Uint8Array): CardFile | number {
    if (p1 === 0x04) return data.length === 0 || data.length > 16 ? sw.wrongLength : (findByName(this.#memory, data) ?? sw.fileNotFound)
    if (p1 === 0x03) return data.length > 0 ? sw.wrongLength : this.#dfByFid(this.#currentDf.parent)
    if (p1 === 0x08 || p1 === 0x09) return this.#walk(p1 === 0x08 ? master : this.#currentDf, data)
    if (p1 !== 0x00 && p1 !== 0x01 && p1 !== 0x02) return sw.incorrectP1P2
    if (data.length === 0 && p1 === 0x00) return master
    if (data.length !== 2) return sw.wrongLength
    const fid = (data[0]! << 8) | data[1]!
    if (p1 === 0x00 && fid === master.fid) return master
    const child =
      findChild(this.#memory, this.#currentDf.fid, fid) ?? (p1 === 0x00 ? findChild(this.#memory, this.#currentDf.parent, fid) : undefined)
    if (!child || (p1 === 0x01 && child.kind !== 'df') || (p1 === 0x02 && child.kind !== 'ef')) return sw.fileNotFound
    return child
  }

  #walk(from: CardFile, path: Uint8Array): CardFile | number {
    if (path.length === 0 || path.length % 2 !== 0) return sw.wrongLength
    let at: CardFile = from
    for (let i = 0; i < path.length; i += 2) {
      const next = at.kind === 'df' ? findChild(this.#memory, at.fid, (path[i]! << 8) | path[i + 1]!) : undefined
      if (!next) return sw.fileNotFound
      at = next
    }
    return at
  }

  #dfByFid(fid: number): CardFile {
    return findChild(this.#memory, master.fid, fid) ?? master
  }

  #target(command: CommandApdu): { file: CardFile; offset: number } | number {
    if (command.p1 & 0x80) {
      if (command.p1 & 0x60) return sw.incorrectP1P2
      const file = findBySfi(this.#memory, this.#currentDf.fid, command.p1 & 0x1f)
      if (!file) return sw.fileNotFound
      this.#currentEf = file
      return { file, offset: command.p2 }
    }
    return this.#currentEf ? { file: this.#currentEf, offset: (command.p1 << 8) | command.p2 } : sw.noCurrentFile
  }

  #readBinary(command: CommandApdu): Answer {
    if (command.ne === undefined || command.data.length > 0) return status(sw.wrongLength)
    const target = this.#target(command)
    return typeof target === 'number' ? status(target) : this.#read(target.file, target.offset, command)
  }

  /** Offset in a data object 54, content back in a data object 53 (ISO/IEC 7816-4 clause 7.2.3). Reaches beyond 32,767. */
  #readBinaryOdd(command: CommandApdu): Answer {
    const [tag, length, high, low] = command.data
    if (command.ne === undefined) return status(sw.wrongLength)
    if (command.data.length !== 4 || tag !== 0x54 || length !== 2) return status(sw.incorrectData)
    const fid = (command.p1 << 8) | command.p2
    const file =
      fid === 0
        ? this.#currentEf
        : fid < 31
          ? findBySfi(this.#memory, this.#currentDf.fid, fid)
          : findChild(this.#memory, this.#currentDf.fid, fid)
    if (!file) return status(fid === 0 ? sw.noCurrentFile : sw.fileNotFound)
    if (file.kind !== 'ef') return status(sw.noCurrentFile)
    this.#currentEf = file
    const room = command.ne - (command.ne <= 0x81 ? 2 : command.ne <= 0x102 ? 3 : 4)
    if (room < 1) return status(sw.wrongLength)
    const offset = (high! << 8) | low!
    if (offset >= file.size) return status(sw.wrongOffset)
    const content = this.#memory.slice(file.start + offset, file.start + Math.min(file.size, offset + room))
    return { data: tlv(0x53, content), statusWord: sw.ok }
  }

  #read(file: CardFile, offset: number, command: CommandApdu): Answer {
    const ne = command.ne!
    const available = file.size - offset
    if (available <= 0) return status(sw.wrongOffset)
    const all = ne === (command.extended ? 65_536 : 256)
    if (!all && ne > available && available <= 0xff) return status(sw.wrongLe | available)
    const data = this.#memory.slice(file.start + offset, file.start + offset + Math.min(ne, available))
    return { data, statusWord: !all && ne > available ? sw.endOfFile : sw.ok }
  }

  #updateBinary(command: CommandApdu, write: Write): Answer {
    if (command.data.length === 0) return status(sw.wrongLength)
    const target = this.#target(command)
    if (typeof target === 'number') return status(target)
    if (this.lifeCycle === 'locked') return status(sw.conditionsNotSatisfied)
    if (target.offset > target.file.size) return status(sw.wrongOffset)
    if (target.offset + command.data.length > target.file.size) return status(sw.noSpace)
    write(target.file.start + target.offset, command.data)
    return status(sw.ok)
  }

  #createFile(command: CommandApdu, write: Write): Answer {
    if (command.p1 !== 0 || command.p2 !== 0) return status(sw.incorrectP1P2)
    if (this.lifeCycle === 'locked') return status(sw.conditionsNotSatisfied)
    if (this.lifeCycle === 'blank') write(0, Uint8Array.of(lifeCycle.inPersonalisation))
    const made = createFile(this.#memory, this.#currentDf.fid, command.data, write)
    if (made === 'bad_data') return status(sw.incorrectData)
    if (made === 'exists') return status(sw.fileExists)
    if (made === 'no_space') return status(sw.noSpace)
    if (made === 'too_deep') return status(sw.conditionsNotSatisfied)
    if (made.kind === 'df') {
      this.#currentDf = made
      this.#currentEf = undefined
    } else this.#currentEf = made
    return status(sw.ok)
  }

  #activate(command: CommandApdu, write: Write): Answer {
    if (command.p1 !== 0 || command.p2 !== 0) return status(sw.incorrectP1P2)
    if (command.data.length > 0) return status(sw.wrongLength)
    if (this.lifeCycle !== 'in_personalisation') return status(sw.conditionsNotSatisfied)
    if (this.#currentEf) return status(sw.noCurrentFile)
    write(0, Uint8Array.of(lifeCycle.locked))
    return status(sw.ok)
  }

  #getChallenge(command: CommandApdu): Answer {
    if (command.p1 !== 0 || command.p2 !== 0) return status(sw.incorrectP1P2)
    if (command.ne === undefined || command.data.length > 0) return status(sw.wrongLength)
    return { data: this.#random.bytes(command.ne === 256 ? 8 : command.ne), statusWord: sw.ok }
  }
}

/** Category 80 compact TLV: card capabilities (selection by name, path, FID; SFI; byte units; extended lengths) and a pre-issuing name (7816-4 clause 8.1.1). */
const historicalBytes = Uint8Array.of(0x80, 0x73, 0xf4, 0x01, 0x40, 0x66, ...[...'KTPEL0'].map((letter) => letter.charCodeAt(0)))

/** As a contactless card looks through a PC/SC reader (PC/SC part 3 clause 3.1.3.2.3): 3B 8n 80 01, historical bytes, TCK. */
function answerToReset(): Uint8Array {
  const head = Uint8Array.of(0x80 | historicalBytes.length, 0x80, 0x01, ...historicalBytes)
  return Uint8Array.of(
    0x3b,
    ...head,
    head.reduce((check, byte) => check ^ byte, 0),
  )
}
