// From a frame to a decision: the ring, the look at one frame, and the machine that says when a picture is taken.

import fc from 'fast-check'
import sharp from 'sharp'
import t from 'tap'
import { analyseFrame } from '../../daemon/capture/analyse-frame.js'
import { type AutoCaptureInput, type AutoCapturePlan, beginAutoCapture, stepAutoCapture } from '../../daemon/capture/auto-capture.js'
import { createFrameRing, type RingFrame } from '../../daemon/capture/frame-ring.js'
import { type Look, lookAt, motion } from '../../daemon/capture/look.js'
import { defaultCaptureRules } from '../../daemon/capture/plan-rules.js'
import type { FrameHeader } from '../../protocol/hardware/frames.js'
import { syntheticPerson } from '../../simulator/people/synthetic.js'
import { seededRandom } from '../../simulator/seeded-random.js'
import { lookers, taskOf } from './looking.js'

const header: FrameHeader = { sensor: 0, sequence: 1, format: 'grey8', widthPx: 8, heightPx: 8, ppi: 500, deviceTimeUs: 0 }
const person = syntheticPerson(7)

t.test('frame ring', async (t) => {
  t.test('leases as many slots as it has, counts what it refuses, and has a slot again after a release', async (t) => {
    const ring = createFrameRing(2, 100)
    const published: RingFrame[] = []
    const sink = ring.sink((frame) => published.push(frame))
    const [a, b] = [sink.lease(64), sink.lease(100)]
    t.ok(a && b)
    t.equal(sink.lease(1), undefined)
    t.strictSame([ring.dropped, ring.free], [1, 0])
    a?.publish(header)
    t.equal(ring.free, 0, 'a published frame keeps its slot')
    published[0]?.release()
    published[0]?.release()
    t.equal(ring.free, 1, 'releasing twice frees one slot')
    b?.discard()
    b?.discard()
    t.equal(ring.free, 2)
    t.equal(sink.lease(101), undefined, 'a payload that does not fit is refused')
    t.equal(ring.dropped, 2)
  })

  t.test('writer and reader see the same shared bytes; slots do not overlap', async (t) => {
    const ring = createFrameRing(3, 70_000)
    t.ok(ring.memory.buffer instanceof SharedArrayBuffer)
    const frames: RingFrame[] = []
    const sink = ring.sink((frame) => frames.push(frame))
    for (let i = 1; i <= 3; i++) {
      const slot = sink.lease(70_000)
      slot?.bytes.fill(i)
      slot?.publish({ ...header, sequence: i })
    }
    for (const { byteOffset, byteLength, header: head } of frames) {
      const view = new Uint8Array(ring.memory.buffer, byteOffset, byteLength)
      t.ok(
        view.every((byte) => byte === head.sequence),
        `frame ${head.sequence}`,
      )
    }
  })

  t.test('whatever is leased, published, discarded and released: free and taken slots add up', async (t) => {
    const property = fc.property(fc.array(fc.nat({ max: 5 }), { maxLength: 60 }), (acts) => {
      const ring = createFrameRing(3, 16)
      const frames: RingFrame[] = []
      const sink = ring.sink((frame) => frames.push(frame))
      let refused = 0
      for (const act of acts) {
        if (act <= 2) {
          const slot = sink.lease(16)
          if (!slot) refused++
          else if (act === 0) slot.discard()
          else slot.publish(header)
        } else frames.splice(act % Math.max(1, frames.length), 1)[0]?.release()
        if (ring.free + frames.length !== 3 || ring.dropped !== refused) return false
      }
      return true
    })
    const { failed, seed, counterexample } = fc.check(property)
    t.notOk(failed, `seed ${seed} ${JSON.stringify(counterexample)}`)
  })
})

