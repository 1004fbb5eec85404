// rekam iris: files in, one JSON line each with the fields that scripts read, exit status as they rely on it.

import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { main } from '../../daemon/cli/main.js'
import { encodePng, readGreyImage } from '../../daemon/kernels/image/codec.js'
import { openJp2Codec } from '../../daemon/kernels/image/jp2.js'
import { writePgm } from '../../daemon/kernels/image/pgm.js'
import { irisPoints } from '../../daemon/kernels/iris/match.js'
import { writeIrisImageRecord } from '../../daemon/record/iris-image.js'
import { captureDate } from '../../daemon/record/representation.js'
import { type EyeSetItem, eyeSet } from '../../simulator/people/eye/sets.js'

function terminal() {
  const lines: string[] = []
  const warnings: string[] = []
  return { lines, warnings, line: (text: string) => void lines.push(text), warn: (text: string) => void warnings.push(text) }
}

const folder = mkdtempSync(join(tmpdir(), 'rekam-iris-'))
t.teardown(() => rmSync(folder, { recursive: true }))
const at = (name: string) => join(folder, name)

/** Runs with --json. */
async function run(...args: string[]) {
  const out = terminal()
  const status = await main(['iris', ...args, '--json'], out)
  return { status, lines: out.lines.map((line) => JSON.parse(line)) }
}

const colour = (grey: Uint8Array, tint = 0): Uint8Array => {
  const rgb = new Uint8Array(3 * grey.length)
  grey.forEach((value, i) => {
    rgb.set([value, value, Math.min(255, value + tint)], 3 * i)
  })
  return rgb
}

/** Bottom row first, BGR, rows of whole words: as a 24-bit Windows bitmap has it. */
function bmp({ grey, widthPx, heightPx }: EyeSetItem): Uint8Array {
  const stride = (3 * widthPx + 3) & ~3
  const out = new Uint8Array(54 + stride * heightPx)
  const view = new DataView(out.buffer)
  out.set([0x42, 0x4d])
  view.setUint32(10, 54, true)
  view.setUint32(14, 40, true)
  view.setInt32(18, widthPx, true)
  view.setInt32(22, heightPx, true)
  view.setUint16(28, 24, true)
  for (let y = 0; y < heightPx; y++) out.set(colour(grey.subarray(y * widthPx, (y + 1) * widthPx)), 54 + (heightPx - 1 - y) * stride)
  return out
}

async function record({ grey, widthPx, heightPx }: EyeSetItem): Promise<Uint8Array> {
  const image = await openJp2Codec().encode(grey, widthPx, heightPx, 1, 'lossless')
  const unknown = { smallest: 0, largest: 0 }
  return writeIrisImageRecord({
    edition: 2011,
    representations: [
      {
        captureDate: captureDate(0),
        captureDevice: { technology: 1, vendor: 0, type: 0 },
        qualityBlocks: [],
        certificationBlocks: [],
        representationNumber: 1,
        eye: 1,
        imageType: 1,
        imageFormat: 0x0a,
        properties: 0,
        widthPx,
        heightPx,
        bitDepth: 8,
        range: 0,
        rollAngle: 65_535,
        rollAngleUncertainty: 65_535,
        irisCentreX: unknown,
        irisCentreY: unknown,
        irisDiameter: unknown,
        image,
      },
    ],
  })
}

t.before(async () => {
  for (const item of eyeSet('lg2200', { seed: 8, eyes: 2, looks: 2 })) {
    const name = `eye${item.eye}-${item.look}`
    writeFileSync(at(`${name}.png`), await encodePng(item.grey, item.widthPx, item.heightPx))
    if (name !== 'eye0-0') continue
    writeFileSync(at('same.pgm'), writePgm(item.grey, item.widthPx, item.heightPx))
    writeFileSync(at('same.bmp'), bmp(item))
    writeFileSync(at('same.raw'), item.grey)
    writeFileSync(at('same-rgb.png'), await encodePng(colour(item.grey), item.widthPx, item.heightPx))
    writeFileSync(at('same.iso'), await record(item))
    writeFileSync(at('tinted.png'), await encodePng(colour(item.grey, 40), item.widthPx, item.heightPx))
    writeFileSync(at('cut.bmp'), bmp(item).subarray(0, 5_000))
  }
  writeFileSync(at('flat.png'), await encodePng(new Uint8Array(320 * 240).fill(140), 320, 240))
  writeFileSync(at('tiny.png'), await encodePng(new Uint8Array(60 * 40).fill(140), 60, 40))
  writeFileSync(at('broken.png'), 'nothing of the kind')
})

