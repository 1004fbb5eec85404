// Quality of finished finger images: the features are NFIQ 2's, the score ranks as NFIQ 2's, what is no finger gets no score, any forest file is read or refused.

import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { type GoldenRow, goldenImage, goldenRows } from '../../bench/rekam-q/golden.js'
import { learnTrees, learnWaves, type Sample, scaleOf, seeded, spearman } from '../../bench/rekam-q/learn.js'
import { command } from '../../daemon/cli/finger/quality.js'
import { fingerMask, gaussianTaps, mirrored } from '../../daemon/kernels/finger/quality/blur.js'
import { fillContours } from '../../daemon/kernels/finger/quality/contours.js'
import { qualityFeatures } from '../../daemon/kernels/finger/quality/features.js'
import { forestScore, isNistForest, type QualityForest } from '../../daemon/kernels/finger/quality/forest.js'
import { readForest } from '../../daemon/kernels/finger/quality/forest-file.js'
import { withoutFrame } from '../../daemon/kernels/finger/quality/frame.js'
import { fingerMaskSimd } from '../../daemon/kernels/finger/quality/kernels.js'
import { rekamQ, rekamQInputs } from '../../daemon/kernels/finger/quality/rekam-q.js'
import { assessFinger, featureNames } from '../../daemon/kernels/finger/quality.js'
import { encodePng } from '../../daemon/kernels/image/codec.js'
import { openSimd } from '../../daemon/kernels/simd/simd.js'
import { isFault } from '../../protocol/fault.js'
import { type ForestNode, forestText, randomTree, votesOf } from './quality-forest.js'

const data = resolve('../shared/data')
const missing = existsSync(join(data, 'fingerprint/golden')) ? false : `SKIPPED: no test data at ${data}`
const simd = openSimd()

const picture = (width: number, height: number, at: (x: number, y: number) => number): Uint8Array =>
  Uint8Array.from({ length: width * height }, (_, i) => Math.max(0, Math.min(255, at(i % width, Math.floor(i / width)))))

/** Rings about a point beside the picture with some breaks: what a print looks like to the kernels. */
const print = (width: number, height: number, contrast = 100): Uint8Array =>
  picture(width, height, (x, y) => {
    const distance = Math.hypot(x - width / 2, y - 0.4 * height)
    const broken = Math.sin(x / 17) * Math.sin(y / 23) > 0.93 ? Math.PI : 0
    const inside = Math.hypot((x - width / 2) / (0.47 * width), (y - height / 2) / (0.47 * height)) < 1
    return inside ? 128 + contrast * Math.sin((2 * Math.PI * distance) / 9 + broken + x / 60) : 255
  })

t.test('gives the features of NFIQ 2 that rest on the picture to its six decimals', { skip: missing }, async (t) => {
  const rows = (await goldenRows(data)).filter(({ score }, at) => score !== undefined && at % 4 === 0)
  for (const row of rows) {
    const image = await goldenImage(data, row)
    const cut = withoutFrame(image.grey, image.widthPx, image.heightPx)
    const { values, deviation, regionPx } = qualityFeatures(cut.grey, cut.widthPx, cut.heightPx, [], simd)
    const off = featureNames.filter((name, at) => !/FingerJet|FJFX/.test(name) && !(Math.abs(values[at]! - row.features.get(name)!) < 2e-6))
    t.same(off, [], row.file)
    t.ok(Math.abs(deviation - row.features.get('A_UniformImage')!) < 2e-6, `${row.file}: deviation`)
    t.equal(regionPx, row.features.get('A_SufficientFingerprintForeground'), `${row.file}: region`)
  }
})

const correlation = (pairs: readonly (readonly [number, number])[]): number =>
  spearman(
    pairs.map(([a]) => a),
    pairs.map(([, b]) => b),
  )

t.test('ranks images as NFIQ 2 does, and refuses none that it takes', { skip: missing }, async (t) => {
  const rows = (await goldenRows(data)).filter(({ score }, at) => score !== undefined && at % 6 === 2)
  const pairs: [number, number][] = []
  for (const row of rows) {
    const image = await goldenImage(data, row)
    const { score, codes } = assessFinger(image.grey, image.widthPx, image.heightPx, {}, simd)
    t.ok(score !== undefined, `${row.file}: ${codes.join(' ')}`)
    pairs.push([score ?? 0, row.score!])
  }
  // The model has seen them: this guards features, extractor and model against each other. Unseen sensors are the next test's.
  t.ok(correlation(pairs) > 0.95, `Spearman ${correlation(pairs).toFixed(3)} of ${pairs.length}`)
})

