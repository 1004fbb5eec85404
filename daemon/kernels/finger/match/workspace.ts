// Scratch memory of one comparison, made once and used for thousands.

import { mostMinutiae } from './prepared.js'

/** Most local pairs that go into the consensus. */
export const mostPairs = 96
/** Most nearby pairs of one alignment. */
export const mostContacts = 512
export const featureCount = 12

export type MatchWorkspace = ReturnType<typeof openWorkspace>

/** About 200 kB. Belongs to one thread: two comparisons must not run in it at once. */
export function openWorkspace() {
  return {
    similarity: new Float32Array(mostMinutiae * mostMinutiae),
    histogram: new Int32Array(257),
    pairA: new Int32Array(mostPairs),
    pairB: new Int32Array(mostPairs),
    strength: new Float32Array(mostPairs),
    nextStrength: new Float32Array(mostPairs),
    used: new Uint8Array(mostPairs),
    agreement: new Float32Array(mostPairs * mostPairs),
    movedX: new Float32Array(mostMinutiae),
    movedY: new Float32Array(mostMinutiae),
    contactA: new Int32Array(mostContacts),
    contactB: new Int32Array(mostContacts),
    contactCost: new Float32Array(mostContacts),
    order: new Int32Array(mostContacts),
    takenA: new Int32Array(mostMinutiae),
    takenB: new Int32Array(mostMinutiae),
    matedA: new Int32Array(mostMinutiae),
    matedB: new Int32Array(mostMinutiae),
    residualX: new Float32Array(mostMinutiae),
    residualY: new Float32Array(mostMinutiae),
    mates: 0,
    features: new Float64Array(featureCount),
    best: new Float64Array(featureCount),
  }
}
