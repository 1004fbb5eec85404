// Signature time series: whatever a pad gives and whatever channels a writer has come back from the record; what a reader makes of foreign ones.

import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { command } from '../../daemon/cli/signature/render.js'
import { inspectRecord } from '../../daemon/record/inspect.js'
import {
  padOfSignature,
  readSignatureRecord,
  type SignatureChannel,
  type SignatureSample,
  signatureChannels,
  signatureOfPad,
  writeSignatureRecord,
} from '../../daemon/record/signature.js'
import { stroke } from './own-records.js'

t.test('a signature keeps its samples, its scale and its order of channels', (t) => {
  const bytes = writeSignatureRecord(signatureOfPad(stroke, 16.14))
  const record = readSignatureRecord(bytes)
  t.same(
    record.channels.map(({ name }) => name),
    ['X', 'Y', 'T', 'F', 'S'],
  )
  const values = Object.fromEntries(record.channels.map(({ name, values }) => [name, values]))
  t.same(
    stroke.map((_, i) => ({
      x: values['X']![i],
      y: values['Y']![i],
      timeMs: values['T']![i],
      force: values['F']![i],
      tip: values['S']![i] === 1,
    })),
    stroke,
  )
  t.equal(record.channels.find(({ name }) => name === 'T')?.scaling, 1000)
  t.ok(Math.abs((record.channels[0]?.scaling ?? 0) / 16.14 - 1) < 1 / 4096)
  t.same(writeSignatureRecord(record), bytes, 'and is written back byte for byte')
  t.equal(bytes.length, 8 + 2 + 3 + 3 + 3 + 1 + 1 + 1 + 3 + stroke.length * 9)
  t.end()
})

t.test('a signature without X, Y or timing, or longer than its clock, is not written', (t) => {
  const { channels, ...rest } = signatureOfPad(stroke, 20)
  for (const name of ['X', 'Y', 'T']) {
    const left = channels.filter((channel) => channel.name !== name)
    t.throws(() => writeSignatureRecord({ ...rest, channels: left }), { code: 'record.unsupported', context: { field: name } })
  }
  const late = channels.map((channel) => (channel.name === 'T' ? { ...channel, values: channel.values.with(-1, 65_536) } : channel))
  t.throws(() => writeSignatureRecord({ ...rest, channels: late }), { code: 'record.unsupported', context: { field: 'T' } })
  t.end()
})

t.test('a pad without pressure has no channel for it, and a long signature gets a coarser clock', (t) => {
  const light = signatureOfPad(
    stroke.map((sample) => ({ ...sample, force: 0 })),
    16.14,
  )
  t.same(
    light.channels.map(({ name }) => name),
    ['X', 'Y', 'T', 'S'],
  )
  const long = [...stroke, { x: 600, y: 600, timeMs: 150_000, force: 1, tip: true }]
  const record = readSignatureRecord(writeSignatureRecord(signatureOfPad(long, 16.14)))
  t.equal(record.channels.find(({ name }) => name === 'T')?.scaling, 250)
  t.equal(padOfSignature(record).samples.at(-1)?.timeMs, 150_000)
  t.end()
})

t.test("a pad's samples come back as they were given", (t) => {
  const sample = fc.record({ x: fc.nat(4095), y: fc.nat(4095), dtMs: fc.nat(300), force: fc.nat(1023), tip: fc.boolean() })
  fc.assert(
    fc.property(fc.array(sample, { minLength: 1, maxLength: 200 }), (steps) => {
      let timeMs = 0
      const samples: SignatureSample[] = steps.map(({ dtMs, ...rest }, i) => {
        timeMs += i === 0 ? 0 : dtMs
        return { ...rest, timeMs }
      })
      const pad = padOfSignature(readSignatureRecord(writeSignatureRecord(signatureOfPad(samples, 16.14))))
      t.same(pad.samples, samples, { silent: true })
      return Math.abs((pad.unitsPerMm ?? 0) / 16.14 - 1) < 1 / 4096
    }),
    { numRuns: 60, verbose: true },
  )
  t.end()
})

