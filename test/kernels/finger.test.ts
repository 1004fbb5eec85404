// The thin finger kernels: where ridges are, which fingertip is which, and where minutiae lie.

import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import sharp from 'sharp'
import t from 'tap'
import { extractMinutiae, type Minutia } from '../../daemon/kernels/finger/minutiae.js'
import { blockPx, ridgeMap } from '../../daemon/kernels/finger/ridge-map.js'
import { type Slap, segmentSlap, slapPositions } from '../../daemon/kernels/finger/segment.js'
import type { MinutiaTruth } from '../../simulator/people/person.js'
import { syntheticPerson } from '../../simulator/people/synthetic.js'
import { seededRandom } from '../../simulator/seeded-random.js'

const folder = '../shared/data/fingerprint/'
const slaps: readonly Slap[] = ['right_four', 'left_four', 'thumbs']
const first = syntheticPerson(7)
const people = [{ seed: 7, person: first }, ...[8, 1_000].map((seed) => ({ seed, person: syntheticPerson(seed) }))]

const blank = (widthPx: number, heightPx: number, grey = 252) => new Uint8Array(widthPx * heightPx).fill(grey)

/** Dark stripes of the period of ridges, vertical, between two columns of the image. */
function stripes(widthPx: number, heightPx: number, fromPx: number, untilPx: number): Uint8Array {
  const image = blank(widthPx, heightPx)
  for (let y = 0; y < heightPx; y++) for (let x = fromPx; x < untilPx; x++) image[y * widthPx + x] = x % 9 < 4 ? 60 : 220
  return image
}

t.test('ridge map', async (t) => {
  t.test('finds the blocks with stripes and no others', async (t) => {
    const { columns, rows, ridges, area, coherence, grey } = ridgeMap(stripes(320, 160, 96, 192), 320, 160)
    t.strictSame([columns, rows, area], [20, 10, 60])
    for (let row = 1; row < rows - 1; row++) {
      t.strictSame(
        [...ridges.subarray(row * columns, (row + 1) * columns)],
        Array.from({ length: 20 }, (_, x) => (x >= 6 && x < 12 ? 1 : 0)),
      )
    }
    t.ok((coherence[5 * columns + 8] ?? 0) > 0.99, 'parallel stripes run in one line')
    t.equal(grey[5 * columns], 252)
  })

  t.test('has nothing to say about blank paper, a black platen or a picture smaller than a block', async (t) => {
    t.equal(ridgeMap(blank(160, 160), 160, 160).area, 0)
    t.equal(ridgeMap(blank(160, 160, 0), 160, 160).area, 0)
    t.strictSame(ridgeMap(blank(9, 9, 0), 9, 9).ridges.length, 0)
  })

  t.test('fills a hole of one block and drops a lonely one', async (t) => {
    const image = stripes(320, 320, 32, 288)
    const put = (column: number, row: number, grey: (x: number) => number) => {
      for (let y = 0; y < blockPx; y++)
        for (let x = 0; x < blockPx; x++) image[(row * blockPx + y) * 320 + column * blockPx + x] = grey(column * blockPx + x)
    }
    put(10, 10, () => 230)
    const filled = ridgeMap(image, 320, 320)
    t.equal(filled.ridges[10 * 20 + 10], 1)
    const lonely = blank(320, 320)
    for (let y = 160; y < 176; y++) for (let x = 160; x < 176; x++) lonely[y * 320 + x] = x % 9 < 4 ? 60 : 220
    const map = ridgeMap(lonely, 320, 320)
    t.strictSame([map.area, map.ridges.includes(1)], [1, false])
  })
})

