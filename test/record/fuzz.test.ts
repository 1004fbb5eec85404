// Damaged records of every kind end in a result or in a fault that names field and place: never in another error, never late, never in memory.

import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { encodeJpeg, encodePng, readGreyImage } from '../../daemon/kernels/image/codec.js'
import { encodeJp2 } from '../../daemon/kernels/image/jp2.js'
import { readJp2Facts } from '../../daemon/kernels/image/jp2-boxes.js'
import { readBitGroup, writeBitGroup } from '../../daemon/record/biometric-information-template.js'
import { readCardVerification, readCompactCard, writeCardVerification } from '../../daemon/record/compact-card.js'
import { faceImageDataType, readFaceImageRecord, writeFaceImageRecord } from '../../daemon/record/face-image.js'
import { readFingerImageRecord, writeFingerImageRecord } from '../../daemon/record/finger-image.js'
import { readFingerMinutiaeRecord, viewOfTemplate, writeFingerMinutiaeRecord } from '../../daemon/record/finger-minutiae.js'
import { compactCardInspector, inspectRecord, recordInspectors } from '../../daemon/record/inspect.js'
import { readIrisImageRecord } from '../../daemon/record/iris-image.js'
import { padOfSignature, readSignatureRecord, signatureOfPad, writeSignatureRecord } from '../../daemon/record/signature.js'
import { isFault } from '../../protocol/fault.js'
import { damaged } from './damage.js'
import { face, finger, gradient, ownRecords, stroke } from './own-records.js'

const data = resolve('../shared/data')
const missing = existsSync(data) ? false : `SKIPPED: no test data at ${data}; only our own records are damaged`
const real = (...paths: string[]) => (missing ? [] : paths.map((path) => new Uint8Array(readFileSync(join(data, path)))))
t.test('real records are among those damaged', { skip: missing }, async (t) => {
  t.ok(real('face/mosip/Face.iso', 'iris/nist/iris01.iso2011').every(({ length }) => length > 1_000))
})

const own = await ownRecords()
const view = viewOfTemplate(
  { widthPx: 300, heightPx: 300, minutiae: [{ x: 5, y: 6, angle: 1, type: 2, quality: 40 }] },
  { edition: 2005, fingerPosition: 7 },
)
const raw2005 = writeFingerImageRecord({
  edition: 2005,
  representations: [{ ...finger(gradient(48), 8, 6), compression: 0, captureDate: view.captureDate, qualityBlocks: [] }],
})
const records = {
  FIR: [
    own.FIR,
    raw2005,
    ...real(
      'fingerprint/iso/fir2005_mosip_left_index_jp2.iso',
      'fingerprint/iso/fir2011_mosip_left_index_jp2_lossy.iso',
      'fingerprint/iso/fir2011_mosip_left_index_wsq.iso',
    ),
  ],
  IIR: [own.IIR, ...real('iris/nist/iris01.iso2011', 'iris/mosip/Left_Iris.iso')],
  FAC: [own.FAC, ...real('face/mosip/Face.iso')],
  SDI: [own.SDI, writeSignatureRecord(signatureOfPad(stroke.slice(0, 9), 16))],
  FMR: [
    writeFingerMinutiaeRecord({ edition: 2005, views: [view, view] }),
    writeFingerMinutiaeRecord({ edition: 2011, views: [view] }),
    ...real(
      'fingerprint/iso/fmr2005_fingerprintio_sample.fmr',
      'fingerprint/iso/fmr2005_nist_libbiomeval.fmr',
      'fingerprint/iso/fmr2011_fingerprintio_sample.fmr',
      'fingerprint/iso/fmr2005_secugen_fvc2002_db1_b_101_1.fmr',
    ),
  ],
  BIT: [
    writeBitGroup([
      { biometricType: 8, subtype: 2, minutiae: { least: 12, most: 60 }, order: 5, data: new Uint8Array(30), others: [] },
      { biometricType: 8, formatOwner: 0x101, formatType: 5, others: [{ inside: 'header', tag: 0x9f01, value: Uint8Array.of(1) }] },
    ]),
    ...real('fingerprint/iso/bit_group_nist_libbiomeval.tlv'),
  ],
  FMC: [writeCardVerification(Uint8Array.of(1, 2, 3, 4, 5, 0x46))],
}

const slowMs = 3_000

/** @throws for anything but a named fault, and for what takes longer than any honest record could */
async function survives(read: (bytes: Uint8Array) => unknown, bytes: Uint8Array, placed: boolean): Promise<boolean> {
  const start = performance.now()
  try {
    await read(bytes)
  } catch (error) {
    if (!isFault(error)) throw error
    if (!/^(record|image|wsq)\.(corrupt|unsupported)$/.test(error.code)) throw error
    if (placed && (error.context.field === undefined || error.context.offset === undefined)) throw error
  }
  if (performance.now() - start > slowMs) throw new Error(`took ${Math.round(performance.now() - start)} ms`)
  return true
}

async function fuzz(read: (bytes: Uint8Array) => unknown, originals: readonly Uint8Array[], numRuns: number, placed = true): Promise<void> {
  await fc.assert(
    fc.asyncProperty(damaged(originals), (bytes) => survives(read, bytes, placed)),
    { numRuns, verbose: true },
  )
}

