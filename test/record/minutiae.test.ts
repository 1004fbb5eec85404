// Minutiae records, card minutiae, information templates and finger payloads: real ones are read and written back, damaged ones end in a named fault.

import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import type { FingerTemplate, Minutia } from '../../daemon/kernels/finger/template.js'
import { encodeJpeg, encodePng } from '../../daemon/kernels/image/codec.js'
import { encodeJp2 } from '../../daemon/kernels/image/jp2.js'
import { encodeWsq } from '../../daemon/kernels/wsq/index.js'
import { join as joinBytes, tlv } from '../../daemon/record/ber-tlv.js'
import { readBitGroup, writeBitGroup } from '../../daemon/record/biometric-information-template.js'
import {
  minutiaOrder,
  mostMinutiae,
  readCardVerification,
  readCompactCard,
  writeCardVerification,
  writeCompactCard,
} from '../../daemon/record/compact-card.js'
import {
  compressionCode,
  type FingerCodec,
  fingerCodec,
  fingerPosition,
  readFingerImageRecord,
  writeFingerImageRecord,
} from '../../daemon/record/finger-image.js'
import { readFingerMinutiaeRecord, templateOfView, viewOfTemplate, writeFingerMinutiaeRecord } from '../../daemon/record/finger-minutiae.js'
import { compactCardInspector, inspectRecord } from '../../daemon/record/inspect.js'
import { decodeGreyPayload, packPixels } from '../../daemon/record/payload.js'
import { captureDate, unknownDate, unknownDevice } from '../../daemon/record/representation.js'

const data = resolve('../shared/data/fingerprint/iso')
const missing = existsSync(data) ? false : `SKIPPED: no test data at ${data}`
const real = (name: string) => new Uint8Array(readFileSync(join(data, name)))
const minutiaeRecords = [
  'fmr2005_fingerprintio_sample.fmr',
  'fmr2005_mantra_right_index.fmr',
  'fmr2005_nist_libbiomeval.fmr',
  'fmr2005_secugen_fvc2002_db1_b_101_1.fmr',
  'fmr2005_secugen_fvc2002_db3_b_101_1.fmr',
  'fmr2005_secugen_fvc2004_db1_b_101_1.fmr',
  'fmr2011_fingerprintio_sample.fmr',
]
const hasSlip = 'fmr2005_nist_libbiomeval.fmr'

/** Fails with the seed and what broke it. */
function holds(t: { notOk(value: unknown, message: string): boolean }, property: fc.IProperty<unknown>, numRuns = 100): void {
  const { failed, seed, counterexample, errorInstance } = fc.check(property, { numRuns })
  t.notOk(failed, `seed ${seed} ${JSON.stringify(counterexample)?.slice(0, 400)} ${errorInstance ?? ''}`)
}

const anyMinutia = fc.record<Minutia>({
  x: fc.double({ min: 0, max: 415, noNaN: true }),
  y: fc.double({ min: 0, max: 499, noNaN: true }),
  type: fc.constantFrom<0 | 1 | 2>(0, 1, 2),
  angle: fc.double({ min: 0, max: 2 * Math.PI, maxExcluded: true, noNaN: true }),
  quality: fc.integer({ min: 0, max: 100 }),
})
const anyTemplate = fc
  .array(anyMinutia, { maxLength: 150 })
  .map((minutiae): FingerTemplate => ({ widthPx: 416, heightPx: 500, minutiae: minutiae.toSorted((a, b) => b.quality - a.quality) }))
const turn = (a: number, b: number) => Math.abs(Math.atan2(Math.sin(a - b), Math.cos(a - b)))

