// rekam signature render: the signature of an ISO/IEC 19794-7 record as ink, SVG or PNG by the name of the output.

import { extname } from 'node:path'
import { parseArgs } from 'node:util'
import { writeWhole } from '../../kernels/image/whole-file.js'
import { cardInkBox, drawInk, type InkBox, inkSvg } from '../../kernels/signature/ink.js'
import { fitLineArt, inkPng } from '../../kernels/signature/raster.js'
import { assessSignatureRecord, readSignatureRecord } from '../../record/signature.js'
import { type Command, type Terminal, UsageError } from '../command.js'
import { errorOf } from '../file-error.js'
import { readRecord } from '../record.js'

const usage = ['rekam signature render FILE OUT.svg|OUT.png [--size WxH mm] [--dpi 600] [--bytes N] [--json]']

export const command: Command = { name: 'signature render', usage, run }

const mostDpi = 1200
const largestSideMm = 300

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { size: { type: 'string' }, dpi: { type: 'string', default: '600' }, bytes: { type: 'string' }, json: { type: 'boolean' } },
  })
  const [file, out, more] = positionals
  if (file === undefined || out === undefined || more !== undefined) throw new UsageError('FILE and OUT are needed')
  const format = extname(out).toLowerCase()
  if (format !== '.svg' && format !== '.png') throw new UsageError('OUT ends in .svg or .png')
  const dpi = wholeNumber('dpi', values.dpi, 72, mostDpi)
  const maxBytes = values.bytes === undefined ? undefined : wholeNumber('bytes', values.bytes, 1, 1_000_000)
  if (maxBytes !== undefined && format === '.svg') throw new UsageError('--bytes is for PNG')
  const box = values.size === undefined ? cardInkBox : sizeOf(values.size)
  try {
    const { strokes, codes } = assessSignatureRecord(readSignatureRecord(await readRecord(file)))
    const ink = drawInk(strokes, box)
    const png = async () => (maxBytes === undefined ? inkPng(ink, dpi) : fitLineArt(await inkPng(ink, dpi), maxBytes))
    const bytes = format === '.svg' ? new TextEncoder().encode(inkSvg(ink)) : await png()
    await writeWhole(out, bytes)
    const line = { file, output: out, strokes: strokes.length, codes, bytes: bytes.length }
    terminal.line(values.json ? JSON.stringify(line) : `${file}: ${strokes.length} strokes, ${bytes.length} bytes, ${out}`)
    return 0
  } catch (error) {
    const failed = errorOf(error)
    if (values.json) terminal.line(JSON.stringify({ file, error: failed }))
    else terminal.warn(`${file}: ${failed.message}`)
    return 1
  }
}

function sizeOf(text: string): InkBox {
  const [, width = '', height = ''] = /^(\d{1,3}(?:\.\d{1,2})?)x(\d{1,3}(?:\.\d{1,2})?)$/.exec(text) ?? []
  const box = { widthMm: Number(width), heightMm: Number(height) }
  const fits = (mm: number) => mm >= 1 && mm <= largestSideMm
  if (!fits(box.widthMm) || !fits(box.heightMm)) throw new UsageError(`--size is width x height in mm, 1 to ${largestSideMm}, e.g. 17x7.6`)
  return box
}

function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = /^\d{1,7}$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= least && value <= most)) throw new UsageError(`--${option} is a whole number from ${least} to ${most}`)
  return value
}