t.test('slap segmentation', async (t) => {
  t.test('names every finger of synthetic hands within 20 px of where it was put', async (t) => {
    for (const { seed, person } of people) {
      for (const slap of slaps) {
        const image = await person.images.slap(slap)
        const truth = (await person.truth?.slap(slap)) ?? []
        const found = segmentSlap(image.grey, image.widthPx, image.heightPx, { slap }).fingers
        t.strictSame(
          found.map(({ position }) => position),
          [...slapPositions[slap]],
          `seed ${seed}, ${slap}: from left to right`,
        )
        const offsets = truth.map(({ position, cx, cy }) => {
          const finger = found.find((each) => each.position === position)
          return finger ? Math.hypot(finger.cx - cx, finger.cy - cy) : Number.POSITIVE_INFINITY
        })
        t.ok(Math.max(...offsets) < 20, `seed ${seed}, ${slap}: ${offsets.map((px) => px.toFixed(0)).join(' ')} px`)
      }
    }
  })

  t.test(
    'agrees with nfseg on real inked slaps within 80 px, and names the thumbs of a real card',
    { skip: existsSync(folder) ? false : 'the shared fingerprint images are not here' },
    async (t) => {
      const golden = JSON.parse(await readFile(`${folder}golden/nfseg_nist_slaps.json`, 'utf8')) as {
        images: { image: string; fgp: 13 | 14; fingers: { fgp: number; center_x: number; center_y: number }[] }[]
      }
      t.equal(golden.images.length, 2)
      for (const { image, fgp, fingers } of golden.images) {
        const { grey, widthPx, heightPx } = await readGrey(`../shared/data/${image}`)
        const found = segmentSlap(grey, widthPx, heightPx, { slap: fgp === 13 ? 'right_four' : 'left_four' }).fingers
        t.strictSame(
          found.map(({ position }) => position),
          fingers.map((finger) => finger.fgp),
        )
        for (const [i, { fgp: position, center_x, center_y }] of fingers.entries()) {
          const { cx, cy } = found[i] ?? { cx: 0, cy: 0 }
          t.ok(Math.abs(cx - center_x) < 80 && Math.abs(cy - center_y) < 80, `finger ${position}: ${cx - center_x}, ${cy - center_y}`)
        }
      }
      const thumbs = await readGrey(`${folder}nist_tenprint/fgp15_plain_both_thumbs.png`)
      const found = segmentSlap(thumbs.grey, thumbs.widthPx, thumbs.heightPx, { slap: 'thumbs' }).fingers
      t.strictSame(
        found.map(({ position }) => position),
        [6, 1],
      )
      t.ok((found[0]?.cx ?? 0) < thumbs.widthPx / 2 && (found[1]?.cx ?? 0) > thumbs.widthPx / 2, 'one on each side')
    },
  )

  t.test('names nobody on blank paper, in noise, or when a finger is missing', async (t) => {
    for (const slap of slaps) {
      t.strictSame(segmentSlap(blank(1600, 1500), 1600, 1500, { slap }).fingers, [])
      t.strictSame(segmentSlap(new Uint8Array(1600 * 1500), 1600, 1500, { slap }).fingers, [])
      const random = seededRandom(3)
      t.strictSame(segmentSlap(random.bytes(1600 * 1500), 1600, 1500, { slap }).fingers, [], `noise as ${slap}`)
      t.strictSame(segmentSlap(new Uint8Array(64), 8, 8, { slap }).fingers, [], 'a picture of 8 × 8')
    }
    const { images } = first
    const { grey, widthPx, heightPx } = await images.slap('right_four')
    const cut = grey.slice()
    for (let y = 0; y < heightPx; y++) cut.fill(252, y * widthPx, y * widthPx + 440)
    const three = segmentSlap(cut, widthPx, heightPx, { slap: 'right_four' }).fingers
    t.strictSame(
      three.map(({ position }) => position),
      [0, 0, 0],
      'three fingers are found, none is named',
    )
    const thumbs = await images.slap('thumbs')
    const wrongHand = segmentSlap(thumbs.grey, widthPx, heightPx, { slap: 'right_four' }).fingers
    t.ok(
      wrongHand.every(({ position }) => position === 0),
      'two thumbs are not four fingers',
    )
  })

  t.test('boxes lie inside the picture and do not overlap', async (t) => {
    for (const { person } of people) {
      const { grey, widthPx, heightPx } = await person.images.slap('left_four')
      const found = segmentSlap(grey, widthPx, heightPx, { slap: 'left_four' }).fingers
      found.forEach(({ cx, cy, width, height }, i) => {
        t.ok(cx - width / 2 >= 0 && cx + width / 2 <= widthPx && cy - height / 2 >= 0 && cy + height / 2 <= heightPx)
        const right = found[i + 1]
        if (right) t.ok(cx + width / 2 <= right.cx - right.width / 2)
      })
    }
  })
})