const plan: AutoCapturePlan = { neededFrames: 3, leastMeasure: 50, mostMotion: 12, timeoutMs: 1_000 }
const seen = (measure: number, at = 100, advice: Look['advice'] = ''): AutoCaptureInput => ({
  is: 'look',
  look: { present: true, measure, advice, boxes: [], guides: [], signature: Uint8Array.of(at) },
})
const nobody: AutoCaptureInput = {
  is: 'look',
  look: { present: false, measure: 0, advice: '', boxes: [], guides: [], signature: new Uint8Array(1) },
}

/** Plays inputs, one each 100 ms. @returns what was done, as words */
function play(inputs: readonly AutoCaptureInput[]): { readonly words: readonly string[]; readonly at: string } {
  let state = beginAutoCapture(0)
  const words: string[] = []
  inputs.forEach((input, i) => {
    const stepped = stepAutoCapture(state, input, plan, i * 100)
    state = stepped.state
    words.push(stepped.effects.map((effect) => (effect.do === 'take' ? (effect.weak ? 'take weak' : 'take good') : effect.do)).join(', '))
  })
  return { words, at: state.at }
}

t.test('auto-capture', async (t) => {
  const tick: AutoCaptureInput = { is: 'tick' }
  const take: AutoCaptureInput = { is: 'take_now' }
  const rest = (count: number): readonly AutoCaptureInput[] => Array.from({ length: count }, () => tick)
  const table: readonly (readonly [string, readonly AutoCaptureInput[], readonly string[], string])[] = [
    [
      'takes when it was good and still for long enough; the first sight tells nothing of stillness',
      [seen(80), seen(80), seen(80), seen(80)],
      ['keep', 'keep', '', 'take good'],
      'taken',
    ],
    ['motion begins the count anew', [seen(80, 10), seen(80, 90), seen(80, 90), seen(80, 90)], ['keep', '', 'keep', ''], 'watching'],
    ['so does a poor frame', [seen(80), seen(80), seen(20), seen(80), seen(80)], ['keep', 'keep', '', '', ''], 'watching'],
    ['so does an advice', [seen(80), seen(80), seen(80, 100, 'wrong_finger_count'), seen(80)], ['keep', 'keep', '', ''], 'watching'],
    [
      'so does who goes away, and stillness is seen anew',
      [seen(80), seen(80), nobody, seen(80), seen(80)],
      ['keep', 'keep', '', '', ''],
      'watching',
    ],
    ['nothing seen by the deadline gives up', [nobody, ...rest(10)], [...Array(10).fill(''), 'give_up'], 'given_up'],
    [
      'by the deadline the best there was is taken as weak',
      [seen(30, 0), seen(45, 50), seen(40, 100), ...rest(8)],
      ['keep', 'keep', ...Array(8).fill(''), 'take weak'],
      'taken',
    ],
    [
      'also when its measure is high: too few fingers, never still',
      [seen(90, 0, 'wrong_finger_count'), ...rest(10)],
      ['keep', ...Array(9).fill(''), 'take weak'],
      'taken',
    ],
    ['a good frame outranks a higher measure in motion', [seen(95, 0), seen(60, 100), seen(55, 100)], ['keep', '', 'keep'], 'watching'],
    ['the operator takes a good frame as good', [seen(60), seen(60), take], ['keep', 'keep', 'take good'], 'taken'],
    ['and any other as weak', [seen(60), take], ['keep', 'take weak'], 'taken'],
    ['but not what nobody has seen', [nobody, take, seen(60)], ['', '', 'keep'], 'watching'],
    ['after the end nothing happens', [seen(60), take, seen(90), tick, take], ['keep', 'take weak', '', '', ''], 'taken'],
  ]
  for (const [name, inputs, words, at] of table) {
    t.test(name, async (t) => {
      const played = play(inputs)
      t.strictSame(played.words, words)
      t.equal(played.at, at)
    })
  }

  t.test('takes something as good only after enough good still frames in a row, and always ends by the deadline', async (t) => {
    const look = fc.oneof(
      fc.constant(nobody),
      fc
        .tuple(fc.constantFrom(20, 49, 50, 80), fc.constantFrom(0, 5, 100), fc.constantFrom<Look['advice']>('', 'press_harder'))
        .map(([measure, at, advice]) => seen(measure, at, advice)),
    )
    const property = fc.property(fc.array(look, { minLength: 1, maxLength: 30 }), (looks) => {
      const { words } = play([...looks, ...rest(12)])
      const end = words.findIndex((word) => /take|give_up/.test(word))
      if (end < 0 || end > 10 || words.slice(end + 1).some((word) => word !== '')) return false
      const upToNow = looks.slice(0, end + 1)
      const anybody = upToNow.some((each) => each.is === 'look' && each.look.present)
      const row = [...looks.slice(Math.max(0, end - 3), end + 1)]
      const isRow =
        row.length === 4 &&
        row.every((each, i) => {
          if (each.is !== 'look' || !each.look.present) return false
          const before = row[i - 1]
          if (before?.is !== 'look') return true
          return each.look.measure >= 50 && each.look.advice === '' && motion(each.look.signature, before.look.signature) <= 12
        })
      if (words[end]?.includes('take good')) return isRow
      return words[end]?.includes('give_up') ? !anybody : anybody && words.slice(0, end + 1).some((word) => word.includes('keep'))
    })
    const { failed, seed, counterexample } = fc.check(property, { numRuns: 500 })
    t.notOk(failed, `seed ${seed} ${JSON.stringify(counterexample)}`)
  })
})

