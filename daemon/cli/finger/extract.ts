// rekam finger extract: the minutiae of single finger images, as an ISO/IEC 19794-2 record, card minutiae or plain JSON.

import { mkdir } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { Fault } from '../../../protocol/fault.js'
import { extractTemplate } from '../../kernels/finger/extract.js'
import type { FingerTemplate } from '../../kernels/finger/template.js'
import { writeWhole } from '../../kernels/image/whole-file.js'
import { openSimd } from '../../kernels/simd/simd.js'
import { mostMinutiae, writeCompactCard } from '../../record/compact-card.js'
import { viewOfTemplate, writeFingerMinutiaeRecord } from '../../record/finger-minutiae.js'
import { type Command, type Terminal, UsageError } from '../command.js'
import { eachFile, timed } from '../files.js'
import { readFinger } from './files.js'

const usage = ['rekam finger extract [--out DIR] [--format fmr|fmc|json] [--limit N] [--position P] FILE… [--json]']
const formats = ['fmr', 'fmc', 'json'] as const
type Format = (typeof formats)[number]

/** A record counts the minutiae of a view in one byte. */
const mostInRecord = 255
const mostPosition = 10

export const command: Command = { name: 'finger extract', usage, run }

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      out: { type: 'string' },
      format: { type: 'string', default: 'fmr' },
      limit: { type: 'string' },
      position: { type: 'string', default: '0' },
      json: { type: 'boolean', default: false },
    },
  })
  const format = formats.find((each) => each === values.format)
  if (!format) throw new UsageError(`--format is one of ${formats.join(', ')}`)
  const limit = values.limit === undefined ? undefined : wholeNumber('limit', values.limit, 1, mostInRecord)
  const position = wholeNumber('position', values.position, 0, mostPosition)
  const folder = values.out
  if (folder !== undefined) await mkdir(folder, { recursive: true })
  const simd = openSimd()
  return eachFile({
    files: positionals,
    json: values.json,
    terminal,
    one: async (file) => {
      const { grey, widthPx, heightPx } = await readFinger(file)
      const { value: template, ms } = timed(() => extractTemplate(grey, widthPx, heightPx, limit === undefined ? {} : { limit }, simd))
      if (template.minutiae.length === 0) throw new Fault('finger.no_print')
      const found = { ms, minutiae: template.minutiae.length }
      if (folder === undefined) return found
      const output = join(folder, `${basename(file, extname(file))}.${format}`)
      await writeWhole(output, encode(template, format, position, limit))
      return { ...found, output }
    },
    text: ({ file, ms, minutiae, output }) => `${file}: ${minutiae} minutiae, ${ms} ms${output === undefined ? '' : `, ${output}`}`,
  })
}

function encode(template: FingerTemplate, format: Format, fingerPosition: number, limit: number | undefined): Uint8Array {
  switch (format) {
    case 'fmr':
      return writeFingerMinutiaeRecord({ edition: 2005, views: [viewOfTemplate(template, { edition: 2005, fingerPosition })] })
    case 'fmc':
      return writeCompactCard(template, { most: Math.min(limit ?? mostMinutiae, mostInRecord) })
    case 'json':
      return new TextEncoder().encode(`${JSON.stringify({ fingerPosition, ppi: 500, ...template })}\n`)
  }
}

function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= least && value <= most)) throw new UsageError(`--${option} is a whole number from ${least} to ${most}`)
  return value
}