t.test('minutiae records of ISO/IEC 19794-2', async (t) => {
  t.test('real ones are written back byte for byte, but for one whose extended data are cut short', { skip: missing }, async (t) => {
    for (const name of minutiaeRecords) {
      const bytes = real(name)
      const record = readFingerMinutiaeRecord(bytes)
      const again = writeFingerMinutiaeRecord(record)
      if (name !== hasSlip) t.same(again, bytes, name)
      else {
        t.match(record.remarks, ['extended data of 42 bytes end after 41'])
        t.same(readFingerMinutiaeRecord(again), { ...record, remarks: [] }, name)
      }
    }
  })

  t.test('what is read agrees with what their authors decoded', { skip: missing }, async (t) => {
    for (const name of ['fmr2005_fingerprintio_sample', 'fmr2011_fingerprintio_sample']) {
      const decoded = JSON.parse(readFileSync(join(data, `${name}.json`), 'utf8')) as {
        fingerprints: {
          position: string
          view?: number
          minutiae: { type: string; positionX: number; positionY: number; angle: number; quality: number }[]
        }[]
      }
      const types = ['OTHER', 'ENDING', 'BIFURCATION']
      const { views } = readFingerMinutiaeRecord(real(`${name}.fmr`))
      t.same(
        views.map(({ fingerPosition: position, minutiae }) => ({
          position: position === fingerPosition.leftIndex ? 'LEFT_INDEX' : 'RIGHT_INDEX',
          minutiae: minutiae.map(({ type, x, y, angle, quality }) => ({ type: types[type], positionX: x, positionY: y, angle, quality })),
        })),
        decoded.fingerprints.map(({ position, minutiae }) => ({ position, minutiae })),
        name,
      )
      t.match(views, [{ extendedData: { length: 0 } }, { extendedData: { length: 10 } }])
    }
  })

  t.test('a template comes back within half a unit of every field, best minutia first, in both editions', async (t) => {
    for (const edition of [2005, 2011] as const) {
      const property = fc.property(anyTemplate, (template) => {
        const view = viewOfTemplate(template, { edition, fingerPosition: 2, viewNumber: 1, impression: 0, quality: 70 })
        const read = readFingerMinutiaeRecord(writeFingerMinutiaeRecord({ edition, views: [view, view] }))
        if (read.views.length !== 2) return false
        const back = templateOfView(read.views[1]!)
        return (
          back.widthPx === 416 &&
          back.heightPx === 500 &&
          back.minutiae.length === template.minutiae.length &&
          template.minutiae.every(({ x, y, angle, type, quality }, i) => {
            const found = back.minutiae[i]!
            const near = Math.abs(found.x - x) <= 0.5 && Math.abs(found.y - y) <= 0.5 && turn(found.angle, angle) <= Math.PI / 256 + 1e-9
            return near && found.type === type && found.quality === quality
          })
        )
      })
      holds(t, property)
    }
  })

  t.test('another resolution is brought to 500 ppi', async (t) => {
    const template: FingerTemplate = { widthPx: 400, heightPx: 400, minutiae: [{ x: 200, y: 100, angle: 1, type: 1, quality: 50 }] }
    for (const pixelsPerCm of [118, 394]) {
      const view = viewOfTemplate(template, { edition: 2005, fingerPosition: 2, pixelsPerCm })
      t.equal(view.minutiae[0]?.x, Math.round((200 * pixelsPerCm * 2.54) / 500))
      const back = templateOfView(view)
      t.ok(Math.abs(back.minutiae[0]!.x - 200) < 1 && Math.abs(back.minutiae[0]!.y - 100) < 1 && Math.abs(back.widthPx - 400) <= 1)
    }
    const none = viewOfTemplate(template, { edition: 2005, fingerPosition: 2 })
    t.throws(() => templateOfView({ ...none, pixelsPerCm: { x: 0, y: 0 } }), { code: 'record.unsupported' })
  })

  t.test('what an edition has no place for is refused, not left out', async (t) => {
    const view = viewOfTemplate({ widthPx: 9, heightPx: 9, minutiae: [] }, { edition: 2011, fingerPosition: 2 })
    const dated = { ...view, captureDate: captureDate(0) }
    t.throws(() => writeFingerMinutiaeRecord({ edition: 2005, views: [dated] }), {
      code: 'record.unsupported',
      context: { field: 'captureDate' },
    })
    t.same(readFingerMinutiaeRecord(writeFingerMinutiaeRecord({ edition: 2011, views: [dated] })).views, [dated])
    const wide = { ...view, minutiae: [{ type: 1, x: 16_384, y: 0, angle: 0, quality: 1 }] }
    t.throws(() => writeFingerMinutiaeRecord({ edition: 2011, views: [wide] }), { code: 'record.unsupported', context: { limit: 16_383 } })
    const certified = {
      ...view,
      certificationBlocks: [{ authority: 3, scheme: 4 }],
      withQuality: false,
      minutiae: wide.minutiae.map((m) => ({ ...m, x: 7, quality: 254 })),
    }
    t.same(readFingerMinutiaeRecord(writeFingerMinutiaeRecord({ edition: 2011, views: [certified] })).views, [certified])
  })
})