t.test('a model that was trained without a sensor ranks its images as NFIQ 2 does', { skip: missing }, async (t) => {
  const rows = (await goldenRows(data)).filter(({ score }) => score !== undefined)
  const setOf = ({ set }: GoldenRow) => set
  const features = (row: GoldenRow) => Float64Array.from(featureNames, (name) => row.features.get(name)!)
  const sample = (row: GoldenRow): Sample => ({ inputs: rekamQInputs(features(row)), score: row.score! })
  const pairs: [number, number][] = []
  for (const set of new Set(rows.map(setOf))) {
    const samples = rows.filter((row) => row.set !== set).map(sample)
    const scale = scaleOf(samples)
    const waves = learnWaves(samples, scale, { seed: 1, count: 256, bend: 0.45, penalty: 0.1 })
    const trees = learnTrees(samples, { seed: 1, count: 40, rate: 0.12, leastLeaf: 5, sampleShare: 0.5, inputShare: 0.15 })
    const model = { version: 'test', ...scale, waves, trees }
    for (const row of rows.filter((each) => each.set === set))
      pairs.push([rekamQ(model, features(row), { blocks: 1, agreeing: 1, straightness: 0 }), row.score!])
  }
  t.ok(correlation(pairs) > 0.88, `Spearman ${correlation(pairs).toFixed(3)} of ${pairs.length}`)
})

t.test('images that NFIQ 2 refuses for their size get a code', { skip: missing }, async (t) => {
  const refused = (await goldenRows(data)).filter(({ score, file }) => score === undefined && file.includes('rolled'))
  for (const row of refused.slice(0, 2)) {
    const image = await goldenImage(data, row)
    t.match(assessFinger(image.grey, image.widthPx, image.heightPx, {}, simd), { score: undefined, codes: ['too_large'] }, row.file)
  }
})

t.test('what is no finger gets codes and no score', async (t) => {
  const random = seeded(3)
  const cases: readonly (readonly [string, Uint8Array, number, number, string])[] = [
    ['white', picture(300, 300, () => 255), 300, 300, 'empty_or_low_contrast'],
    ['black', picture(300, 300, () => 0), 300, 300, 'saturated'],
    ['grey', picture(300, 300, () => 128), 300, 300, 'uniform_image'],
    ['tiny', print(40, 300), 40, 300, 'too_small'],
    ['one pixel', new Uint8Array(1), 1, 1, 'too_small'],
    ['a slap', print(1600, 1500), 1600, 1500, 'too_large'],
    ['noise', picture(300, 300, () => 256 * random()), 300, 300, 'not_a_finger'],
    ['stripes', picture(300, 300, (x, y) => 128 + 100 * Math.sin((x + y / 2) / 1.6)), 300, 300, 'not_a_finger'],
    ['checks', picture(300, 300, (x, y) => (((x >> 3) + (y >> 3)) % 2) * 255), 300, 300, 'not_a_finger'],
    ['a ramp', picture(300, 300, (x) => (x * 255) / 300), 300, 300, 'not_a_finger'],
    ['a disc', picture(300, 300, (x, y) => (Math.hypot(x - 150, y - 150) < 100 ? 20 : 250)), 300, 300, 'not_a_finger'],
    ['rings', picture(300, 300, (x, y) => 128 + 100 * Math.sin(Math.hypot(x - 150, y - 150) * 0.7)), 300, 300, 'no_minutiae'],
  ]
  for (const [name, grey, width, height, code] of cases) {
    const { score, codes } = assessFinger(grey, width, height, {}, simd)
    t.equal(score, undefined, `${name}: no score`)
    t.ok(
      codes.some((each) => each === code),
      `${name}: ${codes.join(' ')}`,
    )
  }
})

t.test('a print gets a score, the same one each time, with twins and without, wherever paper is around it', (t) => {
  const [width, height] = [301, 403]
  const grey = print(width, height)
  const first = assessFinger(grey, width, height)
  t.ok(first.score !== undefined && first.score >= 0 && first.score <= 100, `${first.score} ${first.codes.join(' ')}`)
  t.equal(first.model, 'rekam-q')
  t.same(assessFinger(grey, width, height, {}, simd), first)
  t.equal(first.features?.length, featureNames.length)
  t.notOk(first.codes.includes('small_foreground'))
  t.ok(assessFinger(print(203, 221), 203, 221, {}, simd).codes.includes('small_foreground'))
  t.end()
})

