// The command line as scripts meet it: what is printed where, and the exit status. In process, through main().

import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { commands } from '../../daemon/cli/commands.js'
import { main } from '../../daemon/cli/main.js'
import { directEffects } from '../../daemon/effects.js'
import { openMetricsServer } from '../../daemon/figures/metrics-server.js'
import { openGateway } from '../../daemon/gateway/gateway.js'
import { lockFolder } from '../../daemon/store/folder-lock.js'
import { loadStoreKey } from '../../daemon/store/keys.js'
import { schemaVersion } from '../../daemon/store/schema.js'
import { openStore } from '../../daemon/store/store.js'
import { systemClock } from '../../protocol/clock.js'
import { silentLog } from '../../protocol/log.js'
import { systemRandom } from '../../protocol/random.js'
import { fakeStation } from '../gateway/fake-station.js'

interface Ran {
  readonly status: number
  readonly lines: readonly string[]
  readonly warnings: readonly string[]
}

async function rekam(...args: string[]): Promise<Ran> {
  const lines: string[] = []
  const warnings: string[] = []
  const status = await main(args, { line: (text) => void lines.push(text), warn: (text) => void warnings.push(text) })
  return { status, lines, warnings }
}

function folder(t: Test): string {
  const path = mkdtempSync(join(tmpdir(), 'rekam-cli-'))
  t.teardown(() => rmSync(path, { recursive: true }))
  return path
}

const parsed = ({ lines }: Ran) => lines.map((line) => JSON.parse(line) as Record<string, unknown>)

t.test('help lists every command on standard output, with the usage that the command itself gives', async (t) => {
  for (const args of [[], ['help'], ['--help']]) {
    const { status, lines, warnings } = await rekam(...args)
    t.same([status, warnings], [0, []])
    for (const { name, usage } of commands) {
      t.ok(
        lines.some((line) => line.trim().startsWith(`rekam ${name}`)),
        name,
      )
      for (const each of usage) t.ok(lines.includes(`  ${each}`))
    }
  }
  for (const entry of commands) {
    const command = await entry.load()
    t.same({ name: command.name, usage: command.usage }, { name: entry.name, usage: entry.usage })
    t.same(await rekam(...entry.name.split(' '), '--help'), { status: 0, lines: entry.usage, warnings: [] })
  }
})

t.test('an unknown command is exit status 2, with the usage on standard error', async (t) => {
  const { status, lines, warnings } = await rekam('frobnicate', 'it')
  t.same([status, lines], [2, []])
  t.equal(warnings[0], 'rekam: unknown command frobnicate it')
  t.ok(warnings.length > commands.length)
})

t.test('wrong usage is exit status 2, says what is wrong and how it is right', async (t) => {
  const wrong: readonly (readonly string[])[] = [
    ['demo', '--nonsense'],
    ['demo', 'someone'],
    ['demo', '--stack', 'paper'],
    ['demo', '--seed', '-1'],
    ['demo', '--port', '65536'],
    ['demo', '--serve', '--stack', 'real'],
    ['station', '--simulate=paper'],
    ['station', '--port', 'high'],
    ['station', '--seed', '1.5'],
    ['station', '--data'],
    ['doctor', 'now'],
    ['service'],
    ['service', 'list', 'more'],
    ['operator', 'add', 'Sari'],
    ['operator', 'promote', 'Sari'],
    ['wsq', 'encode', 'a.png'],
    ['wsq', 'squeeze', 'a', 'b'],
    ['record'],
    ['record', 'inspect'],
  ]
  for (const args of wrong) {
    const { status, lines, warnings } = await rekam(...args)
    t.same([status, lines], [2, []], args.join(' '))
    t.match(warnings[0], new RegExp(`^rekam ${args[0]}: .`))
    t.match(warnings[1], new RegExp(`^  rekam ${args[0]}`))
  }
})

t.test('service list gives the fields that scripts read', async (t) => {
  const ran = await rekam('service', 'list', '--json')
  t.equal(ran.status, 0)
  t.match(parsed(ran), [{ id: 'timed-recording', version: 1, title: { id: String, en: String }, office: String }])
})

