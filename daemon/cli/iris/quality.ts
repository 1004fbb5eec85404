// rekam iris quality: the metrics of ISO/IEC 29794-6 for each picture, an overall number and the one advice.

import { parseArgs } from 'node:util'
import { assessIris } from '../../kernels/iris/quality.js'
import { sideOf } from '../../kernels/iris/side.js'
import { openSimd } from '../../kernels/simd/simd.js'
import type { Command, Terminal } from '../command.js'
import { eachFile, sizeOf, timed } from '../files.js'
import { located, readIris } from './files.js'

const usage = ['rekam iris quality [--size WxH] FILE… [--json]']

export const command: Command = { name: 'iris quality', usage, run }

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { size: { type: 'string' }, json: { type: 'boolean', default: false } },
  })
  const size = sizeOf(values.size)
  const simd = openSimd()
  return eachFile({
    files: positionals,
    json: values.json,
    terminal,
    one: async (file) => {
      const image = await readIris(file, size)
      const { grey, widthPx, heightPx } = image
      const { value, ms } = timed(() => {
        const location = located(image, simd)
        return { ...assessIris(grey, widthPx, heightPx, location, simd), ...sideOf(location) }
      })
      const { overall, metrics, irisDiameterPx, codes, advice, eye, upright } = value
      return { ms, quality: overall, metrics, irisDiameterPx, codes, advice, eye, upright }
    },
    text: ({ file, ms, quality, advice, codes }) =>
      `${file}: ${[quality, ...(Array.isArray(codes) ? codes : []), ...(advice === '' ? [] : [`-> ${advice}`])].join(' ')}, ${ms} ms`,
  })
}
