// Figures without identity: what is kept of a capture, what is not, how a week is summed up, and what the metrics tell.

import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { runReport } from '../../daemon/cli/report.js'
import { qualitiesOf } from '../../daemon/figures/attempts.js'
import { counter, exposition, type Family, gauge, histogram } from '../../daemon/figures/exposition.js'
import { readReport } from '../../daemon/figures/report.js'
import { type AttemptRow, weekOf, weekReport } from '../../daemon/figures/weekly.js'
import { openFiguresWriter } from '../../daemon/figures/writer.js'
import { openOperatorDesk } from '../../daemon/operators/operators.js'
import type { CaseDocument } from '../../daemon/service/case.js'
import { loadStoreKey } from '../../daemon/store/keys.js'
import { Fault } from '../../protocol/fault.js'
import { silentLog } from '../../protocol/log.js'
import { systemRandom } from '../../protocol/random.js'
import { seededRandom } from '../../simulator/seeded-random.js'
import { VirtualClock } from '../../simulator/virtual-clock.js'
import { fakeCase } from '../gateway/fake-station.js'
import { deps, opened, startMs } from '../store/fixture.js'
import { attemptsIn, facts, figuresOver, later, parseExposition, timezone, writerOver } from './fixture.js'

t.test('an attempt is kept without a person, a case, an exact time or an order', async (t) => {
  const { clock, store, writer, log } = await writerOver(t)
  const operators = await openOperatorDesk({ ...deps(''), store, clock, log, random: seededRandom(3) })
  await operators.add({ operator: 'console', roles: [] }, { name: 'Ani', roles: ['auditor'], pin: '123456' })
  const { id } = await operators.add({ operator: 'console', roles: [] }, { name: 'Budi', roles: ['auditor'], pin: '123456' })
  const before = await store.audit.head()
  writer.attempt({ ...facts, operator: id, endedAtMs: Date.UTC(2026, 0, 5, 17, 42, 31) })
  writer.recording({ endedAtMs: startMs, operator: 'gone', tookMs: 141_800, tries: 8, weak: 1, exceptions: 0 })
  t.same(await attemptsIn(store), [], 'not at once: the capture itself commits now')
  await later(clock, 2_500)
  const [{ id: rowId, ...row } = { id: new Uint8Array() }] = await attemptsIn(store)
  t.equal(rowId.length, 8)
  t.same(row, {
    day: '2026-01-06',
    hour: 1,
    modality: 'right_four',
    device: 'slap_scanner',
    serial: 'SLAP-1',
    operator: 2,
    try: 1,
    outcome: 'good',
    taking_ms: 4_300,
    deciding_ms: 1_200,
    measure: 77,
    qualities: '{"finger.2":61,"finger.3":70}',
    advice: 'press_harder',
    frames_dropped: 2,
    frames_corrupt: 1,
  })
  const [recording] = await store.read((db) => db.selectFrom('recordings').selectAll().execute())
  t.match(recording, { day: '2026-01-05', hour: 9, operator: 0, took_ms: 145_000, tries: 8, weak: 1, exceptions: 0 })
  t.same(await store.audit.head(), before, 'the chain would keep the order')
})

t.test('the order of persons is not in the order of rows', async (t) => {
  const { store, writer } = await writerOver(t)
  for (let i = 0; i < 40; i++) writer.attempt({ ...facts, tryNumber: i })
  await writer.close()
  const tries = (await attemptsIn(store)).map((row) => row.try)
  t.notSame(
    tries,
    [...tries].sort((a, b) => a - b),
    'one time in 40! it would be',
  )
})

t.test('a full queue, a broken store and a closed writer cost figures and never a capture', async (t) => {
  const { clock, store, log, writer } = await writerOver(t)
  for (let i = 0; i < 300; i++) writer.attempt(facts)
  t.equal(writer.dropped, 44)
  await later(clock, 2_500)
  t.equal((await attemptsIn(store)).length, 256)
  const broken = openFiguresWriter({
    store: { ...store, commit: async () => Promise.reject(new Fault('store.full')) },
    ...{ clock, log, timezone },
  })
  broken.attempt(facts)
  broken.attempt(facts)
  await later(clock, 2_500)
  t.equal(broken.dropped, 2)
  t.match(log.lines.at(-1), { event: 'figures.dropped', facts: { count: 2, reason: 'store.full' } })
  broken.attempt(facts)
  t.equal(broken.dropped, 2, 'it tries again with the next ones')
  await broken.close()
  t.equal(broken.dropped, 3)
  broken.attempt(facts)
  t.match(log.lines.at(-1), { facts: { count: 4, reason: 'closed' } })
  await writer.close()
})

