// The simulator's control interface from outside: who gets in, what is refused by name, and a foreign suite that uses nothing else.

import { spawnSync } from 'node:child_process'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { main } from '../../daemon/cli/main.js'
import { Fault, isFault } from '../../protocol/fault.js'
import { readSimulatorArguments, type SimulatorAct, type SimulatorFile, simulatorActs } from '../../protocol/simulator-control.js'
import { openSimulatorControl } from '../../simulator/control/server.js'
import { createOffice } from '../../simulator/office/office.js'
import { VirtualClock } from '../../simulator/virtual-clock.js'
import { need } from '../real-stack/need.js'

const root = fileURLToPath(new URL('../..', import.meta.url))

async function controlled(t: Test) {
  const clock = new VirtualClock(0)
  const biometrics = { templates: async () => [], photo: async () => new Uint8Array(), signature: async () => new Uint8Array() }
  const office = createOffice({ seed: 1, clock, biometrics, coupler: { insert: () => {}, remove: () => {} } })
  const folder = t.testdir()
  const moves: string[] = []
  // An office of before left its own behind, open to everybody.
  writeFileSync(join(folder, 'simulator.json'), '{}', { mode: 0o644 })
  const control = await openSimulatorControl(
    {
      office,
      clock,
      call: (invited, manner) => office.callPerson(invited, manner),
      plug: async (device) => void moves.push(`plug ${device}`),
      unplug: async (device) => {
        if (device === 'signature_pad') throw new Fault('input.unsupported', { device })
        moves.push(`unplug ${device}`)
      },
    },
    folder,
  )
  t.teardown(() => control.close())
  const door = JSON.parse(readFileSync(join(folder, 'simulator.json'), 'utf8')) as SimulatorFile
  const post = async (path: string, body: string, headers: Record<string, string> = { authorization: `Bearer ${door.token}` }) => {
    const response = await fetch(`http://127.0.0.1:${door.port}${path}`, { method: 'POST', body, headers })
    return { status: response.status, ...((await response.json()) as Record<string, unknown>) }
  }
  return { clock, office, folder, moves, control, door, post }
}

t.test('who gets in', async (t) => {
  const { folder, door, post, control } = await controlled(t)
  t.equal(statSync(join(folder, 'simulator.json')).mode & 0o777, 0o600, 'only its owner reads the token')
  const refused = { status: 401, version: 1, fault: { code: 'simulator.refused' } }
  t.match(await post('/v1/truth', '{}', {}), refused, 'without the token')
  t.match(await post('/v1/truth', '{}', { authorization: `Bearer ${door.token.slice(1)}x` }), refused, 'with another one')
  t.match(
    await post('/v1/truth', '{}', { authorization: `Bearer ${door.token}`, origin: `http://127.0.0.1:${door.port}` }),
    refused,
    'no page of a browser',
  )
  t.match(await post('/v2/truth', '{}'), { status: 404, version: 1, fault: { code: 'simulator.version' } })
  t.match(await post('/v1/nothing', '{}'), { status: 404, fault: { code: 'input.unsupported' } })
  t.match(await post('/v1/truth', 'x'), { status: 400, fault: { code: 'input.invalid', context: { reason: 'no_json' } } })
  t.match(await post('/v1/person', JSON.stringify({ seed: 1, x: 'y'.repeat(20_000) })), { status: 400, fault: { code: 'input.invalid' } })
  t.match(await post('/v1/truth', ''), { status: 200, version: 1, act: 'truth', result: { centre: { reachable: true } } })
  await control.close()
  t.throws(() => statSync(join(folder, 'simulator.json')), { code: 'ENOENT' }, 'nothing is left behind')
})

t.test('acts reach the office, mistakes are named at once', async (t) => {
  const { clock, office, moves, post } = await controlled(t)
  const ask = async (act: SimulatorAct, given: object = {}) => post(`/v1/${act}`, JSON.stringify(given))
  const { result } = (await ask('person', { seed: 12, birthYear: 1960 })) as unknown as { result: { person: { nik: string } } }
  t.equal(office.personAtCounter?.biodata.nik, result.person.nik)
  t.match(await ask('truth'), { result: { person: { nik: result.person.nik, birthDate: /^1960/, source: 'synthetic' } } })
  t.match(await ask('person', { birthYear: 1960 }), { fault: { code: 'input.invalid', context: { field: 'seed' } } })
  t.match(await ask('person', { seed: 1, manner: 'rude' }), { fault: { context: { field: 'manner' } } })
  for (const [body, field] of [
    ['giant', 'body'],
    ['{"skin":"dry","tail":true}', 'body'],
    ['{"missingFingers":[11]}', 'body.missingFingers.0'],
    ['null', 'body'],
  ] as const)
    t.match(await ask('person', { seed: 1, body }), { fault: { code: 'input.invalid', context: { field } } }, body)

  await ask('unplug', { device: 'slap_scanner', afterMs: 500 })
  t.strictSame(moves, [], 'later is not now')
  await clock.advance(500)
  t.strictSame(moves, ['unplug slap_scanner'])
  t.match(await ask('unplug', { device: 'signature_pad' }), { fault: { code: 'input.unsupported' } }, 'a stack that cannot says so')

  let wedged = 0
  Object.assign(office.irisCamera, { wedge: () => wedged++ })
  t.match(await ask('fault', { device: 'iris_camera', kind: 'wedge' }), { status: 200, result: {} })
  t.equal(wedged, 1)
  t.match(await ask('fault', { device: 'iris_camera', kind: 'toString' }), { fault: { code: 'input.invalid', context: { field: 'kind' } } })
  t.match(await ask('fault', { device: 'toaster', kind: 'wedge' }), { fault: { context: { field: 'device' } } })
  t.match(await ask('fault', { device: 'card_printer', kind: 'wedge' }), { fault: { code: 'input.unsupported' } })
  t.match(await ask('heal'), { status: 200 })

  await ask('centre', { now: 'offline' })
  t.equal(office.centre.script.unreachable, true)
  await ask('centre', { now: 'online' })
  t.equal(office.centre.script.unreachable, false)
  t.match(await ask('centre', { now: 'slow' }), { fault: { context: { field: 'value' } } })
})

