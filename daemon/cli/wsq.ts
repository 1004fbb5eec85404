// rekam wsq encode | decode: between WSQ and png, pgm or raw grey, by file extension.

import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock } from '../../protocol/clock.js'
import { encodePng, type GreyImage, readGreyImage } from '../kernels/image/codec.js'
import { writePgm } from '../kernels/image/pgm.js'
import { writeWhole } from '../kernels/image/whole-file.js'
import { openSimd } from '../kernels/simd/simd.js'
import { decodeWsq, encodeWsq } from '../kernels/wsq/index.js'
import { type Command, type Terminal, UsageError } from './command.js'
import { errorOf } from './file-error.js'
import { isRaw, refuseHuge, sizeOf } from './files.js'

const encodeUsage = 'rekam wsq encode IN OUT [--rate 0.75] [--ppi 500] [--size WxH] [--json]'
const decodeUsage = 'rekam wsq decode IN OUT [--json]'
const pictureExtensions = ['.png', '.pgm', '.raw', '.gray', '.grey'] as const

export const encodeCommand: Command = { name: 'wsq encode', usage: [encodeUsage], run: encode }
export const decodeCommand: Command = { name: 'wsq decode', usage: [decodeUsage], run: decode }

/** Both, chosen by the first word. */
export const command: Command = {
  name: 'wsq',
  usage: [encodeUsage, decodeUsage],
  run: async ([word, ...rest], terminal) => {
    if (word === 'encode') return encode(rest, terminal)
    if (word === 'decode') return decode(rest, terminal)
    throw new UsageError('encode or decode?')
  },
}

async function encode(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { rate: { type: 'string' }, ppi: { type: 'string' }, size: { type: 'string' }, json: { type: 'boolean' } },
  })
  const [from, to] = twoFiles(positionals)
  const rate = numberIn('rate', values.rate ?? '0.75', 0.01, 16)
  const ppi = values.ppi === undefined ? undefined : Math.round(numberIn('ppi', values.ppi, 1, 65_535))
  const size = sizeOf(values.size)
  if (size === undefined && isRaw(from)) throw new UsageError('raw grey needs --size WxH')
  return onFile(from, values.json === true, terminal, async () => {
    await refuseHuge(from)
    const image = await readGreyImage(from, size)
    const simd = openSimd()
    const start = systemClock.monotonicMs()
    const bytes = encodeWsq(image.grey, image.widthPx, image.heightPx, { rate, ppi: ppi ?? image.ppi ?? 500 }, simd)
    const ms = systemClock.monotonicMs() - start
    await writeWhole(to, bytes)
    return {
      ms,
      output: to,
      ...sizeFacts(image),
      ppi: ppi ?? image.ppi ?? 500,
      bytes: bytes.length,
      ratio: round(image.grey.length / bytes.length),
    }
  })
}

async function decode(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    // The size of a WSQ is its own; the option is taken so that both directions can be scripted alike, and checked.
    options: { size: { type: 'string' }, json: { type: 'boolean' } },
  })
  const [from, to] = twoFiles(positionals)
  const size = sizeOf(values.size)
  if (!pictureExtensions.some((extension) => extname(to).toLowerCase() === extension)) {
    throw new UsageError(`OUT must end in ${pictureExtensions.join(', ')}`)
  }
  return onFile(from, values.json === true, terminal, async () => {
    await refuseHuge(from)
    const bytes = await readFile(from)
    const simd = openSimd()
    const start = systemClock.monotonicMs()
    const image = decodeWsq(bytes, simd)
    const ms = systemClock.monotonicMs() - start
    if (size && (size.widthPx !== image.widthPx || size.heightPx !== image.heightPx)) {
      throw new UsageError(`--size ${values.size} but the image is ${image.widthPx}x${image.heightPx}`)
    }
    await writeWhole(to, await pictureBytes(to, image))
    return { ms, output: to, ...sizeFacts(image), ...(image.ppi === undefined ? {} : { ppi: image.ppi }), bytes: bytes.length }
  })
}

async function pictureBytes(path: string, image: GreyImage): Promise<Uint8Array> {
  if (isRaw(path)) return image.grey
  if (extname(path).toLowerCase() === '.pgm') return writePgm(image.grey, image.widthPx, image.heightPx)
  return encodePng(image.grey, image.widthPx, image.heightPx, image.ppi)
}

/** Runs the work on one file; a bad file is one line and status 1. */
async function onFile(
  file: string,
  json: boolean,
  terminal: Terminal,
  work: () => Promise<{ ms: number } & Record<string, unknown>>,
): Promise<number> {
  try {
    const { ms, ...facts } = await work()
    const line = { file, ms: round(ms), ...facts }
    terminal.line(json ? JSON.stringify(line) : `${file} -> ${facts['output']}: ${facts['widthPx']}x${facts['heightPx']}, ${line.ms} ms`)
    return 0
  } catch (error) {
    if (error instanceof UsageError) throw error
    const failed = errorOf(error)
    if (json) terminal.line(JSON.stringify({ file, error: failed }))
    else terminal.warn(`${file}: ${failed.message}`)
    return 1
  }
}

function twoFiles(positionals: readonly string[]): [string, string] {
  const [from, to, extra] = positionals
  if (from === undefined || to === undefined || extra !== undefined) throw new UsageError('IN and OUT are needed')
  return [from, to]
}

function numberIn(name: string, text: string, lowest: number, highest: number): number {
  const value = Number(text)
  if (text.trim() === '' || !(value >= lowest && value <= highest)) throw new UsageError(`--${name} must be ${lowest} to ${highest}`)
  return value
}

const round = (value: number): number => Math.round(value * 100) / 100
const sizeFacts = ({ widthPx, heightPx }: { widthPx: number; heightPx: number }) => ({ widthPx, heightPx })