t.test('after thirteen months figures are gone, counted by days of work: a clock set far ahead deletes nothing', async (t) => {
  const { clock, store, writer } = await writerOver(t)
  const dayMs = 24 * 3_600_000
  const works = async (afterDays: number) => {
    clock.jumpWall(afterDays * dayMs)
    writer.attempt({ ...facts, endedAtMs: clock.nowMs() })
    writer.recording({ endedAtMs: clock.nowMs(), operator: '', tookMs: 1, tries: 1, weak: 0, exceptions: 0 })
    await later(clock, 2_500)
    const recordings = await store.read((db) => db.selectFrom('recordings').select('day').execute())
    const days = (await attemptsIn(store)).map(({ day }) => day).sort()
    t.same(recordings.map(({ day }) => day).sort(), days)
    return days
  }
  const first = '2026-01-05'
  t.same(await works(0), [first])
  for (const ahead of [3_650, 1, 1, 1]) t.equal((await works(ahead))[0], first, 'ahead')
  clock.jumpWall(-3_653 * dayMs)
  for (const next of [396, 1, 1, 1]) t.equal((await works(next))[0], first, 'put right again')
  t.equal((await works(1))[0], first, 'the fifth-last day is thirteen months and no day more behind')
  t.equal((await works(1))[0], '2027-02-05')
  await writer.close()
})

t.test('qualities go by their finger, eye or face; what was not assessed is left out', async (t) => {
  t.same(
    qualitiesOf({
      fingers: [
        { position: 2, quality: 60, codes: [] },
        { position: 3, codes: [] },
      ],
      eyes: [{ eye: 'left', quality: 50, codes: [] }],
      components: [
        { name: 'Sharpness', scalar: 90, least: 20 },
        { name: 'EyesOpen', scalar: 40, least: 30 },
        { name: 'Free', scalar: 1, least: 0 },
        { name: 'Unmeasured', least: 50 },
      ],
    }),
    [
      { of: 'finger.2', quality: 60 },
      { of: 'eye.left', quality: 50 },
      { of: 'face', quality: 40 },
    ],
  )
})

const row = (over: Partial<AttemptRow>): AttemptRow => ({
  ...{ device: 'slap_scanner', serial: 'S', operator: 1, try: 1, outcome: 'good', taking_ms: 4_000, deciding_ms: 1_000 },
  qualities: '{}',
  ...over,
})

t.test('a week is summed up by device and by operator', async (t) => {
  const rows = weekReport(
    '2026-01-05',
    [
      row({ qualities: '{"finger.2":50,"finger.3":70}' }),
      row({ outcome: 'retaken', qualities: '{"finger.2":1}' }),
      row({ try: 2, outcome: 'weak', qualities: '{"finger.2":30}', taking_ms: 9_000 }),
      row({ operator: 2, outcome: 'fault:device.unplugged', taking_ms: null, deciding_ms: null }),
      row({ operator: 2, device: 'face_camera', outcome: 'exception', taking_ms: null }),
      row({ operator: 2, device: 'face_camera', outcome: 'cancelled' }),
      row({ operator: 2, device: 'face_camera', try: 2, outcome: 'timeout' }),
    ],
    [
      { operator: 2, took_ms: 100_000 },
      { operator: 2, took_ms: 200_000 },
      { operator: 3, took_ms: 180_000 },
    ],
  )
  const all = {
    by: 'all',
    attempts: 7,
    firstTries: 3,
    firstTryGood: 1,
    assessed: 3,
    meanQuality: 50,
    medianQuality: 50,
    accepted: 2,
    weak: 1,
  }
  t.match(rows[0], { week: '2026-01-05', ...all, exceptions: 1, faults: 1, timeouts: 1, medianCaptureMs: 7_500 })
  t.match(rows[0], { persons: 3, medianPersonMs: 180_000, withinNorm: 2 })
  t.same(
    rows.map(({ by, device, serial, operator, attempts, persons }) => [by, device, serial, operator, attempts, persons]),
    [
      ['all', '', '', 0, 7, 3],
      ['device', 'face_camera', 'S', 0, 3, 0],
      ['device', 'slap_scanner', 'S', 0, 4, 0],
      ['operator', '', '', 1, 3, 0],
      ['operator', '', '', 2, 4, 2],
      ['operator', '', '', 3, 0, 1],
    ],
  )
  t.same(weekReport('2026-01-05', [], []), [])
})

