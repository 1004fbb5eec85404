// Image codecs: grey stays grey, JP2 files are proper JP2 files, damaged bytes end in a named fault.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import sharp from 'sharp'
import t from 'tap'
import { encodeJpeg, encodePng, readGreyImage, readRgbImage, writePng } from '../../daemon/kernels/image/codec.js'
import { decodeJp2, encodeJp2, openJp2Codec } from '../../daemon/kernels/image/jp2.js'
import { readJp2Facts, wrapJp2 } from '../../daemon/kernels/image/jp2-boxes.js'
import { readPgm, writePgm } from '../../daemon/kernels/image/pgm.js'
import { writeWhole } from '../../daemon/kernels/image/whole-file.js'
import { encodeWsq } from '../../daemon/kernels/wsq/index.js'
import { isFault } from '../../protocol/fault.js'

const widthPx = 64
const heightPx = 48

/** Smooth waves, a different one in each channel. */
const waves = (channels: number) =>
  Uint8Array.from({ length: widthPx * heightPx * channels }, (_, i) => {
    const pixel = Math.floor(i / channels)
    return 128 + 90 * Math.sin((pixel % widthPx) / (5 + (i % channels))) * Math.cos(Math.floor(pixel / widthPx) / 7)
  })
const meanError = (a: Uint8Array, b: Uint8Array) => a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length

t.test('a grey PNG has one channel, the same pixels and the resolution when given', async (t) => {
  const grey = waves(1)
  const png = await encodePng(grey, widthPx, heightPx, 500)
  t.match(await sharp(png).metadata(), { channels: 1, density: 500, width: widthPx, height: heightPx })
  t.strictSame(await readGreyImage(png), { grey: new Uint8Array(grey), widthPx, heightPx, ppi: 500 })
  const plain = await encodePng(grey, widthPx, heightPx)
  t.match(await sharp(plain).metadata(), { channels: 1 })
  t.equal((await readGreyImage(plain)).ppi, undefined)
})

t.test('colour goes through PNG unchanged and through JPEG nearly so', async (t) => {
  const rgb = waves(3)
  t.same((await readRgbImage(await encodePng(rgb, widthPx, heightPx))).rgb, rgb)
  const jpeg = await encodeJpeg(rgb, widthPx, heightPx, 90)
  t.match([...jpeg.subarray(0, 3)], [0xff, 0xd8, 0xff])
  t.ok(meanError((await readRgbImage(jpeg)).rgb, rgb) < 6)
  t.match(await sharp(await encodeJpeg(waves(1), widthPx, heightPx, 70)).metadata(), { channels: 1 })
})

t.test('16-bit, palette and transparent PNG are read as 8-bit grey', async (t) => {
  const rgb = waves(3)
  const raw = { width: widthPx, height: heightPx, channels: 3 as const }
  for (const png of [
    await sharp(rgb, { raw }).toColourspace('rgb16').png().toBuffer(),
    await sharp(rgb, { raw }).png({ palette: true }).toBuffer(),
    await sharp(rgb, { raw }).ensureAlpha(0.5).png().toBuffer(),
  ]) {
    t.equal((await readGreyImage(png)).grey.length, widthPx * heightPx)
  }
})

t.test('PGM, WSQ, JPEG 2000 and raw grey are read by the same function', async (t) => {
  const grey = waves(1)
  t.same((await readGreyImage(writePgm(grey, widthPx, heightPx))).grey, grey)
  t.same((await readGreyImage(await encodeJp2(grey, widthPx, heightPx, 1, 'lossless'))).grey, grey)
  t.match(await readGreyImage(encodeWsq(grey, widthPx, heightPx, { rate: 2, ppi: 500 })), { widthPx, heightPx, ppi: 500 })
  t.same((await readGreyImage(grey, { widthPx, heightPx })).grey, grey)
  await t.rejects(readGreyImage(grey, { widthPx, heightPx: 7 }), { code: 'image.corrupt', context: { reason: 'raw_size' } })
})

t.test('PGM headers with comments and small ranges are understood, cut ones refused', (t) => {
  const text = Buffer.from('P5 # made by hand\n2\t3\n# range\n15\n\x00\x01\x02\x0e\x0f\x07', 'latin1')
  t.strictSame(readPgm(text), { grey: Uint8Array.of(0, 17, 34, 238, 255, 119), widthPx: 2, heightPx: 3 })
  for (let length = 0; length < text.length; length++) t.throws(() => readPgm(text.subarray(0, length)), { code: 'image.corrupt' })
  t.throws(() => readPgm(Buffer.from('P5 1 1 65535 aa')), { code: 'image.unsupported' })
  t.end()
})

