// Slap segmentation and the live measure, beside NBIS nfseg (-O2; units of shared/data/bench/README.md).

import { measureLive } from '../daemon/kernels/finger/live.js'
import { segmentSlap } from '../daemon/kernels/finger/segment.js'
import { openSimd } from '../daemon/kernels/simd/simd.js'
import type { Bench, BenchCase } from './harness.js'
import { benchPicture } from './pictures.js'

/** Units of nfseg on an image of that size. */
const sizes = [
  ['1600x1500', 8.8],
  ['1572x1000', 8.6],
] as const

export const bench: Bench = {
  name: 'segment',
  cases: async (dataFolder) => {
    const simd = openSimd()
    const cases: BenchCase[] = []
    for (const [size, units] of sizes) {
      const { name, grey, widthPx, heightPx } = await benchPicture(dataFolder, size)
      cases.push({
        name: `segment ${name}`,
        run: () => segmentSlap(grey, widthPx, heightPx, {}, simd),
        reference: () => segmentSlap(grey, widthPx, heightPx),
        other: { program: 'nfseg', units },
      })
    }
    const { name, grey, widthPx, heightPx } = await benchPicture(dataFolder, '1600x1500')
    const hints = { slap: 'right_four' } as const
    cases.push({
      name: `live-finger ${name}`,
      run: () => measureLive(grey, widthPx, heightPx, hints, simd),
      reference: () => measureLive(grey, widthPx, heightPx, hints),
    })
    return cases
  },
}
