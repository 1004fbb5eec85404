// Commands to bytes and bytes to answers of the Evolis text protocol. No state beyond a partial answer, no I/O.

import { carriageReturn, escapeByte, printBitmap, printerCommands } from '../../../protocol/hardware/card-printer.js'

/** Longest answer that is believed. */
const mostAnswerBytes = 256

export function encodeCommand(name: string, ...parameters: readonly string[]): Uint8Array {
  return Uint8Array.of(escapeByte, ...new TextEncoder().encode([name, ...parameters].join(';')), carriageReturn)
}

/** `Db;k;2;` and one raw monochrome side. @throws RangeError for a raster of another size */
export function encodeBitmap(raster: Uint8Array): Uint8Array {
  if (raster.length !== printBitmap.bytes) throw new RangeError(`a side has ${printBitmap.bytes} bytes`)
  const head = new TextEncoder().encode(`${printerCommands.bitmap};k;2;`)
  const out = new Uint8Array(1 + head.length + raster.length + 1)
  out[0] = escapeByte
  out.set(head, 1)
  out.set(raster, 1 + head.length)
  out[out.length - 1] = carriageReturn
  return out
}

export interface AnswerReader {
  /** @returns whole answers in order; `undefined` when the device sends more than an answer can be */
  push(bytes: Uint8Array): readonly string[] | undefined
}

export function createAnswerReader(): AnswerReader {
  let partial: number[] = []
  return {
    push: (bytes) => {
      const answers: string[] = []
      for (const byte of bytes) {
        if (byte === carriageReturn) {
          answers.push(String.fromCharCode(...partial))
          partial = []
        } else if (byte !== 0) {
          partial.push(byte)
        }
        if (partial.length > mostAnswerBytes) return undefined
      }
      return answers
    },
  }
}
