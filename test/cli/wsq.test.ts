// rekam wsq and record inspect: files in, files out, one JSON line each, exit status as scripts rely on it.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { UsageError } from '../../daemon/cli/command.js'
import { command as record } from '../../daemon/cli/record.js'
import { command as wsq } from '../../daemon/cli/wsq.js'
import { encodePng, readGreyImage } from '../../daemon/kernels/image/codec.js'

function terminal() {
  const lines: string[] = []
  const warnings: string[] = []
  return { lines, warnings, line: (text: string) => void lines.push(text), warn: (text: string) => void warnings.push(text) }
}

async function workFolder(t: { teardown(undo: () => void): void }) {
  const folder = mkdtempSync(join(tmpdir(), 'rekam-wsq-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const grey = Uint8Array.from({ length: 120 * 90 }, (_, i) => 128 + 100 * Math.sin((i % 120) / 2))
  writeFileSync(join(folder, 'in.png'), await encodePng(grey, 120, 90))
  return { grey, at: (name: string) => join(folder, name), list: () => readdirSync(folder).sort() }
}

t.test('png to wsq to png, pgm and raw, and back', async (t) => {
  const { at, list } = await workFolder(t)
  const out = terminal()
  t.equal(await wsq.run(['encode', at('in.png'), at('a.wsq'), '--rate', '2.25', '--ppi', '500', '--json'], out), 0)
  t.match(JSON.parse(out.lines[0]!), { file: at('in.png'), ms: Number, widthPx: 120, heightPx: 90, ppi: 500, bytes: Number })
  for (const name of ['b.png', 'b.pgm', 'b.raw']) {
    t.equal(await wsq.run(['decode', at('a.wsq'), at(name), '--json'], out), 0)
    const size = name.endsWith('raw') ? { widthPx: 120, heightPx: 90 } : undefined
    t.same((await readGreyImage(at(name), size)).grey, (await readGreyImage(at('a.wsq'))).grey, name)
    t.equal(await wsq.run(['encode', at(name), at('c.wsq'), ...(size ? ['--size', '120x90'] : [])], out), 0)
  }
  t.same(list(), ['a.wsq', 'b.pgm', 'b.png', 'b.raw', 'c.wsq', 'in.png'], 'no temporary file is left')
})

t.test('a bad file is {file, error} and status 1, and leaves no output', async (t) => {
  const { at, list } = await workFolder(t)
  writeFileSync(at('bad.wsq'), 'nothing of the kind')
  const out = terminal()
  t.equal(await wsq.run(['decode', at('bad.wsq'), at('x.png'), '--json'], out), 1)
  t.equal(await wsq.run(['decode', at('absent.wsq'), at('x.png'), '--json'], out), 1)
  t.equal(await wsq.run(['encode', at('bad.wsq'), at('x.wsq'), '--json'], out), 1)
  t.match(
    out.lines.map((line) => JSON.parse(line)),
    [
      { file: at('bad.wsq'), error: { code: 'wsq.corrupt', message: String } },
      { file: at('absent.wsq'), error: { code: 'input.not_found', message: String } },
      { file: at('bad.wsq'), error: { code: 'image.corrupt', message: String } },
    ],
  )
  t.same(list(), ['bad.wsq', 'in.png'])
})

t.test('wrong usage is a usage error', async (t) => {
  const { at } = await workFolder(t)
  for (const args of [
    [],
    ['turn', 'a', 'b'],
    ['encode', at('in.png')],
    ['encode', at('in.png'), at('o.wsq'), '--rate', 'much'],
    ['encode', at('in.raw'), at('o.wsq')],
    ['encode', at('in.raw'), at('o.wsq'), '--size', '12'],
    ['decode', at('a.wsq'), at('o.bmp')],
  ]) {
    await t.rejects(wsq.run(args, terminal()), UsageError, args.slice(0, 1).join(' '))
  }
  await t.rejects(record.run(['inspect'], terminal()), UsageError)
  await t.rejects(wsq.run(['encode', 'a', 'b', '--colour'], terminal()), { code: 'ERR_PARSE_ARGS_UNKNOWN_OPTION' })
})

t.test('record inspect prints a line a file, goes on behind a bad one and then ends with 1', async (t) => {
  const { at } = await workFolder(t)
  await wsq.run(['encode', at('in.png'), at('a.wsq')], terminal())
  const out = terminal()
  t.equal(await record.run(['inspect', at('a.wsq'), '--json'], out), 0)
  writeFileSync(at('cut.wsq'), readFileSync(at('a.wsq')).subarray(0, 400))
  t.equal(await record.run(['inspect', '--json', at('cut.wsq'), at('in.png'), at('a.wsq')], out), 1)
  t.match(
    out.lines.map((line) => JSON.parse(line)),
    [
      { file: at('a.wsq'), ms: Number, type: 'WSQ', valid: true, widthPx: 120 },
      { error: { code: 'wsq.corrupt' } },
      { error: { code: 'record.unsupported' } },
      { valid: true },
    ],
  )
})
