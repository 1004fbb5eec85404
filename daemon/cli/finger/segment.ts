// rekam finger segment: how many fingers a slap shows, which they are and where; on request each one as an upright PNG.

import { mkdir } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { cutFinger, type FingerSegment, type Segmentation, segmentSlap } from '../../kernels/finger/segment.js'
import { writePng } from '../../kernels/image/codec.js'
import { openSimd } from '../../kernels/simd/simd.js'
import { type Command, type Terminal, UsageError } from '../command.js'
import { eachFile, timed } from '../files.js'
import { readFinger } from './files.js'

const usage = ['rekam finger segment [--slap right|left|thumbs] [--missing 2,5] [--out DIR] FILE… [--json]']
const slaps = { right: 'right_four', left: 'left_four', thumbs: 'thumbs' } as const
const ppi = 500

export const command: Command = { name: 'finger segment', usage, run }

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      slap: { type: 'string' },
      missing: { type: 'string', default: '' },
      out: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  const hints = { ...slapHint(values.slap), missing: positionsOf(values.missing) }
  const folder = values.out
  if (folder !== undefined) await mkdir(folder, { recursive: true })
  const simd = openSimd()
  return eachFile({
    files: positionals,
    json: values.json,
    terminal,
    one: async (file) => {
      const { grey, widthPx, heightPx } = await readFinger(file)
      const { value: found, ms } = timed(() => segmentSlap(grey, widthPx, heightPx, hints, simd))
      const fingers = found.fingers.map((finger) => ({ ...finger, codes: finger.codes ?? [] }))
      if (folder !== undefined) {
        const stem = join(folder, basename(file, extname(file)))
        for (const [i, finger] of fingers.entries()) {
          const cut = cutFinger(grey, widthPx, heightPx, finger)
          await writePng(`${stem}-${nameOf(finger, i)}.png`, cut.grey, cut.widthPx, cut.heightPx, ppi)
        }
      }
      return { ms, slap: found.slap, fingers, codes: found.codes }
    },
    text: (line) => table(line as unknown as Line),
  })
}

function slapHint(word: string | undefined): { slap?: (typeof slaps)[keyof typeof slaps] } {
  if (word === undefined) return {}
  if (word === 'right' || word === 'left' || word === 'thumbs') return { slap: slaps[word] }
  throw new UsageError(`--slap is one of ${Object.keys(slaps).join(', ')}`)
}

function positionsOf(list: string): readonly number[] {
  return list
    .split(',')
    .filter((word) => word.trim() !== '')
    .map((word) => {
      const position = Number(word)
      if (!Number.isInteger(position) || position < 1 || position > 10) {
        throw new UsageError('--missing takes finger positions from 1 to 10, such as 2,5')
      }
      return position
    })
}

/** Unnamed fingers are numbered from the left, so that no file overwrites another. */
const nameOf = ({ position }: FingerSegment, index: number): string =>
  position === 0 ? `unnamed-${index + 1}` : `finger-${String(position).padStart(2, '0')}`

type Line = { file: string; ms: number } & Segmentation

function table({ file, ms, slap, fingers, codes }: Line): string {
  const head = `${file}: ${slap}, ${fingers.length} fingers, ${ms} ms${codes.length > 0 ? `, ${codes.join(' ')}` : ''}`
  const rows = fingers.map(({ position, cx, cy, width, height, angleDeg, codes: own }) =>
    [
      `  ${String(position).padStart(2)}`,
      `centre ${cx.toFixed(0).padStart(4)} ${cy.toFixed(0).padStart(4)}`,
      `size ${width}x${height}`,
      `${angleDeg.toFixed(1).padStart(6)}°`,
      (own ?? []).join(' '),
    ]
      .join('  ')
      .trimEnd(),
  )
  return [head, ...rows].join('\n')
}
