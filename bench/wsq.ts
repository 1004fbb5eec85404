// WSQ: encoding at 0.75 and decoding, SIMD twin and reference, beside NBIS cwsq and dwsq (-O2; units of shared/data/bench/README.md).

import { openSimd } from '../daemon/kernels/simd/simd.js'
import { decodeWsq, encodeWsq } from '../daemon/kernels/wsq/index.js'
import type { Bench, BenchCase } from './harness.js'
import { benchPicture } from './pictures.js'

const options = { rate: 0.75, ppi: 500 }

/** NBIS units to encode and to decode an image of that size. */
const sizes = [
  ['rolled 500x500', 0.98, 1.33],
  ['388x374', 0.55, 0.77],
  ['640x480', 1.13, 1.52],
  ['1572x1000', 9.9, 14.6],
  ['1600x1500', 10, 13.6],
] as const

export const bench: Bench = {
  name: 'wsq',
  cases: async (dataFolder) => {
    const simd = openSimd()
    const cases: BenchCase[] = []
    for (const [size, encodeUnits, decodeUnits] of sizes) {
      const { name, grey, widthPx, heightPx } = await benchPicture(dataFolder, size)
      const stream = encodeWsq(grey, widthPx, heightPx, options)
      cases.push({
        name: `encode ${name}`,
        run: () => encodeWsq(grey, widthPx, heightPx, options, simd),
        reference: () => encodeWsq(grey, widthPx, heightPx, options),
        other: { program: 'NBIS cwsq', units: encodeUnits },
      })
      cases.push({
        name: `decode ${name}`,
        run: () => decodeWsq(stream, simd),
        reference: () => decodeWsq(stream),
        other: { program: 'NBIS dwsq', units: decodeUnits },
      })
    }
    return cases
  },
}
