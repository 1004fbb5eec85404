// What a connection promises: greeting, sessions, roles, limits. Without a network; sockets.test.ts has the web server.

import fc from 'fast-check'
import t from 'tap'
import { commandTable } from '../../daemon/gateway/commands/index.js'
import type { CommandName } from '../../daemon/gateway/commands/table.js'
import { roles } from '../../daemon/service/standard.js'
import type { PreviewPicture } from '../../daemon/state.js'
import { CLOSE_CODES, encodeClientFrame, WIRE_LIMITS } from '../../protocol/envelope.js'
import type { RequestCommand } from '../../protocol/gen/station.js'
import { fakeCase, fakeToken } from './fake-station.js'
import { bench, RawClient, settle } from './fixture.js'

const commandNames = Object.keys(commandTable) as CommandName[]

/** Fields that pass the checks of the wire. */
const fieldsOf = (name: CommandName): RequestCommand[CommandName] => {
  const modality = ['startCapture', 'acceptCapture', 'retakeCapture', 'recordException', 'withdrawException'].includes(name)
    ? { modality: 1 }
    : {}
  return { caseId: 'case-1', ...modality } as RequestCommand[CommandName]
}

t.test('the daemon speaks first, and an unknown visitor sees devices only', async (t) => {
  const { clients, station } = bench()
  station.state.publish({ is: 'case', case: fakeCase('case-1') })
  const raw = new RawClient()
  clients.accept(raw)
  t.match(raw.frames, [
    { body: 'hello', hello: { minVersion: 1, maxVersion: 1, stationId: 'station-test', simulated: true, unclaimed: true } },
  ])
  raw.say({ hello: { version: 1, client: 'raw' } })
  const snapshot = raw.of('snapshot')[0]?.snapshot
  t.equal(snapshot?.devices.length, 1)
  t.same(snapshot?.cases, [])
  t.notOk(snapshot?.capture)
  station.state.publish({ is: 'case', case: fakeCase('case-2') })
  t.equal(raw.of('event').length, 0)
  t.notMatch(JSON.stringify(raw.frames), /SITI|7371/)
})

t.test('a version outside the range is refused by name', async (t) => {
  for (const version of [0, 2, 4_000_000_000]) {
    const { clients } = bench()
    const raw = new RawClient()
    clients.accept(raw)
    raw.say({ hello: { version, client: 'raw' } })
    t.match(raw.frames.at(-1), {
      reply: { id: 0, fault: { code: 'protocol.version', context: { found: String(version), expected: '1-1' } } },
    })
    t.equal(raw.closedWith, CLOSE_CODES.version)
  }
})

t.test('who does not greet in time is closed', async (t) => {
  const { clients, clock } = bench()
  const raw = new RawClient()
  clients.accept(raw)
  clock.advance(WIRE_LIMITS.helloTimeoutMs)
  t.equal(raw.closedWith, CLOSE_CODES.helloMissing)
})

t.test('what cannot be read is refused with a named fault, whatever the bytes are', async (t) => {
  const say = (bytes: Uint8Array, binary = true) => {
    const { clients } = bench()
    const raw = new RawClient()
    clients.accept(raw)
    raw.say({ hello: { version: 1, client: 'raw' } })
    raw.sayBytes(bytes, binary)
    return raw
  }
  t.equal(say(new Uint8Array(WIRE_LIMITS.clientMessageBytes + 1)).lastReply, 'protocol.too_large')
  t.equal(say(new Uint8Array(0)).lastReply, 'protocol.malformed', 'no body')
  t.equal(say(Uint8Array.of(0x0a, 0x7f)).lastReply, 'protocol.malformed', 'cut short')
  t.equal(say(Buffer.from('{"hello":1}'), false).lastReply, 'protocol.malformed', 'text')
  t.equal(say(Uint8Array.of(0x12, 2, 8, 0)).lastReply, 'protocol.malformed', 'request id 0')
  const named = (bytes: Uint8Array) => {
    const raw = say(bytes)
    return raw.closedWith === undefined || raw.lastReply?.startsWith('protocol.') === true
  }
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), named), { numRuns: 300 })
  const good = encodeClientFrame({ request: { id: 5, addOperator: { name: 'a', roles: ['auditor', 'ci'], pin: 'p' } } })
  const flips = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
  const flipped = fc.property(flips, (changes) => named(good.map((byte, at) => changes.find(([place]) => place === at)?.[1] ?? byte)))
  fc.assert(flipped, { numRuns: 500 })
  await settle()
})

