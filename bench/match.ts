// Comparisons a second of prepared templates, all against all of a few real prints a size, and what preparing one costs.

import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { extractTemplate } from '../daemon/kernels/finger/extract.js'
import {
  compareTemplates,
  type MatchWorkspace,
  openWorkspace,
  type PreparedTemplate,
  prepareTemplate,
} from '../daemon/kernels/finger/match.js'
import { toPpi500 } from '../daemon/kernels/finger/resample.js'
import type { FingerTemplate } from '../daemon/kernels/finger/template.js'
import { readGreyImage } from '../daemon/kernels/image/codec.js'
import { openSimd } from '../daemon/kernels/simd/simd.js'
import type { Bench, BenchCase } from './harness.js'

/** Enough for some pairs of one finger and many of two, as a matcher meets them. */
const mostPrints = 12
/** Units of one comparison as measured beside the same loop: the middle of 0.02 to 0.06. */
const sourceAfis = { program: 'SourceAFIS', units: 0.04 }

const inputs = [
  { name: '388x374', folder: 'fingerprint/fvc2002_db1_b', pattern: /\.png$/, minutiae: 40 },
  { name: '640x480', folder: 'fingerprint/fvc2004_db1_b', pattern: /\.png$/, minutiae: 45 },
  { name: 'rolled', folder: 'fingerprint/nist_tenprint', pattern: /_rolled_.*\.png$/, minutiae: 110 },
] as const

export const bench: Bench = {
  name: 'match',
  async cases(dataFolder) {
    const simd = openSimd()
    const [byTwin, byReference] = [openWorkspace(simd), openWorkspace()]
    const cases: BenchCase[] = []
    for (const { name, folder, pattern, minutiae } of inputs) {
      const path = join(dataFolder, folder)
      const real = existsSync(path)
      const templates = real ? await extracted(path, pattern) : await drawn(minutiae)
      const prepared = templates.map(prepareTemplate)
      const mean = Math.round(prepared.reduce((sum, { count }) => sum + count, 0) / prepared.length)
      const title = `${name}${real ? '' : ' drawn'}, ${mean} minutiae`
      const operations = (prepared.length * (prepared.length - 1)) / 2
      cases.push({
        name: `compare ${title}`,
        run: () => compareAll(prepared, byTwin),
        reference: () => compareAll(prepared, byReference),
        other: sourceAfis,
        operations,
      })
      cases.push({ name: `prepare ${title}`, run: () => templates.map(prepareTemplate), operations: templates.length })
    }
    return cases
  },
}

function compareAll(prepared: readonly PreparedTemplate[], workspace: MatchWorkspace): number {
  let sum = 0
  for (let i = 0; i < prepared.length; i++) {
    for (let k = i + 1; k < prepared.length; k++) sum += compareTemplates(prepared[i]!, prepared[k]!, workspace)
  }
  return sum
}

async function extracted(folder: string, pattern: RegExp): Promise<readonly FingerTemplate[]> {
  const files = (await readdir(folder)).filter((file) => pattern.test(file)).sort()
  const templates: FingerTemplate[] = []
  for (const file of files.slice(0, mostPrints)) {
    const image = await readGreyImage(join(folder, file))
    const { grey, widthPx, heightPx } = toPpi500(image, image.ppi)
    templates.push(extractTemplate(grey, widthPx, heightPx))
  }
  return templates
}

/** Scattered at random: less work than real fingers, whose neighbourhoods resemble each other. */
async function drawn(count: number): Promise<readonly FingerTemplate[]> {
  const { seededRandom } = await import('../simulator/seeded-random.js')
  const random = seededRandom(1)
  return Array.from({ length: mostPrints }, () => ({
    widthPx: 400,
    heightPx: 400,
    minutiae: Array.from({ length: count }, () => ({
      x: 400 * random.next(),
      y: 400 * random.next(),
      angle: 2 * Math.PI * random.next(),
      type: 1 as const,
      quality: 50,
    })),
  }))
}