const readers: readonly [string, (bytes: Uint8Array) => unknown, readonly Uint8Array[]][] = [
  ['ISO/IEC 19794-4', readFingerImageRecord, records.FIR],
  ['ISO/IEC 19794-6', readIrisImageRecord, records.IIR],
  ['ISO/IEC 19794-5', readFaceImageRecord, records.FAC],
  ['ISO/IEC 19794-7', (bytes) => padOfSignature(readSignatureRecord(bytes)), records.SDI],
  ['ISO/IEC 19794-2', readFingerMinutiaeRecord, records.FMR],
  ['biometric information templates', readBitGroup, records.BIT],
  ['7F2E', readCardVerification, records.FMC],
  ['card minutiae', readCompactCard, [Uint8Array.of(1, 2, 0x40, 3, 4, 0x80)]],
]

t.test('readers', async (t) => {
  for (const [name, read, originals] of readers) {
    t.test(name, async (t) => {
      for (const original of originals) t.doesNotThrow(() => read(original), 'whole')
      await fuzz(read, originals, 1_200)
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), (bytes) => survives(read, bytes, true)),
        { numRuns: 200, verbose: true },
      )
      // Every cut near the head, where all fields stand, and some in the payload.
      for (const original of originals) {
        for (let length = 0; length < original.length; length += length < 400 ? 1 : 397)
          await survives(read, original.slice(0, length), true)
      }
    })
  }

  t.test('every cut of our own records is corrupt, not a shorter record', async (t) => {
    const whole = [
      [readFingerImageRecord, own.FIR],
      [readIrisImageRecord, own.IIR],
      [readFaceImageRecord, own.FAC],
      [readSignatureRecord, own.SDI],
    ] as const
    for (const [read, bytes] of whole) {
      for (let length = 0; length < bytes.length; length++) {
        try {
          read(bytes.subarray(0, length))
          t.fail(`${read.name} took ${length} of ${bytes.length} bytes`)
        } catch (error) {
          if (!isFault(error, 'record.corrupt')) t.fail(`${read.name} cut at ${length}: ${error}`)
        }
      }
    }
  })
})

t.test('inspection, payloads decoded: a result of plain JSON or a fault', async (t) => {
  const inspect = async (bytes: Uint8Array) => {
    const result = await inspectRecord(bytes, bytes.length < 30 ? [...recordInspectors, compactCardInspector] : recordInspectors)
    if (JSON.stringify(JSON.parse(JSON.stringify(result))) !== JSON.stringify(result)) throw new Error('no plain JSON')
    if (/:null/.test(JSON.stringify(result))) throw new Error('a number that JSON does not know')
  }
  const grey = gradient(40 * 30 * 3)
  const jpeg = { ...face(await encodeJpeg(grey, 40, 30, 80)), imageDataType: faceImageDataType.jpeg }
  const jpegFace = writeFaceImageRecord({ edition: 2011, temporalSemantics: 0, representations: [jpeg] })
  for (const [kind, originals] of Object.entries({ ...records, FAC: [...records.FAC, jpegFace], WSQ: [own.WSQ] })) {
    t.test(kind, async (t) => {
      for (const original of originals) await t.resolves(inspect(original), 'whole')
      // Each run decodes; those of large real images are slow.
      await fuzz(inspect, originals, kind === 'SDI' || kind === 'BIT' ? 400 : 60, false)
    })
  }
})

t.test('image codecs', async (t) => {
  const grey = gradient(64 * 48)
  const rgb = gradient(32 * 24 * 3)
  const jp2 = [await encodeJp2(grey, 64, 48, 1, { ratio: 8 }), await encodeJp2(rgb, 32, 24, 3, 'lossless')]
  const codestream = readJp2Facts(jp2[0]!).codestream

  t.test('boxes and main header of JPEG 2000', async () => {
    await fuzz(readJp2Facts, [...jp2, codestream], 3_000, false)
    for (const whole of jp2)
      for (let length = 0; length < whole.length; length++) await survives(readJp2Facts, whole.slice(0, length), false)
  })

  t.test('JPEG 2000, JPEG and PNG, decoded', async () => {
    const files = [...jp2, codestream, await encodeJpeg(grey, 64, 48, 80), await encodePng(rgb, 32, 24)]
    await fuzz(readGreyImage, files, 150, false)
  })

  t.test('a header that promises a huge image is refused before memory is taken', async (t) => {
    const huge = jp2[0]!.slice()
    const view = new DataView(huge.buffer)
    const siz = huge.findIndex((byte, i) => byte === 0xff && huge[i + 1] === 0x51)
    const ihdr = huge.findIndex((byte, i) => byte === 0x69 && huge[i + 1] === 0x68 && huge[i + 2] === 0x64)
    for (const [offset, value] of [
      [siz + 6, 16_000],
      [siz + 10, 16_000],
      [siz + 22, 16_000],
      [siz + 26, 16_000],
      [ihdr + 4, 16_000],
      [ihdr + 8, 16_000],
    ] as const)
      view.setUint32(offset, value)
    await t.rejects(readGreyImage(huge), { code: 'image.unsupported', context: { reason: 'image_size', found: 16_000 * 16_000 } })
  })
})
