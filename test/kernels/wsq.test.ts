// The WSQ kernel: reproduces NBIS on real prints, survives any bytes. Reads shared test data when they are there.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { readGreyImage } from '../../daemon/kernels/image/codec.js'
import { openSimd } from '../../daemon/kernels/simd/simd.js'
import { analyse } from '../../daemon/kernels/wsq/analysis.js'
import { type AnalysisFilters, standardFilters } from '../../daemon/kernels/wsq/filters.js'
import { decodeWsq, encodeWsq, readWsqHeader } from '../../daemon/kernels/wsq/index.js'
import { synthesise } from '../../daemon/kernels/wsq/synthesis.js'
import { waveletTree } from '../../daemon/kernels/wsq/tree.js'
import { isFault } from '../../protocol/fault.js'
import { checkerboard, differences, flat, gradient, noise, onePixel, ridges } from './wsq-images.js'

const data = resolve('../shared/data/fingerprint')
const simd = openSimd()
const missing = existsSync(data) ? false : `SKIPPED: no test data at ${data}`

t.test(
  'decodes the streams of seven encoders as NBIS does, to one grey level in a thousandth of the pixels',
  { skip: missing },
  async (t) => {
    for (const folder of ['wsq', 'nist_tenprint']) {
      for (const file of readdirSync(join(data, folder)).filter((name) => name.endsWith('.wsq'))) {
        const path = join(data, folder, file)
        const golden = await readGreyImage(path.replace(/wsq$/, 'png'))
        const image = decodeWsq(readFileSync(path))
        t.same([image.widthPx, image.heightPx], [golden.widthPx, golden.heightPx], `${file}: size`)
        const { largest, count } = differences(image.grey, golden.grey)
        t.ok(largest <= 1 && count < image.grey.length / 1000, `${file}: largest ${largest}, ${count} of ${image.grey.length} differ`)
      }
    }
  },
)

t.test('encodes real prints to the size and quality of NBIS at both rates', { skip: missing }, async (t) => {
  const golden: { images: { file: string; rate: number; bytes: number; psnrDb: number; binWidths: number[] }[] } = JSON.parse(
    readFileSync(join(data, 'golden/cwsq.json'), 'utf8'),
  )
  // Every third: all sets, both rates, and still a matter of seconds.
  for (const { file, rate, bytes, psnrDb } of golden.images.filter((_, i) => i % 3 === 0)) {
    const image = await readGreyImage(join(data, file))
    const stream = encodeWsq(image.grey, image.widthPx, image.heightPx, { rate, ppi: 500 })
    const found = differences(image.grey, decodeWsq(stream).grey).psnrDb
    t.ok(Math.abs(stream.length / bytes - 1) <= 0.004, `${file} at ${rate}: ${stream.length} bytes, NBIS ${bytes}`)
    t.ok(found >= psnrDb - 0.05, `${file} at ${rate}: ${found.toFixed(3)} dB, NBIS ${psnrDb}`)
  }
})

t.test('writes the bin widths of NBIS to its five digits', { skip: missing }, async (t) => {
  const golden = JSON.parse(readFileSync(join(data, 'golden/cwsq.json'), 'utf8')).images[0]
  const image = await readGreyImage(join(data, golden.file))
  const stream = Buffer.from(encodeWsq(image.grey, image.widthPx, image.heightPx, { rate: golden.rate, ppi: 500 }))
  const table = stream.indexOf(Buffer.from([0xff, 0xa5, 0x01, 0x85])) + 4 + 3
  for (let k = 0; k < 60; k++) {
    const width = stream.readUInt16BE(table + 6 * k + 1) / 10 ** stream[table + 6 * k]!
    if (Math.abs(width / golden.binWidths[k] - 1) > 5.1e-4) t.fail(`subband ${k}: ${width}, NBIS ${golden.binWidths[k]}`)
  }
  t.pass('60 bin widths compared')
})

