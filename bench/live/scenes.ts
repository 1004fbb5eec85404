// Platen frames of the live bench, drawn before anything is timed: one hand that never holds still, with the frame's number in its pixels.
// The number is read again from what Chromium has drawn: no clock or counter of ours stands in between.

import { systemClock } from '../../protocol/clock.js'
import { captureProductIds, frameLayout } from '../../protocol/hardware/capture-device.js'
import { systemRandom } from '../../protocol/random.js'
import { type CaptureDeviceModel, captureDeviceModel } from '../../simulator/model/capture-device.js'
import { syntheticPerson } from '../../simulator/people/synthetic.js'

const platen = { widthPx: 1600, heightPx: 1500 } as const
const scenes = 10
/** Squares of the number, from the top left corner; twice as large as the preview's pixels and JPEG's blocks need. */
export const mark = { bits: 12, sidePx: 32, dark: 40, light: 240 } as const

/** The same hand at `scenes` places, each with room for a frame's header before it: it moves too much from frame to frame to be taken. */
export async function drawScenes(): Promise<readonly Uint8Array[]> {
  const { grey } = await syntheticPerson(7).images.slap('right_four')
  return Array.from({ length: scenes }, (_, i) => shifted(grey, ((i * 7) % scenes) * 24 - 108, ((i * 3) % scenes) * 8 - 36))
}

function shifted(grey: Uint8Array, dx: number, dy: number): Uint8Array {
  const { widthPx, heightPx } = platen
  const frame = new Uint8Array(frameLayout.size + grey.length)
  const out = frame.subarray(frameLayout.size).fill(250)
  for (let y = Math.max(0, -dy); y < Math.min(heightPx, heightPx - dy); y++) {
    const from = y * widthPx + Math.max(0, -dx)
    const until = y * widthPx + Math.min(widthPx, widthPx - dx)
    out.set(grey.subarray(from, until), (y + dy) * widthPx + Math.max(0, dx))
  }
  return frame
}

/**
 * A scanner whose exposures are the drawn ones, in turn: sealing them is all that is left to do in the daemon's process.
 * @param exposed told of each frame that the sensor delivers
 */
export function benchScanner(drawn: readonly Uint8Array[], exposed: (frameIndex: number) => void): CaptureDeviceModel {
  const options = { serial: 'BENCH-SLAP', clock: systemClock, random: systemRandom }
  return captureDeviceModel(options, {
    kind: 'slap_scanner',
    product: 'Slap scanner of the bench (simulated)',
    productId: captureProductIds.slapScanner,
    sensors: [{ ...platen, ppi: 500, format: 'grey8', maxPayloadBytes: platen.widthPx * platen.heightPx }],
    fps: 30,
    render: ({ frameIndex }) => {
      const frame = drawn[frameIndex % drawn.length] ?? new Uint8Array(frameLayout.size + platen.widthPx * platen.heightPx)
      writeNumber(frame.subarray(frameLayout.size), frameIndex)
      exposed(frameIndex)
      return frame
    },
  })
}

function writeNumber(grey: Uint8Array, number: number): void {
  const { bits, sidePx, dark, light } = mark
  for (let y = 0; y < sidePx; y++) {
    for (let bit = 0; bit < bits; bit++) {
      const from = y * platen.widthPx + bit * sidePx
      grey.fill((number >> bit) & 1 ? dark : light, from, from + sidePx)
    }
  }
}
