// Quality of an eye's image, the live measure with its one advice, what the picture says of side and uprightness, and crops for records.

import fc from 'fast-check'
import t from 'tap'
import { cropIris } from '../../daemon/kernels/iris/crop.js'
import { measureEye } from '../../daemon/kernels/iris/live.js'
import { locateIris } from '../../daemon/kernels/iris/locate.js'
import type { Circle, IrisLocation } from '../../daemon/kernels/iris/location.js'
import { bandPower, bandPowerByTwin } from '../../daemon/kernels/iris/quality/sharpness.js'
import { assessIris, irisAdvice } from '../../daemon/kernels/iris/quality.js'
import { sideOf } from '../../daemon/kernels/iris/side.js'
import { openSimd } from '../../daemon/kernels/simd/simd.js'
import { type EyeConditions, goodLook } from '../../simulator/people/eye/conditions.js'
import { type DrawnEye, drawEye } from '../../simulator/people/eye/draw.js'
import { growEye, growLids } from '../../simulator/people/eye/form.js'
import { seededRandom } from '../../simulator/seeded-random.js'

const simd = openSimd()
const seed = 29
const lids = growLids(seededRandom(seed).fork('lids'), 'creased_lid')
const forms = {
  right: growEye(seededRandom(seed).fork('right'), 'right', lids),
  left: growEye(seededRandom(seed).fork('left'), 'left', lids),
}
const draw = (change: Partial<EyeConditions> = {}, eye: 'right' | 'left' = 'right'): DrawnEye =>
  drawEye(forms[eye], { ...goodLook, ...change })

function truthOf({ truth }: DrawnEye): IrisLocation {
  const circle = ({ x, y, radius }: { x: number; y: number; radius: number }): Circle => ({ x, y, r: radius })
  return { pupil: circle(truth.pupil), iris: circle(truth.iris), confidence: 1, mask: truth.mask, highlights: 1 }
}

const assess = (eye: DrawnEye) => assessIris(eye.grey, eye.widthPx, eye.heightPx, truthOf(eye), simd)
const live = ({ grey, widthPx, heightPx }: DrawnEye) => measureEye(grey, widthPx, heightPx, simd)

const good = draw()

t.test('a good look has all metrics as recommended and needs no advice', async (t) => {
  const { metrics, overall, codes, advice } = assess(good)
  t.same({ codes, advice }, { codes: [], advice: '' })
  t.ok(overall > 60, `overall ${overall}`)
  t.ok(metrics.usableIrisArea >= 70 && metrics.irisPupilContrast >= 30 && metrics.irisScleraContrast > 5, JSON.stringify(metrics))
  t.ok(metrics.greyScaleUtilisation >= 5 && metrics.irisPupilConcentricity >= 90 && metrics.marginAdequacy > 80)
  t.ok(Math.abs(metrics.irisPupilRatio - 40) < 3 && metrics.pupilBoundaryCircularity > 90)
})

t.test('each metric falls with what it is of', async (t) => {
  const before = assess(good).metrics
  const after = (change: Partial<EyeConditions>) => assess(draw(change)).metrics
  t.ok(after({ blurSigmaPx: 4 }).sharpness < before.sharpness / 2, 'blur')
  t.ok(after({ lidOpening: { upper: 0.35, lower: 0.7 } }).usableIrisArea < before.usableIrisArea - 20, 'lids')
  t.ok(after({ centre: { x: 130, y: 240 } }).marginAdequacy < 30, 'edge of the picture')
  t.ok(after({ motion: { lengthPx: 14, angleDeg: 0 } }).motion < before.motion - 10, 'motion')
  t.ok(after({ grey: { ...goodLook.grey, sclera: 116 } }).irisScleraContrast < before.irisScleraContrast / 2, 'sclera')
  t.ok(after({ grey: { ...goodLook.grey, pupil: 90 } }).irisPupilContrast < 30, 'pupil')
  t.ok(after({ pupilRatio: 0.62 }).irisPupilRatio > 58, 'wide pupil')
})

t.test('the live measure says one thing: what helps most', async (t) => {
  const said = (change: Partial<EyeConditions>) => live(draw(change))
  t.match(live(good), { present: true, advice: '' })
  t.equal(said({ irisRadiusPx: 52, lashes: { ...goodLook.lashes, lengthPx: 28 } }).advice, 'come_closer')
  t.equal(said({ irisRadiusPx: 178 }).advice, 'move_back')
  t.equal(said({ lidOpening: { upper: 0.45, lower: 0.7 } }).advice, 'open_wide')
  t.equal(said({ gazeDeg: { yaw: 32, pitch: 0 } }).advice, 'look_straight')
  t.equal(said({ centre: { x: 118, y: 244 } }).advice, 'center_eye')
  t.equal(said({ blurSigmaPx: 5 }).advice, 'hold_still')
  t.ok(live(good).measure > said({ blurSigmaPx: 5 }).measure + 20, 'and ranks frames')
  t.match(live(draw({ centre: { x: 320, y: -900 } })), { present: false, measure: 0, advice: 'look_into_camera' }, 'a cheek')
})