t.test('compact card format of ISO/IEC 19794-2', async (t) => {
  const finger = (...minutiae: (Pick<Minutia, 'x' | 'y'> & Partial<Minutia>)[]): FingerTemplate => ({
    widthPx: 800,
    heightPx: 800,
    minutiae: minutiae.map((each) => ({ angle: 0, type: 1, quality: 0, ...each })),
  })

  t.test('writes x and y in 0.1 mm from the leftmost and topmost, type and angle in one byte', async (t) => {
    // By hand at 500 ppi: 50 px = 2.54 mm = 25 units; 500 px = 254 units. 90 degrees = 16 units of 2π/64, 180 = 32.
    const template = finger({ x: 600, y: 150, type: 2, angle: Math.PI }, { x: 100, y: 100, angle: Math.PI / 2 }, { x: 150, y: 600 })
    t.strictSame([...writeCompactCard(template)], [0, 0, 0x50, 25, 254, 0x40, 254, 25, 0xa0])
  })

  t.test('wraps a full turn to zero and keeps the fullest 25.5 mm', async (t) => {
    t.strictSame([...writeCompactCard(finger({ x: 0, y: 0, angle: 2 * Math.PI - 0.01 }))], [0, 0, 0x40])
    t.strictSame([...writeCompactCard(finger({ x: 0, y: 0 }, { x: 502, y: 0 }, { x: 503, y: 0 }))], [0, 0, 0x40, 255, 0, 0x40])
    t.strictSame([...writeCompactCard(finger())], [])
  })

  t.test('is pruned by quality first and then by distance from the centre of mass', async (t) => {
    const centre = { x: 100, y: 100 }
    const template = finger(
      { ...centre, quality: 10 },
      { x: 0, y: 100, quality: 90 },
      { x: 200, y: 100, quality: 90 },
      { x: 104, y: 100, quality: 10 },
    )
    t.equal(
      readCompactCard(writeCompactCard(template, { most: 2 }))
        .minutiae.map(({ x }) => Math.round(x))
        .join(),
      '0,201',
      'the two good ones',
    )
    const [, near] = readCompactCard(writeCompactCard(template, { most: 3 })).minutiae
    t.equal(Math.round(near?.x ?? 0), 100, 'and of the poor ones the nearer one')
    t.throws(() => writeCompactCard(template, { least: 12 }), { code: 'record.unsupported', context: { field: 'minutiae', limit: 12 } })
  })

  t.test('is ordered as the card announces', async (t) => {
    const { ascending, descending, xy, yx, angle, polar } = minutiaOrder
    const keyed = (order: number, key: (m: Minutia, centre: { x: number; y: number }) => number) =>
      fc.property(anyTemplate, (template) => {
        const { minutiae } = readCompactCard(writeCompactCard(template, { order }))
        const centre = { x: 0, y: 0 }
        for (const { x, y } of minutiae) {
          centre.x += x / minutiae.length
          centre.y += y / minutiae.length
        }
        const keys = minutiae.map((each) => key(each, centre))
        const sign = (order & 3) === descending ? -1 : 1
        return (
          minutiae.length === Math.min(mostMinutiae, template.minutiae.length) &&
          keys.every((k, i) => i === 0 || sign * (k - keys[i - 1]!) >= -1e-6)
        )
      })
    holds(
      t,
      keyed(ascending + xy, ({ x, y }) => 10_000 * x + y),
    )
    holds(
      t,
      keyed(descending + xy, ({ x, y }) => 10_000 * x + y),
    )
    holds(
      t,
      keyed(ascending + yx, ({ x, y }) => 10_000 * y + x),
    )
    holds(
      t,
      keyed(ascending + angle, (m) => m.angle),
    )
    holds(
      t,
      keyed(ascending + polar, ({ x, y }, centre) => Math.hypot(x - centre.x, y - centre.y)),
    )
    for (const order of [3 + xy, ascending, ascending + 0x14])
      t.throws(() => writeCompactCard(finger({ x: 1, y: 1 }), { order }), { code: 'record.unsupported', context: { field: 'order' } })
  })

  t.test('comes back within the units of the card', async (t) => {
    const property = fc.property(anyTemplate, (template) => {
      const { minutiae } = readCompactCard(writeCompactCard(template, { order: minutiaOrder.none, most: 255 }))
      const [dx, dy] = [Math.min(...template.minutiae.map(({ x }) => x)), Math.min(...template.minutiae.map(({ y }) => y))]
      return minutiae.every(
        (found, i) =>
          Math.abs(found.x - (template.minutiae[i]!.x - dx)) <= 2 &&
          Math.abs(found.y - (template.minutiae[i]!.y - dy)) <= 2 &&
          turn(found.angle, template.minutiae[i]!.angle) <= Math.PI / 64 + 1e-9 &&
          found.type === template.minutiae[i]!.type,
      )
    })
    holds(t, property)
    t.throws(() => readCompactCard(Uint8Array.of(1, 2)), { code: 'record.corrupt', context: { field: 'minutiae' } })
    t.throws(() => readCompactCard(Uint8Array.of(1, 2, 0xc0)), { code: 'record.corrupt', context: { field: 'minutia.type', offset: 2 } })
  })

  t.test('goes to a comparing card inside 7F2E and comes out again', async (t) => {
    const long = writeCompactCard(finger(...Array.from({ length: 60 }, (_, i) => ({ x: 3 * i, y: 5 * i }))))
    for (const minutiae of [Uint8Array.of(1, 2, 0x40), long]) {
      t.same(readCardVerification(writeCardVerification(minutiae)), minutiae)
      t.match(await inspectRecord(writeCardVerification(minutiae)), { type: 'FMC', minutiae: minutiae.length / 3 })
    }
    t.strictSame([...writeCardVerification(Uint8Array.of(1, 2, 0x40))], [0x7f, 0x2e, 5, 0x81, 3, 1, 2, 0x40])
    t.match(await inspectRecord(long, [compactCardInspector]), { type: 'FMC', minutiae: 60 })
  })
})