t.test('a command of a newer client is answered, not punished', async (t) => {
  const { clients } = bench()
  const raw = new RawClient()
  clients.accept(raw)
  raw.say({ hello: { version: 1, client: 'raw' } })
  // id 7, then field 111 with an empty message
  raw.sayBytes(Uint8Array.of(0x12, 5, 8, 7, 0xfa, 0x06, 0))
  await settle()
  t.match(raw.of('reply').at(-1), { reply: { id: 7, fault: { code: 'protocol.unknown_command' } } })
  t.equal(raw.closedWith, undefined)
})

t.test('fields are checked after decoding: lengths, lists, ranges', async (t) => {
  const cases = [
    [{ request: { id: 1, logIn: { name: 'x'.repeat(65), pin: '1' } } }, 'request.logIn.name'],
    [{ request: { id: 1, spoilCard: { caseId: 'c', reason: 'x'.repeat(201) } } }, 'request.spoilCard.reason'],
    [{ request: { id: 1, addOperator: { roles: Array(65).fill('auditor') } } }, 'request.addOperator.roles'],
    [{ request: { id: 1, startCapture: { caseId: 'c', modality: 0 } } }, 'request.startCapture.modality'],
    [{ request: { id: 1, startCapture: { caseId: 'c', modality: 99 as 1 } } }, 'request.startCapture.modality'],
  ] as const
  for (const [frame, field] of cases) {
    const { clients } = bench()
    const raw = new RawClient()
    clients.accept(raw)
    raw.say({ hello: { version: 1, client: 'raw' } })
    raw.say(frame)
    t.match(raw.frames.at(-1), { reply: { id: 0, fault: { code: 'protocol.malformed', context: { field } } } })
    t.equal(raw.closedWith, CLOSE_CODES.malformed)
  }
})

t.test('every command is refused to those it is not for, and says which role may', async (t) => {
  const station = bench()
  const visitor = await station.client()
  for (const name of commandNames) {
    const { role } = commandTable[name]
    if (role === 'anyone') continue
    await t.rejects(visitor.request(name, fieldsOf(name)), { code: 'session.required' }, `${name} without a session`)
    if (role === 'any_operator') continue
    const others = roles.filter((each) => !role.includes(each))
    const wrong = bench()
    const stranger = await wrong.operator('stranger', others)
    await t.rejects(
      stranger.request(name, fieldsOf(name)),
      { code: 'session.role_missing', context: { role: role.join('|') } },
      `${name} by others`,
    )
    t.same(wrong.station.calls, [], `${name} did not reach a desk`)
    t.match(wrong.audit.at(-1), {
      act: 'command.refused',
      actor: 'id-stranger',
      facts: { operation: name, reason: 'session.role_missing' },
    })
    const locked = bench()
    const holder = await locked.operator('holder', role)
    await holder.request('lock', {})
    await t.rejects(holder.request(name, fieldsOf(name)), { code: 'session.locked' }, `${name} while locked`)
    t.same(locked.station.calls, [])
  }
})

t.test('every command reaches its desk for each role that may', async (t) => {
  const notDesk = new Set(['listOperators', 'reportCaptures', 'watchPreview', 'callSimulatedPerson'])
  for (const name of commandNames) {
    const { role } = commandTable[name]
    if (typeof role === 'string') continue
    for (const each of role) {
      const { station, operator } = bench()
      station.state.publish({ is: 'case', case: fakeCase('case-1') })
      const client = await operator('one', [each])
      const fields = name === 'lockOperator' ? { name: 'one', locked: false } : fieldsOf(name)
      await client.request(name, fields)
      if (!notDesk.has(name)) t.match(station.calls.at(-1), { actor: 'id-one' }, `${name} by ${each}`)
    }
  }
})