t.test('whatever happened, the parts are never more than the whole', async () => {
  const outcomes = ['good', 'weak', 'retaken', 'cancelled', 'timeout', 'exception', 'fault:device.stall']
  const anyRow = fc.record({
    device: fc.constantFrom('slap_scanner', 'face_camera'),
    serial: fc.constantFrom('A', 'B'),
    operator: fc.nat(3),
    try: fc.integer({ min: 1, max: 4 }),
    outcome: fc.constantFrom(...outcomes),
    taking_ms: fc.option(fc.nat(60_000)),
    deciding_ms: fc.option(fc.nat(60_000)),
    qualities: fc.dictionary(fc.constantFrom('finger.2', 'eye.left'), fc.nat(100)).map((each) => JSON.stringify(each)),
  })
  const recordings = fc.array(fc.record({ operator: fc.nat(3), took_ms: fc.nat(400_000) }), { maxLength: 20 })
  fc.assert(
    fc.property(fc.array(anyRow, { maxLength: 60 }), recordings, (attempts, persons) => {
      const rows = weekReport('2026-01-05', attempts, persons)
      const sum = (by: string, of: (each: (typeof rows)[number]) => number) =>
        rows.filter((each) => each.by === by).reduce((total, each) => total + of(each), 0)
      const whole = rows.every((each) => {
        const parts = each.accepted + each.exceptions + each.faults + each.timeouts
        const fits = each.firstTryGood <= each.firstTries && each.weak <= each.accepted && parts <= each.attempts
        return fits && each.withinNorm <= each.persons && each.meanQuality <= 100 && each.medianQuality <= 100
      })
      const tallies = (['device', 'operator'] as const).every((by) => sum(by, (each) => each.attempts) === attempts.length)
      return whole && tallies && sum('operator', (each) => each.persons) === persons.length
    }),
    { numRuns: 200 },
  )
})

t.test('a week begins on Monday, in the office', async (t) => {
  t.same(['2026-01-04', '2026-01-05', '2026-01-11', '2026-01-12'].map(weekOf), ['2025-12-29', '2026-01-05', '2026-01-05', '2026-01-12'])
  const { store, writer } = await writerOver(t)
  writer.attempt({ ...facts, endedAtMs: Date.UTC(2026, 0, 4, 15, 59) })
  writer.attempt({ ...facts, endedAtMs: Date.UTC(2026, 0, 4, 16, 1) })
  await writer.close()
  const rows = await readReport(store, timezone, startMs, 2)
  t.same(
    rows.filter(({ by }) => by === 'all').map(({ week, attempts }) => [week, attempts]),
    [
      ['2026-01-05', 1],
      ['2025-12-29', 1],
    ],
  )
  for (const weeks of [0, 58, 1.5, Number.NaN]) await t.rejects(readReport(store, timezone, startMs, weeks), { code: 'input.invalid' })
})