t.test('any image gives a whole score in range or a code', (t) => {
  const side = fc.integer({ min: 96, max: 190 })
  const property = fc.property(side, side, fc.integer(), fc.constantFrom(0, 8, 60, 200), (width, height, seed, noise) => {
    const random = seeded(seed)
    const grey = print(width, height, 110 - noise / 2).map((value) => Math.max(0, Math.min(255, value + noise * (random() - 0.5))))
    const { score, codes, features } = assessFinger(grey, width, height, {}, simd)
    if (score === undefined) return codes.length > 0
    return Number.isInteger(score) && score >= 0 && score <= 100 && features?.every(Number.isFinite) === true
  })
  fc.assert(property, { numRuns: 25 })
  t.end()
})

t.test('the twin of the finger mask equals the reference at any size', (t) => {
  const side = fc.integer({ min: 4, max: 150 })
  const property = fc.property(side, side, fc.integer(), fc.boolean(), (width, height, seed, noise) => {
    const random = seeded(seed)
    const grey = noise ? picture(width, height, () => 256 * random()) : picture(width, height, (x, y) => ((x * y) % 97 < 30 ? 10 : 3 * x))
    return Buffer.compare(fingerMask(grey, width, height), fingerMaskSimd(grey, width, height, simd)) === 0
  })
  fc.assert(property, { numRuns: 25 })
  t.end()
})

t.test('the blur keeps what it is given: taps of one in all, mirrored at the borders', (t) => {
  for (const size of [41, 91])
    t.equal(
      [...gaussianTaps(size)].reduce((sum, tap, at, all) => sum + (at === all.length - 1 ? tap : 2 * tap), 0),
      256,
    )
  t.same(
    [-3, -1, 0, 4, 5, 6, 11].map((at) => mirrored(at, 5)),
    [3, 1, 0, 4, 3, 2, 3],
  )
  t.equal(mirrored(-7, 1), 0)
  t.end()
})

t.test('of all contours of the paper but the last two are filled, as NFIQ 2 v2.2.0 does', (t) => {
  const filled = (rows: readonly string[]): readonly string[] => {
    const width = rows[0]!.length
    const mask = Uint8Array.from(rows.join(''), (pixel) => (pixel === '.' ? 255 : 0))
    fillContours(mask, width, rows.length)
    return rows.map((_, y) => [...mask.subarray(y * width, (y + 1) * width)].map((value) => (value === 255 ? '.' : '#')).join(''))
  }
  t.same(filled(['.####', '####.', '#####', '#..##']), ['.####', '####.', '#####', '#####'], 'three corners: the last found is filled')
  t.same(filled(['.####', '####.', '#####', '#####']), ['.####', '####.', '#####', '#####'], 'two corners stay')
  t.same(filled(['.....', '.#.#.', '.....']), ['#####', '#####', '#####'], 'paper with two holes is filled with all that lies in it')
  t.same(
    filled(['.######', '#######', '#.....#', '#.#.#.#', '#.....#']),
    ['.######', ...Array(4).fill('#######')],
    'a corner found before stays',
  )
  t.same(filled(['.....', '..#..', '.....']), ['.....', '..#..', '.....'], 'paper with one hole stays')
  t.same(filled(['......', '.####.', '.#..#.', '.####.', '......']), ['......', '.####.', '.####.', '.####.', '......'], 'paper in a hole')
  t.end()
})

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const piecesOf = (bytes: Uint8Array, size: number): Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size))

const equalForests = (a: QualityForest, b: QualityForest): boolean => JSON.stringify(a) === JSON.stringify(b)

t.test('a forest in the text of OpenCV votes as it is written, in pieces of any size', async (t) => {
  const random = seeded(11)
  const trees = Array.from({ length: 20 }, () => randomTree(random, 5))
  const chain = Array.from({ length: 40 }).reduce<ForestNode>(
    (below, _, at) => ({ class: 0, split: { feature: at, limit: 1e-3 * at, isGreater: at % 3 === 0, first: { class: 1 }, second: below } }),
    { class: 1 },
  )
  trees.push(chain)
  const bytes = bytesOf(forestText(trees))
  const whole = await readForest([bytes])
  t.equal(whole.treeCount, trees.length)
  t.notOk(isNistForest(whole))
  for (const size of [13, 4096]) t.ok(equalForests(await readForest(piecesOf(bytes, size)), whole), `pieces of ${size}`)
  const otherEnds = await readForest([bytesOf(forestText(trees).replaceAll('\n', '\r\n'))])
  t.ok(equalForests({ ...otherEnds, md5: whole.md5 }, whole), 'other line ends')
  for (let round = 0; round < 50; round++) {
    const values = Float64Array.from(featureNames, () => 200 * random() - 50)
    t.equal(forestScore(whole, values), Math.floor((100 * votesOf(trees, values)) / trees.length + 0.5))
  }
  const grey = print(301, 403)
  const found = assessFinger(grey, 301, 403, { model: whole }, simd)
  t.equal(found.model, 'nfiq2')
  t.equal(found.score, forestScore(whole, found.features!))
})

