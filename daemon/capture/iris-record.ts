// Both eyes as one ISO/IEC 19794-6 record: where the iris lies, its quality, the picture in JPEG 2000. Pure but for the codec.

import { encodeJp2 } from '../kernels/image/jp2.js'
import { cropIris } from '../kernels/iris/crop.js'
import type { IrisLocation } from '../kernels/iris/location.js'
import { eye, irisImageFormat, irisImageType, type PixelRange, writeIrisImageRecord } from '../record/iris-image.js'
import { unknownDevice } from '../record/representation.js'
import { type ExaminedEye, eyeOfSensor } from './eyes.js'
import type { RawFrame } from './make-record.js'
import { ownQuality, recordHead } from './record-head.js'

const irisRatio = 8
/** ISO/IEC 19794-6 type 2 is 640 × 480; a larger picture is cropped about the iris (type 3), a smaller one goes as it is (type 1). */
const vga = { widthPx: 640, heightPx: 480 } as const

/** @param eyes as they were examined in these frames; of an eye that is not among them nothing is claimed */
export async function makeIrisRecord(frames: readonly RawFrame[], eyes: readonly ExaminedEye[], capturedAtMs: number): Promise<Uint8Array> {
  const representations = await Promise.all(
    frames.map(async (frame, index) => {
      const { sensor } = frame.header
      const examined = eyes.find((each) => each.sensor === sensor)
      const { imageType, widthPx, heightPx, grey, ...where } = pictureOf(frame, examined?.location)
      return {
        ...recordHead(capturedAtMs),
        captureDevice: { ...unknownDevice, technology: 1 },
        qualityBlocks: examined?.quality === undefined ? [] : [ownQuality('iris', examined.quality)],
        representationNumber: index,
        eye: eye[eyeOfSensor(sensor)],
        imageType,
        imageFormat: irisImageFormat.monoJpeg2000,
        properties: 0b1000_0000,
        widthPx,
        heightPx,
        bitDepth: 8,
        range: 0,
        rollAngle: 0xffff,
        rollAngleUncertainty: 0xffff,
        ...where,
        image: await encodeJp2(grey, widthPx, heightPx, 1, { ratio: irisRatio }),
      }
    }),
  )
  return writeIrisImageRecord({ edition: 2011, representations })
}

function pictureOf({ header: { widthPx, heightPx }, bytes }: RawFrame, location: ExaminedEye['location']) {
  if (location && (widthPx > vga.widthPx || heightPx > vga.heightPx)) {
    const cropped = cropIris(bytes, widthPx, heightPx, location, 'cropped')
    return {
      ...{ imageType: irisImageType.cropped, widthPx: cropped.widthPx, heightPx: cropped.heightPx, grey: cropped.grey },
      ...centred({ x: cropped.irisCentreX, y: cropped.irisCentreY, r: cropped.irisDiameter / 2 }),
    }
  }
  const whole = widthPx === vga.widthPx && heightPx === vga.heightPx ? irisImageType.vga : irisImageType.uncropped
  return { imageType: whole, widthPx, heightPx, grey: bytes, ...centred(location?.iris) }
}

const unlocated: PixelRange = { smallest: 0, largest: 0 }
const about = (value: number): PixelRange => ({ smallest: Math.max(1, Math.floor(value)), largest: Math.max(1, Math.ceil(value)) })

/** 0 says unknown. */
const centred = (iris: IrisLocation['iris'] | undefined) => ({
  irisCentreX: iris ? about(iris.x) : unlocated,
  irisCentreY: iris ? about(iris.y) : unlocated,
  irisDiameter: iris ? about(2 * iris.r) : unlocated,
})