t.test('what was encoded decodes to the same size, ppi and comments, and nearly the same pixels', (t) => {
  const grey = ridges(300, 260, 5)
  const stream = encodeWsq(grey, 300, 260, { rate: 2.25, ppi: 500, comments: ['station', ''] })
  const image = decodeWsq(stream)
  t.match(image, { widthPx: 300, heightPx: 260, ppi: 500 })
  t.same(image.comments.slice(1), ['station', ''])
  t.match(readWsqHeader(stream), { widthPx: 300, heightPx: 260, ppi: 500, rate: 2.25 })
  const coarse = decodeWsq(encodeWsq(grey, 300, 260, { rate: 0.75, ppi: 500 }))
  const fine = differences(grey, image.grey).psnrDb
  t.ok(fine > 32, `${fine.toFixed(1)} dB at 2.25`)
  t.ok(fine > differences(grey, coarse.grey).psnrDb + 3, 'the higher rate is the better picture')
  t.end()
})

t.test('whatever the picture, decoding errs by no more than the picture itself varies, and by far less when it is smooth', (t) => {
  const picture = fc.constantFrom(ridges, noise, flat, checkerboard, gradient, onePixel)
  const side = fc.integer({ min: 1, max: 150 })
  fc.assert(
    fc.property(picture, side, side, fc.nat(255), fc.constantFrom(0.75, 2.25, 8), (draw, w, h, seed, rate) => {
      const grey = draw(w, h, seed)
      const mean = grey.reduce((sum, value) => sum + value, 0) / grey.length
      const spread = Math.sqrt(grey.reduce((sum, value) => sum + (value - mean) ** 2, 0) / grey.length)
      const { rms } = differences(grey, decodeWsq(encodeWsq(grey, w, h, { rate, ppi: 500 })).grey)
      // A checkerboard is lost altogether: its frequency is never coded. Nothing may come out worse than plain grey.
      // A narrow ramp loses what only its borders hold: the variances look at the middle.
      if (draw === gradient) return rms <= spread / 4 + 1
      return rms <= 1.1 * spread + 1
    }),
    { numRuns: 120, verbose: true },
  )
  t.end()
})

t.test('every rate from the lowest to the highest gives a stream, and a higher one is no worse a picture', (t) => {
  const grey = ridges(180, 140, 4)
  let last = { bytes: 0, psnrDb: 0 }
  for (const rate of [0.01, 0.1, 0.4, 0.75, 1.5, 2.25, 5, 9, 16]) {
    const stream = encodeWsq(grey, 180, 140, { rate, ppi: 500 })
    const { psnrDb } = differences(grey, decodeWsq(stream).grey)
    t.ok(stream.length >= last.bytes && psnrDb >= last.psnrDb - 0.01, `${rate}: ${stream.length} bytes, ${psnrDb.toFixed(2)} dB`)
    last = { bytes: stream.length, psnrDb }
  }
  t.end()
})

t.test('a constant image comes back exactly, whatever its size and grey', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 70 }), fc.integer({ min: 0, max: 255 }), (w, h, value) => {
      const image = decodeWsq(encodeWsq(new Uint8Array(w * h).fill(value), w, h, { rate: 0.75, ppi: 500 }))
      return image.widthPx === w && image.heightPx === h && image.grey.every((found) => found === value)
    }),
    { numRuns: 60, verbose: true },
  )
  t.end()
})

t.test('small and odd sizes, one pixel wide or high, survive a round trip at a high rate', (t) => {
  const side = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 10, max: 90 }))
  fc.assert(
    fc.property(side, side, fc.integer(), (w, h, seed) => {
      const grey = ridges(w, h, seed)
      const image = decodeWsq(encodeWsq(grey, w, h, { rate: 12, ppi: 500 }))
      return image.grey.length === grey.length && differences(grey, image.grey).psnrDb > 25
    }),
    { numRuns: 120, verbose: true },
  )
  t.match(decodeWsq(encodeWsq(ridges(4096, 1, 3), 4096, 1, { rate: 2.25, ppi: 500 })), { widthPx: 4096, heightPx: 1 })
  t.match(decodeWsq(encodeWsq(ridges(1, 4096, 3), 1, 4096, { rate: 2.25, ppi: 500 })), { widthPx: 1, heightPx: 4096 })
  t.end()
})