t.test('a forest that is not whole, not of 69 features or not of numbers is refused by name', async (t) => {
  const text = forestText([randomTree(seeded(5), 6), randomTree(seeded(6), 6)])
  const cases: readonly (readonly [string, string, string])[] = [
    ['nothing', '', 'input.corrupt'],
    ['other text', 'hello: world\n', 'input.corrupt'],
    ['a tree short', text.replace('ntrees: 2', 'ntrees: 3'), 'input.corrupt'],
    ['cut off', text.slice(0, text.length * 0.7), 'input.corrupt'],
    ['other features', text.replace('var_all: 69', 'var_all: 68'), 'input.corrupt'],
    ['an unknown feature', text.replace(/var:\d+/, 'var:69'), 'input.corrupt'],
    ['no limit', text.replace(/le:[^ ]+/, 'le:.Nan'), 'input.corrupt'],
    ['a third class', text.replace(/norm_class_idx: \d/, 'norm_class_idx: 2'), 'input.corrupt'],
    ['a level skipped', text.replace('depth: 1', 'depth: 2'), 'input.corrupt'],
    ['regression', text.replace('is_classifier: 1', 'is_classifier: 0'), 'input.unsupported'],
    ['categories', text.replace(/le:[^ ]+/, 'in:[ 1, 2 ]'), 'input.unsupported'],
    ['zip', 'PK\u0003\u0004rest', 'input.unsupported'],
  ]
  for (const [name, changed, code] of cases) await t.rejects(readForest([bytesOf(changed)]), { code }, name)
  await t.rejects(readForest([Uint8Array.of(0x25, 0x00, 0xff)]), { code: 'input.corrupt' }, 'bytes')
})

t.test('any mutation of a forest file is read or refused by name, never else', async () => {
  const original = bytesOf(forestText([randomTree(seeded(8), 4), randomTree(seeded(9), 5)]))
  const mutation = fc.array(fc.record({ at: fc.nat(original.length - 1), byte: fc.nat(255) }), { minLength: 1, maxLength: 6 })
  const property = fc.asyncProperty(mutation, fc.nat(original.length), async (changes, length) => {
    const bytes = original.slice()
    for (const { at, byte } of changes) bytes[at] = byte
    const forest = await readForest([bytes.subarray(0, length), bytes.subarray(length)].slice(0, length % 2 === 0 ? 1 : 2)).catch(
      (error) => error,
    )
    return isFault(forest) ? forest.code.startsWith('input.') : isScore(forest)
  })
  await fc.assert(property, { numRuns: 300 })
})

function isScore(forest: QualityForest): boolean {
  const score = forestScore(forest, new Float64Array(featureNames.length))
  return Number.isInteger(score) && score >= 0 && score <= 100
}

t.test('the command prints a line a file and says when the forest is not NIST’s', async (t) => {
  const folder = t.testdir({ 'forest.txt': forestText([randomTree(seeded(2), 6)]), 'broken.txt': 'nothing', 'empty.png': '' })
  const { writeFile } = await import('node:fs/promises')
  const finger = join(folder, 'finger.png')
  const white = join(folder, 'white.png')
  await writeFile(finger, await encodePng(print(301, 403), 301, 403, 500))
  await writeFile(
    white,
    await encodePng(
      picture(300, 300, () => 255),
      300,
      300,
      500,
    ),
  )
  const lines: string[] = []
  const warnings: string[] = []
  const terminal = { line: (text: string) => lines.push(text), warn: (text: string) => warnings.push(text) }

  t.equal(await command.run(['--json', '--features', finger, white], terminal), 0)
  const [first, second] = lines.map((line) => JSON.parse(line))
  t.match(first, { file: finger, ms: Number, score: Number, model: 'rekam-q', codes: [], features: { OCL_Bin10_Mean: Number } })
  t.equal(Object.keys(first.features).length, 69)
  t.match(second, { file: white, score: null, codes: ['uniform_image', 'empty_or_low_contrast', 'saturated'] })

  lines.length = 0
  t.equal(await command.run(['--nfiq2-model', join(folder, 'forest.txt'), finger], terminal), 0)
  t.match(lines, [/nfiq2/])
  t.match(warnings, [/not the forest of NFIQ 2/])
  t.equal(await command.run(['--nfiq2-model', join(folder, 'broken.txt'), finger], terminal), 1)
  t.equal(await command.run(['--json', join(folder, 'empty.png'), finger], terminal), 1)
})