t.test('a body is drawn as it was said, hears only what it is told, and the truth says what is before the devices', async (t) => {
  const { clock, office, post } = await controlled(t)
  const ask = async (act: SimulatorAct, given: object = {}) => post(`/v1/${act}`, JSON.stringify(given))
  t.match(await ask('advice', { advice: 'press_harder' }), {
    fault: { code: 'input.invalid', context: { reason: 'nobody at the counter' } },
  })
  await ask('person', { seed: 12, body: 'dry' })
  t.match(
    await ask('advice', { advice: 'press_harder' }),
    { fault: { context: { reason: /natural/ } } },
    'who is merely coached hears nothing',
  )
  t.match(await ask('truth'), { result: { person: { body: { skin: 'dry' }, manner: 'coached' } } })
  const lamps = 0b11110
  for (let frame = 0; frame < 5; frame++) await office.counter.fingers.platen(lamps, frame)
  t.match(await ask('truth'), {
    result: { platen: { known: true, fingers: [2, 3, 4, 5].map((position) => ({ position, at: { x: Number } })) } },
  })

  const body = { missingFingers: [3], bandagedFingers: [5], missingEye: 'left', writes: 'line' }
  t.match(await ask('person', { seed: 12, body: JSON.stringify(body), manner: 'natural' }), { status: 200 })
  office.counter.plan({ hand: 'light', eyes: 'none', face: 'none' })
  const looks = async (from: number, to: number) => {
    for (let frame = from; frame < to; frame++) {
      await clock.advance(100)
      await office.counter.fingers.platen(lamps, frame)
      await office.counter.eyes.eye(0, 3, frame)
    }
    return office.counter.fingers.platen(lamps, to)
  }
  const darkness = (grey: Uint8Array | undefined) => (grey ?? new Uint8Array()).reduce((sum, level) => sum + 253 - level, 0)
  const light = darkness(await looks(0, 40))
  t.match(await ask('truth'), {
    result: {
      person: { body, manner: 'natural' },
      platen: { fingers: [{ position: 2 }, { position: 4 }, { position: 5, condition: 'bandaged' }], ghosts: false },
      eyes: { right: 'open', left: 'closed' },
    },
  })
  t.match(await ask('advice', { advice: 'dance' }), { fault: { context: { field: 'advice' } } })
  t.match(await ask('advice', { advice: 'press_harder' }), { status: 200 })
  t.ok(darkness(await looks(41, 80)) > light * 1.2, 'what was said is done')
})

t.test('arguments: only named fields of their kind pass, everything else is a named fault', async (t) => {
  const act = fc.constantFrom(...(Object.keys(simulatorActs) as SimulatorAct[]))
  const field = fc.oneof(fc.constantFrom('seed', 'device', 'kind', 'now', 'advice', 'count', '__proto__', 'constructor'), fc.string())
  const body = fc.oneof(fc.anything(), fc.dictionary(field, fc.oneof(fc.string(), fc.double(), fc.anything())))
  const property = fc.property(act, body, (name, given) => {
    try {
      const read = readSimulatorArguments(name, given)
      const known: Readonly<Record<string, string>> = simulatorActs[name].fields
      return Object.entries(read).every(
        ([key, value]) => Object.hasOwn(known, key) && typeof value === (known[key] === 'text' ? 'string' : 'number'),
      )
    } catch (error) {
      return isFault(error, 'input.invalid')
    }
  })
  const { failed, seed, counterexample } = fc.check(property, { numRuns: 500 })
  t.notOk(failed, `seed ${seed} ${JSON.stringify(counterexample)}`)
})

t.test('without a simulated station the command says so', async (t) => {
  const warnings: string[] = []
  const status = await main(['sim', 'truth', '--data', t.testdir()], { line: () => {}, warn: (text) => void warnings.push(text) })
  t.equal(status, 1)
  t.match(warnings[0], /Start rekam station --simulate .*simulator\.unreachable/)
  const torn = await main(['sim', 'truth', '--data', t.testdir({ 'simulator.json': '{' })], {
    line: () => {},
    warn: (text) => void warnings.push(text),
  })
  t.equal(torn, 1)
  t.match(warnings[1], 'simulator.unreachable', 'also where a station left half a file behind')
  t.equal(await main(['sim', 'dance'], { line: () => {}, warn: () => {} }), 2)
  t.equal(await main(['sim', 'fault', 'slap_scanner', 'short', '--count', 'many'], { line: () => {}, warn: () => {} }), 2)
})

t.test('a suite that knows only the commands and the published client', async (t) => {
  if (!need(t, [`${root}dist/.built`])) return
  const env = { ...process.env, NODE_OPTIONS: '', REKAM: `${process.execPath} ${root}bin/rekam.js` }
  const args = ['--test', '--test-reporter', 'tap', `${root}docs/examples/sim-suite/station.test.mjs`]
  const { status, stdout } = spawnSync(process.execPath, args, {
    env: { ...env, NODE_TEST_CONTEXT: undefined },
    encoding: 'utf8',
    timeout: 120_000,
  })
  t.equal(status, 0, stdout)
  t.match(stdout, /# pass [1-9]/)
  t.match(stdout, '# fail 0')
})