t.test('rekam report capture prints within 100 columns, in both languages, and JSON lines', async (t) => {
  const folder = join(t.testdir(), 'data')
  const { key } = await loadStoreKey(folder, {}, systemRandom)
  const run = async (...args: string[]) => {
    const lines: string[] = []
    const terminal = { line: (text: string) => void lines.push(text), warn: () => {} }
    await runReport(['--data', folder, ...args], terminal, { ask: async () => '', close: () => {} })
    return lines
  }
  await t.rejects(run(), { code: 'input.not_found' }, 'it makes no station')
  const store = await opened(t, folder, { key })
  const nowMs = Date.now()
  const writer = openFiguresWriter({ store, clock: new VirtualClock(nowMs), log: silentLog, timezone })
  for (let i = 0; i < 9; i++) writer.attempt({ ...facts, endedAtMs: nowMs, serial: 'A-SERIAL-LONGER-THAN-ANY-COLUMN-0001' })
  writer.recording({ endedAtMs: nowMs, operator: '', tookMs: 1_900_000, tries: 9, weak: 0, exceptions: 1 })
  await writer.close()
  await store.close()
  const text = await run('--weeks', '1')
  t.match(text[0], /^Minggu \d{4}-\d\d-\d\d sampai /)
  t.match(
    text.find((line) => line.startsWith('Semua')),
    /^Semua +9 +100 % +66\/66 +0 % +0 +0 +5\.5 s +1 +1900 s +0 %$/,
  )
  const english = await run('--en')
  for (const line of [...text, ...english]) t.ok(line.length <= 100, `${line.length}: ${line}`)
  t.match(english[1], 'Persons')
  const json = (await run('--json')).map((line) => JSON.parse(line) as Record<string, unknown>)
  t.match(json, [{ by: 'all' }, { by: 'device', device: 'slap_scanner' }, { by: 'operator', operator: 0, persons: 1 }])
  await t.rejects(run('--config', join(folder, 'none.json')), { code: 'input.not_found' }, 'no default stands for what was named')
  for (const bad of ['0', '58', 'x']) await t.rejects(run('--weeks', bad), { name: 'UsageError' })
})

// ---- The metrics ----

t.test('whatever stands in labels and values, the text stays in the grammar and counts right', async (t) => {
  const text = fc.string({ unit: fc.constantFrom('a', '"', '\\', '\n', '{', '}', ',', ' ', 'é', '#') })
  fc.assert(
    fc.property(fc.array(fc.tuple(text, fc.double()), { maxLength: 30 }), text, (seen, help) => {
      const counts = counter('c_total', help)
      const spread = histogram('h', help, [-1, 0.5, 10])
      for (const [label, value] of seen) {
        counts.add({ of: label })
        if (!Number.isNaN(value)) spread.observe({ of: label }, value)
      }
      const { values } = parseExposition(exposition([counts.family(), spread.family(), gauge('g', help, Number.NaN)]))
      const total = [...values].filter(([name]) => name.startsWith('c_total')).reduce((sum, [, value]) => sum + value, 0)
      const bounded = [...values].every(([name, value]) => {
        const [, labels = ''] = /^h_bucket(\{.*,le="10"\})$/.exec(name) ?? []
        return labels === '' || value <= (values.get(`h_bucket${labels.replace('le="10"', 'le="+Inf"')}`) ?? -1)
      })
      return total === seen.length && bounded
    }),
    { numRuns: 300 },
  )
  const one: Family = gauge('g', 'help', 1.5, { a: 'b"\\\n' })
  t.equal(exposition([one, gauge('absent', '', undefined)]), '# HELP g help\n# TYPE g gauge\ng{a="b\\"\\\\\\n"} 1.5\n')
  t.throws(() => exposition([gauge('no-name', '', 1)]), RangeError)
  t.throws(() => exposition([gauge('g', '', 1, { 'no-label': '' })]), RangeError)
})

t.test('labels without end do not make series without end', async (t) => {
  const counts = counter('c_total', '')
  for (let i = 0; i < 1_000; i++) counts.add({ i: String(i) })
  const { samples } = counts.family()
  t.equal(samples.length, 201)
  t.same(samples.at(-1), { labels: {}, value: 800 })
})