const byte = fc.integer({ min: 0, max: 255 })

t.test('any picture and circles give a number from 0 to 100 and a known advice', async (t) => {
  const place = fc.record({
    x: fc.double({ min: -50, max: 150, noNaN: true }),
    y: fc.double({ min: -50, max: 150, noNaN: true }),
    r: fc.double({ min: 1, max: 90, noNaN: true }),
  })
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 80 * 60, maxLength: 80 * 60 }), byte, place, place, (grey, level, pupil, iris) => {
      const mask = grey.map((value) => (value > level ? 255 : 0))
      const { overall, advice, metrics } = assessIris(grey, 80, 60, { pupil, iris, mask, confidence: 1, highlights: level % 25 }, simd)
      t.ok(overall >= 0 && overall <= 100 && (advice === '' || irisAdvice.includes(advice)))
      t.ok(
        Object.values(metrics).every((value) => value >= 0 && value <= 100),
        JSON.stringify(metrics),
      )
    }),
    { numRuns: 40, seed },
  )
})

t.test('the twin of the sharpness filter gives the same sum on any box', async (t) => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 61 * 47, maxLength: 61 * 47 }),
      fc.tuple(fc.nat(61), fc.nat(47), fc.nat(61), fc.nat(47)),
      (grey, [x1, y1, x2, y2]) => {
        const box = { left: Math.min(x1, x2), top: Math.min(y1, y2), right: Math.max(x1, x2), bottom: Math.max(y1, y2) }
        t.equal(bandPowerByTwin(grey, 61, box, simd), bandPower(grey, 61, box))
      },
    ),
    { numRuns: 60, seed },
  )
})

t.test('right or left is said only where pupil and lids agree', async (t) => {
  const plain = { confidence: 1, mask: new Uint8Array(0), highlights: 0, iris: { x: 100, y: 100, r: 50 } }
  const eyeIn = (location: Partial<IrisLocation>) => sideOf({ ...plain, pupil: { x: 103, y: 100, r: 20 }, ...location }).eye
  const lid = (y: number, b: number) => ({ x0: 100, a: 0, b, c: y })
  t.equal(eyeIn({ upperLid: lid(70, 0.15), lowerLid: lid(148, 0.15) }), 'right')
  t.equal(eyeIn({ upperLid: lid(70, -0.15) }), 'unsure', 'they contradict each other')
  t.equal(eyeIn({ pupil: { x: 97, y: 100, r: 20 }, upperLid: lid(70, -0.15) }), 'left')
  t.equal(eyeIn({}), 'unsure')
})

t.test('a lid that hides more from below says that the eye stands on its head', async (t) => {
  const plain = { confidence: 1, mask: new Uint8Array(0), highlights: 0, iris: { x: 100, y: 100, r: 50 }, pupil: { x: 100, y: 100, r: 20 } }
  const lid = (c: number) => ({ x0: 100, a: 0, b: 0, c })
  t.equal(sideOf({ ...plain, upperLid: lid(70), lowerLid: lid(148) }).upright, 'upright')
  t.equal(sideOf({ ...plain, lowerLid: lid(128) }).upright, 'inverted')
  t.equal(sideOf(plain).upright, 'unsure', 'wide open')
  const { grey, widthPx, heightPx } = draw({ lidOpening: { upper: 0.7, lower: 0.95 } })
  const location = locateIris(grey, widthPx, heightPx, simd)
  t.not(location && sideOf(location).upright, 'inverted', 'a drawn eye as it should be')
})

t.test('crops of ISO/IEC 19794-6: iris in the middle, margins of 0.6 and 0.2 radii, sclera and lids painted', async (t) => {
  const { grey, widthPx, heightPx } = good
  const location: IrisLocation = {
    ...truthOf(good),
    iris: { x: 320.3, y: 243.6, r: 100 },
    upperLid: { x0: 320, a: 0.001, b: 0, c: 170 },
  }
  const cropped = cropIris(grey, widthPx, heightPx, location)
  t.match(cropped, { widthPx: 321, heightPx: 241, irisCentreX: 160, irisCentreY: 120, irisDiameter: 200, missing: 0 })
  t.equal(cropped.grey[120 * 321 + 160], grey[244 * widthPx + 320])
  const masked = cropIris(grey, widthPx, heightPx, location, 'cropped_and_masked')
  const at = (x: number, y: number) => masked.grey[y * masked.widthPx + x]
  t.same([at(160, 20), at(20, 120), at(300, 235), at(160, 120)], [128, 200, 200, grey[244 * widthPx + 320]])
  const corner = cropIris(grey, widthPx, heightPx, { ...location, iris: { x: 20, y: 20, r: 100 } })
  t.match(corner, { widthPx: 321, heightPx: 241, irisCentreX: 160 })
  t.ok(corner.missing > 0.5 && corner.missing < 0.9, `${corner.missing} of it lies outside`)
})
