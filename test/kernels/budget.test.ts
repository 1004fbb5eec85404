// Pictures within a number of bytes: never more than asked for, not needlessly less, and what cannot fit says how much it takes.

import fc from 'fast-check'
import t from 'tap'
import { jp2Within, jpegWithin } from '../../daemon/kernels/image/budget.js'
import { readRgbImage } from '../../daemon/kernels/image/codec.js'
import { decodeJp2, openJp2Codec } from '../../daemon/kernels/image/jp2.js'
import { isFault } from '../../protocol/fault.js'

const widthPx = 120
const heightPx = 160
const codec = openJp2Codec()

/** Smooth shapes with some grain: what a small portrait is to a codec. */
function picture(channels: 1 | 3, grain: number): Uint8Array {
  return Uint8Array.from({ length: widthPx * heightPx * channels }, (_, i) => {
    const pixel = Math.floor(i / channels)
    const [x, y] = [pixel % widthPx, Math.floor(pixel / widthPx)]
    const face = Math.hypot((x - 60) / 40, (y - 80) / 55) < 1 ? 190 - 40 * (i % channels) : 60 + 50 * (i % channels)
    const eyes = Math.hypot(Math.abs(x - 60) - 16, y - 70) < 6 ? -120 : 0
    return Math.max(0, Math.min(255, face + eyes + 20 * Math.sin(x / 9) * Math.cos(y / 11) + grain * (((i * 7919) % 13) - 6)))
  })
}

function psnr(a: Uint8Array, b: Uint8Array): number {
  const squares = a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0)
  return 10 * Math.log10((255 * 255 * a.length) / squares)
}

const colour = { pixels: picture(3, 1), widthPx, heightPx }
const grey = { pixels: picture(1, 1), widthPx, heightPx }

t.test('a JPEG has at most the bytes asked for, or the fault names the least it takes', async (t) => {
  const least = new Map<string, number>()
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 100, max: 30_000 }),
      fc.constantFrom('4:4:4' as const, '4:2:0' as const),
      fc.boolean(),
      async (limit, chroma, plain) => {
        const image = plain ? grey : colour
        const key = `${chroma} ${plain}`
        try {
          const { bytes, quality } = await jpegWithin(image, limit, chroma)
          return bytes.length <= limit && quality >= 1 && quality <= 100 && limit >= (least.get(key) ?? 0)
        } catch (error) {
          if (!isFault(error, 'image.over_budget')) throw error
          least.set(key, error.context.size ?? 0)
          return error.context.limit === limit && (error.context.size ?? 0) > limit
        }
      },
    ),
    { numRuns: 25 },
  )
  const { size } = await jpegWithin(colour, 10, '4:2:0').then(
    () => t.fail('fits into 10 bytes'),
    (error) => error.context,
  )
  t.equal((await jpegWithin(colour, size, '4:2:0')).bytes.length, size, 'into the least it fits')
})

t.test('a JPEG 2000 has at most the bytes asked for, or the fault names the least it takes', async (t) => {
  for (const image of [colour, grey]) {
    for (const limit of [600, 1500, 3000, 5000, 9000]) {
      const { bytes } = await jp2Within(image, limit, codec)
      t.ok(bytes.length <= limit && bytes.length > 0.85 * limit, `${bytes.length} of ${limit}`)
      t.match(await decodeJp2(bytes), { widthPx, heightPx })
    }
  }
  const { size, limit } = await jp2Within(colour, 20, codec).then(
    () => t.fail('fits into 20 bytes'),
    (error) => error.context,
  )
  t.equal(limit, 20)
  t.ok((await jp2Within(colour, size, codec)).bytes.length <= size)
})

t.test('more bytes give a better picture, near the limit in both codecs', async (t) => {
  let before = { jpeg: 0, jp2: 0 }
  for (const limit of [2000, 4000, 8000]) {
    const jpeg = await jpegWithin(colour, limit, '4:4:4')
    const jp2 = await jp2Within(colour, limit, codec)
    const now = {
      jpeg: psnr(colour.pixels, (await readRgbImage(jpeg.bytes)).rgb),
      jp2: psnr(colour.pixels, (await readRgbImage(jp2.bytes)).rgb),
    }
    t.ok(
      now.jpeg > before.jpeg && now.jp2 > before.jp2 && now.jpeg > 22 && now.jp2 > 22,
      `${limit} bytes: JPEG ${now.jpeg.toFixed(1)} dB, JPEG 2000 ${now.jp2.toFixed(1)} dB`,
    )
    t.ok(jpeg.bytes.length > 0.85 * limit)
    before = now
  }
})

t.test('a limit that nothing reaches gives the best there is', async (t) => {
  t.equal((await jpegWithin(colour, 10_000_000, '4:4:4')).quality, 100)
  t.ok(psnr(colour.pixels, (await readRgbImage((await jp2Within(colour, 10_000_000, codec)).bytes)).rgb) > 45)
})

t.test('pixels that are no picture are refused', async (t) => {
  const odd = { pixels: new Uint8Array(7), widthPx: 2, heightPx: 2 }
  await t.rejects(jpegWithin(odd, 1000, '4:4:4'), { code: 'image.unsupported' })
  await t.rejects(jp2Within(odd, 1000, codec), { code: 'image.unsupported' })
})