t.test('the first administrator comes with the launch token, once', async (t) => {
  const { client, station } = bench()
  const first = await client()
  t.equal(first.hello.unclaimed, true)
  await t.rejects(first.request('claimStation', { launchToken: 'guess', name: 'Ani', pin: '123456' }), { code: 'operator.claim_refused' })
  t.match(await first.request('claimStation', { launchToken: fakeToken, name: 'Ani', pin: '123456' }), { loggedIn: true, operator: 'Ani' })
  const second = await client()
  t.equal(second.hello.unclaimed, false)
  await t.rejects(second.request('claimStation', { launchToken: fakeToken, name: 'Eve', pin: '123456' }), {
    code: 'operator.claim_refused',
  })
  t.equal((await station.operators.list()).length, 1)
})

t.test('a supervisor cannot make an administrator', async (t) => {
  const { operator, station } = bench()
  const client = await operator('sup', ['supervisor'])
  await t.rejects(client.request('addOperator', { name: 'me2', roles: ['database_admin'], pin: '123456' }), {
    code: 'session.role_missing',
  })
  await client.request('addOperator', { name: 'rec', roles: ['recording_operator'], pin: '123456' })
  t.equal(station.calls.length, 1)
})

t.test('logging in shows the cases with masked NIK and the words of the standard, before the reply', async (t) => {
  const { operator, station } = bench()
  station.state.publish({ is: 'case', case: fakeCase('case-1') })
  const client = await operator('rec', ['recording_operator'])
  t.match(client.state.session, { loggedIn: true, operator: 'rec', locked: false })
  t.match(client.state.cases, [
    {
      caseId: 'case-1',
      applicant: { nikMasked: '************0001', ageYears: 36, religion: '-', bloodGroup: '-' },
      requirements: [{ labelId: 'Kartu keluarga', mandatory: true }],
      steps: [{ normMs: 300_000, roles: ['information_desk'] }, { normMs: 0 }],
    },
  ])
  t.notMatch(JSON.stringify(client.state), /7371010101/)
  const administrator = await bench().operator('adm', ['database_admin'])
  t.same(administrator.state.cases, [], 'an administrator does not see persons')
})

t.test('replies come after the events that they caused', async (t) => {
  const { operator } = bench()
  const client = await operator('rec', ['recording_operator'])
  const taken = await client.request('takeTicket', { nik: '7371010101900001', standardId: 'test.plain' })
  t.same(client.state.cases[0], taken)
  const confirmed = await client.request('confirmApplicant', { caseId: taken.caseId })
  t.equal(confirmed.applicant?.confirmed, true)
  t.equal(client.state.cases[0]?.applicant?.confirmed, true)
})

t.test('an idle screen locks itself; the capture goes on, and unlocking shows it', async (t) => {
  const { operator, station, clock, audit } = bench({ idleLockMs: 60_000 })
  station.state.publish({ is: 'case', case: fakeCase('case-1') })
  const client = await operator('rec', ['recording_operator'])
  clock.advance(50_000)
  await client.request('startCapture', { caseId: 'case-1', modality: 1 })
  clock.advance(59_999)
  await settle()
  t.equal(client.state.session.locked, false, 'work puts the lock off')
  clock.advance(1)
  await settle()
  t.match(client.state.session, { loggedIn: true, locked: true })
  t.same(client.state.cases, [], 'a locked screen shows no persons')
  station.state.publish({ is: 'capture', capture: { ...station.state.capture, measure: 77 } })
  await settle()
  await t.rejects(client.request('takeNow', { caseId: 'case-1' }), { code: 'session.locked' })
  await t.rejects(client.request('unlock', { pin: '000000' }), { code: 'operator.wrong_pin' })
  t.match(await client.request('unlock', { pin: '123456' }), { locked: false })
  t.match(client.state.capture, { caseId: 'case-1', state: 'live', measure: 77 })
  t.match(
    audit.map((entry) => entry.act),
    ['session.opened', 'session.locked', 'command.refused', 'session.unlocked'],
  )
  t.match(audit[1], { facts: { reason: 'idle' } })
})

