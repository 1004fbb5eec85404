// The SIMD twins of the WSQ codec, held to the TypeScript reference: coefficients, streams, pixels, faults. Reads shared test data when there.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { readGreyImage } from '../../daemon/kernels/image/codec.js'
import { openSimd } from '../../daemon/kernels/simd/simd.js'
import { analyse } from '../../daemon/kernels/wsq/analysis.js'
import { referenceEncoder } from '../../daemon/kernels/wsq/encode-reference.js'
import { twinEncoder } from '../../daemon/kernels/wsq/encode-twin.js'
import { standardFilters } from '../../daemon/kernels/wsq/filters.js'
import { decodeWsq, encodeWsq } from '../../daemon/kernels/wsq/index.js'
import { takePlanes } from '../../daemon/kernels/wsq/planes.js'
import { synthesise } from '../../daemon/kernels/wsq/synthesis.js'
import { codedSubbands, waveletTree } from '../../daemon/kernels/wsq/tree.js'
import { isFault } from '../../protocol/fault.js'
import { checkerboard, differences, gradient, noise, onePixel, ridges } from './wsq-images.js'

const data = resolve('../shared/data/fingerprint')
const missing = existsSync(data) ? false : `SKIPPED: no test data at ${data}`
const simd = openSimd()

const sizes: readonly (readonly [number, number])[] = [
  [1, 1],
  [1, 2],
  [2, 1],
  [2, 2],
  [3, 5],
  [5, 3],
  [4, 4],
  [1, 67],
  [67, 1],
  [2, 300],
  [300, 2],
  [8, 8],
  [16, 9],
  [31, 33],
  [64, 64],
  [255, 257],
  [388, 374],
]
const pictures = { ridges, noise, checkerboard, gradient, onePixel }

t.test('coefficients of the twin are those of the reference, in every coded subband and at every size', (t) => {
  for (const [w, h] of sizes) {
    const grey = ridges(w, h, w + h)
    const tree = waveletTree(w, h)
    const levels = { mean: 121.25, scale: 0.9375 }
    const expected = Float32Array.from(grey, (value) => (value - levels.mean) / levels.scale)
    analyse(expected, new Float32Array(w * h), w, tree, standardFilters())
    const largest = simd.lease((take) => {
      const planes = takePlanes(simd, take, tree)
      const at = take(w * h + 16)
      new Uint8Array(simd.memory.buffer, at, w * h).set(grey)
      planes.analyse(at, levels, standardFilters())
      let worst = 0
      for (const [k, band] of tree.subbands.slice(0, codedSubbands).entries()) {
        for (let y = band.y; y < band.y + band.height; y++) {
          const row = new Float32Array(simd.memory.buffer, planes.addressOf(k, { x: band.x, y }), band.width)
          for (const [i, value] of row.entries()) worst = Math.max(worst, Math.abs(value - expected[y * w + band.x + i]!))
        }
      }
      return worst
    })
    // Coefficients reach +-4096; float32 has 24 bits.
    t.ok(largest < 0.005, `${w}x${h}: ${largest}`)
  }
  t.end()
})

t.test('what the twin joins from given coefficients is what the reference joins, to one grey level', (t) => {
  for (const [w, h] of sizes) {
    const tree = waveletTree(w, h)
    const plane = new Float32Array(w * h)
    const random = noise(w, h, w * h)
    for (const band of tree.subbands.slice(0, codedSubbands)) {
      for (let y = band.y; y < band.y + band.height; y++) {
        for (let x = band.x; x < band.x + band.width; x++) plane[y * w + x] = (random[y * w + x]! - 128) * (x % 3 === 0 ? 0.5 : 0.1)
      }
    }
    const samples = plane.slice()
    synthesise(samples, new Float32Array(w * h), w, tree, standardFilters())
    const grey = simd.lease((take) => {
      const planes = takePlanes(simd, take, tree)
      const at = take(w * h + 16)
      planes.clear()
      for (const [k, band] of tree.subbands.slice(0, codedSubbands).entries()) {
        for (let y = band.y; y < band.y + band.height; y++) {
          const start = y * w + band.x
          new Float32Array(simd.memory.buffer, planes.addressOf(k, { x: band.x, y }), band.width).set(
            plane.subarray(start, start + band.width),
          )
        }
      }
      planes.synthesise(at, { mean: 130, scale: 1 }, standardFilters())
      return new Uint8Array(simd.memory.buffer, at, w * h).slice()
    })
    const found = differences(
      Uint8Array.from(samples, (value) => Math.max(0, Math.min(255, Math.trunc(value + 130.5)))),
      grey,
    )
    t.ok(found.largest <= 1 && found.count <= 1 + (w * h) / 1000, `${w}x${h}: largest ${found.largest}, ${found.count} differ`)
  }
  t.end()
})