t.test('look', async (t) => {
  t.test('a slap: who presents the fingers asked for is good, and told what is wrong otherwise', async (t) => {
    const { grey, widthPx, heightPx } = await person.images.slap('right_four')
    const good = lookAt({ target: 'right_four' }, grey, widthPx, heightPx)
    t.match(good, { present: true, advice: '' })
    t.ok(good.measure >= defaultCaptureRules.modalities.right_four.leastMeasure, `measure ${good.measure}`)
    t.strictSame(
      good.boxes.map(({ position }) => position),
      [2, 3, 4, 5],
    )
    t.match(lookAt({ target: 'right_four' }, new Uint8Array(grey.length).fill(250), widthPx, heightPx), {
      present: false,
      advice: 'place_fingers',
    })
    const three = grey.slice()
    for (let y = 0; y < heightPx; y++) three.fill(252, y * widthPx, y * widthPx + 440)
    t.match(lookAt({ target: 'right_four' }, three, widthPx, heightPx), { present: true, advice: 'wrong_finger_count' })
    const pale = grey.map((value) => 160 + ((value * 95) >> 8))
    t.equal(lookAt({ target: 'right_four' }, pale, widthPx, heightPx).advice, 'press_harder')
    const dark = grey.map((value) => value >> 2)
    t.not(lookAt({ target: 'right_four' }, dark, widthPx, heightPx).advice, '', 'soot is not good')
  })

  t.test('an eye, and an empty camera', async (t) => {
    const { grey, widthPx, heightPx } = await person.images.iris('right')
    const eye = lookAt({ target: 'irises' }, grey, widthPx, heightPx)
    t.match(eye, { present: true, advice: '' })
    t.ok(eye.measure >= defaultCaptureRules.modalities.irises.leastMeasure, `measure ${eye.measure}`)
    t.match(lookAt({ target: 'irises' }, new Uint8Array(grey.length).fill(120), widthPx, heightPx), {
      present: false,
      measure: 0,
      advice: 'look_into_camera',
    })
  })

  t.test('motion is the largest change of the coarse picture', async (t) => {
    const still = new Uint8Array(640 * 480).fill(100)
    const moved = still.slice()
    for (let y = 200; y < 280; y++) moved.fill(200, y * 640 + 200, y * 640 + 300)
    const a = lookAt({ target: 'irises' }, still, 640, 480).signature
    t.equal(motion(a, lookAt({ target: 'irises' }, still, 640, 480).signature), 0)
    t.ok(motion(a, lookAt({ target: 'irises' }, moved, 640, 480).signature) > 50)
  })

  t.test('any picture of any size has a look', async (t) => {
    const modality = fc.constantFrom('right_four' as const, 'thumbs' as const, 'irises' as const)
    const property = fc.property(
      modality,
      fc.integer({ min: 1, max: 70 }),
      fc.integer({ min: 1, max: 70 }),
      fc.integer(),
      (which, width, height, seed) => {
        const { measure, present, advice } = lookAt({ target: which }, seededRandom(seed).bytes(width * height), width, height)
        return Number.isFinite(measure) && measure >= 0 && measure <= 100 && (present || advice !== '')
      },
    )
    const { failed, seed, counterexample } = fc.check(property, { numRuns: 200 })
    t.notOk(failed, `seed ${seed} ${JSON.stringify(counterexample)}`)
  })
})

