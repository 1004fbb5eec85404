// rekam iris encode: the iris code of each picture, as DIR/<basename>.iriscode.

import { mkdir } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { writeWhole } from '../../kernels/image/whole-file.js'
import { bitsOf } from '../../kernels/iris/code.js'
import { writeIrisTemplate } from '../../kernels/iris/template.js'
import { openSimd } from '../../kernels/simd/simd.js'
import type { Command, Terminal } from '../command.js'
import { eachFile, sizeOf, timed } from '../files.js'
import { readIris, templateOf } from './files.js'

const usage = ['rekam iris encode [--out DIR] [--size WxH] FILE… [--json]']

export const command: Command = { name: 'iris encode', usage, run }

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { out: { type: 'string' }, size: { type: 'string' }, json: { type: 'boolean', default: false } },
  })
  const size = sizeOf(values.size)
  const folder = values.out
  if (folder !== undefined) await mkdir(folder, { recursive: true })
  const simd = openSimd()
  return eachFile({
    files: positionals,
    json: values.json,
    terminal,
    one: async (file) => {
      const image = await readIris(file, size)
      const { value: template, ms } = timed(() => templateOf(image, simd))
      const found = { ms, bits: bitsOf(template.code), quality: template.quality }
      if (folder === undefined) return found
      const output = join(folder, `${basename(file, extname(file))}.iriscode`)
      await writeWhole(output, writeIrisTemplate(template))
      return { ...found, output }
    },
    text: ({ file, ms, bits, quality, output }) =>
      `${file}: ${bits} bits, quality ${quality}, ${ms} ms${output === undefined ? '' : `, ${output}`}`,
  })
}
