// rekam finger and rekam bench: files in, one JSON line each with the fields that scripts read, exit status as they rely on it.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { main } from '../../daemon/cli/main.js'
import { operatingPoints } from '../../daemon/kernels/finger/match.js'
import { encodePng } from '../../daemon/kernels/image/codec.js'
import { syntheticPerson } from '../../simulator/people/synthetic.js'

function terminal() {
  const lines: string[] = []
  const warnings: string[] = []
  return { lines, warnings, line: (text: string) => void lines.push(text), warn: (text: string) => void warnings.push(text) }
}

const folder = mkdtempSync(join(tmpdir(), 'rekam-finger-'))
t.teardown(() => rmSync(folder, { recursive: true }))
const at = (name: string) => join(folder, name)

/** Runs with --json. */
async function run(...args: string[]) {
  const out = terminal()
  const status = await main(['finger', ...args, '--json'], out)
  return { status, lines: out.lines.map((line) => JSON.parse(line)) }
}

t.before(async () => {
  const person = syntheticPerson(11)
  const save = async (name: string, { grey, widthPx, heightPx }: { grey: Uint8Array; widthPx: number; heightPx: number }) =>
    writeFileSync(at(name), await encodePng(grey, widthPx, heightPx, 500))
  await save('index.png', await person.images.fingerPatch(2, { seed: 1 }))
  await save('index-again.png', await person.images.fingerPatch(2, { seed: 2 }))
  await save('middle.png', await person.images.fingerPatch(3, { seed: 1 }))
  await save('slap.png', await person.images.slap('left_four'))
  await save('blank.png', { grey: new Uint8Array(300 * 300).fill(255), widthPx: 300, heightPx: 300 })
  writeFileSync(at('broken.png'), 'nothing of the kind')
})

t.test('segment names the fingers of a slap, cuts them out, and a bad file does not stop the good one', async (t) => {
  const { status, lines } = await run('segment', '--out', at('cuts'), at('slap.png'), at('broken.png'), at('blank.png'))
  t.equal(status, 1)
  const box = { cx: Number, cy: Number, width: Number, height: Number, angleDeg: Number }
  t.match(lines, [
    { file: at('slap.png'), ms: Number, slap: 'left_four', fingers: [10, 9, 8, 7].map((position) => ({ position, ...box })), codes: [] },
    { file: at('broken.png'), error: { code: 'image.corrupt', message: String } },
    { file: at('blank.png'), ms: Number, fingers: [], codes: ['blank'] },
  ])
  t.same(
    readdirSync(at('cuts')).sort(),
    ['07', '08', '09', '10'].map((each) => `slap-finger-${each}.png`),
  )
})

t.test('quality gives a score by its model name, and to what is no finger a code instead', async (t) => {
  const { status, lines } = await run('quality', at('index.png'), at('blank.png'))
  t.equal(status, 0)
  t.match(lines, [
    { file: at('index.png'), ms: Number, score: Number, model: 'rekam-q', codes: [] },
    { file: at('blank.png'), ms: Number, score: null, model: 'rekam-q' },
  ])
  t.ok(lines[0].score > 20 && lines[0].score <= 100, `a clean print scores ${lines[0].score}`)
  t.ok(lines[1].codes.length > 0)
})

t.test('templates go to files of each format and match like the images they are of', async (t) => {
  for (const format of ['fmr', 'fmc', 'json']) {
    const { status, lines } = await run('extract', '--out', at('templates'), '--format', format, at('index.png'), at('index-again.png'))
    t.equal(status, 0)
    t.match(lines, [{ file: at('index.png'), ms: Number, minutiae: Number }, { minutiae: Number }])
    t.ok(lines[0].minutiae >= 16, `${lines[0].minutiae} minutiae`)
  }
  t.equal(readFileSync(at('templates/index.fmr')).toString('latin1', 0, 8), 'FMR\0 20\0')
  const list = [
    `${at('index.png')} ${at('index-again.png')}`,
    `${at('templates/index.fmr')} ${at('templates/index-again.fmr')}`,
    `${at('templates/index.fmc')} ${at('templates/index-again.fmc')}`,
    `${at('templates/index.json')} ${at('index-again.png')}`,
    `${at('index.png')} ${at('middle.png')}`,
    `${at('index.png')} ${at('broken.png')}`,
    `${at('blank.png')} ${at('index.png')}`,
  ]
  writeFileSync(at('pairs.txt'), `${list.join('\n')}\n`)
  const { status, lines } = await run('match', '--pairs', at('pairs.txt'))
  t.equal(status, 1, 'two of the pairs have nothing to compare')
  t.same(
    lines.map(({ a, b }) => `${a} ${b}`),
    list,
    'one line a pair, in order',
  )
  for (const { score, ms } of lines.slice(0, 4)) {
    t.ok(score > operatingPoints.fmr1in10000, `the same finger: ${score}`)
    t.type(ms, 'number')
  }
  t.ok(lines[4].score < operatingPoints.fmr1in1000, `another finger: ${lines[4].score}`)
  t.match(lines[5], { error: { code: 'image.corrupt', message: String } })
  t.match(
    lines[6],
    { error: { code: 'finger.no_print', message: /Use a clear picture of one finger/ } },
    'no score for nothing, and what to do',
  )
})

t.test('a record is told by its first bytes, whatever the name of its file', async (t) => {
  writeFileSync(at('no-extension'), readFileSync(at('templates/index.fmr')))
  const { status, lines } = await run('match', at('no-extension'), at('templates/index.fmr'))
  t.equal(status, 0)
  t.ok(lines[0].score > operatingPoints.fmr1in10000)
})

t.test('wrong usage ends with status 2 and the usage of that command alone', async (t) => {
  for (const [word, ...args] of [
    ['segment'],
    ['segment', '--slap', 'both', 'a.png'],
    ['segment', '--missing', '11', 'a.png'],
    ['quality'],
    ['extract', '--format', 'pdf', 'a.png'],
    ['extract', '--limit', '0', 'a.png'],
    ['match', 'a.png'],
    ['match', 'a', 'b', 'c'],
    ['match', '--pairs', at('absent.txt')],
  ] as const) {
    const out = terminal()
    t.equal(await main(['finger', word, ...args], out), 2, [word, ...args].join(' '))
    const [why, ...usage] = out.warnings
    t.match(why, `rekam finger ${word}: `)
    t.ok(usage.length > 0 && usage.every((line) => line.startsWith(`  rekam finger ${word} `)))
    t.same(out.lines, [])
  }
  for (const args of [['finger'], ['finger', 'cut'], ['finger', 'constructor'], ['bench', 'nothing']]) {
    t.equal(await main(args, terminal()), 2, args.join(' '))
  }
})
