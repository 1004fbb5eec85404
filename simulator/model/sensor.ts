// What an image sensor adds to a scene: brightness, noise. And what it sees when there is nothing.

import { Fault } from '../../protocol/fault.js'
import { frameLayout } from '../../protocol/hardware/capture-device.js'
import type { Random } from '../../protocol/random.js'
import type { Exposure } from './capture-device.js'

/** One pixel in this many changes its lowest bit from frame to frame. */
const noiseSpacing = 64

export interface GreySensor {
  readonly widthPx: number
  readonly heightPx: number
  /** Level of the empty scene, 0..255. */
  readonly emptyLevel: number
}

/**
 * Develops one 8-bit grey frame, header room in front.
 * @param scene row-major, `widthPx * heightPx`, or undefined for the empty scene; not changed
 * @throws Fault `input.invalid` when the scene has another size
 */
export function developGrey(sensor: GreySensor, scene: Uint8Array | undefined, exposure: Exposure, random: Random): Uint8Array {
  const pixels = sensor.widthPx * sensor.heightPx
  if (scene && scene.length !== pixels) throw new Fault('input.invalid', { field: 'scene', size: scene.length, expected: pixels })
  const frame = new Uint8Array(frameLayout.size + pixels)
  const image = frame.subarray(frameLayout.size)
  if (scene) image.set(scene)
  else image.fill(sensor.emptyLevel)
  const factor = (exposure.gain / 128) * (exposure.light / 128) * (exposure.lamp ?? 1)
  if (factor !== 1) {
    const levels = Uint8Array.from({ length: 256 }, (_, level) => Math.min(255, Math.round(level * factor)))
    for (let i = 0; i < pixels; i++) image[i] = levels[image[i]!]!
  }
  let noise = (Math.floor(random.next() * 2 ** 32) | 1) >>> 0
  for (let i = 0; i + noiseSpacing <= pixels; i += noiseSpacing) {
    noise ^= noise << 13
    noise ^= noise >>> 17
    noise ^= noise << 5
    const at = i + (noise & (noiseSpacing - 1))
    image[at] = image[at]! ^ 1
  }
  return frame
}

/** Something greasy on the glass: a soft dark disc. */
export interface Smudge {
  readonly x: number
  readonly y: number
  readonly radiusPx: number
  /** Share of the light that it takes in its middle, 0..1. */
  readonly darkness: number
}

/** Darkens `image` (8-bit grey, row-major) where the smudges lie. */
export function drawSmudges(image: Uint8Array, widthPx: number, heightPx: number, smudges: readonly Smudge[]): void {
  for (const { x, y, radiusPx, darkness } of smudges) {
    for (let row = Math.max(0, y - radiusPx); row <= Math.min(heightPx - 1, y + radiusPx); row++) {
      for (let column = Math.max(0, x - radiusPx); column <= Math.min(widthPx - 1, x + radiusPx); column++) {
        const near = 1 - Math.hypot(column - x, row - y) / radiusPx
        if (near <= 0) continue
        const at = row * widthPx + column
        image[at] = image[at]! * (1 - darkness * Math.min(1, near * 2))
      }
    }
  }
}

/**
 * One JPEG frame, header room in front. A comment segment (ISO/IEC 10918-1 §B.2.4.5) carries the exposure number: it stands for the noise
 * that keeps two frames of a live camera from ever being equal.
 * @throws Fault `input.invalid` when `jpeg` does not begin with SOI
 */
export function developJpeg(jpeg: Uint8Array, exposure: Exposure): Uint8Array {
  if (jpeg[0] !== 0xff || jpeg[1] !== 0xd8) throw new Fault('input.invalid', { field: 'jpeg', offset: 0 })
  const comment = Uint8Array.of(0xff, 0xfe, 0, 6, ...new Uint8Array(Uint32Array.of(exposure.frameIndex).buffer))
  const frame = new Uint8Array(frameLayout.size + jpeg.length + comment.length)
  frame.set(jpeg.subarray(0, 2), frameLayout.size)
  frame.set(comment, frameLayout.size + 2)
  frame.set(jpeg.subarray(2), frameLayout.size + 2 + comment.length)
  return frame
}

/**
 * A baseline JPEG of one flat mid-grey (ISO/IEC 10918-1): every block is "DC difference 0, end of block", two zero bits.
 * @param widthPx multiple of 8
 * @param heightPx multiple of 8
 */
export function flatJpeg(widthPx: number, heightPx: number): Uint8Array {
  const blocks = (widthPx / 8) * (heightPx / 8)
  const huffman = (tableClass: number) => [0xff, 0xc4, 0, 20, tableClass << 4, 1, ...new Array<number>(15).fill(0), 0]
  const head = [
    ...[0xff, 0xd8],
    ...[0xff, 0xdb, 0, 67, 0, ...new Array<number>(64).fill(1)],
    ...[0xff, 0xc0, 0, 11, 8, heightPx >> 8, heightPx & 0xff, widthPx >> 8, widthPx & 0xff, 1, 1, 0x11, 0],
    ...huffman(0),
    ...huffman(1),
    ...[0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0],
  ]
  const scan = Math.ceil((blocks * 2) / 8)
  const jpeg = new Uint8Array(head.length + scan + 2)
  jpeg.set(head)
  jpeg.set([0xff, 0xd9], head.length + scan)
  return jpeg
}