t.test('service check', async (t) => {
  const at = folder(t)
  t.test('passes the shipped standards', async (t) => {
    const ran = await rekam('service', 'check', '--json')
    t.equal(ran.status, 0)
    t.match(parsed(ran)[0], { file: 'timed-recording', id: 'timed-recording', version: 1, warnings: Array })
  })
  t.test('names what is wrong with a file and goes on with the next', async (t) => {
    const files = ['broken.json', 'empty.json', 'missing.json'].map((name) => join(at, name))
    const shipped = join(import.meta.dirname, '../../daemon/service/standards/timed-recording.json')
    writeFileSync(join(at, 'broken.json'), '{"id": ')
    writeFileSync(join(at, 'empty.json'), '{}')
    const ran = await rekam('service', 'check', ...files, shipped, '--json')
    t.equal(ran.status, 1)
    t.match(parsed(ran), [
      { file: files[0], error: { code: 'input.corrupt', message: String } },
      { file: files[1], error: { code: 'standard.invalid', message: /field/ } },
      { file: files[2], error: { code: 'input.not_found', message: String } },
      { file: shipped, id: 'timed-recording' },
    ])
  })
})

t.test('doctor looks at everything in an empty data folder and says what to do', async (t) => {
  const data = folder(t)
  const ran = await rekam('doctor', '--json', '--data', data)
  const findings = parsed(ran)
  const checks = [
    'node',
    'configuration',
    'service standards',
    'clock',
    'store key',
    'store',
    'audit chain',
    'outbox',
    'centre keys',
    'disk room',
    'centre',
    'station',
    'metrics',
    'capture plan',
    'USB devices',
    'signature pad',
    'card terminals',
    'kernels',
    'face networks',
    'simulated stacks',
  ]
  t.same(
    findings.map(({ check }) => check),
    checks,
  )
  for (const finding of findings) {
    t.same(Object.keys(finding), ['check', 'state', 'found', 'next'])
    t.ok(['good', 'weak', 'bad'].includes(String(finding['state'])))
    t.equal(finding['next'] === '', finding['state'] === 'good', `${String(finding['check'])}: ${String(finding['next'])}`)
  }
  t.equal(ran.status, findings.some(({ state }) => state === 'bad') ? 1 : 0)
  t.match(findings[1], { state: 'weak' }, 'no configuration is no fault')
  t.match(findings[5], { state: 'weak', found: 'none yet' })
  t.notOk(existsSync(join(data, 'store.db')), 'it makes no store')
  t.test('and finds a configuration that cannot be used', async (t) => {
    const config = join(data, 'odd.json')
    writeFileSync(config, '{"stationID": "X"}')
    const ran = await rekam('doctor', '--json', '--data', data, '--config', config)
    t.equal(ran.status, 1)
    t.match(parsed(ran)[1], { state: 'bad', found: /input\.unknown_key.*stationID/, next: /./ })
  })
  t.test('and makes no folder that is not there', async (t) => {
    const absent = join(data, 'absent')
    t.match(parsed(await rekam('doctor', '--json', '--data', absent))[4], { state: 'weak', found: 'no data folder yet' })
    t.notOk(existsSync(absent))
  })
})

t.test('doctor says what has waited too long, in the store or at the station that has it', async (t) => {
  const data = folder(t)
  const { key } = await loadStoreKey(data, {}, systemRandom)
  const common = { effects: directEffects, clock: systemClock, random: systemRandom, log: silentLog }
  const store = await openStore({ folder: data, key, ...common })
  await store.commit({ actor: 'op', act: 'record.sealed' }, async (trx) => {
    const old = Date.now() - 25 * 24 * 3_600_000
    const packet = { case_id: 'c', state: 'queued', manifest_jws: '', ciphertext_hash: '', size: 1, chunk_size: 1, chunks_acknowledged: 0 }
    const times = { created_ms: old, updated_ms: old, attempts: 0, next_attempt_ms: null, receipt_jws: null }
    await trx
      .insertInto('packets')
      .values({ id: 'p', ...packet, ...times })
      .execute()
  })
  const look = async () => {
    const config = join(data, 'site.json')
    const order = ['signature', 'thumbs', 'face', 'right_four', 'left_four', 'irises', 'index_fingers']
    writeFileSync(
      config,
      JSON.stringify({ capture: { order }, metricsPort: 9, signaturePadPath: '/dev/none', centreUrl: 'http://127.0.0.1:9' }),
    )
    const findings = parsed(await rekam('doctor', '--json', '--data', data, '--config', config))
    return Object.fromEntries(findings.map(({ check, ...rest }) => [String(check), rest])) as Record<string, Record<string, string>>
  }
  await store.close()
  const closed = await look()
  t.match(closed['store'], { state: 'good', found: 'whole' })
  t.match(closed['audit chain'], { state: 'good', found: `${schemaVersion + 1} entries` })
  t.match(closed['outbox'], { state: 'bad', found: '1 packets wait, the oldest for 25.0 days', next: /3000 packets or 30 days/ })
  t.match(closed['centre'], { state: 'weak', found: /127\.0\.0\.1:9 does not answer/ })
  t.match(closed['capture plan'], { state: 'bad', found: /^thumbs before the portrait is approved; .*irises: no trusted iris_camera/ })
  t.match(closed['station'], { state: 'good', found: 'not running' })
  t.match(closed['store key'], { state: 'weak', found: 'a file beside the data' })

  const held = await openStore({ folder: data, key, ...common })
  t.teardown(() => held.close())
  t.match((await look())['station'], { state: 'bad', found: /store\.locked/ }, 'somebody has it who does not answer')
  const gateway = await openGateway({ station: fakeStation(), port: 0, uiFolder: data, audit: async () => {}, ...common })
  t.teardown(() => gateway.close())
  const values = 'rekam_outbox_packets 2500\nrekam_outbox_oldest_age_seconds 60\nrekam_device_ready{device="slap_scanner"} 1\n'
  const metrics = await openMetricsServer({ port: 0, text: async () => values, log: silentLog })
  t.teardown(() => metrics.close())
  writeFileSync(join(data, 'daemon.json'), JSON.stringify({ port: gateway.port, metricsPort: metrics.port }))
  const open = await look()
  t.match(open['station'], { state: 'good', found: `rekam 0.0.0-test at port ${gateway.port}` })
  t.match(open['store'], { state: 'good', found: /in use/ })
  t.match(open['outbox'], { state: 'bad', found: /^2500 packets wait/ })
  t.match(open['metrics'], { state: 'good' })
  t.match(open['USB devices'], { state: 'weak', found: /^slap_scanner ready; iris_camera is not ready/ })
})

