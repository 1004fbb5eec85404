// rekam iris locate: where pupil and iris lie, what of the iris is visible, how good the picture is.

import { mkdir } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { writePng } from '../../kernels/image/codec.js'
import type { Circle } from '../../kernels/iris/location.js'
import { assessIris } from '../../kernels/iris/quality.js'
import { openSimd } from '../../kernels/simd/simd.js'
import type { Command, Terminal } from '../command.js'
import { eachFile, sizeOf, timed } from '../files.js'
import { located, readIris } from './files.js'

const usage = ['rekam iris locate [--mask DIR] [--size WxH] FILE… [--json]']

export const command: Command = { name: 'iris locate', usage, run }

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { mask: { type: 'string' }, size: { type: 'string' }, json: { type: 'boolean', default: false } },
  })
  const size = sizeOf(values.size)
  const folder = values.mask
  if (folder !== undefined) await mkdir(folder, { recursive: true })
  const simd = openSimd()
  return eachFile({
    files: positionals,
    json: values.json,
    terminal,
    one: async (file) => {
      const image = await readIris(file, size)
      const { grey, widthPx, heightPx } = image
      const { value: location, ms } = timed(() => located(image, simd))
      const { overall, codes } = assessIris(grey, widthPx, heightPx, location, simd)
      const found = { ms, pupil: rounded(location.pupil), iris: rounded(location.iris), quality: overall, codes }
      if (folder === undefined) return found
      const output = join(folder, `${basename(file, extname(file))}.png`)
      await writePng(output, location.mask, widthPx, heightPx)
      return { ...found, output }
    },
    text: ({ file, ms, pupil, iris, quality }) =>
      `${file}: pupil ${asText(pupil as Circle)}, iris ${asText(iris as Circle)}, quality ${quality}, ${ms} ms`,
  })
}

const hundredth = (value: number): number => Math.round(100 * value) / 100
const rounded = ({ x, y, r }: Circle): Circle => ({ x: hundredth(x), y: hundredth(y), r: hundredth(r) })
const asText = ({ x, y, r }: Circle): string => `(${x}, ${y}) r ${r}`
