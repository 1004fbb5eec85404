// Control of two eyes: the same one twice, exchanged ones, another person's, one upside down; and silence when all is well.

import t from 'tap'
import { encodeIris } from '../../daemon/kernels/iris/code.js'
import type { Circle } from '../../daemon/kernels/iris/location.js'
import { type CapturedEye, checkEyes, type Eye } from '../../daemon/kernels/iris/sequence.js'
import { openSimd } from '../../daemon/kernels/simd/simd.js'
import { drawEye } from '../../simulator/people/eye/draw.js'
import { eyeOfSet } from '../../simulator/people/eye/sets.js'

const simd = openSimd()
const seed = 17

/** Eye `number` of the drawn people, even right, captured as `eye`. Each look is another one. */
function capture(number: number, eye: Eye, look: number, { tries = 1, rollDeg = 0, quality = 80 } = {}): CapturedEye {
  const of = eyeOfSet('station', seed, number)
  const { grey, widthPx, heightPx, truth } = drawEye(of.grow(), { ...of.look(look), rollDeg })
  const circle = ({ x, y, radius }: { x: number; y: number; radius: number }): Circle => ({ x, y, r: radius })
  const location = { pupil: circle(truth.pupil), iris: circle(truth.iris), confidence: 1, mask: truth.mask, highlights: 0 }
  return { eye, code: encodeIris(grey, widthPx, heightPx, location, simd), quality, tries }
}

const [right, left] = [capture(0, 'right', 0), capture(1, 'left', 0)]
const earlier = [capture(0, 'right', 1), capture(1, 'left', 1)]
const check = (captured: readonly CapturedEye[], before?: readonly CapturedEye[]) => checkEyes(captured, before, simd)

t.test('two different eyes, also against an earlier capture of the same ones, need no word', async (t) => {
  t.same(check([right, left]), [])
  t.same(check([right, left], earlier), [])
  t.same(check([right], earlier), [], 'one eye alone')
  t.same(check([], earlier), [])
})

t.test('one eye that stands for both is found, and both are asked for again', async (t) => {
  const twice = [right, capture(0, 'left', 2)]
  t.same(check(twice), [{ code: 'same_eye_twice', certainty: 'sure', ask: 'retake', eyes: ['right', 'left'] }])
  const again = twice.map((each) => ({ ...each, tries: 2 }))
  t.match(check(again), [{ code: 'same_eye_twice', ask: 'review' }], 'after a second try a person must look')
})

t.test('exchanged eyes are sure against an earlier capture, unsure by the picture alone', async (t) => {
  const crossed = [capture(1, 'right', 2), capture(0, 'left', 3)]
  t.same(check(crossed, earlier), [{ code: 'swapped_eyes', certainty: 'sure', ask: 'retake', eyes: ['right', 'left'] }])
  const sides = [
    { ...right, side: { eye: 'left', upright: 'unsure' } },
    { ...left, side: { eye: 'right', upright: 'unsure' } },
  ] as const
  t.match(check(sides), [{ code: 'swapped_eyes', certainty: 'unsure' }])
  t.same(check([sides[0], left]), [], 'one sign alone is none')
})

t.test('another person at the recapture is a mismatch of each eye; of a poor picture it is not sure', async (t) => {
  const other = [capture(2, 'right', 0), capture(3, 'left', 0)]
  t.same(check(other, earlier), [
    { code: 'iris_recapture_mismatch', certainty: 'sure', ask: 'retake', eyes: ['right'] },
    { code: 'iris_recapture_mismatch', certainty: 'sure', ask: 'retake', eyes: ['left'] },
  ])
  const poor = other.map((each) => ({ ...each, quality: 10 }))
  t.ok(check(poor, earlier).every(({ certainty }) => certainty === 'unsure'))
})

t.test('an eye upside down is sure against an earlier capture, unsure by its lids', async (t) => {
  const turned = capture(0, 'right', 2, { rollDeg: 180 })
  t.same(check([turned, left], earlier), [{ code: 'inverted_iris', certainty: 'sure', ask: 'retake', eyes: ['right'] }])
  t.match(check([{ ...right, side: { eye: 'unsure', upright: 'inverted' } }]), [{ code: 'inverted_iris', certainty: 'unsure' }])
})
