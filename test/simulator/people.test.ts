// Simulated people: what they promise to devices, and that the ground truth is the truth of the picture.

import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import sharp from 'sharp'
import t from 'tap'
import { isFault } from '../../protocol/fault.js'
import { inventBiodata } from '../../simulator/people/biodata.js'
import { type FingerTruth, fingersOf, type GreyImage, type MinutiaTruth } from '../../simulator/people/person.js'
import { frameNoise } from '../../simulator/people/raster.js'
import { padArea } from '../../simulator/people/signature.js'
import { loadSubject } from '../../simulator/people/subject.js'
import { syntheticPerson } from '../../simulator/people/synthetic.js'
import { seededRandom } from '../../simulator/seeded-random.js'

const person = syntheticPerson(7)
const truth = person.truth!

const at = (image: GreyImage, x: number, y: number) => image.grey[Math.round(y) * image.widthPx + Math.round(x)] ?? 255
const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0

/** Mean grey of a small disc. */
function mean(image: GreyImage, x: number, y: number, radius: number): number {
  let sum = 0
  let count = 0
  for (let dy = -radius; dy <= radius; dy++) {
    for (let dx = -radius; dx <= radius; dx++) {
      if (Math.hypot(dx, dy) > radius) continue
      sum += at(image, x + dx, y + dy)
      count++
    }
  }
  return sum / count
}

/** Share of minutiae where the picture is dark ahead of an ending and light ahead of a bifurcation. */
function agreement(image: GreyImage, minutiae: readonly MinutiaTruth[]): number {
  const right = minutiae.filter(({ x, y, angleDeg, type }) => {
    const ahead = { x: x + 6 * Math.cos((angleDeg * Math.PI) / 180), y: y - 6 * Math.sin((angleDeg * Math.PI) / 180) }
    const dark = mean(image, ahead.x, ahead.y, 1) < mean(image, ahead.x, ahead.y, 6)
    return dark === (type === 'ending')
  })
  return right.length / minutiae.length
}

/** Ridges crossed by a line of 31 px square to `angleDeg`, `distance` px ahead of the minutia: edges from light to dark. */
function ridgesCrossed(image: GreyImage, { x, y, angleDeg }: MinutiaTruth, distance: number): number {
  const cos = Math.cos((angleDeg * Math.PI) / 180)
  const sin = Math.sin((angleDeg * Math.PI) / 180)
  const line = Array.from({ length: 31 }, (_, i) =>
    mean(image, x + distance * cos + (i - 15) * sin, y - distance * sin + (i - 15) * cos, 1),
  )
  const level = line.reduce((sum, value) => sum + value, 0) / line.length
  return line.filter((value, i) => i > 0 && value < level !== (line[i - 1] ?? 0) < level).length / 2
}

/** A minutia has one ridge or valley more ahead than behind: the mean over all, about +1 when directions are right, −1 when they are the wrong way round. */
function extraAhead(image: GreyImage, minutiae: readonly MinutiaTruth[]): number {
  return minutiae.reduce((sum, minutia) => sum + ridgesCrossed(image, minutia, 9) - ridgesCrossed(image, minutia, -9), 0) / minutiae.length
}

/** Distance of the ridges along one direction: the first peak of the autocorrelation beyond 5 px. */
function ridgePeriod(image: GreyImage, x: number, y: number, normalDeg: number): number {
  const cos = Math.cos((normalDeg * Math.PI) / 180)
  const sin = Math.sin((normalDeg * Math.PI) / 180)
  const line = Array.from({ length: 97 }, (_, i) => mean(image, x + cos * (i - 48), y - sin * (i - 48), 1))
  const level = line.reduce((sum, value) => sum + value, 0) / line.length
  const score = (lag: number) =>
    line.slice(lag).reduce((sum, value, i) => sum + (value - level) * ((line[i] ?? 0) - level), 0) / (line.length - lag)
  return Array.from({ length: 14 }, (_, i) => i + 5).reduce((best, lag) => (score(lag) > score(best) ? lag : best), 5)
}