t.test('which finger an operator is asked for is told to that operator alone, and to nobody behind a locked screen', async (t) => {
  const { operator, station } = bench()
  const asked = await operator('adm', ['database_admin'])
  const other = await operator('rec', ['recording_operator'])
  const ask = async (position: number, advice: string) => {
    station.state.publish({ is: 'operator_finger', finger: { operatorId: 'id-adm', position, advice } })
    await settle()
  }
  await ask(7, 'press_harder')
  t.same(asked.state.operatorFinger, { position: 7, advice: 'press_harder' })
  t.same(other.state.operatorFinger, { position: 0, advice: '' })
  await ask(0, '')
  t.same(asked.state.operatorFinger, { position: 0, advice: '' })
  await asked.request('cancelOperatorFinger', {})
  t.same(station.released, ['id-adm'])
  await asked.request('lock', {})
  t.same(station.released, ['id-adm', 'id-adm'], 'nor is it waited for any longer')
  await ask(7, '')
  t.equal(asked.state.operatorFinger.position, 0)
})

t.test('an operator who is locked out loses the sessions at once', async (t) => {
  const { operator, station } = bench()
  const administrator = await operator('adm', ['database_admin'])
  const recorder = await operator('rec', ['recording_operator'])
  await administrator.request('lockOperator', { name: 'rec', locked: true })
  await settle()
  t.equal(recorder.state.session.loggedIn, false)
  await t.rejects(recorder.request('takeTicket', {}), { code: 'session.required' })
  await t.rejects(recorder.request('logIn', { name: 'rec', pin: '123456' }), { code: 'operator.locked' })
  t.equal((await station.operators.list()).find(({ name }) => name === 'rec')?.locked, true)
})

t.test('what breaks inside reaches the client as a code without a word of it, and the log as a place', async (t) => {
  const { operator, station, lines } = bench()
  const client = await operator('rec', ['recording_operator'])
  station.hold(Promise.reject(new TypeError('secret of SITI')))
  const raw = client.request('takeTicket', {})
  await t.rejects(raw, { code: 'internal.unexpected', context: {} })
  t.notMatch(JSON.stringify(lines), /secret|SITI/)
  t.match(lines.at(-1), { event: 'gateway.command_failed', facts: { operation: 'takeTicket', reason: 'TypeError' } })
})

const picture = (sequence: number, sensor = 0): PreviewPicture => ({
  deviceKind: 'iris_camera',
  sensor,
  sequence,
  widthPx: 640,
  heightPx: 480,
  picture: new Uint8Array(100),
  capturedAtMs: 1,
  ink: '',
})

t.test('a slow client loses pictures, never events; the newest picture comes when it catches up', async (t) => {
  const { clients, station, clock } = bench()
  station.operators.hire('rec', ['recording_operator'])
  const raw = new RawClient()
  clients.accept(raw)
  raw.say({ hello: { version: 1, client: 'raw' } })
  t.equal(station.state.watched, false)
  raw.say({ request: { id: 1, logIn: { name: 'rec', pin: '123456' } } })
  await settle()
  raw.say({ request: { id: 2, watchPreview: { on: true } } })
  await settle()
  t.equal(station.state.watched, true)
  station.state.show(picture(1))
  t.equal(raw.of('preview').length, 1)
  raw.bufferedAmount = WIRE_LIMITS.previewBacklogBytes + 1
  for (let sequence = 2; sequence < 20; sequence++) {
    station.state.show(picture(sequence))
    station.state.show(picture(sequence, 1))
    station.state.publish({ is: 'capture', capture: { ...station.state.capture, measure: sequence } })
  }
  t.equal(raw.of('preview').length, 1)
  t.same(
    raw.of('event').map(({ event }) => event.sequence),
    Array.from({ length: 18 }, (_, i) => i + 1),
  )
  raw.bufferedAmount = 0
  clock.advance(100)
  t.same(
    raw.of('preview').map(({ preview }) => [preview.sensor, preview.sequence]),
    [
      [0, 1],
      [0, 19],
      [1, 19],
    ],
  )
  raw.bufferedAmount = WIRE_LIMITS.backlogBytes + 1
  station.state.publish({ is: 'capture', capture: station.state.capture })
  t.equal(raw.closedWith, CLOSE_CODES.tooSlow, 'who is hopelessly behind is cut off instead of losing an event')
  t.equal(station.state.watched, false)
})