t.test('levels, sums and tokens of the twin are those of the reference', (t) => {
  const [w, h] = [255, 257] as const
  const grey = ridges(w, h, 3)
  const tree = waveletTree(w, h)
  const reference = referenceEncoder(grey, tree)
  simd.lease((take) => {
    const twin = twinEncoder(simd, take, grey, tree)
    t.same(twin.analyse(), reference.analyse())
    for (let k = 0; k < codedSubbands; k++) {
      const [a, b] = [twin.sumsOf(k, tree.subbands[k]!), reference.sumsOf(k, tree.subbands[k]!)]
      if (Math.abs(a.squares / b.squares - 1) > 1e-5) t.fail(`squares of subband ${k}: ${a.squares}, ${b.squares}`)
    }
    const bins = { q: new Float64Array(64).fill(0.5, 0, 60), z: new Float64Array(64).fill(0.6, 0, 60) }
    // Narrow bins: escapes of both widths, and a subband that is dropped.
    bins.q[7] = 0
    const counts = [new Uint32Array(256), new Uint32Array(256)] as const
    twin.quantise(0, bins, 0, 60, counts[0])
    reference.quantise(0, bins, 0, 60, counts[1])
    t.ok(
      [101, 102, 103, 104].every((which) => counts[1][which]! > 0),
      'the picture has escapes',
    )
    const moved = counts[0].reduce((sum, count, which) => sum + Math.abs(count - counts[1][which]!), 0)
    t.ok(moved <= (w * h) / 1000, `${moved} symbols differ`)
  })
  t.end()
})

t.test('streams of twin and reference have the same size and decode to the same picture', (t) => {
  for (const [name, picture] of Object.entries(pictures)) {
    for (const [w, h] of sizes.filter(([w, h]) => w * h < 70_000)) {
      const grey = picture(w, h, 7)
      for (const rate of [0.75, 2.25, 12]) {
        const options = { rate, ppi: 500, comments: ['twin'] }
        const ours = encodeWsq(grey, w, h, options, simd)
        const expected = encodeWsq(grey, w, h, options)
        const what = `${name} ${w}x${h} at ${rate}`
        if (Math.abs(ours.length - expected.length) > 2 + expected.length / 10_000)
          t.fail(`${what}: ${ours.length}, ${expected.length} bytes`)
        const image = decodeWsq(ours, simd)
        const found = differences(image.grey, decodeWsq(ours).grey)
        if (found.largest > 1 || found.count > 1 + (w * h) / 500) t.fail(`${what}: largest ${found.largest}, ${found.count} differ`)
        if (image.widthPx !== w || image.heightPx !== h || image.ppi !== 500 || image.comments[1] !== 'twin') t.fail(what)
      }
    }
  }
  t.pass('all compared')
  t.end()
})

t.test(
  'real prints: the streams of the twin keep the size and quality of NBIS, and the size of the reference',
  { skip: missing },
  async (t) => {
    const golden: { images: { file: string; rate: number; bytes: number; psnrDb: number }[] } = JSON.parse(
      readFileSync(join(data, 'golden/cwsq.json'), 'utf8'),
    )
    for (const { file, rate, bytes, psnrDb } of golden.images) {
      const image = await readGreyImage(join(data, file))
      const stream = encodeWsq(image.grey, image.widthPx, image.heightPx, { rate, ppi: 500 }, simd)
      const found = differences(image.grey, decodeWsq(stream, simd).grey).psnrDb
      t.ok(Math.abs(stream.length / bytes - 1) <= 0.004, `${file} at ${rate}: ${stream.length} bytes, NBIS ${bytes}`)
      t.ok(found >= psnrDb - 0.05, `${file} at ${rate}: ${found.toFixed(3)} dB, NBIS ${psnrDb}`)
    }
    let [all, allExpected] = [0, 0]
    for (const { file, rate } of golden.images.filter((_, i) => i % 5 === 0)) {
      const image = await readGreyImage(join(data, file))
      const options = { rate, ppi: 500 }
      const ours = encodeWsq(image.grey, image.widthPx, image.heightPx, options, simd).length
      const expected = encodeWsq(image.grey, image.widthPx, image.heightPx, options).length
      // One coefficient on the other side of its bin can tip how the code shortens its longest words: some bytes, not some coefficients.
      t.ok(Math.abs(ours / expected - 1) <= 1e-3, `${file} at ${rate}: ${ours} bytes, reference ${expected}`)
      all += ours
      allExpected += expected
    }
    t.ok(Math.abs(all / allExpected - 1) <= 1e-4, `${all} bytes in all, reference ${allExpected}`)
  },
)

t.test(
  'real streams: the twin decodes them as NBIS does, to one grey level in a thousandth of the pixels',
  { skip: missing },
  async (t) => {
    for (const folder of ['wsq', 'nist_tenprint']) {
      for (const file of readdirSync(join(data, folder)).filter((name) => name.endsWith('.wsq'))) {
        const path = join(data, folder, file)
        const golden = await readGreyImage(path.replace(/wsq$/, 'png'))
        const image = decodeWsq(readFileSync(path), simd)
        const { largest, count } = differences(image.grey, golden.grey)
        t.ok(largest <= 1 && count < image.grey.length / 1000, `${file}: largest ${largest}, ${count} of ${image.grey.length} differ`)
      }
    }
  },
)

