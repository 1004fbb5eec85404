// The thin finger kernels: where ridges are, which fingertip is which, and where minutiae lie.

import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import t from 'tap'
import { blockPx, ridgeMap } from '../../daemon/kernels/finger/ridge-map.js'
import { type Slap, segmentSlap, slapPositions } from '../../daemon/kernels/finger/segment.js'
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

async function readGrey(path: string): Promise<{ grey: Uint8Array; widthPx: number; heightPx: number }> {
  const { data, info } = await sharp(path).greyscale().toColourspace('b-w').raw().toBuffer({ resolveWithObject: true })
  return { grey: new Uint8Array(data), widthPx: info.width, heightPx: info.height }
}