t.test('minutiae', async (t) => {
  t.test('are found where synthetic fingers have them, and point the right way', async (t) => {
    const sum = { truth: 0, found: 0, matched: 0, aligned: 0 }
    for (const { seed, person } of people) {
      for (const position of [1, 2, 5, 7] as const) {
        const image = await person.images.fingerPatch(position)
        const truth = (await person.truth?.fingerPatch(position))?.minutiae ?? []
        const found = extractMinutiae(image.grey, image.widthPx, image.heightPx, 200)
        const { matched, aligned } = pairUp(truth, found)
        t.ok(
          matched / truth.length > 0.65 && matched / found.length > 0.75,
          `seed ${seed}, finger ${position}: ${matched} of ${truth.length}`,
        )
        sum.truth += truth.length
        sum.found += found.length
        sum.matched += matched
        sum.aligned += aligned
      }
    }
    const [recall, precision, right] = [sum.matched / sum.truth, sum.matched / sum.found, sum.aligned / sum.matched]
    t.comment(`recall ${recall.toFixed(3)}, precision ${precision.toFixed(3)}, within 30 degrees ${right.toFixed(3)}`)
    t.ok(recall >= 0.8, 'recall within 9 px')
    t.ok(precision >= 0.75, 'precision within 9 px')
    t.ok(right >= 0.95, 'direction of ISO/IEC 19794-2 within 30 degrees')
  })

  t.test('are none on blank paper and at most as many as asked for, those in the middle first', async (t) => {
    t.strictSame(extractMinutiae(blank(500, 500), 500, 500, 60), [])
    t.strictSame(extractMinutiae(new Uint8Array(25), 5, 5, 60), [])
    const { grey, widthPx, heightPx } = await first.images.fingerPatch(2)
    const all = extractMinutiae(grey, widthPx, heightPx, 200)
    const few = extractMinutiae(grey, widthPx, heightPx, 12)
    t.strictSame(few, all.slice(0, 12))
  })

  t.test('stay inside the picture and keep their distance, whatever the picture', async (t) => {
    const property = fc.property(
      fc.integer(),
      fc.integer({ min: 1, max: 90 }),
      fc.integer({ min: 1, max: 90 }),
      (seed, widthPx, heightPx) => {
        const found = extractMinutiae(seededRandom(seed).bytes(widthPx * heightPx), widthPx, heightPx, 1_000)
        for (const [i, a] of found.entries()) {
          if (a.x < 0 || a.y < 0 || a.x >= widthPx || a.y >= heightPx || a.angle < 0 || a.angle >= 2 * Math.PI) return false
          if (found.some((b, j) => i !== j && Math.hypot(a.x - b.x, a.y - b.y) < 7)) return false
        }
        return true
      },
    )
    const { failed, seed, counterexample } = fc.check(property, { numRuns: 60 })
    t.notOk(failed, `seed ${seed} ${JSON.stringify(counterexample)}`)
  })
})

async function readGrey(path: string): Promise<{ grey: Uint8Array; widthPx: number; heightPx: number }> {
  const { data, info } = await sharp(path).greyscale().toColourspace('b-w').raw().toBuffer({ resolveWithObject: true })
  return { grey: new Uint8Array(data), widthPx: info.width, heightPx: info.height }
}

/** Each true minutia with the nearest one found within 9 px, each used once. */
function pairUp(truth: readonly MinutiaTruth[], found: readonly Minutia[]): { matched: number; aligned: number } {
  const free = new Set(found)
  let matched = 0
  let aligned = 0
  for (const { x, y, angleDeg } of truth) {
    const near = [...free].map((minutia) => ({ minutia, px: Math.hypot(minutia.x - x, minutia.y - y) })).filter(({ px }) => px <= 9)
    const [best] = near.sort((a, b) => a.px - b.px)
    if (!best) continue
    free.delete(best.minutia)
    matched++
    const turn = (((best.minutia.angle * 180) / Math.PI - angleDeg + 540) % 360) - 180
    if (Math.abs(turn) <= 30) aligned++
  }
  return { matched, aligned }
}