/** The outcome of a decode, comparable: size and comments, or the whole fault. */
function outcome(bytes: Uint8Array, twin: boolean): unknown {
  try {
    const { widthPx, heightPx, comments, grey } = twin ? decodeWsq(bytes, simd) : decodeWsq(bytes)
    return { widthPx, heightPx, comments, pixels: grey.length }
  } catch (error) {
    if (!isFault(error, 'wsq.corrupt', 'wsq.unsupported')) throw error
    return { code: error.code, ...error.context }
  }
}

t.test('of cut and changed streams twin and reference tell the same, and no memory stays taken', (t) => {
  const stream = encodeWsq(ridges(90, 70, 2), 90, 70, { rate: 0.75, ppi: 500 }, simd)
  const frame = Buffer.from(stream).indexOf(Buffer.from([0xff, 0xa2, 0, 17]))
  const change = fc.record({ at: fc.nat(stream.length - 1), value: fc.integer({ min: 0, max: 255 }) })
  const before = simd.memory.buffer.byteLength
  fc.assert(
    fc.property(fc.array(change, { maxLength: 6 }), fc.nat(stream.length), (changes, length) => {
      const bytes = stream.slice(0, length % 3 === 0 ? length : stream.length)
      // A hostile size alone would make the test slow, not wrong: the frame's size bytes stay.
      for (const { at, value } of changes) if ((at < frame + 6 || at >= frame + 10) && at < bytes.length) bytes[at] = value
      t.strictSame(outcome(bytes, true), outcome(bytes, false))
    }),
    { numRuns: 500, verbose: true },
  )
  t.equal(simd.memory.buffer.byteLength, before)
  t.end()
})

t.test('a few bytes that claim 4096 x 4096: refused when they cannot fill it, decoded in bounded memory when they can', (t) => {
  const stream = encodeWsq(new Uint8Array(64).fill(7), 8, 8, { rate: 0.75, ppi: 500 })
  const frame = Buffer.from(stream).indexOf(Buffer.from([0xff, 0xa2, 0, 17]))
  const table = Buffer.from(stream).indexOf(Buffer.from([0xff, 0xa5, 0x01, 0x85]))
  const hostile = stream.slice()
  hostile.set([0x10, 0, 0x10, 0], frame + 6)
  // Nothing is kept of a constant image, so nothing need be filled.
  t.equal(decodeWsq(hostile, simd).grey.length, 4096 * 4096)
  t.ok(simd.memory.buffer.byteLength <= 300 * 1024 * 1024)
  // All 60 subbands kept: 12 million coefficients that the stream does not have.
  for (let k = 0; k < 60; k++) hostile.set([0, 0, 9, 0, 0, 9], table + 7 + 6 * k)
  for (const twin of [simd, undefined]) {
    t.throws(() => decodeWsq(hostile, twin), { code: 'wsq.corrupt', context: { reason: 'missing_coefficients' } })
  }
  t.end()
})

t.test('any size in the frame ends at once: in an image or in a fault', (t) => {
  const stream = encodeWsq(ridges(60, 50, 2), 60, 50, { rate: 0.75, ppi: 500 })
  const frame = Buffer.from(stream).indexOf(Buffer.from([0xff, 0xa2, 0, 17]))
  const side = fc.oneof(fc.nat(65_535), fc.integer({ min: 1, max: 90 }))
  fc.assert(
    fc.property(side, side, (w, h) => {
      const bytes = stream.slice()
      bytes.set([h >> 8, h & 255, w >> 8, w & 255], frame + 6)
      t.strictSame(outcome(bytes, true), outcome(bytes, false))
    }),
    { numRuns: 100, verbose: true },
  )
  t.end()
})

t.test("files with 8/8 filters are the reference's, with SIMD as without", (t) => {
  const stream = encodeWsq(ridges(90, 71, 2), 90, 71, { rate: 0.75, ppi: 500 })
  const table = Buffer.from(stream).indexOf(Buffer.from([0xff, 0xa4, 0, 58]))
  const scaled = (tap: number) => {
    const body = Buffer.alloc(6)
    body.writeUInt8(tap < 0 ? 1 : 0, 0)
    body.writeUInt8(9, 1)
    body.writeUInt32BE(Math.round(Math.abs(tap) * 1e9), 2)
    return body
  }
  const low = [0.85269867900940344, -0.09789296778409587, -0.12335584105275092, 0.07565691101399093]
  const high = [-0.60328894481393847, 0.18870142780632693, 0.05261415011924844, -0.03226944131446922]
  const even = Buffer.concat([Buffer.from([0xff, 0xa4, 0, 52, 8, 8]), ...[...low, ...high].map(scaled)])
  const bytes = new Uint8Array(Buffer.concat([stream.subarray(0, table), even, stream.subarray(table + 60)]))
  const image = decodeWsq(bytes)
  t.match(image, { widthPx: 90, heightPx: 71 })
  t.same(decodeWsq(bytes, simd).grey, image.grey)
  t.end()
})
