// rekam operator: in the folder when nobody holds it, at the daemon when one does; PINs never as arguments.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { runOperator } from '../../daemon/cli/operator.js'
import { directEffects } from '../../daemon/effects.js'
import { openGateway } from '../../daemon/gateway/gateway.js'
import { openOperatorDesk } from '../../daemon/operators/operators.js'
import { loadStoreKey } from '../../daemon/store/keys.js'
import { openStore } from '../../daemon/store/store.js'
import { systemClock } from '../../protocol/clock.js'
import { silentLog } from '../../protocol/log.js'
import { systemRandom } from '../../protocol/random.js'
import { fakeStation } from '../gateway/fake-station.js'

/** Runs the command with these lines on standard input. */
async function rekam(folder: string, line: string, ...secrets: string[]) {
  const out: string[] = []
  const waiting = [...secrets]
  const source = { ask: async () => waiting.shift() ?? '', close: () => {} }
  const terminal = { line: (text: string) => void out.push(text), warn: (text: string) => void out.push(text) }
  const status = await runOperator([...line.split(' '), '--data', folder], terminal, source)
  return { status, out, unread: waiting.length }
}

t.test('an office can be staffed before the first start', async (t) => {
  const folder = join(t.testdir(), 'data')
  t.match(await rekam(folder, 'add Ani --role database_admin,supervisor', '123456'), { status: 0, unread: 0 })
  await rekam(folder, 'add Budi --role recording_operator --role print_operator', '654321')
  await rekam(folder, 'lock Budi')
  t.same((await rekam(folder, 'list')).out, ['1 Ani: database_admin, supervisor', '2 Budi (locked): recording_operator, print_operator'])
  await rekam(folder, 'lock Budi --off')
  t.same(JSON.parse((await rekam(folder, 'list --json')).out[1] ?? ''), {
    number: 2,
    name: 'Budi',
    roles: ['recording_operator', 'print_operator'],
    locked: false,
  })
  await t.rejects(rekam(folder, 'add Cici --role root', '123456'), { code: 'input.invalid', context: { field: 'roles' } })
  await t.rejects(rekam(folder, 'add Cici --role auditor', '1234'), { code: 'operator.weak_pin' })
})

t.test('wrong usage says so before anything is opened', async (t) => {
  const folder = join(t.testdir(), 'never-made')
  for (const line of ['', 'fire Ani', 'add', 'add Ani', 'list Ani', 'lock', 'add Ani Budi --role auditor']) {
    await t.rejects(rekam(folder, line), { name: 'UsageError' }, line)
  }
  await t.rejects(rekam(folder, 'add Ani --role auditor --pin 123456'), { code: 'ERR_PARSE_ARGS_UNKNOWN_OPTION' }, 'no PIN as an argument')
})

t.test('a running daemon is asked instead, by an administrator', async (t) => {
  const folder = join(t.testdir({ ui: {} }), 'data')
  await rekam(folder, 'add Ani --role database_admin', '123456')
  const { key } = await loadStoreKey(folder, {}, systemRandom)
  const common = { effects: directEffects, clock: systemClock, random: systemRandom, log: silentLog }
  const store = await openStore({ folder, key, ...common })
  t.teardown(() => store.close())
  await t.rejects(rekam(folder, 'list'), { code: 'store.locked' }, 'somebody holds the folder and left no port')
  const station = { ...fakeStation(), operators: await openOperatorDesk({ store, ...common }) }
  const gateway = await openGateway({ station, port: 0, uiFolder: folder, clock: systemClock, log: silentLog, audit: async () => {} })
  t.teardown(() => gateway.close())
  await writeFile(join(folder, 'daemon.json'), JSON.stringify({ port: gateway.port }))
  await t.rejects(rekam(folder, 'list'), { code: 'store.locked', context: { port: gateway.port } }, 'who asks?')
  await t.rejects(rekam(folder, 'list --as Ani', '000000'), { code: 'operator.wrong_pin' })
  await rekam(folder, 'add Budi --role recording_operator --as Ani', '123456', '654321')
  await rekam(folder, 'lock Budi --as Ani', '123456')
  t.same((await rekam(folder, 'list --as Ani', '123456')).out, ['1 Ani: database_admin', '2 Budi (locked): recording_operator'])
})
