// The demo on the real stacks, as somebody types it, beside a second real stack in this process: both hand over a card, and neither leaves anything behind.
// The second one's card is then read by a PC/SC client of somebody else.

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { centreBiometrics } from '../../daemon/cli/centre-biometrics.js'
import { writeArtefacts } from '../../daemon/cli/demo-artefacts.js'
import { decodeWsq } from '../../daemon/kernels/wsq/index.js'
import { inspectRecord } from '../../daemon/record/inspect.js'
import type { CaseState } from '../../protocol/client.js'
import { systemClock } from '../../protocol/clock.js'
import { silentLog } from '../../protocol/log.js'
import { type Person, platen, type Slap } from '../../simulator/people/person.js'
import { loadSubject } from '../../simulator/people/subject.js'
import { syntheticPerson } from '../../simulator/people/synthetic.js'
import { canRun, leftIn, ownTemporaryFolder, processesIn, type RealOffice, realOffice, rekam, samples } from './real-office.js'

t.setTimeout(600_000)
const run = promisify(execFile)

/** Seed 1 of the demo: its first person, when there are no samples. */
const demoSeed = 1
const person = existsSync(samples) ? await loadSubject(samples) : syntheticPerson(demoSeed * 1_000)
if (person.source === 'synthetic') t.pass('sample images', { skip: `${samples} is not there: a synthetic person instead` })

/** Ten times the common logarithm of 255² over the mean square error. */
function psnrDb(a: Uint8Array, b: Uint8Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2
  return 10 * Math.log10((255 * 255 * a.length) / sum)
}

/** What WSQ at 0.75 bit a pixel gives for these pictures, a little below what was measured: samples 31.9 to 34.8 dB, drawn slaps 34.3 to 36.6 dB. */
const leastPsnrDb = person.source === 'samples' ? 30 : 32
const slaps: readonly Slap[] = ['right_four', 'left_four', 'thumbs']

t.test('two real stacks at once', async (t) => {
  if (!canRun(t, 'opensc-tool', 'usbip')) return
  const temporary = await ownTemporaryFolder(t)
  const out = t.testdir({ typed: {}, second: {} })
  const typed = typeDemo(t, join(out, 'typed'))
  const office = await realOffice(t, { seed: 2, first: person })
  const walking = office.startStation().then((station) => station.walk())
  const [demo, finished] = await Promise.all([typed, walking])
  await t.test('the demo as it is typed', (t) => examineDemo(t, demo, join(out, 'typed')))
  await t.test('the card of the second stack', (t) => examineSecond(t, office, finished, join(out, 'second')))
  await office.close()
  t.same(await leftIn(temporary), [], 'no temporary file is left')
  t.same(await processesIn(temporary), [], 'no process is left')
})

interface TypedDemo {
  readonly exit: readonly unknown[]
  readonly events: readonly { readonly step?: string; readonly ok?: boolean; readonly artefacts?: readonly string[] }[]
  readonly errors: string
  /** While it ran. */
  readonly usbip: string
}

async function typeDemo(t: Test, out: string): Promise<TypedDemo> {
  const subject = person.source === 'samples' ? ['--subject', samples] : ['--seed', String(demoSeed)]
  const args = [rekam, 'demo', '--stack', 'real', ...subject, '--out', out, '--json']
  const demo = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const exited = once(demo, 'exit')
  t.teardown(async () => {
    demo.kill('SIGTERM')
    await exited
  })
  const errors: string[] = []
  const lines: string[] = []
  createInterface({ input: demo.stderr }).on('line', (line) => errors.push(line))
  const stdout = createInterface({ input: demo.stdout }).on('line', (line) => lines.push(line))
  await Promise.race([once(stdout, 'line'), exited])
  const port = /--tcp-port (\d+)/.exec(errors.join('\n'))?.[1]
  const usbip = port === undefined ? '' : await usbipList(port)
  const exit = await exited
  return { exit, events: lines.map((line) => JSON.parse(line) as TypedDemo['events'][number]), errors: errors.join('\n'), usbip }
}

async function examineDemo(t: Test, { exit, events, errors, usbip }: TypedDemo, out: string): Promise<void> {
  t.same(exit, [0, null], 'exit status 0', { errors })
  for (const name of ['slap-scanner', 'iris-camera', 'face-camera', 'card-printer']) t.match(usbip, name, `usbip lists the ${name}`)
  const last = events.at(-1)
  t.ok(events.slice(0, -1).every(({ step, ok }) => step !== undefined && ok === true))
  t.match(last, { result: 'handed_over', standard: 'timed-recording', caseId: String, promised: { value: 73 }, actual: { unit: 'minute' } })
  t.same(
    last?.artefacts?.filter((path) => !existsSync(path)),
    [],
    'all that it names is there',
  )

  const types: string[] = []
  for (const name of await readdir(join(out, 'records'))) types.push((await inspectRecord(await readFile(join(out, 'records', name)))).type)
  // Three slaps and the two index fingers again; a template of each finger, the two more of them.
  const expected = { FAC: 1, FIR: 4, FMR: 12, IIR: 1, SDI: 2, WSQ: 4 }
  t.same(
    types.sort(),
    Object.entries(expected).flatMap(([type, count]) => Array.from({ length: count }, () => type)),
    'every record can be read',
  )
  for (const slap of slaps) {
    const bytes = await readFile(join(out, 'records', `${slap}.wsq`))
    const { grey, widthPx, heightPx } = decodeWsq(bytes)
    t.same({ widthPx, heightPx }, platen)
    const psnr = psnrDb(grey, (await person.images.slap(slap)).grey)
    const rate = (bytes.length * 8) / grey.length
    t.comment(`${slap}: ${psnr.toFixed(1)} dB at ${rate.toFixed(2)} bit/pixel`)
    t.ok(psnr >= leastPsnrDb && psnr < 60, `${slap} is the picture on the platen, compressed`)
    t.ok(rate <= 0.75, `${slap} keeps the rate`)
  }
}

