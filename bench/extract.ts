// Minutiae extraction, SIMD twin and reference, beside NBIS mindtct (-O2; units of shared/data/bench/README.md).

import { extractTemplate } from '../daemon/kernels/finger/extract.js'
import { openSimd } from '../daemon/kernels/simd/simd.js'
import type { Bench } from './harness.js'
import { benchPicture } from './pictures.js'

/** NBIS units for an image of that size. */
const sizes = [
  ['rolled 500x500', 5.5],
  ['388x374', 2.1],
  ['640x480', 2.75],
  ['1572x1000', 45],
  ['1600x1500', 17.6],
] as const

export const bench: Bench = {
  name: 'extract',
  cases: async (dataFolder) => {
    const simd = openSimd()
    const pictures = await Promise.all(sizes.map(async ([size, units]) => ({ units, ...(await benchPicture(dataFolder, size)) })))
    return pictures.map(({ name, grey, widthPx, heightPx, units }) => ({
      name,
      run: () => extractTemplate(grey, widthPx, heightPx, {}, simd),
      reference: () => extractTemplate(grey, widthPx, heightPx),
      other: { program: 'NBIS mindtct', units },
    }))
  },
}
