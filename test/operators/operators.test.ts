// Names, roles and PINs over the real store: what is kept, what is refused, how guessing is slowed down.

import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { directEffects } from '../../daemon/effects.js'
import { delayAfterFailuresMs } from '../../daemon/operators/lockout.js'
import { openOperatorDesk } from '../../daemon/operators/operators.js'
import { migrations } from '../../daemon/store/schema.js'
import type { Store } from '../../daemon/store/store.js'
import type { Facts } from '../../protocol/facts.js'
import { isFault } from '../../protocol/fault.js'
import type { Log } from '../../protocol/log.js'
import { seededRandom } from '../../simulator/seeded-random.js'
import { VirtualClock } from '../../simulator/virtual-clock.js'
import { opened } from '../store/fixture.js'

const startMs = Date.UTC(2026, 0, 5, 1)
const administrator = { operator: 'console', roles: ['database_admin'] }

async function deskOver(t: Test) {
  const store = await opened(t, t.testdir())
  const clock = new VirtualClock(startMs)
  const lines: (Facts | undefined)[] = []
  const log: Log = { write: (_level, _event, facts) => void lines.push(facts) }
  const open = (seed = 3) => openOperatorDesk({ store, effects: directEffects, clock, random: seededRandom(seed), log })
  return { store, clock, lines, open, desk: await open() }
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'fine',
    (error: unknown) => (isFault(error) ? error.code : String(error)),
  )

const everythingKept = async (store: Store) => {
  const [operators, audit, settings] = await store.read(async (db) => [
    await db.selectFrom('operators').selectAll().execute(),
    await db.selectFrom('audit').selectAll().execute(),
    await db.selectFrom('settings').selectAll().execute(),
  ])
  return JSON.stringify([operators, audit, settings])
}

t.test('the launch token makes one first administrator, once', async (t) => {
  const { desk, store, open, lines } = await deskOver(t)
  t.equal(desk.unclaimed, true)
  const old = desk.issueLaunchToken() ?? ''
  const token = desk.issueLaunchToken() ?? ''
  t.match(token, /^([0-9A-F]{6}-){4}[0-9A-F]{6}$/)
  t.equal(await codeOf(desk.claim(old, 'Ani', '123456')), 'operator.claim_refused', 'a newer token replaces the older one')
  t.equal(await codeOf(desk.claim('', 'Ani', '123456')), 'operator.claim_refused')
  t.equal(await codeOf(desk.claim(token, 'Ani', '12345')), 'operator.weak_pin', 'a weak PIN does not use the token up')
  const race = await Promise.all([codeOf(desk.claim(token.toLowerCase(), 'Ani', '123456')), codeOf(desk.claim(token, 'Eve', '123456'))])
  t.same(race, ['fine', 'operator.claim_refused'])
  t.match(await desk.list(), [{ name: 'Ani', roles: ['database_admin', 'supervisor'], locked: false }])
  t.equal(desk.unclaimed, false)
  t.equal(desk.issueLaunchToken(), undefined)
  const later = await open(4)
  t.equal(later.unclaimed, false)
  t.equal(await codeOf(later.claim(token, 'Eve', '123456')), 'operator.claim_refused', 'nor after a restart')
  const kept = await everythingKept(store)
  for (const secret of [token, token.replaceAll('-', ''), '123456'])
    t.notOk(kept.includes(secret) || JSON.stringify(lines).includes(secret))
})

t.test('a claim without a token issued is refused', async (t) => {
  const { desk } = await deskOver(t)
  t.equal(await codeOf(desk.claim('', 'Ani', '123456')), 'operator.claim_refused')
})