async function usbipList(port: string): Promise<string> {
  const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin` }
  return (await run('usbip', ['--tcp-port', port, 'list', '-r', '127.0.0.1'], { env })).stdout
}

interface CardDump {
  readonly atr: string
  readonly application: string
  readonly files: readonly { readonly name: string; readonly fid: string; readonly content: string }[]
}

async function examineSecond(t: Test, { stack }: RealOffice, finished: CaseState, out: string): Promise<void> {
  t.equal(finished.state, 'archived')
  t.equal(stack.office.centre.cardsHandedOver.length, 1, 'the centre was told')
  t.match(await usbipList(String(stack.usbipPort)), /card-printer/, 'a port of its own')

  await writeArtefacts({ stack, clock: systemClock, log: silentLog }, out, finished)
  const dump = JSON.parse(await readFile(join(out, 'card.json'), 'utf8')) as CardDump
  const card = await openscReader(stack.pcscEnvironment, dump.application)
  t.equal(card.atr, dump.atr, 'another PC/SC client sees the same card')
  for (const { name, fid, content } of dump.files) t.equal(await card.read(fid), content, `${name} as another client reads it`)

  const content = (name: string) => Buffer.from(dump.files.find((file) => file.name.startsWith(name))?.content ?? '', 'hex')
  t.same(biodataOf(content('DG11')), expectedBiodata(person), 'DG11 holds what the centre issued')
  const { items } = await stack.office.centre.contentsOf(stack.office.centre.packetIds[0] ?? '')
  const bytesOf = (slap: Slap) => items.find(({ type }) => type === `record.${slap}`)?.bytes ?? new Uint8Array()
  const templates = await centreBiometrics.templates([
    { position: 13, record: bytesOf('right_four') },
    { position: 14, record: bytesOf('left_four') },
  ])
  t.ok(templates.length > 0)
  for (const { position, template } of templates)
    t.ok(content('DG3').includes(Buffer.from(template)), `the template of finger ${position} is in DG3`)
}

/** opensc-tool on the counter's reader: the second of the two. */
async function openscReader(environment: Readonly<Record<string, string>>, application: string) {
  const opensc = async (...args: string[]) =>
    (await run('opensc-tool', ['-r', '1', ...args], { env: { ...process.env, ...environment } })).stdout
  const send = async (apdus: readonly string[]) => {
    const answers = (await opensc(...apdus.flatMap((apdu) => ['-s', apdu]))).split('Received ').slice(1)
    for (const answer of answers) if (!answer.includes('SW1=0x90, SW2=0x00')) throw new Error(answer)
    return answers
  }
  const selectApplication = `00A4040C${(application.length / 2).toString(16).padStart(2, '0')}${application}`
  return {
    atr: (await opensc('-a')).trim().replaceAll(':', '').toUpperCase(),
    read: async (fid: string): Promise<string> => {
      const select = [selectApplication, `00A4020402${fid}00`]
      const parameters = bytesIn((await send(select))[1] ?? '', 256)
      const at = parameters.indexOf('8002')
      const size = Number.parseInt(parameters.slice(at + 4, at + 8), 16)
      const offsets = Array.from({ length: Math.ceil(size / 224) }, (_, i) => i * 224)
      const lengths = offsets.map((offset) => Math.min(224, size - offset))
      const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0')
      const answers = await send([...select, ...offsets.map((offset, i) => `00B0${hex(offset, 4)}${hex(lengths[i] ?? 0, 2)}`)])
      return answers
        .slice(select.length)
        .map((answer, i) => bytesIn(answer, lengths[i] ?? 0))
        .join('')
    },
  }
}

/** The first `count` bytes of a dump of 16 bytes a line, with characters behind them. */
function bytesIn(dump: string, count: number): string {
  const [, ...lines] = dump.trimEnd().split('\n')
  return lines
    .map((line, i) => {
      const here = Math.min(16, count - 16 * i)
      const pairs = /^(?:[0-9A-F]{2} ?){1,16}/.exec(line)?.[0] ?? ''
      return pairs.replaceAll(' ', '').slice(0, 2 * here)
    })
    .join('')
}

/** Values by tag, of tags and lengths of one or two bytes as BER-TLV has them. */
function biodataOf(dg11: Buffer): Record<string, string> {
  const objects: Record<string, string> = {}
  let at = 0
  const next = () => {
    const first = dg11[at++] ?? 0
    const tag = (first & 0x1f) === 0x1f ? (first << 8) | (dg11[at++] ?? 0) : first
    const short = dg11[at++] ?? 0
    if (short < 0x80) return { tag, length: short }
    const bytes = short & 0x7f
    at += bytes
    return { tag, length: dg11.readUIntBE(at - bytes, bytes) }
  }
  next()
  while (at < dg11.length) {
    const { tag, length } = next()
    objects[tag.toString(16)] = dg11.toString('utf8', at, at + length)
    at += length
  }
  return objects
}

function expectedBiodata({ biodata }: Person): Record<string, string> {
  const { street, rtRw, village, district, regency, province } = biodata.address
  return {
    '5f10': biodata.nik,
    '5f0e': biodata.name,
    '5f2b': biodata.birthDate.replaceAll('-', ''),
    '5f11': biodata.birthPlace,
    '5f42': [street, `RT/RW ${rtRw}`, village, district, regency, province].join(', '),
    '5f13': biodata.occupation,
    '81': biodata.sex,
    '82': biodata.religion,
    '83': biodata.maritalStatus,
    '84': biodata.bloodGroup,
    '85': biodata.citizenship,
  }
}