t.test('the transform undoes itself, and the fast synthesis equals the table-driven one', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 80 }), fc.integer({ min: 1, max: 80 }), fc.integer(), (w, h, seed) => {
      const samples = Float32Array.from(ridges(w, h, seed), (value) => value - 128)
      const fast = samples.slice()
      const scratch = new Float32Array(samples.length)
      const tree = waveletTree(w, h)
      analyse(fast, scratch, w, tree, standardFilters())
      const general = fast.slice()
      synthesise(fast, scratch, w, tree, standardFilters())
      synthesise(general, scratch, w, tree, standardFilters(), true)
      return samples.every((value, i) => Math.abs(value - fast[i]!) < 0.01 && Math.abs(fast[i]! - general[i]!) < 0.01)
    }),
    { numRuns: 80, verbose: true },
  )
  t.end()
})

t.test('8/8 filters: a line split by the even bank comes back', (t) => {
  // Right halves, centre first; the high-pass is antisymmetric and stored with the sign it has right of the centre.
  const even: AnalysisFilters = {
    low: { length: 8, half: Float64Array.of(0.85269867900940344, -0.09789296778409587, -0.12335584105275092, 0.07565691101399093) },
    high: { length: 8, half: Float64Array.of(-0.60328894481393847, 0.18870142780632693, 0.05261415011924844, -0.03226944131446922) },
  }
  for (const n of [16, 17, 40, 41]) {
    const line = Float64Array.from(ridges(n, 1, n), (value) => value - 128)
    // Written out from the definition: half-sample symmetry, taps from 2i - 3 to 2i + 4.
    const at = (i: number) => line[i < 0 ? -1 - i : i >= n ? 2 * n - 1 - i : i]!
    const tap = (half: Float64Array, mirror: number, k: number) => (k >= 4 ? half[k - 4]! : mirror * half[3 - k]!)
    const split = (half: Float64Array, mirror: number, i: number) => {
      let sum = 0
      for (let k = 0; k < 8; k++) sum += tap(half, mirror, k) * at(2 * i - 3 + k)
      return sum
    }
    const lowCount = (n + 1) >> 1
    const plane = new Float32Array(n)
    for (let i = 0; i < lowCount; i++) plane[i] = split(even.low.half, 1, i)
    for (let i = 0; i < n >> 1; i++) plane[lowCount + i] = -split(even.high.half, -1, i)
    const root = waveletTree(n, 1).nodes[0]!
    synthesise(plane, new Float32Array(n), n, { nodes: [root], subbands: [] }, even)
    // The columns, one sample high, give half the low taps: 1/sqrt(2), which the encoder's side would have multiplied in.
    const gain = Math.SQRT2
    t.ok(
      line.every((value, i) => Math.abs(value - plane[i]! * gain) < 0.05),
      `${n} samples`,
    )
  }
  t.end()
})

/** Cuts a stream into its segments; entropy-coded bytes stay with their block. */
function segmentsOf(stream: Uint8Array): { code: number; bytes: Uint8Array }[] {
  const segments: { code: number; bytes: Uint8Array }[] = []
  for (let at = 2; at < stream.length - 2; ) {
    const code = stream[at + 1]!
    let end = at + 2 + stream[at + 2]! * 256 + stream[at + 3]!
    if (code === 0xa3) while (!(stream[end] === 0xff && stream[end + 1] !== 0)) end++
    segments.push({ code, bytes: stream.subarray(at, end) })
    at = end
  }
  return segments
}
/** A block that names another Huffman table. */
function withTable(block: Uint8Array, id: number): Uint8Array {
  const bytes = block.slice()
  bytes[4] = id
  return bytes
}
const joined = (parts: readonly Uint8Array[]) =>
  new Uint8Array(Buffer.concat([Buffer.from([0xff, 0xa0]), ...parts, Buffer.from([0xff, 0xa1])]))