t.test('names, roles and PINs are checked, and said which', async (t) => {
  const { desk } = await deskOver(t)
  const add = (name: string, roles: string[], pin: string) => desk.add(administrator, { name, roles, pin })
  const made = await add(' Siti Nurbaya ', ['recording_operator', 'recording_operator'], '123456')
  t.match(made, { name: 'Siti Nurbaya', roles: ['recording_operator'] })
  t.equal(await codeOf(add('Siti Nurbaya', ['auditor'], '123456')), 'operator.exists')
  t.equal(await codeOf(add('Budi', ['auditor'], '12345')), 'operator.weak_pin')
  await t.rejects(add('Budi', ['auditor'], '1'.repeat(129)), { code: 'input.invalid', context: { field: 'pin' } })
  for (const name of ['', '   ', '<b>', 'a\nb', 'x'.repeat(65)])
    await t.rejects(add(name, ['auditor'], '123456'), { code: 'input.invalid', context: { field: 'name' } })
  for (const roles of [[], ['root'], ['auditor', 'root']])
    await t.rejects(add('Budi', roles, '123456'), { code: 'input.invalid', context: { field: 'roles' } })
  t.equal((await desk.list()).length, 1)
})

t.test('a PIN is kept as a salted hash of its own, and works after a restart', async (t) => {
  const { desk, store, open } = await deskOver(t)
  await desk.add(administrator, { name: 'a', roles: ['auditor'], pin: 'same-pin' })
  await desk.add(administrator, { name: 'b', roles: ['auditor'], pin: 'same-pin' })
  const rows = await store.read((db) => db.selectFrom('operators').selectAll().execute())
  t.notSame(rows[0]?.pin_hash, rows[1]?.pin_hash)
  t.equal(rows[0]?.pin_hash[0], 15, 'scrypt with N = 2^15')
  t.notOk((await everythingKept(store)).includes('same-pin'))
  const later = await open(9)
  t.match(await later.verifyPin('a', 'same-pin'), { name: 'a', roles: ['auditor'] })
  t.equal(await codeOf(later.verifyPin('a', 'same-pin ')), 'operator.wrong_pin')
  t.equal(await codeOf(later.verifyPin('nobody', 'same-pin')), 'operator.wrong_pin', 'an unknown name is not told apart')
  t.same((await store.audit.verify()).ok, true)
})

t.test('operators are numbered for life, those of an older store in the order they joined', async (t) => {
  const { desk, store, open } = await deskOver(t)
  for (const name of ['Cici', 'Ani', 'Budi']) await desk.add(administrator, { name, roles: ['database_admin'], pin: '123456' })
  await desk.setLocked(administrator, 'Budi', true)
  const { number } = await (await open(8)).add(administrator, { name: 'Dewi', roles: ['auditor'], pin: '123456' })
  t.equal(number, 4)
  const numbers = async () => Object.fromEntries((await desk.list()).map((each) => [each.name, each.number]))
  t.same(await numbers(), { Ani: 2, Budi: 3, Cici: 1, Dewi: 4 })
  const [, renumber = ''] = migrations.find(({ version }) => version === 2)?.statements ?? []
  await store.commit([], async (trx) => {
    await sql.raw('update operators set number = -number').execute(trx)
    await sql.raw(renumber).execute(trx)
  })
  t.same(await numbers(), { Ani: 2, Budi: 3, Cici: 1, Dewi: 4 }, 'as the change of the tables gives them')
})

t.test('who is logged in proves it once more, by PIN or finger, with one count for both', async (t) => {
  const { desk, clock } = await deskOver(t)
  const { id } = await desk.add(administrator, { name: 'a', roles: ['auditor'], pin: '123456' })
  const finger = (matches: boolean) => codeOf(desk.reauthenticate(id, { matches: async () => matches }))
  t.match(await desk.reauthenticate(id, { pin: '123456' }), { id, name: 'a' })
  t.equal(await finger(true), 'fine')
  t.equal(await codeOf(desk.reauthenticate('nobody', { pin: '123456' })), 'operator.not_found')
  for (const expected of ['wrong_finger', 'wrong_finger', 'wrong_finger']) t.equal(await finger(false), `operator.${expected}`)
  t.equal(await codeOf(desk.reauthenticate(id, { pin: '000000' })), 'operator.wrong_pin')
  t.equal(await finger(false), 'operator.too_many_tries')
  t.equal(await finger(true), 'operator.too_many_tries', 'not even the right finger')
  clock.advance(delayAfterFailuresMs(5))
  t.equal(await finger(true), 'fine')
  t.equal(await finger(false), 'operator.wrong_finger', 'counted from one again')
  await t.rejects(desk.reauthenticate(id, { matches: async () => Promise.reject(new Error('device')) }), { message: 'device' })
  t.equal(await finger(true), 'fine', 'a device that fails is no try')
})

