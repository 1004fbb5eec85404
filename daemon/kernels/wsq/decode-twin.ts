// The decoder's passes by the SIMD twins, in leased memory, for filters of 9 and 7 taps. Same pixels as decode-reference.ts but for
// float32 rounding. The twins only know well-formed blocks: whatever else comes is given to the reference, which names the fault.

import { Fault } from '../../../protocol/fault.js'
import type { Simd } from '../simd/simd.js'
import { decodeBlock } from './entropy.js'
import { type DecoderCodes, longestCode, prefixBits } from './huffman.js'
import type { DecoderPasses, DecoderTables } from './passes.js'
import { type Take, takePlanes } from './planes.js'
import { codedSubbands } from './tree.js'

/** Kernels read and write up to 16 bytes behind bits and grey. */
const slackBytes = 16
const irregular = -1
const bandBytes = 32
const lengthCount = longestCode + 1

export function twinDecoder(simd: Simd, take: Take, bytes: Uint8Array, tables: DecoderTables): DecoderPasses {
  const { kernels, memory } = simd
  const { frame, filters, bins, tree, total } = tables
  const bytesAt = take(bytes.length + slackBytes)
  const bitsAt = take(bytes.length + slackBytes)
  const readAt = take(4)
  const bandsAt = take((codedSubbands + 1) * bandBytes)
  const codesAt = take(4 * ((1 << prefixBits) + 3 * lengthCount + 256))
  const greyAt = take(frame.widthPx * frame.heightPx + slackBytes)
  const planes = takePlanes(simd, take, tree)
  planes.clear()
  new Uint8Array(memory.buffer, bytesAt, bytes.length).set(bytes)
  setBands()
  let present: DecoderCodes | undefined

  function setBands(): void {
    const view = new DataView(memory.buffer, bandsAt, (codedSubbands + 1) * bandBytes)
    let at = 0
    for (let k = 0; k < codedSubbands; k++) {
      const band = tree.subbands[k]!
      const width = bins.q[k]!
      if (width === 0 || band.width * band.height === 0) continue
      view.setUint32(at, planes.addressOf(k, band), true)
      view.setInt32(at + 4, band.width, true)
      view.setInt32(at + 8, band.height, true)
      view.setFloat64(at + 16, width, true)
      view.setFloat64(at + 24, bins.z[k]! / 2 - width * bins.centre, true)
      at += bandBytes
    }
  }

  /** @returns undefined when the block is not as it should be */
  function unpackBlock(start: number, filled: number): { at: number; filled: number } | undefined {
    const endAt = bytesAt + bytes.length
    let at = start
    let done = filled
    for (let restarts = 0; ; restarts++) {
      const count = kernels.wsqUnstuff(bytesAt + at, endAt, bitsAt, readAt)
      at = new Uint32Array(memory.buffer, readAt, 1)[0]! - bytesAt
      done = kernels.wsqUnpack(bitsAt, count, codesAt, bandsAt, planes.stride, done, total)
      if (done === irregular) return undefined
      if (bytes[at] !== 0xff || ((bytes[at + 1] ?? 0) & 0xf8) !== 0xb0) return { at, filled: done }
      if ((bytes[at + 1]! & 7) !== (restarts & 7)) return undefined
      at += 2
    }
  }

  return {
    decodeBlock: (start, codes, filled) => {
      if (codes !== present) setCodes(codes, new Int32Array(memory.buffer, codesAt))
      present = codes
      const done = unpackBlock(start, filled)
      if (done) return done
      decodeBlock(bytes, start, codes, new Int32Array(total), filled)
      throw new Fault('wsq.corrupt', { offset: start, reason: 'block' })
    },
    picture: () => {
      planes.synthesise(greyAt, frame, filters)
      return new Uint8Array(memory.buffer, greyAt, frame.widthPx * frame.heightPx).slice()
    },
  }
}

/** The table of `wsqUnpack` (daemon/kernels/simd/wsq-entropy.as.ts). */
function setCodes(codes: DecoderCodes, table: Int32Array): void {
  const { prefixes, firstCode, lastCode, firstIndex, symbols } = codes
  const entries = Int32Array.from({ length: 256 }, (_, symbol) => entryOf(symbol))
  for (let prefix = 0; prefix < prefixes.length; prefix++) {
    const found = prefixes[prefix]!
    const entry = entries[found & 0xff]!
    table[prefix] = entry === 0 ? 0 : entry | (found >> 8)
  }
  let at = prefixes.length
  for (const list of [firstCode, lastCode, firstIndex]) {
    table.set(list, at)
    at += lengthCount
  }
  for (let i = 0; i < symbols.length; i++) table[at + i] = entries[symbols[i]!]!
}

/** value << 16 | advance << 8; an escape has advance 0 and its symbol as value. 0 is no symbol. */
function entryOf(symbol: number): number {
  if (symbol === 0 || symbol === 255) return 0
  if (symbol <= 100) return symbol << 8
  return symbol <= 106 ? symbol << 16 : ((symbol - 180) << 16) | (1 << 8)
}