t.test('JPEG 2000 lossless comes back bit for bit, in grey and colour, inside the boxes of a JP2 file', async (t) => {
  for (const channels of [1, 3] as const) {
    const pixels = waves(channels)
    const file = await encodeJp2(pixels, widthPx, heightPx, channels, 'lossless')
    const text = Buffer.from(file).toString('latin1')
    t.equal(text.slice(4, 12), 'jP  \r\n\x87\n')
    t.equal(text.slice(12, 32), '\0\0\0\x14ftypjp2 \0\0\0\0jp2 ')
    t.equal(text.slice(36, 40), 'jp2h')
    t.match(readJp2Facts(file), { widthPx, heightPx, channels, colourSpace: channels === 1 ? 17 : 16, reversible: true, boxed: true })
    t.same(await decodeJp2(file), { pixels, widthPx, heightPx, channels })
    t.same((await decodeJp2(readJp2Facts(file).codestream)).pixels, pixels, 'the bare codestream too')
  }
})

t.test('JPEG 2000 at a ratio comes near the ratio and stays a good picture; one codec serves many calls', async (t) => {
  const codec = openJp2Codec()
  const side = 256
  let state = 1
  const noisy = Uint8Array.from({ length: side * side }, (_, i) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) | 0
    return 128 + 80 * Math.sin(i / 9) * Math.cos(i / side / 11) + ((state >>> 16) & 31)
  })
  for (const ratio of [5, 10, 20]) {
    const file = await codec.encode(noisy, side, side, 1, { ratio })
    t.ok(Math.abs((file.length * ratio) / noisy.length - 1) < 0.1, `ratio ${ratio}: ${file.length} bytes`)
    const { pixels } = await codec.decode(file)
    t.ok(meanError(pixels, noisy) < 20)
    t.equal(readJp2Facts(file).reversible, false)
  }
})

t.test('one-pixel images pass through JPEG 2000', async (t) => {
  for (const [w, h] of [[1, 1] as const, [1, 9] as const, [7, 1] as const]) {
    const pixels = Uint8Array.from({ length: w * h }, (_, i) => 20 * i)
    t.same((await decodeJp2(await encodeJp2(pixels, w, h, 1, 'lossless'))).pixels, pixels)
  }
})

t.test('cut and changed JP2 bytes give an image or a named fault, and the codec works on', async (t) => {
  const codec = openJp2Codec()
  const pixels = waves(1)
  const file = await codec.encode(pixels, widthPx, heightPx, 1, 'lossless')
  for (let length = 0; length < file.length; length += 1 + (length >> 4)) {
    await t.rejects(codec.decode(file.subarray(0, length)), { name: 'Fault' }, `cut at ${length}`)
  }
  const change = fc.record({ at: fc.nat(file.length - 1), value: fc.integer({ min: 0, max: 255 }) })
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
      const bytes = file.slice()
      for (const { at, value } of changes) bytes[at] = value
      try {
        const image = await codec.decode(bytes)
        return image.pixels.length === image.widthPx * image.heightPx * image.channels
      } catch (error) {
        return isFault(error, 'image.corrupt', 'image.unsupported')
      }
    }),
    { numRuns: 100, verbose: true },
  )
  t.same((await codec.decode(file)).pixels, pixels)
})

t.test('a JP2 header that contradicts its codestream is refused', async (t) => {
  const { codestream } = readJp2Facts(await encodeJp2(waves(1), widthPx, heightPx, 1, 'lossless'))
  t.throws(() => readJp2Facts(wrapJp2(codestream, widthPx, heightPx + 1, 1)), {
    code: 'image.corrupt',
    context: { reason: 'image_header_mismatch' },
  })
})

t.test('nonsense is image.corrupt, wrong sizes are image.unsupported', async (t) => {
  await t.rejects(readGreyImage(Buffer.from('no image at all')), { code: 'image.corrupt' })
  await t.rejects(encodePng(new Uint8Array(5), 2, 2), { code: 'image.unsupported' })
  await t.rejects(encodeJp2(new Uint8Array(5), 2, 2, 1, 'lossless'), { code: 'image.unsupported' })
  await t.rejects(encodeJp2(new Uint8Array(4), 2, 2, 1, { ratio: 0 }), { code: 'image.unsupported' })
})

t.test('files are written whole or not at all', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'rekam-image-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  await writePng(join(folder, 'a.png'), waves(1), widthPx, heightPx)
  t.same(readdirSync(folder), ['a.png'])
  writeFileSync(join(folder, 'kept'), 'old')
  await t.rejects(writeWhole(join(folder, 'absent', 'b.png'), Uint8Array.of(1)), { code: 'ENOENT' })
  await t.rejects(writeWhole(folder, Uint8Array.of(1)))
  t.same(readdirSync(folder).sort(), ['a.png', 'kept'])
  t.equal(readFileSync(join(folder, 'kept'), 'utf8'), 'old')
})