t.test('after five wrong PINs guessing waits, longer each time, through a restart and a changed clock', async (t) => {
  const { desk, clock, open, store } = await deskOver(t)
  await desk.add(administrator, { name: 'a', roles: ['auditor'], pin: '123456' })
  const guess = (at = desk) => codeOf(at.verifyPin('a', '000000'))
  const together = await Promise.all([guess(), guess(), guess(), guess(), guess(), guess()])
  t.same(
    together,
    [...Array(4).fill('operator.wrong_pin'), 'operator.too_many_tries', 'operator.too_many_tries'],
    'side by side does not help',
  )
  await t.rejects(
    desk.verifyPin('a', '123456'),
    { code: 'operator.too_many_tries', context: { retryAfterMs: 30_000 } },
    'not even the right one',
  )
  clock.advance(29_999)
  t.equal(await codeOf(desk.verifyPin('a', '123456')), 'operator.too_many_tries')
  clock.advance(1)
  const later = await open(5)
  t.equal(await guess(later), 'operator.too_many_tries', 'the count survives a restart')
  await t.rejects(later.verifyPin('a', '123456'), { code: 'operator.too_many_tries', context: { retryAfterMs: 60_000 } })
  clock.jumpWall(-86_400_000)
  await t.rejects(
    later.verifyPin('a', '123456'),
    { code: 'operator.too_many_tries', context: { retryAfterMs: 900_000 } },
    'a clock set back does not lock for a day',
  )
  clock.advance(900_000)
  t.match(await later.verifyPin('a', '123456'), { name: 'a' })
  t.equal(await guess(later), 'operator.wrong_pin', 'the right PIN clears the count')
  const acts = await store.read((db) => db.selectFrom('audit').select('body').execute())
  t.equal(acts.filter(({ body }) => body.includes('operator.pin_refused')).length, 7)
})

t.test('the waits double from half a minute to a quarter of an hour', async (t) => {
  t.same([1, 4, 5, 6, 7, 8, 9, 10, 1000].map(delayAfterFailuresMs), [0, 0, 30_000, 60_000, 120_000, 240_000, 480_000, 900_000, 900_000])
})

t.test('an operator can be locked and unlocked; the last administrator cannot', async (t) => {
  const { desk } = await deskOver(t)
  await desk.add(administrator, { name: 'adm', roles: ['database_admin'], pin: '123456' })
  await desk.add(administrator, { name: 'rec', roles: ['recording_operator'], pin: '123456' })
  await desk.setLocked(administrator, 'rec', true)
  t.equal(await codeOf(desk.verifyPin('rec', '123456')), 'operator.locked')
  t.equal(await codeOf(desk.verifyPin('rec', '000000')), 'operator.wrong_pin', 'only the right PIN is told')
  await desk.setLocked(administrator, 'rec', false)
  t.equal(await codeOf(desk.verifyPin('rec', '123456')), 'fine')
  t.equal(await codeOf(desk.setLocked(administrator, 'adm', true)), 'operator.last_administrator')
  await desk.add(administrator, { name: 'adm2', roles: ['database_admin'], pin: '123456' })
  t.equal(await codeOf(desk.setLocked(administrator, 'adm', true)), 'fine')
  t.equal(await codeOf(desk.setLocked(administrator, 'adm2', true)), 'operator.last_administrator')
  t.equal(await codeOf(desk.setLocked(administrator, 'nobody', true)), 'operator.not_found')
})
