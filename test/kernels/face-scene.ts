// Pictures for the face tests: a drawn face put anywhere, at any size and angle, beside another; pictures without a face; where OFIQ's lie.

import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import type { Point, RgbImage } from '../../daemon/kernels/face/face.js'

export const ofiqFolder = resolve('../shared/data/face/ofiq')
export const mosipRecord = resolve('../shared/data/face/mosip/Face.iso')
export const noOfiq = existsSync(join(ofiqFolder, 'expected_results.csv')) ? false : `SKIPPED: no test data at ${ofiqFolder}`
export const noMosip = existsSync(mosipRecord) ? false : `SKIPPED: no test data at ${mosipRecord}`

const raw = ({ widthPx: width, heightPx: height }: RgbImage) => ({ raw: { width, height, channels: 3 as const } })

async function pixels(image: Sharp): Promise<RgbImage> {
  const { data, info } = await image.removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true })
  return { rgb: new Uint8Array(data.buffer, data.byteOffset, data.length), widthPx: info.width, heightPx: info.height }
}

/** @param at of the picture's middle  @param turnDeg clockwise */
export interface Put {
  readonly image: RgbImage
  readonly at: Point
  readonly scale: number
  readonly turnDeg?: number
}

/** Pictures on a plain wall, the parts beyond its edge cut away. */
export async function wall(widthPx: number, heightPx: number, puts: readonly Put[]): Promise<RgbImage> {
  const overlays = await Promise.all(
    puts.map(async ({ image, at, scale, turnDeg = 0 }) => {
      const small = await sharp(image.rgb, raw(image))
        .resize(Math.round(image.widthPx * scale), Math.round(image.heightPx * scale))
        .png()
        .toBuffer()
      const turned = await pixels(sharp(small).rotate(turnDeg, { background: '#8a94a0' }))
      const left = Math.round(at.x - turned.widthPx / 2)
      const top = Math.round(at.y - turned.heightPx / 2)
      const from = { left: Math.max(0, -left), top: Math.max(0, -top) }
      const width = Math.min(turned.widthPx - from.left, widthPx - Math.max(0, left))
      const height = Math.min(turned.heightPx - from.top, heightPx - Math.max(0, top))
      const input = await sharp(turned.rgb, raw(turned))
        .extract({ ...from, width, height })
        .png()
        .toBuffer()
      return { input, left: Math.max(0, left), top: Math.max(0, top) }
    }),
  )
  const base = sharp({ create: { width: widthPx, height: heightPx, channels: 3, background: '#8a94a0' } })
  return pixels(base.composite(overlays))
}

export const part = async (image: RgbImage, left: number, top: number, width: number, height: number): Promise<RgbImage> =>
  pixels(sharp(image.rgb, raw(image)).extract({ left, top, width, height }))

export function greyed(image: RgbImage): RgbImage {
  const rgb = new Uint8Array(image.rgb.length)
  for (let at = 0; at < rgb.length; at += 3) {
    rgb.fill(Math.round(0.3 * image.rgb[at]! + 0.59 * image.rgb[at + 1]! + 0.11 * image.rgb[at + 2]!), at, at + 3)
  }
  return { ...image, rgb }
}

export const painted = (widthPx: number, heightPx: number, value: (at: number) => number): RgbImage => ({
  rgb: Uint8Array.from({ length: widthPx * heightPx * 3 }, (_, at) => value(at)),
  widthPx,
  heightPx,
})