t.test('tables in any order, comments anywhere and trailing bytes are accepted', (t) => {
  const stream = encodeWsq(ridges(120, 100, 9), 120, 100, { rate: 0.75, ppi: 500 })
  const expected = decodeWsq(stream).grey
  const segments = segmentsOf(stream)
  const first = segments.findIndex(({ code }) => code === 0xa3)
  const comment = Buffer.from([0xff, 0xa8, 0, 4, 0x68, 0x69])
  const mixed = [
    ...segments
      .slice(0, first)
      .toReversed()
      .map(({ bytes }) => bytes),
    ...segments.slice(first).flatMap(({ bytes, code }) => (code === 0xa3 ? [bytes, comment] : [bytes])),
  ]
  const image = decodeWsq(new Uint8Array(Buffer.concat([joined(mixed), Buffer.from('trailing')])))
  t.same(image.grey, expected)
  t.equal(image.comments.filter((text) => text === 'hi').length, 3)
  t.end()
})

t.test('eight Huffman tables in one segment or in eight, and one changed between blocks, are accepted', (t) => {
  const stream = encodeWsq(ridges(120, 100, 9), 120, 100, { rate: 0.75, ppi: 500 })
  const expected = decodeWsq(stream).grey
  const segments = segmentsOf(stream)
  const [first, second] = segments.filter(({ code }) => code === 0xa6).map(({ bytes }) => bytes.subarray(4))
  const withId = (id: number, table: Uint8Array) => Uint8Array.of(id, ...table.subarray(1))
  const segment = (...tables: Uint8Array[]) => {
    const body = Buffer.concat(tables)
    return new Uint8Array(Buffer.concat([Buffer.from([0xff, 0xa6, (body.length + 2) >> 8, (body.length + 2) & 0xff]), body]))
  }
  const eight = [0, 1, 2, 3, 4, 5, 6, 7].map((id) => withId(id, id % 2 === 0 ? first! : second!))
  const others = segments.filter(({ code }) => code !== 0xa6)
  const asked = others.map(({ code, bytes }, i) =>
    code === 0xa3 ? withTable(bytes, i === others.findIndex((o) => o.code === 0xa3) ? 6 : 3) : bytes,
  )
  t.same(decodeWsq(joined([segment(...eight), ...asked])).grey, expected)
  t.same(decodeWsq(joined([...eight.map((table) => segment(table)), ...asked])).grey, expected)
  // Number 0 twice: what stands last in front of a block is valid for it.
  const [one, two, three] = others.filter(({ code }) => code === 0xa3).map(({ bytes }) => withTable(bytes, 0))
  const tables = others.filter(({ code }) => code !== 0xa3).map(({ bytes }) => bytes)
  t.same(decodeWsq(joined([...tables, segment(withId(0, first!)), one!, segment(withId(0, second!)), two!, three!])).grey, expected)
  t.end()
})

t.test('restart markers between blocks of codes are passed, out of order they are refused', (t) => {
  const segments = segmentsOf(encodeWsq(ridges(120, 100, 9), 120, 100, { rate: 0.75, ppi: 500 }))
  const expected = decodeWsq(joined(segments.map(({ bytes }) => bytes))).grey
  const withRestart = (number: number) =>
    joined([
      Buffer.from([0xff, 0xa7, 0, 4, 0, 1]),
      ...segments.map(({ bytes, code }) => (code === 0xa3 ? Buffer.concat([bytes, Buffer.from([0xff, 0xb0 + number])]) : bytes)),
    ])
  t.same(decodeWsq(withRestart(0)).grey, expected)
  t.throws(() => decodeWsq(withRestart(3)), { code: 'wsq.corrupt', context: { reason: 'restart_order' } })
  t.end()
})