t.test('biodata are valid by the rule of the NIK, for men and women of any year', async (t) => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1940, max: 2009 }), (seed, birthYear) => {
      const { nik, birthDate, sex, familyCardNumber, name } = inventBiodata(seededRandom(seed), birthYear)
      const [year, month, day] = birthDate.split('-').map(Number) as [number, number, number]
      const date = new Date(Date.UTC(year, month - 1, day))
      return (
        year === birthYear &&
        date.getUTCMonth() === month - 1 &&
        /^7371\d{12}$/.test(nik) &&
        /^\d{16}$/.test(familyCardNumber) &&
        Number(nik.slice(6, 8)) === day + (sex === 'F' ? 40 : 0) &&
        Number(nik.slice(8, 10)) === month &&
        Number(nik.slice(10, 12)) === year % 100 &&
        nik.slice(12) !== '0000' &&
        /^[A-Z]+( [A-Z]+)?$/.test(name)
      )
    }),
  )
  for (let seed = 0; seed < 50; seed++) {
    const year = Number(syntheticPerson(seed).biodata.birthDate.slice(0, 4))
    t.ok(2026 - year >= 18 && 2026 - year < 71, `seed ${seed} is an adult`)
  }
})

t.test('the same seed gives the same person to the byte, another seed another', async (t) => {
  const twin = syntheticPerson(7)
  const stranger = syntheticPerson(8)
  t.strictSame(twin.biodata, person.biodata)
  t.ok(same((await twin.images.slap('right_four')).grey, (await person.images.slap('right_four')).grey))
  t.notOk(same((await stranger.images.slap('right_four')).grey, (await person.images.slap('right_four')).grey))
  t.ok(same((await twin.images.iris('left')).grey, (await person.images.iris('left')).grey))
  t.notOk(same((await stranger.images.iris('left')).grey, (await person.images.iris('left')).grey))
  t.ok(same((await twin.images.faceMjpeg(3)) as Uint8Array, (await person.images.faceMjpeg(3)) as Uint8Array))
  t.strictSame(twin.images.signature(), person.images.signature())
  t.notSame(stranger.images.signature(), person.images.signature())
})

t.test('a slap lies on white glass with its fingers where the truth says', async (t) => {
  for (const which of ['right_four', 'left_four', 'thumbs'] as const) {
    const image = await person.images.slap(which)
    t.match(image, { widthPx: 1600, heightPx: 1500 })
    const fingers = await truth.slap(which)
    t.strictSame(
      fingers.map((finger) => finger.position),
      fingersOf[which],
    )
    const centres = fingers.map((finger) => finger.cx)
    t.strictSame(
      centres,
      centres.toSorted((a, b) => a - b),
      'from left to right',
    )
    for (const finger of fingers) {
      t.ok(finger.width > 200 && finger.width < 400 && finger.height > 320 && finger.height < 580, 'size of a fingertip at 500 ppi')
      const inside = mean(image, finger.cx, finger.cy, 40)
      t.ok(inside > 90 && inside < 190, `ridges and valleys in finger ${finger.position}`)
      t.ok(finger.minutiae.length >= 20 && finger.minutiae.length <= 100, `${finger.minutiae.length} minutiae`)
    }
    t.ok(strayInk(image, fingers) < 20, 'nothing but fingers')
  }
})

/** Dark pixels (of every 4th in x and y) outside all boxes, grown by 12 px. */
function strayInk(image: GreyImage, fingers: readonly FingerTruth[]): number {
  let stray = 0
  for (let y = 0; y < image.heightPx; y += 4) {
    for (let x = 0; x < image.widthPx; x += 4) {
      const inside = fingers.some(({ cx, cy, width, height, angleDeg }) => {
        const cos = Math.cos((angleDeg * Math.PI) / 180)
        const sin = Math.sin((angleDeg * Math.PI) / 180)
        const across = cos * (x - cx) - sin * (y - cy)
        const along = sin * (x - cx) + cos * (y - cy)
        return Math.abs(across) < width / 2 + 12 && Math.abs(along) < height / 2 + 12
      })
      if (!inside && at(image, x, y) < 200) stray++
    }
  }
  return stray
}

t.test('minutiae of the truth are minutiae of the picture, also when the hand is moved and turned', async (t) => {
  for (const presentation of [{}, { dxPx: 40, dyPx: -25, angleDeg: 11 }, { angleDeg: -8, seed: 5 }]) {
    const image = await person.images.slap('right_four', presentation)
    const minutiae = (await truth.slap('right_four', presentation)).flatMap((finger) => finger.minutiae)
    const share = agreement(image, minutiae)
    t.ok(share > 0.8, `${Math.round(share * 100)} % agree under ${JSON.stringify(presentation)}`)
    const extra = extraAhead(image, minutiae)
    t.ok(extra > 0.25, `${extra.toFixed(2)} ridges more ahead than behind`)
    const misplaced = minutiae.map((minutia) => ({ ...minutia, x: minutia.x + 60, y: minutia.y + 37 }))
    t.ok(agreement(image, misplaced) < 0.72, `${Math.round(100 * agreement(image, misplaced))} % of moved ones do: the check can fail`)
  }
})