t.test('the metrics tell captures, faults, outbox, store, clocks and versions', async (t) => {
  const { clock, state, figures, emit, read } = await figuresOver(t)
  figures.attempt(facts)
  figures.attempt({ ...facts, tryNumber: 2, outcome: 'fault:device.stall' })
  const device = {
    kind: 'slap_scanner',
    serial: 'S',
    product: '',
    state: 'faulted',
    framesDropped: 7,
    framesCorrupt: 3,
    refused: [],
    conditions: [],
  } as const
  const broken = { ...device, fault: { code: 'device.stall', context: {} } } as const
  for (const each of [broken, broken, { ...device, state: 'ready' as const }, broken]) state.publish({ is: 'device', device: each })
  state.publish({ is: 'fault', fault: { code: 'capture.nothing_seen', context: { caseId: 'case-1' } } })
  const outbox = { waiting: 3, oldestAtMs: startMs - 60_000, reachable: true, bytesSent: 0, bytesTotal: 900 }
  for (const bytesSent of [100, 250, 0, 50]) state.publish({ is: 'outbox', outbox: { ...outbox, bytesSent } })
  state.publish({ is: 'outbox', outbox: { ...outbox, reachable: false } })
  await emit({ is: 'fault', packetId: 'p', caseId: 'c', fault: new Fault('centre.receipt_forged') })
  for (const fault of [undefined, { code: 'card.removed', context: {} } as const, { code: 'card.removed', context: {} } as const])
    state.publish({ is: 'issuance', issuance: { ...state.issuance, state: 'attention', ...(fault && { fault }) } })
  clock.advance(1_000)
  const values = await read()
  const expected: Readonly<Record<string, number>> = {
    'rekam_capture_attempts_total{modality="right_four",device="slap_scanner",serial="SLAP-1",outcome="good"}': 1,
    'rekam_capture_retries_total{device="slap_scanner",serial="SLAP-1"}': 1,
    'rekam_capture_seconds_bucket{modality="right_four",le="5"}': 2,
    'rekam_capture_seconds_bucket{modality="right_four",le="2"}': 0,
    'rekam_capture_quality_count{device="slap_scanner",serial="SLAP-1"}': 4,
    'rekam_faults_total{code="device.stall",device="slap_scanner"}': 2,
    'rekam_faults_total{code="capture.nothing_seen"}': 1,
    'rekam_frames_dropped_total{device="slap_scanner"}': 7,
    'rekam_frames_corrupt_total{device="slap_scanner"}': 3,
    'rekam_device_ready{device="slap_scanner"}': 0,
    rekam_outbox_packets: 3,
    rekam_outbox_oldest_age_seconds: 61,
    rekam_upload_bytes_total: 300,
    'rekam_upload_errors_total{code="centre.unreachable"}': 1,
    'rekam_upload_errors_total{code="centre.receipt_forged"}': 1,
    'rekam_card_failures_total{code="card.removed"}': 1,
    rekam_audit_sequence: 2,
    rekam_centre_clock_skew_seconds: -1.5,
    rekam_centre_key_seconds_left: 86_399,
    [`rekam_build_info{version="1.2.3",node="${process.version}"}`]: 1,
  }
  for (const [name, value] of Object.entries(expected)) t.equal(values.get(name), value, name)
  t.ok((values.get('rekam_store_free_bytes') ?? 0) > 0)
})

t.test('a recording is counted when its step is done, once, and nothing of the case stays', async (t) => {
  const { store, state, figures, read } = await figuresOver(t)
  const at = (over: Partial<CaseDocument['steps'][number]>, caseId = 'case-77') =>
    state.publish({
      is: 'case',
      case: fakeCase(caseId, {
        steps: [{ id: 'record', kind: 'capture', state: 'current', startedAtMs: startMs - 151_000, ...over }],
        modalities: [
          { modality: 'face', state: 'good', tries: 2, measure: 0 },
          { modality: 'irises', state: 'weak_accepted', tries: 3, measure: 0 },
          { modality: 'thumbs', state: 'exception', tries: 0, measure: 0 },
        ],
      }),
    })
  at({})
  at({ state: 'done', endedAtMs: startMs, actor: 'op' })
  at({ state: 'done', endedAtMs: startMs, actor: 'op' })
  at({ state: 'done', endedAtMs: startMs }, 'done-before-we-looked')
  at({}, 'clock-set-back')
  at({ state: 'done', endedAtMs: startMs - 152_000 }, 'clock-set-back')
  t.equal((await read()).get('rekam_recording_seconds_count'), 1)
  await figures.close()
  const kept = await store.read((db) => db.selectFrom('recordings').selectAll().execute())
  t.match(kept, [{ took_ms: 155_000, tries: 5, weak: 1, exceptions: 1 }])
  t.notOk(/case-77|SITI|7371010101900001/.test(JSON.stringify(kept)))
  t.notOk(/case-77|SITI|7371010101900001/.test(await figures.metrics()))
})