t.test('biometric information templates', async (t) => {
  t.test('the public sample says what its authors say and is written back byte for byte', { skip: missing }, async (t) => {
    const bytes = real('bit_group_nist_libbiomeval.tlv')
    const templates = readBitGroup(bytes)
    const both = {
      biometricType: 8,
      minutiae: { least: 12, most: 64 },
      order: minutiaOrder.ascending + minutiaOrder.polar,
      featureHandling: 0,
      others: [],
    }
    t.same(templates, [
      { ...both, subtype: 2, formatOwner: 0xdead, formatType: 0xbeef },
      { ...both, subtype: 7, formatOwner: 0xbeef, formatType: 0xdead },
    ])
    t.same(writeBitGroup(templates), bytes)
    t.match(await inspectRecord(bytes), { type: 'BIT', templates: [{ minutiae: { most: 64 } }, {}] })
  })

  t.test('unknown objects are kept where they were', async (t) => {
    const other = (inside: 'template' | 'header' | 'parameters', tag: number) => ({ inside, tag, value: Uint8Array.of(9, 8) })
    const templates = [
      {
        biometricType: 8,
        order: 5,
        data: new Uint8Array(200),
        others: [other('parameters', 0x84), other('header', 0x85), other('template', 0x5f2f)],
      },
    ]
    t.same(readBitGroup(writeBitGroup(templates)), templates)
  })

  t.test('a wrong count, a wrong length or foreign bytes are named with their place', async (t) => {
    const bit = tlv(0x7f60, tlv(0xa1, tlv(0x81, Uint8Array.of(8))))
    const group = (count: number, ...more: Uint8Array[]) => tlv(0x7f61, joinBytes([tlv(2, Uint8Array.of(count)), ...more]))
    t.equal(readBitGroup(group(1, bit)).length, 1)
    t.throws(() => readBitGroup(group(2, bit)), { code: 'record.corrupt', context: { field: 'templateCount' } })
    t.throws(() => readBitGroup(group(1, tlv(0x7f60, tlv(0xa1, tlv(0x81, Uint8Array.of(8, 8)))))), {
      code: 'record.corrupt',
      context: { field: 'biometricType', reason: 'length' },
    })
    t.throws(() => readBitGroup(bit), { code: 'record.corrupt', context: { field: 'templateGroup', offset: 0 } })
  })
})