t.test('ridges are about nine pixels apart', async (t) => {
  const image = await person.images.slap('right_four')
  const periods = (await truth.slap('right_four')).map(({ cx, cy, height, angleDeg }) => {
    const up = angleDeg + 90
    const tip = { x: cx + height * 0.3 * Math.cos((up * Math.PI) / 180), y: cy - height * 0.3 * Math.sin((up * Math.PI) / 180) }
    return ridgePeriod(image, tip.x, tip.y, up)
  })
  for (const period of periods) t.ok(period >= 7 && period <= 12, `${period} px`)
})

t.test('a presentation moves the truth as it moves the picture', async (t) => {
  const [still] = await truth.slap('thumbs')
  const [moved] = await truth.slap('thumbs', { dxPx: 30, dyPx: -12 })
  t.equal(Math.round(moved!.cx - still!.cx), 30)
  t.equal(Math.round(moved!.cy - still!.cy), -12)
  const [turned] = await truth.slap('thumbs', { angleDeg: 10 })
  t.equal(Math.round(turned!.angleDeg - still!.angleDeg), 10)
  t.ok(turned!.cy > still!.cy, 'counter-clockwise: what is on the left comes down')
})

t.test('a single finger comes down anew at recording and at handover', async (t) => {
  const again = await truth.finger(2)
  const slapped = (await truth.slap('right_four'))[0]!
  t.equal(again.pattern, slapped.pattern, 'the same finger')
  const first = await truth.finger(2, { occasion: 'handover', seed: 1 })
  const second = await truth.finger(2, { occasion: 'handover', seed: 2 })
  t.not(first.angleDeg, second.angleDeg)
  t.not(first.cx, again.cx)
  const image = await person.images.fingerPatch(2, { occasion: 'handover', seed: 1 })
  t.match(image, { widthPx: 500, heightPx: 500 })
  const { minutiae } = await truth.fingerPatch(2, { occasion: 'handover', seed: 1 })
  t.ok(minutiae.length >= 20 && agreement(image, minutiae) > 0.8)
  const whole = await person.images.finger(7, { occasion: 'handover', seed: 1 })
  t.match(whole, { widthPx: 1600, heightPx: 1500 })
})

t.test('frames of a held finger differ by noise only', async (t) => {
  const image = await person.images.slap('right_four')
  const frames = [frameNoise(image, 1), frameNoise(image, 2)] as const
  t.notOk(same(frames[0].grey, frames[1].grey))
  t.notOk(same(frames[0].grey, image.grey))
  t.ok(same(frameNoise(image, 1).grey, frames[0].grey), 'the same frame number gives the same frame')
  let most = 0
  for (let i = 0; i < image.grey.length; i++) most = Math.max(most, Math.abs(image.grey[i]! - frames[0].grey[i]!))
  t.ok(most >= 1 && most <= 2, 'at most two grey levels')
})

t.test('an eye has its pupil and iris where the truth says', async (t) => {
  for (const eye of ['right', 'left'] as const) {
    const image = await person.images.iris(eye)
    t.match(image, { widthPx: 640, heightPx: 480 })
    const { pupil, iris } = truth.iris(eye)
    t.ok(iris.radius >= 100, 'diameter of 200 px and more')
    t.ok(pupil.radius / iris.radius > 0.2 && pupil.radius / iris.radius < 0.7)
    const ring = (radius: number) =>
      [-0.4, -0.2, 0, 0.2, 0.4].map((turn) => mean(image, iris.x + radius * Math.cos(turn), iris.y + radius * Math.sin(turn), 2))
    const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
    const dark = mean(image, pupil.x + pupil.radius * 0.4, pupil.y - pupil.radius * 0.4, 4)
    const tissue = average(ring((pupil.radius + iris.radius) / 2))
    const sclera = average(ring(iris.radius * 1.15))
    t.ok(dark < 40 && tissue > dark + 40 && sclera > tissue + 40, `${dark.toFixed()} < ${tissue.toFixed()} < ${sclera.toFixed()}`)
  }
  const moved = truth.iris('left', { dxPx: 9, seed: 4 })
  t.equal(moved.iris.x, truth.iris('left').iris.x + 9)
  t.not(moved.pupil.radius, truth.iris('left').pupil.radius, 'the pupil breathes from look to look')
})

