// The wire: generated files are fresh, version 1 still speaks as it was recorded, the envelope refuses by name, the client keeps its promises.

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import t from 'tap'
import { type ClientEvent, connect, type SocketLike } from '../../protocol/client.js'
import {
  CLOSE_CODES,
  checkVersion,
  chooseVersion,
  decodeClientFrame,
  decodeServerFrame,
  encodeServerFrame,
  faultFromReport,
  faultReport,
  WIRE_LIMITS,
} from '../../protocol/envelope.js'
import { Fault, type FaultCode, isFault } from '../../protocol/fault.js'
import { faultWords } from '../../protocol/fault-words.js'
import type { Init, ServerFrame } from '../../protocol/gen/station.js'
import { VirtualClock } from '../../simulator/virtual-clock.js'
import { explain, play, type RecordedTurn, scriptV1 } from './replay.js'

const root = fileURLToPath(new URL('../..', import.meta.url))

t.test('the generated files are what the generator makes today', async (t) => {
  if (!existsSync(join(root, 'node_modules', 'protobufjs-cli'))) {
    const reason = 'NOT TESTED: protobufjs-cli is not installed, so the generated files cannot be compared'
    if (process.env['CI'] === 'true') t.fail(reason)
    else t.pass(reason, { skip: reason })
    return
  }
  const out = t.testdir()
  const made = spawnSync(process.execPath, [join(root, 'bin', 'generate.mjs'), '--out', out], { encoding: 'utf8' })
  t.equal(made.status, 0, made.stderr)
  for (const path of ['protocol/gen/station.js', 'protocol/gen/station.d.ts', 'docs/protocol.md']) {
    const [fresh, kept] = await Promise.all([readFile(join(out, path), 'utf8'), readFile(join(root, path), 'utf8')])
    t.ok(fresh === kept, `${path} is fresh; if not: npm run generate`)
  }
})

t.test('version 1 as it was recorded', async (t) => {
  const text = await readFile(new URL('conversation-v1.json', import.meta.url), 'utf8')
  const { turns }: { turns: RecordedTurn[] } = JSON.parse(text)
  for (const turn of turns) t.hasStrict(explain(turn), turn, 'recorded bytes still mean what they meant')
  const [greeting, ...rest] = await play(turns.slice(1).map((turn) => turn.client))
  t.ok(greeting)
  for (const [at, now] of [greeting, ...rest].entries()) {
    const then = turns[at]
    if (!now || !then) throw new Error(`turn ${at} is missing`)
    // Additions are allowed; what an old client saw must be there, in the same frames and order.
    t.equal(now.server.length, then.server.length, `turn ${at}: ${then.server.length} frames`)
    t.hasStrict(explain(now).serverMeans, then.serverMeans, `turn ${at}`)
  }
  t.same(
    scriptV1().slice(0, turns.length - 1),
    turns.slice(1).map((turn) => turn.client),
    'today’s encoder writes the same client frames',
  )
})

t.test('decoding never throws anything but a named fault, and gives plain complete objects', async (t) => {
  const named = (decode: (bytes: Uint8Array) => unknown) => (bytes: Uint8Array) => {
    try {
      decode(bytes)
      return true
    } catch (error) {
      return isFault(error, 'protocol.malformed', 'protocol.too_large')
    }
  }
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), named(decodeClientFrame)), { numRuns: 1000 })
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), named(decodeServerFrame)), { numRuns: 1000 })
  const deep = Uint8Array.from({ length: 10_000 }, (_, i) => (i % 2 === 0 ? 0x1a : 0x7f))
  t.ok(named(decodeServerFrame)(deep))
  const frame = decodeServerFrame(encodeServerFrame({ snapshot: { devices: [{ kind: 'slap_scanner' }] } }))
  t.same(frame, {
    body: 'snapshot',
    snapshot: {
      sequence: 0,
      devices: [
        {
          ...{ kind: 'slap_scanner', serial: '', product: '', state: '', framesDropped: 0, framesCorrupt: 0 },
          ...{ refused: [], conditions: [], temperatureKnown: false, temperatureC: 0 },
        },
      ],
      cases: [],
      standards: [],
      captures: [],
    },
  })
  t.throws(() => encodeServerFrame({ preview: { picture: new Uint8Array(WIRE_LIMITS.serverMessageBytes) } }), {
    code: 'protocol.too_large',
  })
})

t.test('every fault survives the wire; an unknown one keeps its code as the reason', async (t) => {
  for (const code of Object.keys(faultWords) as FaultCode[]) {
    const fault = new Fault(code, { field: 'x', count: 3, retryAfterMs: 0.5, expected: 'a' }, { cause: new Error('stays') })
    const back = faultFromReport(faultReport(fault))
    t.same([back.code, back.context, back.cause], [code, fault.context, undefined])
  }
  const newer = faultFromReport({ code: 'future.thing', context: { field: 'y', invented: 'z', limit: 'NaN' } })
  t.same([newer.code, newer.context], ['internal.unexpected', { field: 'y', reason: 'future.thing' }])
})

t.test('the highest common version is chosen, or none by name', async (t) => {
  t.equal(chooseVersion({ minVersion: 1, maxVersion: 9 }), 1)
  t.throws(() => chooseVersion({ minVersion: 2, maxVersion: 9 }), { code: 'protocol.version' })
  t.throws(() => chooseVersion({ minVersion: 0, maxVersion: 0 }), { code: 'protocol.version' })
  t.throws(() => checkVersion(0), { code: 'protocol.version' })
  checkVersion(1)
})