/** Any set of channels with any preamble: scaling to 12 significant bits, the four statistics, constant or not, linear part removed or not. */
const signed = new Set(['X', 'Y', 'VX', 'VY', 'AX', 'AY', 'TX', 'TY'])
const anyChannel = (name: SignatureChannel['name'], sampleCount: number, constant: boolean): fc.Arbitrary<SignatureChannel> => {
  const value = name === 'S' ? fc.nat(255) : signed.has(name) ? fc.integer({ min: -0x8000, max: 0x7fff }) : fc.nat(0xffff)
  const statistic = signed.has(name) ? fc.integer({ min: -0x8000, max: 0x7fff }) : fc.nat(0xffff)
  return fc
    .record(
      {
        scaling: fc.tuple(fc.integer({ min: -16, max: 15 }), fc.nat(2047)).map(([e, f]) => (1 + f / 2048) * 2 ** e),
        minimum: statistic,
        maximum: statistic,
        mean: statistic,
        standardDeviation: fc.nat(0xffff),
        linearComponentRemoved: fc.boolean(),
        values: constant
          ? fc.constant(new Int32Array(0))
          : fc.array(value, { minLength: sampleCount, maxLength: sampleCount }).map((values) => Int32Array.from(values)),
      },
      { requiredKeys: ['linearComponentRemoved', 'values'] },
    )
    .map((rest) => ({ name, constant, ...rest }))
}
const anyRecord = fc
  .tuple(fc.nat(20), fc.array(fc.constantFrom(...signatureChannels)), fc.array(fc.constantFrom(...signatureChannels), { maxLength: 8 }))
  .chain(([sampleCount, some, constants]) => {
    const names = signatureChannels.filter((name) => name === 'X' || name === 'Y' || name === 'T' || some.includes(name))
    // X varies, so that the samples have bytes; the time varies, so that it is one.
    const constant = (name: SignatureChannel['name']) => name !== 'X' && name !== 'T' && constants.includes(name)
    return fc
      .tuple(...names.map((name) => anyChannel(name, sampleCount, constant(name))))
      .map((channels) => ({ edition: 2007 as const, sampleCount, channels }))
  })

t.test('every channel, preamble and statistic survives the round trip, constant channels without a byte a sample', async (t) => {
  fc.assert(
    fc.property(anyRecord, (record) => {
      const bytes = writeSignatureRecord(record)
      t.same(readSignatureRecord(bytes), record, { silent: true })
      return Buffer.compare(writeSignatureRecord(readSignatureRecord(bytes)), bytes) === 0
    }),
    { numRuns: 200, verbose: true },
  )
})

t.test('a constant channel has its mean, a constant interval makes the time, force tells the tip', async (t) => {
  const varying = { constant: false, linearComponentRemoved: false }
  const constant = { constant: true, linearComponentRemoved: false, values: new Int32Array(0) }
  const record = readSignatureRecord(
    writeSignatureRecord({
      edition: 2007,
      sampleCount: 3,
      channels: [
        { name: 'X', ...varying, scaling: 16, values: Int32Array.of(10, 20, 30) },
        { name: 'Y', ...constant, scaling: 8, mean: -5 },
        { name: 'DT', ...constant, scaling: 500, minimum: 4 },
        { name: 'F', ...varying, values: Int32Array.of(0, 9, 9) },
      ],
    }),
  )
  t.same(padOfSignature(record), {
    unitsPerMm: 16,
    samples: [
      // Y at 8 to the millimetre in the units of X.
      { x: 10, y: -10, timeMs: 0, force: 0, tip: false },
      { x: 20, y: -10, timeMs: 8, force: 9, tip: true },
      { x: 30, y: -10, timeMs: 16, force: 9, tip: true },
    ],
  })
})