t.test('a face stands before red cloth for odd birth years and blue for even ones', async (t) => {
  for (const [birthYear, background] of [
    [1991, 'red'],
    [1992, 'blue'],
  ] as const) {
    const drawn = syntheticPerson(3, { birthYear })
    const scene = await drawn.images.face()
    t.match(scene, { widthPx: 1920, heightPx: 1080 })
    const pixel = (x: number, y: number) => [...scene.rgb.subarray((y * 1920 + x) * 3, (y * 1920 + x) * 3 + 3)] as [number, number, number]
    const [r, , b] = pixel(150, 300)
    t.ok(background === 'red' ? r > 150 && b < 60 : b > 150 && r < 60)
    const eyes = drawn.truth!.face()
    t.equal(eyes.background, background)
    t.ok(Math.max(...pixel(Math.round(eyes.leftEye.x), Math.round(eyes.leftEye.y))) < 60, 'a dark pupil at the eye')
    t.ok(eyes.leftEye.x - eyes.rightEye.x >= 160, 'eyes far enough apart')
  }
})

t.test('camera frames are JPEG and sway', async (t) => {
  const frame = await person.images.faceMjpeg(0)
  t.strictSame([...frame.subarray(0, 3), ...frame.subarray(-2)], [0xff, 0xd8, 0xff, 0xff, 0xd9])
  t.match(await sharp(frame).metadata(), { width: 1920, height: 1080, format: 'jpeg' })
  t.notOk(same(frame, await person.images.faceMjpeg(5)))
  t.ok(same(frame, await person.images.faceMjpeg(24)), 'period 24')
})

t.test('a signature stays on the pad, in time, pen lifted at the end', async (t) => {
  for (let seed = 0; seed < 20; seed++) {
    const samples = syntheticPerson(seed).images.signature()
    const inside = samples.every(
      ({ x, y, pressure }) =>
        x >= padArea.minX && x <= padArea.maxX && y >= padArea.minY && y <= padArea.maxY && pressure >= 0 && pressure <= 1023,
    )
    t.ok(inside, `seed ${seed} inside`)
    t.ok(samples.every((sample, i) => i === 0 || sample.timeMs > samples[i - 1]!.timeMs))
    t.ok(samples.every(({ pressure, penDown }) => penDown === pressure > 0))
    t.equal(samples.at(-1)?.penDown, false)
    t.ok(samples.filter((sample) => sample.penDown).length > 100)
  }
})

/** A folder with drawn samples in place of real ones; each test writes its own subject.json into it. */
const samples = t.testdir({ 'broken.png': 'this is no picture' })
t.before(async () => {
  const slap = await person.images.slap('right_four')
  const file = (name: string) => join(samples, name)
  const plain = (width: number, height: number, background: string) => sharp({ create: { width, height, channels: 3, background } }).png()
  const raw = { width: 1600, height: 1500, channels: 1 } as const
  await sharp(slap.grey, { raw })
    .extract({ left: 100, top: 300, width: 1450, height: 1000 })
    .png({ compressionLevel: 1 })
    .toFile(file('slap.png'))
  await plain(1610, 20, '#404040').toFile(file('wide.png'))
  await plain(300, 200, '#505050').toFile(file('rolled.png'))
  await plain(420, 316, '#202020').toFile(file('iris.png'))
  await plain(240, 320, '#c08060').toFile(file('face.png'))
})

async function folderOf(change: (subject: Record<string, unknown>) => void = () => {}): Promise<string> {
  const subject: Record<string, unknown> = {
    about: 'drawn for the test',
    person: {
      invented: true,
      nik: '7371012902040001',
      name: 'ANDI CONTOH',
      sex: 'M',
      birthDate: '2004-02-29',
      birthPlace: 'MAKASSAR',
      citizenship: 'WNI',
    },
    fingerprints: {
      ppi: 500,
      rightFour: 'slap.png',
      leftFour: 'slap.png',
      thumbs: 'wide.png',
      rightIndexAgain: 'rolled.png',
      leftIndexAgain: 'rolled.png',
    },
    irises: { left: 'iris.png', right: 'iris.png' },
    face: 'face.png',
    signature: null,
  }
  change(subject)
  await writeFile(join(samples, 'subject.json'), JSON.stringify(subject))
  return samples
}

