// Scratch memory of one comparison, made once and used for thousands.

import type { Simd } from '../../simd/simd.js'
import { mostMinutiae } from './prepared.js'

/** Most local pairs that go into the consensus. */
export const mostPairs = 96
/** Most nearby pairs of one alignment. */
export const mostContacts = 512
const featureCount = 5

export type MatchWorkspace = ReturnType<typeof openWorkspace>

/**
 * About 240 kB. Belongs to one thread.
 * @param simd  with it comparisons in this workspace run the twins; the scores are the same
 */
export function openWorkspace(simd?: Simd) {
  return {
    simd,
    similarity: new Float32Array(mostMinutiae * mostMinutiae),
    likeness: new Float32Array(mostMinutiae * mostMinutiae),
    rowBest: new Float32Array(mostMinutiae),
    columnBest: new Float32Array(mostMinutiae),
    histogram: new Int32Array(257),
    pairA: new Int32Array(mostPairs),
    pairB: new Int32Array(mostPairs),
    pairTurn: new Int32Array(mostPairs),
    strength: new Float32Array(mostPairs),
    nextStrength: new Float32Array(mostPairs),
    used: new Uint8Array(mostPairs),
    agreement: new Float32Array(mostPairs * mostPairs),
    edgeP: new Int32Array((mostPairs * (mostPairs - 1)) / 2),
    edgeQ: new Int32Array((mostPairs * (mostPairs - 1)) / 2),
    edgeValue: new Float32Array((mostPairs * (mostPairs - 1)) / 2),
    movedX: new Float32Array(mostMinutiae),
    movedY: new Float32Array(mostMinutiae),
    contactA: new Int32Array(mostContacts),
    contactB: new Int32Array(mostContacts),
    contactCost: new Float32Array(mostContacts),
    takenA: new Int32Array(mostMinutiae),
    takenB: new Int32Array(mostMinutiae),
    matedA: new Int32Array(mostMinutiae),
    matedB: new Int32Array(mostMinutiae),
    residualX: new Float32Array(mostMinutiae),
    residualY: new Float32Array(mostMinutiae),
    mates: 0,
    features: new Float64Array(featureCount),
    /** Features of the placement that gave the last score; NaN where there was none. */
    best: new Float64Array(featureCount),
  }
}