t.test('finger images of every payload', async (t) => {
  const [widthPx, heightPx] = [67, 45]
  const grey = Uint8Array.from(
    { length: widthPx * heightPx },
    (_, i) => 128 + 100 * Math.sin((i % widthPx) / 3) * Math.cos(i / widthPx / 5),
  )
  const image = (edition: 2005 | 2011, codec: FingerCodec, bytes: Uint8Array, bitDepth = 8) => ({
    captureDate: unknownDate,
    captureDevice: unknownDevice,
    qualityBlocks: [{ score: 60, vendor: 0, algorithm: 0 }],
    certificationBlocks: [],
    fingerPosition: fingerPosition.rightIndex,
    representationNumber: 1,
    scaleUnits: 1 as const,
    scanResolution: { x: 500, y: 500 },
    imageResolution: { x: 500, y: 500 },
    bitDepth,
    compression: compressionCode(edition, codec),
    impression: 0,
    widthPx,
    heightPx,
    image: bytes,
    extendedData: [],
  })
  const through = async (edition: 2005 | 2011, codec: FingerCodec, bytes: Uint8Array, bitDepth = 8) => {
    const written = writeFingerImageRecord({ edition, representations: [image(edition, codec, bytes, bitDepth)] })
    const [one] = readFingerImageRecord(written).representations
    t.match(await inspectRecord(written), { standard: `ISO/IEC 19794-4:${edition}`, representations: [{ payload: { codec } }] })
    return (await decodeGreyPayload(one!.image, { ...one!, codec: fingerCodec(edition, one!.compression) }, 'image')).grey
  }
  const furthest = (found: Uint8Array) => grey.reduce((most, value, i) => Math.max(most, Math.abs(value - found[i]!)), 0)

  t.test('come out as the pixels that went in, in both editions', async (t) => {
    for (const edition of [2005, 2011] as const) {
      t.equal(furthest(await through(edition, 'raw', grey)), 0)
      t.equal(furthest(await through(edition, 'PNG', await encodePng(grey, widthPx, heightPx))), 0)
      t.equal(furthest(await through(edition, 'JPEG 2000', await encodeJp2(grey, widthPx, heightPx, 1, 'lossless'))), 0)
      t.ok(furthest(await through(edition, 'JPEG', await encodeJpeg(grey, widthPx, heightPx, 95))) < 16)
      t.ok(furthest(await through(edition, 'WSQ', encodeWsq(grey, widthPx, heightPx, { rate: 2.25, ppi: 500 }))) < 24)
      for (const depth of [1, 4, 7, 8])
        t.ok(furthest(await through(edition, 'packed', packPixels(grey, depth), depth)) <= 256 / 2 ** depth, `packed at ${depth} bits`)
    }
  })

  t.test('more than 8 bits are scaled down, rows may be padded', async (t) => {
    const deep = Uint8Array.from({ length: 2 * grey.length }, (_, i) =>
      i % 2 === 0 ? grey[i >> 1]! >> 4 : ((grey[i >> 1]! & 15) << 4) + 15,
    )
    t.ok(furthest(await through(2011, 'raw', deep, 12)) <= 1)
    const row = Math.ceil((widthPx * 4) / 8)
    const padded = new Uint8Array(row * heightPx)
    for (let y = 0; y < heightPx; y++) padded.set(packPixels(grey.subarray(y * widthPx, (y + 1) * widthPx), 4), y * row)
    t.ok(furthest(await through(2011, 'packed', padded, 4)) <= 16)
  })

  t.test('a wrong size or depth is a named fault', async (t) => {
    const stated = { widthPx, heightPx, bitDepth: 8, codec: 'raw' as const }
    await t.rejects(decodeGreyPayload(grey.subarray(1), stated, 'image'), {
      code: 'record.corrupt',
      context: { field: 'image', reason: 'raw_size' },
    })
    await t.rejects(decodeGreyPayload(grey, { ...stated, codec: 'packed', bitDepth: 3 }, 'image'), {
      code: 'record.corrupt',
      context: { reason: 'raw_size' },
    })
    await t.rejects(decodeGreyPayload(grey, { ...stated, bitDepth: 17 }, 'image'), { code: 'record.unsupported' })
  })

  t.test('real records of the 2005 edition are written back byte for byte', { skip: missing }, async (t) => {
    for (const name of ['fir2005_mantra_right_index_raw.iso', 'fir2005_mosip_left_index_jp2.iso']) {
      const bytes = real(name)
      t.equal(Buffer.compare(writeFingerImageRecord(readFingerImageRecord(bytes)), bytes), 0, name)
    }
    const lossless = readFingerImageRecord(real('fir2011_mosip_left_index_jp2_lossless.iso'))
    t.throws(() => writeFingerImageRecord({ ...lossless, edition: 2005 }), { code: 'record.unsupported', context: { version: 2005 } })
  })
})