t.test('samples are centred on each sensor, never stretched to pretend', async (t) => {
  const sample = await loadSubject(await folderOf())
  t.match(sample, { simulated: true, source: 'samples', biodata: { nik: '7371012902040001', citizenship: 'WNI' } })
  t.equal(sample.truth, undefined, 'nobody knows the truth about a sample')
  t.ok(sample.biodata.address.village && sample.biodata.religion, 'what is missing is invented')
  const thumbs = await sample.images.slap('thumbs')
  t.match(thumbs, { widthPx: 1600, heightPx: 1500 })
  t.equal(at(thumbs, 0, 745), 0x40, 'wider than the platen: cropped')
  t.equal(at(thumbs, 800, 700), 255)
  const iris = await sample.images.iris('left')
  t.match(iris, { widthPx: 640, heightPx: 480, nativeSize: { widthPx: 420, heightPx: 316 } })
  t.strictSame([at(iris, 320, 240), at(iris, 111, 240), at(iris, 109, 240)], [0x20, 0x20, 128])
  const face = await sample.images.face()
  t.match(face, { widthPx: 1920, heightPx: 1080, nativeSize: { widthPx: 240, heightPx: 320 } })
  t.strictSame([...face.rgb.subarray((540 * 1920 + 960) * 3, (540 * 1920 + 960) * 3 + 3)], [0xc0, 0x80, 0x60])
  t.equal(at(await sample.images.finger(2), 800, 750), 0x50, 'again: from its own file')
  t.ok(sample.images.signature().length > 100, 'no sample: the simulator draws a signature')
})

t.test('at handover a sample person puts down the index finger of the slap', async (t) => {
  const sample = await loadSubject(await folderOf())
  const first = await sample.images.fingerPatch(2, { occasion: 'handover', seed: 1 })
  const second = await sample.images.fingerPatch(2, { occasion: 'handover', seed: 2 })
  t.notOk(same(first.grey, second.grey))
  const inked = first.grey.reduce((sum, value) => sum + (value < 128 ? 1 : 0), 0)
  t.ok(inked > 15_000 && inked < 90_000, 'one finger, not the slap')
  await t.rejects(sample.images.finger(3), { code: 'input.unsupported', context: { field: 'fingerprints' } })
})

t.test('a bad subject is refused with the place of the fault and without the person', async (t) => {
  const cases: [string, string, string | undefined, (subject: Record<string, unknown>) => void][] = [
    ['a missing image', 'input.not_found', 'irises.left', (s) => Object.assign(s['irises'] as object, { left: 'nowhere.png' })],
    ['a file that is no image', 'input.unsupported', 'face', (s) => Object.assign(s, { face: 'broken.png' })],
    ['an unknown key', 'input.unknown_key', 'person.shoeSize', (s) => Object.assign(s['person'] as object, { shoeSize: 42 })],
    ['a short NIK', 'input.invalid', 'person.nik', (s) => Object.assign(s['person'] as object, { nik: '73710129' })],
    [
      'biodata not said to be invented',
      'input.invalid',
      'person.invented',
      (s) => Object.assign(s['person'] as object, { invented: false }),
    ],
    ['another resolution', 'input.invalid', 'fingerprints.ppi', (s) => Object.assign(s['fingerprints'] as object, { ppi: 1000 })],
  ]
  for (const [what, code, field, change] of cases) {
    const folder = await folderOf(change)
    const error: unknown = await loadSubject(folder).catch((reason: unknown) => reason)
    if (!isFault(error)) {
      t.fail(`${what}: no fault but ${String(error)}`)
      continue
    }
    t.match(error, { code, context: { field } }, what)
    t.notMatch(JSON.stringify(error.context), /ANDI|73710129/)
  }
  const noJson = t.testdir({ 'subject.json': '{ "name": "ANDI' })
  await t.rejects(loadSubject(noJson), { code: 'input.corrupt' })
  await t.rejects(loadSubject(join(noJson, 'absent')), { code: 'input.not_found' })
})

const realSubject = join(import.meta.dirname, '../../../shared/data/subjects/s1')
t.test('the real sample subject', { skip: existsSync(realSubject) ? false : 'no sample data beside the project' }, async (t) => {
  const sample = await loadSubject(realSubject)
  for (const which of ['right_four', 'left_four', 'thumbs'] as const)
    t.match(await sample.images.slap(which), { widthPx: 1600, heightPx: 1500 })
  for (const position of [2, 7] as const) {
    const finger = await sample.images.fingerPatch(position, { occasion: 'handover', seed: 1 })
    const middle = mean(finger, 250, 250, 60)
    t.ok(middle > 30 && middle < 220, `finger ${position} lies on the sensor`)
    t.ok(mean(finger, 8, 8, 6) > 240, 'and nothing beside it')
  }
  t.match(await sample.images.iris('right'), { nativeSize: { widthPx: 423, heightPx: 317 } })
})