/** The daemon's end of a client's socket, in the hand of the test. */
function scripted() {
  const clock = new VirtualClock(0)
  const sent: number[] = []
  let closedWith: number | undefined
  const socket: SocketLike = {
    binaryType: '',
    onopen: null,
    onmessage: null,
    onclose: null,
    onerror: null,
    send: (bytes) => {
      const frame = decodeClientFrame(bytes)
      sent.push(frame.body === 'request' ? frame.request.id : -frame.hello.version)
    },
    close: (code) => {
      closedWith ??= code
    },
  }
  const say = (frame: Init<ServerFrame>) => socket.onmessage?.({ data: new Uint8Array(encodeServerFrame(frame)).buffer } as never)
  const connecting = connect({ url: 'ws://x/ws', socket: () => socket, client: 'test', clock })
  const greet = () => {
    say({ hello: { minVersion: 1, maxVersion: 1 } })
    say({ snapshot: { sequence: 4 } })
    return connecting
  }
  return { clock, socket, say, sent, connecting, greet, closedWith: () => closedWith }
}

t.test('the client greets, mirrors, and gives each answer to who asked', async (t) => {
  const daemon = scripted()
  const client = await daemon.greet()
  t.equal(daemon.socket.binaryType, 'arraybuffer')
  const [first, second] = [client.request('listOperators', {}), client.request('callSimulatedPerson', {})]
  t.same(daemon.sent, [-1, 1, 2])
  daemon.say({ reply: { id: 2, simulatedPerson: { nik: '1', name: 'n' } } })
  daemon.say({ reply: { id: 1, fault: { code: 'session.role_missing', context: { role: 'auditor' } } } })
  daemon.say({ reply: { id: 77, done: {} } })
  t.same(await second, { nik: '1', name: 'n' })
  await t.rejects(first, { code: 'session.role_missing', context: { role: 'auditor' } })
  const before = client.state
  const seen: ClientEvent[] = []
  const off = client.on((event) => seen.push(event))
  daemon.say({ event: { sequence: 5, device: { kind: 'iris_camera', state: 'ready' } } })
  daemon.say({ event: { sequence: 6, device: { kind: 'iris_camera', state: 'busy' } } })
  daemon.say({ event: { sequence: 7, case: { caseId: 'c' } } })
  off()
  daemon.say({ event: { sequence: 8 } })
  t.match(client.state, { sequence: 8, devices: [{ state: 'busy' }], cases: [{ caseId: 'c' }] })
  t.equal(seen.length, 3)
  t.same(before.devices, [], 'an earlier state does not change')
})

t.test('a gap in the sequence ends the connection: connect again', async (t) => {
  const daemon = scripted()
  const client = await daemon.greet()
  const seen: ClientEvent[] = []
  client.on((event) => seen.push(event))
  const waiting = t.rejects(client.request('lock', {}), { code: 'protocol.connection_lost' })
  daemon.say({ event: { sequence: 6, outbox: {} } })
  await waiting
  t.match(seen, [{ is: 'closed', fault: { code: 'protocol.connection_lost', context: { reason: 'sequence_gap', expected: 5, found: 6 } } }])
  t.equal(client.closed, true)
  t.equal(daemon.closedWith(), CLOSE_CODES.normal)
})

t.test('open requests are bounded, and the encoder’s refusal leaves nothing open', async (t) => {
  const daemon = scripted()
  const client = await daemon.greet()
  await t.rejects(client.request('logIn', { name: 'x'.repeat(WIRE_LIMITS.clientMessageBytes), pin: '' }), { code: 'protocol.too_large' })
  const open = Array.from({ length: WIRE_LIMITS.openRequests }, () => client.request('lock', {}).catch((error: unknown) => error))
  await t.rejects(client.request('lock', {}), { code: 'gateway.too_many_requests' })
  client.close()
  for (const each of await Promise.all(open)) t.match(each, { code: 'protocol.connection_lost' })
})

t.test('a daemon that is silent, lost, of another version or garbled is refused by name', async (t) => {
  const silent = scripted()
  silent.clock.advance(WIRE_LIMITS.helloTimeoutMs)
  await t.rejects(silent.connecting, { code: 'protocol.connection_lost', context: { timeoutMs: WIRE_LIMITS.helloTimeoutMs } })
  const lost = scripted()
  lost.socket.onclose?.({} as never)
  await t.rejects(lost.connecting, { code: 'protocol.connection_lost' })
  const newer = scripted()
  newer.say({ hello: { minVersion: 2, maxVersion: 3 } })
  await t.rejects(newer.connecting, { code: 'protocol.version' })
  const refusing = scripted()
  refusing.say({ hello: { minVersion: 1, maxVersion: 1 } })
  refusing.say({ reply: { id: 0, fault: { code: 'gateway.closing' } } })
  await t.rejects(refusing.connecting, { code: 'gateway.closing' })
  const garbled = scripted()
  garbled.socket.onmessage?.({ data: Uint8Array.of(1, 2, 3).buffer } as never)
  await t.rejects(garbled.connecting, { code: 'protocol.malformed' })
  const text = scripted()
  text.socket.onmessage?.({ data: 'hello' } as never)
  await t.rejects(text.connecting, { code: 'protocol.malformed' })
})