t.test('a block that is cut by restart markers decodes as the whole one', (t) => {
  // Codes of one length make a block that can be cut after any two symbols: 4 bits each, sixteen of them but for the one of all ones.
  const stream = encodeWsq(ridges(64, 64, 9), 64, 64, { rate: 0.75, ppi: 500 })
  const segments = segmentsOf(stream)
  const symbols = [1, 2, 3, 5, 8, 13, 21, 100, 178, 179, 181, 182, 183, 184, 185]
  const table = Uint8Array.of(0xff, 0xa6, 0, 19 + symbols.length, 0, 0, 0, 0, symbols.length, ...new Array<number>(12).fill(0), ...symbols)
  const quantiser = segments.find(({ code }) => code === 0xa5)!.bytes
  let total = 0
  for (const [k, band] of waveletTree(64, 64).subbands.slice(0, 60).entries()) {
    if (quantiser[7 + 6 * k]! + quantiser[8 + 6 * k]! > 0) total += band.width * band.height
  }
  // Coefficients and runs by turns, until the image is full to the last one.
  const nibbles: number[] = []
  for (let left = total, i = 0; left > 0; i++) {
    const choice = (7 * i) % symbols.length
    const taken = symbols[choice]! > 100 ? 1 : symbols[choice]!
    nibbles.push(taken <= left ? choice : 0)
    left -= taken <= left ? taken : 1
  }
  if (nibbles.length % 2 === 1) nibbles.push(15)
  const bytes = Array.from({ length: nibbles.length / 2 }, (_, i) => nibbles[2 * i]! * 16 + nibbles[2 * i + 1]!)
  const heads = segments.filter(({ code }) => code !== 0xa6 && code !== 0xa3).map((segment) => segment.bytes)
  const block = (every: number) =>
    Uint8Array.from([
      0xff,
      0xa3,
      0,
      3,
      0,
      ...bytes.flatMap((byte, i) => (i % every === every - 1 ? [byte, 0xff, 0xb0 + (((i + 1) / every - 1) & 7)] : [byte])),
    ])
  const whole = decodeWsq(joined([...heads, table, block(bytes.length + 1)])).grey
  for (const every of [1, 7, 20]) {
    const interval = Uint8Array.of(0xff, 0xa7, 0, 4, 0, every)
    const cut = joined([interval, ...heads, table, block(every)])
    t.same(decodeWsq(cut).grey, whole, `every ${every} bytes`)
    t.ok(differences(decodeWsq(cut, simd).grey, whole).largest <= 1, `the twin, every ${every} bytes`)
  }
  t.end()
})

t.test('every cut and every changed byte ends in an image or in a wsq fault with an offset', (t) => {
  const stream = encodeWsq(ridges(90, 70, 2), 90, 70, { rate: 0.75, ppi: 500 })
  const survives = (bytes: Uint8Array): boolean => {
    try {
      return decodeWsq(bytes).grey.length > 0
    } catch (error) {
      return isFault(error, 'wsq.corrupt', 'wsq.unsupported') && error.context.offset !== undefined
    }
  }
  for (let length = 0; length < stream.length; length += 1 + (length >> 6)) {
    t.throws(() => decodeWsq(stream.subarray(0, length)), { code: 'wsq.corrupt' })
  }
  const change = fc.record({ at: fc.nat(stream.length - 1), value: fc.integer({ min: 0, max: 255 }) })
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
      const bytes = stream.slice()
      // A hostile size alone would make the test slow, not wrong: the frame's size bytes stay.
      const frame = Buffer.from(bytes).indexOf(Buffer.from([0xff, 0xa2, 0, 17]))
      for (const { at, value } of changes) if (at < frame + 6 || at >= frame + 10) bytes[at] = value
      return survives(bytes)
    }),
    { numRuns: 400, verbose: true },
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => survives(new Uint8Array([0xff, 0xa0, ...bytes]))),
    { numRuns: 200, verbose: true },
  )
  t.end()
})

t.test('sizes and options out of range are refused by name', (t) => {
  const grey = new Uint8Array(16)
  const options = { rate: 0.75, ppi: 500 }
  t.throws(() => encodeWsq(grey, 4, 5, options), { code: 'wsq.unsupported', context: { field: 'grey' } })
  t.throws(() => encodeWsq(new Uint8Array(4097), 4097, 1, options), { code: 'wsq.unsupported', context: { field: 'widthPx' } })
  t.throws(() => encodeWsq(new Uint8Array(0), 0, 0, options), { code: 'wsq.unsupported', context: { field: 'widthPx' } })
  t.throws(() => encodeWsq(grey, 4, 4, { rate: Number.NaN, ppi: 500 }), { code: 'wsq.unsupported', context: { field: 'rate' } })
  t.throws(() => encodeWsq(grey, 4, 4, { rate: 0.75, ppi: 0 }), { code: 'wsq.unsupported', context: { field: 'ppi' } })
  t.throws(() => encodeWsq(grey, 4, 4, { ...options, comments: ['x'.repeat(65_534)] }), { code: 'wsq.unsupported' })
  t.end()
})
