// The decoder's passes in plain TypeScript: the reference that the SIMD twin is held to, and the only one for filters other than 9/7.

import { decodeBlock } from './entropy.js'
import type { DecoderPasses, DecoderTables, Levels } from './passes.js'
import { dequantise } from './quantiser.js'
import { synthesise } from './synthesis.js'

export function referenceDecoder(bytes: Uint8Array, { frame, filters, bins, tree, total }: DecoderTables): DecoderPasses {
  const indices = new Int32Array(total)
  return {
    decodeBlock: (start, codes, filled) => decodeBlock(bytes, start, codes, indices, filled),
    picture: () => {
      const plane = new Float32Array(frame.widthPx * frame.heightPx)
      dequantise(indices, plane, frame.widthPx, tree, bins, bins.centre)
      synthesise(plane, new Float32Array(plane.length), frame.widthPx, tree, filters)
      return toGrey(plane, frame)
    },
  }
}

function toGrey(plane: Float32Array, { mean, scale }: Levels): Uint8Array {
  const grey = new Uint8Array(plane.length)
  const shift = mean + 0.5
  for (let i = 0; i < grey.length; i++) {
    const value = plane[i]! * scale + shift
    // Written so that NaN, which hostile tables can make, ends as black.
    grey[i] = value >= 255 ? 255 : value >= 1 ? value : 0
  }
  return grey
}
