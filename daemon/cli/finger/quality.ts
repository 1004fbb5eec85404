// rekam finger quality: score and codes of finished finger images, by rekam-q or, with NIST's forest, by NFIQ 2.

import { createReadStream } from 'node:fs'
import { parseArgs } from 'node:util'
import { isNistForest } from '../../kernels/finger/quality/forest.js'
import { readForest } from '../../kernels/finger/quality/forest-file.js'
import { assessFinger, type FingerQuality, featureNames, type QualityForest } from '../../kernels/finger/quality.js'
import { openSimd } from '../../kernels/simd/simd.js'
import { type Command, type Terminal, UsageError } from '../command.js'
import { errorOf } from '../file-error.js'
import { eachFile, timed } from '../files.js'
import { readFinger } from './files.js'

const usage = ['rekam finger quality [--nfiq2-model FILE] [--features] FILE… [--json]']

export const command: Command = { name: 'finger quality', usage, run }

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      'nfiq2-model': { type: 'string' },
      features: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  })
  if (positionals.length === 0) throw new UsageError('FILE is needed')
  const modelFile = values['nfiq2-model']
  const model = modelFile === undefined ? undefined : await forestOf(modelFile, terminal)
  if (modelFile !== undefined && model === undefined) return 1
  const simd = openSimd()
  return eachFile({
    files: positionals,
    json: values.json,
    terminal,
    one: async (file) => {
      const { grey, widthPx, heightPx } = await readFinger(file)
      const { value, ms } = timed(() => assessFinger(grey, widthPx, heightPx, model ? { model } : {}, simd))
      return { ms, score: value.score ?? null, model: value.model, codes: value.codes, ...(values.features && named(value)) }
    },
    text: ({ file, ms, score, model, codes }) =>
      `${file}: ${[score ?? 'no score', model, ...(Array.isArray(codes) ? codes : [])].join(' ')}, ${ms} ms`,
  })
}

/** The features by the names that NFIQ 2 has for them, to its six decimals; null for a refused image. */
const named = ({ features }: FingerQuality) => ({
  features: features && Object.fromEntries(featureNames.map((name, at) => [name, Number(features[at]?.toFixed(6))])),
})

/** Says when it is not NIST's forest: its score then means whatever it was trained for. Nothing, and said why, when it cannot be read. */
async function forestOf(file: string, terminal: Terminal): Promise<QualityForest | undefined> {
  try {
    const forest = await readForest(createReadStream(file, { highWaterMark: 1 << 18 }))
    if (!isNistForest(forest)) terminal.warn(`${file}: not the forest of NFIQ 2 v2.1 and v2.2 that NIST published (MD5 ${forest.md5})`)
    return forest
  } catch (error) {
    terminal.warn(`${file}: ${errorOf(error).message}`)
    return undefined
  }
}