t.test('locate gives circles, quality and a mask; what cannot be is an error of its own and the rest go on', async (t) => {
  const bad = ['flat.png', 'tiny.png', 'broken.png', 'tinted.png', 'cut.bmp', 'absent.png'].map(at)
  const { status, lines } = await run('locate', '--mask', at('masks'), ...bad, at('eye0-0.png'))
  t.equal(status, 1)
  t.same(
    lines.map(({ file, error }) => [file.slice(folder.length + 1), error?.code]),
    [
      ['flat.png', 'iris.not_found'],
      ['tiny.png', 'image.unsupported'],
      ['broken.png', 'image.corrupt'],
      ['tinted.png', 'image.unsupported'],
      ['cut.bmp', 'image.corrupt'],
      ['absent.png', 'input.not_found'],
      ['eye0-0.png', undefined],
    ],
  )
  const circle = { x: Number, y: Number, r: Number }
  t.match(lines.at(-1), { file: at('eye0-0.png'), ms: Number, pupil: circle, iris: circle, quality: Number, codes: Array })
  const mask = await readGreyImage(at('masks/eye0-0.png'))
  t.match(mask, { widthPx: 320, heightPx: 240 })
  const seen = mask.grey.reduce((count, value) => count + (value === 255 ? 1 : 0), 0)
  t.ok(seen > 2_000 && mask.grey.every((value) => value === 0 || value === 255), `${seen} pixels of iris`)
  t.same(readdirSync(at('masks')), ['eye0-0.png'])
})

t.test('one picture gives the same circles in any kind of file', async (t) => {
  const { status, lines } = await run(
    'locate',
    '--size',
    '320x240',
    ...['eye0-0.png', 'same.pgm', 'same.bmp', 'same.raw', 'same-rgb.png', 'same.iso'].map(at),
  )
  t.equal(status, 0, JSON.stringify(lines.filter(({ error }) => error)))
  for (const { pupil, iris } of lines) t.same({ pupil, iris }, { pupil: lines[0].pupil, iris: lines[0].iris })
})

t.test('quality names its metrics and at most one advice', async (t) => {
  const { status, lines } = await run('quality', at('eye0-0.png'))
  t.equal(status, 0)
  t.match(lines, [
    { file: at('eye0-0.png'), ms: Number, quality: Number, metrics: { usableIrisArea: Number, sharpness: Number }, advice: String },
  ])
})

t.test('templates match like the images they are of, in the order of the list', async (t) => {
  const { status: encoded, lines: codes } = await run('encode', '--out', at('codes'), at('eye0-0.png'), at('eye0-1.png'), at('eye1-0.png'))
  t.equal(encoded, 0)
  t.match(codes[0], { file: at('eye0-0.png'), ms: Number, bits: Number, output: at('codes/eye0-0.iriscode') })
  t.ok(existsSync(at('codes/eye0-1.iriscode')))
  const list = [
    'eye0-0.png eye0-1.png',
    'codes/eye0-0.iriscode codes/eye0-1.iriscode',
    'codes/eye0-0.iriscode same.bmp',
    'eye0-0.png eye1-0.png',
    'eye0-0.png flat.png',
    'broken.png eye0-0.png',
  ].map((line) => line.split(' ').map(at).join(' '))
  writeFileSync(at('pairs.txt'), `${list.join('\n')}\n\n`)
  const { status, lines } = await run('match', '--pairs', at('pairs.txt'))
  t.equal(status, 1)
  t.same(
    lines.map(({ a, b }) => `${a} ${b}`),
    list,
  )
  const [images, templates, self, other, flat, broken] = lines
  t.ok(1 - images.score < irisPoints.fmr1in10000 && typeof images.ms === 'number', `the same eye: ${images.score}`)
  t.equal(templates.score, images.score)
  t.ok(self.score > 0.85, `itself: ${self.score}`)
  t.ok(1 - other.score > irisPoints.fmr1in100, `another eye: ${other.score}`)
  t.equal(flat.error.code, 'iris.not_found')
  t.equal(broken.error.code, 'image.corrupt')
  const one = await run('match', at('eye0-0.png'), at('eye0-1.png'))
  t.match(one, { status: 0, lines: [{ score: images.score }] })
})

t.test('wrong usage ends with status 2 and the usage of that command alone', async (t) => {
  for (const [word, ...args] of [
    ['locate'],
    ['locate', '--size', 'big', 'a.png'],
    ['locate', at('same.raw')],
    ['quality'],
    ['encode'],
    ['match', 'a.png'],
    ['match', 'a', 'b', 'c'],
    ['match', '--pairs', at('absent.txt')],
  ] as const) {
    const out = terminal()
    t.equal(await main(['iris', word, ...args], out), 2, [word, ...args].join(' '))
    const [why, ...usage] = out.warnings
    t.match(why, `rekam iris ${word}: `)
    t.ok(usage.length > 0 && usage.every((line) => line.startsWith(`  rekam iris ${word} `)))
  }
})
