// Quality of finished images: the whole assessment with minutiae given, as the ten-print has them, and with minutiae found on the way.

import { extractTemplate } from '../daemon/kernels/finger/extract.js'
import { assessFinger } from '../daemon/kernels/finger/quality.js'
import { openSimd } from '../daemon/kernels/simd/simd.js'
import type { Bench, BenchCase } from './harness.js'
import { benchPicture } from './pictures.js'

/** Units of NFIQ 2 v2.2.0 on an input of the size, minutiae included. */
const nfiq2Units = { 'rolled 500x500': 14, '388x374': 5.9, '640x480': 5.8 } as const

export const bench: Bench = {
  name: 'quality',
  cases: async (dataFolder) => {
    const simd = openSimd()
    const cases: BenchCase[] = []
    for (const size of ['rolled 500x500', '388x374', '640x480'] as const) {
      const { name, grey, widthPx, heightPx } = await benchPicture(dataFolder, size)
      const template = extractTemplate(grey, widthPx, heightPx)
      const other = { program: 'NFIQ 2', units: nfiq2Units[size] }
      cases.push({
        name: `assess ${name}, minutiae given`,
        run: () => assessFinger(grey, widthPx, heightPx, { template }, simd),
        reference: () => assessFinger(grey, widthPx, heightPx, { template }),
        other,
      })
      cases.push({ name: `assess ${name} with minutiae`, run: () => assessFinger(grey, widthPx, heightPx, {}, simd), other })
    }
    return cases
  },
}