t.test('millions of samples that take no bytes are refused, by writer and reader', async (t) => {
  const constant = { constant: true, linearComponentRemoved: false, values: new Int32Array(0) }
  const channels = (['X', 'Y', 'DT'] as const).map((name) => ({ name, ...constant }))
  t.throws(() => writeSignatureRecord({ edition: 2007, sampleCount: 9, channels }), {
    code: 'record.unsupported',
    context: { field: 'samples' },
  })
  const bytes = writeSignatureRecord({ edition: 2007, sampleCount: 0, channels })
  bytes.set([0xff, 0xff, 0xff], bytes.length - 3)
  t.throws(() => readSignatureRecord(bytes), { code: 'record.corrupt', context: { field: 'sampleCount', found: 2 ** 24 - 1 } })
})

t.test('a series that would fill the memory as a pad is refused', async (t) => {
  const values = new Int32Array(1_000_001)
  const varying = { constant: false, linearComponentRemoved: false, values }
  const record = {
    edition: 2007 as const,
    sampleCount: values.length,
    channels: (['X', 'Y', 'T'] as const).map((name) => ({ name, ...varying })),
  }
  t.throws(() => padOfSignature(record), { code: 'record.unsupported', context: { field: 'sampleCount', limit: 1_000_000 } })
})

t.test('inspection of a record without a scale says so and gives no millimetres', async (t) => {
  const { channels, ...rest } = signatureOfPad(stroke, 16)
  const bare = channels.map(({ scaling, ...channel }) => channel)
  const found = await inspectRecord(writeSignatureRecord({ ...rest, channels: bare }))
  t.same(found.remarks, ['X states no scale: no measures in millimetres'])
  t.notOk('pathMm' in found)
  t.equal(found['durationMs'], 119 * 8)
})

t.test('rekam signature render writes SVG and PNG, within bytes when asked, and says what is wrong', async (t) => {
  const folder = t.testdir({ 'broken.sdi': 'SDI\0 10\0' })
  const record = join(folder, 'a.sdi')
  writeFileSync(record, writeSignatureRecord(signatureOfPad(stroke, 16.14)))
  const render = async (...args: string[]) => {
    const lines: string[] = []
    const put = (text: string) => void lines.push(text)
    return { status: await command.run([...args, '--json'], { line: put, warn: put }), line: JSON.parse(lines[0] ?? '{}') }
  }
  t.match(await render(record, join(folder, 'a.svg')), { status: 0, line: { strokes: 1, codes: [] } })
  t.match(readFileSync(join(folder, 'a.svg'), 'utf8'), /^<svg [^>]*width="16.93mm"/)
  t.equal((await render(record, join(folder, 'a.png'), '--bytes', '500')).status, 0)
  t.ok(statSync(join(folder, 'a.png')).size <= 500)
  t.match(await render(record, join(folder, 'b.png'), '--size', '50x20', '--dpi', '300'), { status: 0 })
  t.equal(readFileSync(join(folder, 'b.png')).readUInt32BE(16), Math.round((50 * 300) / 25.4))
  t.match(await render(record, join(folder, 'c.png'), '--bytes', '20'), { status: 1, line: { error: { code: 'card.no_space' } } })
  t.match(await render(join(folder, 'broken.sdi'), join(folder, 'c.png')), { status: 1, line: { error: { code: 'record.corrupt' } } })
  t.match(await render(join(folder, 'none.sdi'), join(folder, 'c.png')), { status: 1, line: { error: { code: 'input.not_found' } } })
  t.notOk(existsSync(join(folder, 'c.png')), 'a failure leaves no file')
  for (const wrong of [
    ['a.sdi'],
    [record, 'a.bmp'],
    [record, 'a.svg', '--bytes', '9'],
    [record, 'a.png', '--size', '0x9'],
    [record, 'a.png', '--dpi', '1'],
  ])
    await t.rejects(render(...wrong), { name: 'UsageError' })
})