t.test('a locked screen gets no pictures, and gets them again after unlocking', async (t) => {
  const { operator, station } = bench()
  const client = await operator('rec', ['recording_operator'])
  const seen: number[] = []
  client.onPreview(({ sequence }) => seen.push(sequence))
  await client.request('watchPreview', { on: true })
  station.state.show(picture(1))
  await settle()
  await client.request('lock', {})
  t.equal(station.state.watched, false)
  station.state.show(picture(2))
  await client.request('unlock', { pin: '123456' })
  station.state.show(picture(3))
  await settle()
  t.same(seen, [1, 3])
  client.close()
  await settle()
  t.equal(station.state.watched, false)
})

t.test('too many messages, too many open requests, too many clients: each has its name', async (t) => {
  const { clients, station } = bench()
  station.operators.hire('rec', ['recording_operator'])
  const raw = new RawClient()
  clients.accept(raw)
  raw.say({ hello: { version: 1, client: 'raw' } })
  raw.say({ request: { id: 1, logIn: { name: 'rec', pin: '123456' } } })
  await settle()
  const forever = new Promise<void>(() => {})
  for (let id = 2; id < 2 + WIRE_LIMITS.openRequests; id++) {
    station.hold(forever)
    raw.say({ request: { id, takeNow: { caseId: 'c' } } })
  }
  raw.say({ request: { id: 99, takeNow: { caseId: 'c' } } })
  t.match(raw.frames.at(-1), { reply: { id: 99, fault: { code: 'gateway.too_many_requests' } } })
  raw.say({ request: { id: 2, takeNow: { caseId: 'c' } } })
  t.match(raw.frames.at(-1), { reply: { id: 0, fault: { code: 'protocol.malformed', context: { reason: 'in_use' } } } })

  const fast = new RawClient()
  clients.accept(fast)
  fast.say({ hello: { version: 1, client: 'raw' } })
  for (let id = 1; id < 300 && fast.closedWith === undefined; id++) fast.say({ request: { id, lock: {} } })
  t.equal(fast.closedWith, CLOSE_CODES.tooFast)

  const many = Array.from({ length: WIRE_LIMITS.connections + 1 }, () => new RawClient())
  for (const each of many) clients.accept(each)
  t.equal(many.at(-1)?.closedWith, CLOSE_CODES.tooMany)
  t.equal(many[0]?.closedWith, undefined)
})

t.test('refusals cannot fill the audit chain', async (t) => {
  const { client, audit, clock } = bench()
  const visitor = await client()
  for (let i = 0; i < 50; i++) {
    await t.rejects(visitor.request('lock', {}), { code: 'session.required' })
    clock.advance(100)
  }
  t.ok(audit.length >= 10 && audit.length <= 11, `${audit.length} entries`)
})

t.test('a station that is not simulated has nobody to call', async (t) => {
  const client = await bench({ simulated: false }).operator('info', ['information_desk'])
  t.equal(client.hello.simulated, false)
  await t.rejects(client.request('callSimulatedPerson', {}), { code: 'gateway.not_simulated' })
})
