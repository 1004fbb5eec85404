// What the station's own ISO/IEC 19794 records have in common: when, and by which of our algorithms a quality was given.

import { captureDate, type QualityBlock, unknownDevice } from '../record/representation.js'

/** What every representation begins with; whoever knows a quality puts it in. */
export const recordHead = (capturedAtMs: number) => ({
  captureDate: captureDate(capturedAtMs),
  captureDevice: unknownDevice,
  qualityBlocks: [],
  certificationBlocks: [],
})

const vendor = 0x524b
/**
 * Numbers of our own: nobody has registered them, see docs/records.md. `finger` is rekam-q; `iris` the product of the metrics of ISO/IEC 29794-6;
 * `face` the least scalar among the mandatory components of ISO/IEC 29794-5.
 */
const algorithms = { finger: 0x0001, iris: 0x0002, face: 0x0003 } as const

/** @param score 0 to 100 */
export const ownQuality = (of: keyof typeof algorithms, score: number): QualityBlock => ({
  score: Math.max(0, Math.min(100, Math.round(score))),
  vendor,
  algorithm: algorithms[of],
})
