// How often what goes wrong with the devices of an office: named profiles, from which a seed draws a script. The rates are invented, not measured at any office.

import type { CaptureKind } from '../../protocol/hardware/capture-device.js'
import type { Random } from '../../protocol/random.js'
import type { CaptureFault, FaultScript, FaultStep } from './fault-script.js'

export const faultProfiles = ['none', 'station'] as const
export type FaultProfile = (typeof faultProfiles)[number]

interface Rate {
  /** Of one device that is in use all the time. */
  readonly perHour: number
  readonly draw: (random: Random) => CaptureFault
  /** Default: all. */
  readonly kinds?: readonly CaptureKind[]
}

const between = (random: Random, least: number, most: number): number => least + Math.floor(random.next() * (most - least + 1))

/** Many times worse than any office, so that one simulated day meets everything. */
const station: readonly Rate[] = [
  {
    perHour: 0.5,
    draw: (random) => ({ fault: 'unplug', afterBytes: between(random, 0, 2_400_000), backAfterMs: between(random, 2_000, 20_000) }),
  },
  { perHour: 0.3, draw: (random) => ({ fault: 'unplug', backAfterMs: between(random, 500, 30_000) }) },
  { perHour: 2, draw: (random) => ({ fault: 'corrupt', frames: between(random, 1, 4) }) },
  { perHour: 0.5, draw: () => ({ fault: 'corrupt', frames: 40 }) },
  { perHour: 1, draw: (random) => ({ fault: 'short', frames: between(random, 1, 4) }) },
  { perHour: 1, draw: (random) => ({ fault: 'double', frames: between(random, 1, 5) }) },
  { perHour: 0.5, draw: (random) => ({ fault: 'wrong_size', frames: between(random, 1, 4) }) },
  { perHour: 0.3, draw: () => ({ fault: 'stall' }) },
  { perHour: 0.3, draw: () => ({ fault: 'silence' }) },
  { perHour: 0.3, draw: () => ({ fault: 'freeze' }) },
  { perHour: 0.4, draw: () => ({ fault: 'wedge' }) },
  { perHour: 0.3, draw: (random) => ({ fault: 'clock_jump', byMs: between(random, -3_600_000, 3_600_000) }) },
  { perHour: 0.3, draw: (random) => ({ fault: 'slow_usb', bytesPerSecond: between(random, 3, 12) * 1_000_000, forMs: 60_000 }) },
  { perHour: 0.3, draw: () => ({ fault: 'dirty_platen', forMs: 300_000 }), kinds: ['slap_scanner'] },
  { perHour: 0.2, draw: (random) => ({ fault: 'weak_light', percent: between(random, 55, 90), forMs: 600_000 }), kinds: ['slap_scanner'] },
  { perHour: 0.2, draw: () => ({ fault: 'overheat', forMs: 60_000 }) },
]

const rates: Readonly<Record<FaultProfile, readonly Rate[]>> = { none: [], station }

/** Everything that is to go wrong with one device within `overMs`, in the order of time. The same random gives the same script. */
export function drawFaults(profile: FaultProfile, kind: CaptureKind, random: Random, overMs: number): FaultScript {
  const steps: (FaultStep & { readonly at: { readonly ms: number } })[] = []
  for (const { perHour, draw, kinds } of rates[profile]) {
    if (kinds && !kinds.includes(kind)) continue
    const meanMs = 3_600_000 / perHour
    // Intervals of a Poisson process.
    for (let atMs = wait(random, meanMs); atMs < overMs; atMs += wait(random, meanMs)) steps.push({ at: { ms: atMs }, ...draw(random) })
  }
  return steps.sort((a, b) => a.at.ms - b.at.ms)
}

const wait = (random: Random, meanMs: number): number => Math.ceil(-Math.log(1 - random.next()) * meanMs)