t.test('a station refuses a configuration that it does not understand, with path and field', async (t) => {
  const at = folder(t)
  const refusal = async (text: string, ...more: string[]) => {
    const config = join(at, 'config.json')
    writeFileSync(config, text)
    const { status, lines, warnings } = await rekam('station', '--data', at, '--config', config, ...more)
    t.same([status, lines, warnings.length], [1, [], 1])
    t.match(warnings[0], `"path":"${config}"`)
    return warnings[0]
  }
  t.match(await refusal('{"stationID": "X"}'), 'input.unknown_key')
  t.match(await refusal('{"stationID": "X"}'), '"field":"stationID"')
  t.match(
    await refusal('{"trustedDevices": [{"serial": "A", "kind": "slap_scanner", "publicKey": "k", "colour": 1}]}'),
    '"field":"trustedDevices.0.colour"',
  )
  t.match(await refusal('{"port": 70000}'), '"field":"port"')
  t.match(await refusal('{"port": '), 'input.corrupt')
  t.match(await refusal('{}'), '"field":"centreUrl"')
  t.match(await refusal('{"stationID": "X"}', '--simulate'), 'input.unknown_key')
})

t.test('a station refuses a data folder that another one has open, and ends', async (t) => {
  const data = folder(t)
  const lock = lockFolder(data)
  t.teardown(() => lock.release())
  const { status, lines, warnings } = await rekam('station', '--simulate', '--data', data, '--port', '0')
  t.same([status, lines], [1, []])
  t.match(warnings[0], `[store.locked {"path":"${data}"}]`)
  t.test('also when only its simulated centre is in use', async (t) => {
    const other = folder(t)
    const centre = join(other, 'simulated-centre')
    mkdirSync(centre)
    const held = lockFolder(centre)
    t.teardown(() => held.release())
    const ran = await rekam('station', '--simulate', '--data', other, '--port', '0')
    t.equal(ran.status, 1)
    t.match(ran.warnings[0], 'store.locked')
    t.notOk(readdirSync(centre).includes('centre.v8'), 'nothing is written over')
  })
})

t.test('a demo that cannot begin says why, and leaves nothing behind', async (t) => {
  const before = process.env['TMPDIR']
  const temporary = folder(t)
  process.env['TMPDIR'] = temporary
  t.teardown(() => {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
  })
  const standard = await rekam('demo', '--standard', 'nope', '--json')
  t.equal(standard.status, 1)
  t.same(parsed(standard), [{ result: 'failed', error: { code: 'standard.unknown', context: { field: 'nope' } } }])
  t.match(standard.warnings[0], 'standard.unknown')
  const subject = await rekam('demo', '--subject', join(temporary, 'nobody'), '--json')
  t.equal(subject.status, 1)
  t.match(parsed(subject), [{ result: 'failed', error: { code: 'input.not_found', context: { field: 'subject.json' } } }])
  t.same(readdirSync(temporary), [])
})