t.test('analysis of a frame', async (t) => {
  t.test('grey: the look of the pixels, and a preview at half size if somebody watches', async (t) => {
    const { grey, widthPx, heightPx } = await person.images.slap('thumbs')
    const shared = new Uint8Array(new SharedArrayBuffer(grey.length))
    shared.set(grey)
    const head = { ...header, widthPx, heightPx }
    const unwatched = await analyseFrame(shared, head, taskOf('thumbs', person), undefined, lookers)
    const shown: Uint8Array[] = []
    const look = await analyseFrame(shared, head, taskOf('thumbs', person), (picture) => void shown.push(picture), lookers)
    t.strictSame(look, unwatched, 'watching changes nothing of the look')
    const reference = await analyseFrame(shared, head, taskOf('thumbs', person), (picture) => void shown.push(picture), {
      faces: lookers.faces,
    })
    t.equal(motion(look.signature, reference.signature), 0)
    t.equal(Buffer.compare(shown[0]!, shown[1]!), 0, 'with and without the twins the picture is the same')
    t.strictSame(
      look.boxes.map(({ position }) => position),
      [6, 1],
    )
    t.match(await sharp(shown[0]).metadata(), { format: 'jpeg', width: widthPx / 2, height: heightPx / 2, channels: 1 })
    const eye = await person.images.iris('left')
    await analyseFrame(
      eye.grey,
      { ...header, widthPx: eye.widthPx, heightPx: eye.heightPx },
      taskOf('irises', person),
      (picture) => void shown.push(picture),
      lookers,
    )
    t.match(await sharp(shown[2]).metadata(), { width: eye.widthPx, height: eye.heightPx }, 'a small frame is not shrunk')
  })

  t.test('MJPEG: the person before the backdrop, and the camera’s own JPEG as preview', async (t) => {
    const jpeg = await person.images.faceMjpeg(0)
    const shared = new Uint8Array(new SharedArrayBuffer(jpeg.length))
    shared.set(jpeg)
    const head: FrameHeader = { ...header, format: 'mjpeg', widthPx: 1920, heightPx: 1080, ppi: 0 }
    let picture = new Uint8Array()
    const show = (jpeg: Uint8Array) => {
      picture = Uint8Array.from(jpeg)
      t.notOk(jpeg.buffer instanceof SharedArrayBuffer, 'the preview outlives the slot')
    }
    const look = await analyseFrame(shared, head, taskOf('face', person), show, lookers)
    t.match(look, { present: true, advice: '' })
    t.ok(look.measure >= defaultCaptureRules.modalities.face.leastMeasure, `measure ${look.measure}`)
    t.equal(Buffer.compare(picture, jpeg), 0)
    const next = await analyseFrame(await person.images.faceMjpeg(1), head, taskOf('face', person), undefined, lookers)
    t.ok(motion(look.signature, next.signature) <= defaultCaptureRules.modalities.face.mostMotion, 'a sway is still')
  })

  t.test('a JPEG that cannot be decoded is named', async (t) => {
    const head: FrameHeader = { ...header, format: 'mjpeg', widthPx: 1920, heightPx: 1080, ppi: 0 }
    await t.rejects(analyseFrame(seededRandom(1).bytes(5_000), head, taskOf('face', person), undefined, lookers), { code: 'image.corrupt' })
  })
})
