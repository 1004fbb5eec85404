// What a poor pad makes of a true pen: jitter, spikes, a tip switch that flickers, lost packets, stamps in bunches. Each can be asked for by itself.

import type { SeededRandom } from '../../seeded-random.js'
import type { PadSample } from '../person.js'
import { between, clamp } from '../raster.js'

export interface PadErrors {
  /** Largest error of x and y in pad units, triangular. */
  readonly jitter: number
  /** Share of samples thrown 3 to 30 mm away. */
  readonly spikes: number
  /** Of each second of writing: how often the tip reads as up for 1 to 4 samples. */
  readonly dropOutsPerS: number
  /** Of each second: how often 1 to 4 packets are lost. */
  readonly lossesPerS: number
  /** So many samples share one stamp, as a slow bridge hands them over; 1 = each has its own. */
  readonly bunch: number
}

export const goodPad: PadErrors = { jitter: 0, spikes: 0, dropOutsPerS: 0, lossesPerS: 0, bunch: 1 }
export const poorPad: PadErrors = { jitter: 2, spikes: 0.006, dropOutsPerS: 1.5, lossesPerS: 0.8, bunch: 3 }

const unitsPerMm = 410 / 25.4

export function throughPad(samples: readonly PadSample[], errors: PadErrors, random: SeededRandom): readonly PadSample[] {
  const { jitter, spikes, dropOutsPerS, lossesPerS, bunch } = errors
  const wrong = (most: number) => most * (random.next() + random.next() - 1)
  const within = (value: number) => Math.round(clamp(value, 0, 4095))
  const out: PadSample[] = []
  let up = 0
  let lost = 0
  for (const [i, sample] of samples.entries()) {
    const stepS = (sample.timeMs - (samples[i - 1]?.timeMs ?? sample.timeMs)) / 1000
    // Errors in the middle of a stroke only: at its ends they could not be told from the truth.
    const amid = [-8, 8].every((by) => samples[i + by]?.penDown === true && samples[i + by / 2]?.penDown === true)
    if (amid && up === 0 && random.next() < dropOutsPerS * stepS) up = 1 + Math.floor(random.next() * 4)
    if (amid && lost === 0 && random.next() < lossesPerS * stepS) lost = 1 + Math.floor(random.next() * 4)
    const thrown = amid && random.next() < spikes
    const away = between(random, 3, 30) * unitsPerMm
    const angle = between(random, 0, 2 * Math.PI)
    if (amid && lost > 0) {
      lost--
      continue
    }
    const penDown = sample.penDown && !(amid && up > 0)
    if (up > 0) up--
    out.push({
      x: within(sample.x + wrong(jitter) + (thrown ? away * Math.cos(angle) : 0)),
      y: within(sample.y + wrong(jitter) + (thrown ? away * Math.sin(angle) : 0)),
      pressure: penDown ? sample.pressure : 0,
      timeMs: sample.timeMs,
      penDown,
    })
  }
  if (bunch <= 1) return out
  return out.map((sample, i) => ({ ...sample, timeMs: out[Math.min(out.length - 1, i - (i % bunch) + bunch - 1)]!.timeMs }))
}
