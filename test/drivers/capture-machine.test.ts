// The capture device's machine as a table: what each input leads to, without a device, a clock or a bus.

import fc from 'fast-check'
import t from 'tap'
import type { FrameHead } from '../../drivers/capture-device/framing.js'
import { type Input, type Rules, type State, step } from '../../drivers/capture-device/machine.js'
import type { CaptureDeviceInfo } from '../../drivers/driver.js'
import { irisCameraProfile } from '../../drivers/iris/dual-camera/driver.js'
import { Fault } from '../../protocol/fault.js'

const sensor = { format: 'grey8', widthPx: 640, heightPx: 480, ppi: 0, maxFps: 15, maxPayloadBytes: 307_200 } as const
const info: CaptureDeviceInfo = {
  kind: 'iris_camera',
  protocolVersion: '1.0',
  firmwareVersion: '1.0.0',
  sensors: [
    { ...sensor, sensor: 0 },
    { ...sensor, sensor: 1 },
  ],
  features: { gain: true, light: true, indicator: true },
}
const key = { keyId: 'ab', kind: 'iris_camera', publicKey: '' } as const
const rules: Rules = {
  profile: irisCameraProfile,
  serial: 'S1',
  keys: [key],
  proofPolls: 2,
  proofPollMs: 50,
  warmUpPolls: 3,
  warmUpPollMs: 100,
  mostPayloadBytes: 307_200,
  silenceMs: 1000,
  damagedFrames: 3,
  damageWindowMs: 500,
  frozenFrames: 4,
}

const frame = (sequence: number, payloadCrc32 = sequence + 1, of = 0): FrameHead => ({
  ...{ sensor: of, format: 'grey8', session: 5, widthPx: 640, heightPx: 480, ppi: 0, deviceTimeUs: 0, payloadBytes: 307_200 },
  ...{ sequence, payloadCrc32 },
})
const came = (sequence: number, nowMs: number, crc?: number, of?: number): Input => ({
  is: 'frame',
  head: frame(sequence, crc, of),
  stored: true,
  nowMs,
})

/** Runs the inputs and gives the last step with all effects by name. */
function run(inputs: readonly Input[], from: State = { at: 'closed' }) {
  const did: string[] = []
  let state = from
  for (const input of inputs) {
    const next = step(state, input, rules)
    state = next.state
    did.push(...next.effects.map((effect) => (effect.do === 'report' ? effect.fault.code : effect.do)))
  }
  return { state, did }
}

const opening: readonly Input[] = [
  { is: 'open' },
  { is: 'claimed' },
  { is: 'quiet' },
  { is: 'info', info },
  { is: 'key_id', keyId: 'ab' },
  { is: 'challenged' },
]
const proof: Input = { is: 'proof', signature: new Uint8Array(64) }
const genuine: readonly Input[] = [...opening, proof, { is: 'verdict', genuine: true }]
const says = (state: 'idle' | 'warming'): Input => ({
  is: 'status',
  status: { state, lastError: 0, temperatureC: 30, uptimeMs: 0, framesSent: 0, framesLost: 0, conditions: [] },
})
const started: readonly Input[] = [...genuine, says('idle'), { is: 'start', nowMs: 0, session: 5, maxFps: 0 }]

t.test('opening asks one thing after another, and quiets the device first', async (t) => {
  const asks = ['claim', 'hush', 'ask_info', 'ask_key_id', 'challenge', 'ask_proof', 'verify', 'ask_status']
  t.same(run(started).did, [...asks, 'opened', 'wake'])
})

t.test('a device that warms up is waited for, within bounds', async (t) => {
  t.equal(run([...genuine, says('warming'), says('warming')]).state.at, 'warming')
  t.same(run([...genuine, says('warming'), says('idle')]).did.slice(-3), ['ask_status', 'ask_status', 'opened'])
  t.match(run([...genuine, says('warming'), says('warming'), says('warming')]).state, {
    fault: { code: 'device.timeout', context: { operation: 'warm_up', timeoutMs: 300 } },
  })
  t.equal(run([...genuine, { is: 'start', nowMs: 0, session: 5, maxFps: 0 }]).state.at, 'warming', 'nothing starts before it is warm')
  t.match(run([...genuine, { is: 'status', status: { field: 'status', offset: 0, found: 3 } }]).state, {
    fault: { code: 'device.protocol' },
  })
})

t.test('a device whose time jumps keeps its frames, and their times go on with the host’s', async (t) => {
  const times: number[] = []
  let { state } = run(started)
  const take = (sequence: number, deviceMs: number, nowMs: number, of = 0) => {
    const input = {
      is: 'frame',
      head: { ...frame(sequence, sequence + 9, of), deviceTimeUs: deviceMs * 1000 },
      stored: true,
      nowMs,
    } as const
    const next = step(state, input, rules)
    state = next.state
    for (const effect of next.effects) if (effect.do === 'publish') times.push(effect.deviceTimeUs / 1000)
  }
  take(0, 5_000, 100)
  take(0, 5_000, 101, 1)
  take(1, 5_100, 200)
  take(2, 90_000, 300)
  take(1, 90_000, 301, 1)
  take(3, 90_110, 410)
  take(4, 12, 500)
  take(5, 112, 590)
  t.same(times, [5_000, 5_000, 5_100, 5_200, 5_200, 5_310, 5_400, 5_500])
  t.match(state, { stream: { counters: { published: 8, clockJumps: 2 } } }, 'both sensors of one exposure see one jump')
})

t.test('a device that is not what it should be is refused with the reason', async (t) => {
  const reasonOf = (inputs: readonly Input[], other: Partial<Rules> = {}) => {
    let state: State = { at: 'closed' }
    for (const input of inputs) state = step(state, input, { ...rules, ...other }).state
    return state.at === 'faulted' ? `${state.fault.code} ${state.fault.context.reason ?? state.fault.context.field ?? ''}` : state.at
  }
  t.equal(reasonOf([{ is: 'open' }], { keys: [] }), 'device.unknown not_listed')
  t.equal(reasonOf([{ is: 'open' }], { keys: [{ ...key, kind: 'face_camera' }] }), 'device.unknown wrong_kind')
  t.equal(reasonOf([{ is: 'open' }, { is: 'info', info: { ...info, kind: 'face_camera' } }]), 'device.unknown wrong_kind')
  t.equal(
    reasonOf([{ is: 'open' }, { is: 'info', info: { ...info, sensors: info.sensors.slice(1) } }]),
    'device.unknown two_sensors_expected',
  )
  t.equal(reasonOf([{ is: 'open' }, { is: 'info', info }], { mostPayloadBytes: 307_199 }), 'device.unknown frames_too_large')
  t.equal(reasonOf([{ is: 'open' }, { is: 'info', info: { field: 'info.version', offset: 2, found: 2 } }]), 'device.protocol info.version')
  t.equal(reasonOf([...opening.slice(0, 4), { is: 'key_id', keyId: 'cd' }]), 'device.unknown wrong_key')
  t.equal(reasonOf([...opening, proof, { is: 'verdict', genuine: false }]), 'device.unknown wrong_proof')
  t.equal(reasonOf([...opening, { is: 'proof_pending' }, { is: 'proof_pending' }]), 'device.timeout ')
})

t.test('frames in order are published, others are counted and dropped', async (t) => {
  const { state, did } = run([...started, came(0, 10), came(0, 20), came(3, 30), came(2, 40), came(0, 50, 77, 1), { is: 'stale' }])
  t.same(did.slice(10), ['publish', 'discard', 'publish', 'discard', 'publish'])
  t.match(state, { at: 'streaming', stream: { counters: { published: 3, repeated: 1, outOfOrder: 1, missed: 2, stale: 1 } } })
})

t.test('damage is forgiven when rare and a fault when frequent', async (t) => {
  const rare = [0, 600, 1200, 1800].flatMap((nowMs): Input[] => [{ is: 'corrupt', nowMs }, came(nowMs / 600, nowMs + 1)])
  t.equal(run([...started, ...rare]).state.at, 'streaming')
  const often: Input[] = [
    { is: 'corrupt', nowMs: 0 },
    came(1, 1),
    { is: 'short', nowMs: 200 },
    came(3, 201),
    { is: 'garbage', bytes: 9, nowMs: 400 },
  ]
  const { state, did } = run([...started, ...often])
  t.match(state, { at: 'faulted', fault: { code: 'device.frames_corrupt' } })
  t.same(did.slice(-3), ['discard', 'end_stream', 'device.frames_corrupt'])
})

t.test('the same payload four times in a row is a frozen sensor, for each sensor by itself', async (t) => {
  const alternating = [0, 1, 2].flatMap((n) => [came(n, n, 7, 0), came(n, n, 7, 1)])
  t.equal(run([...started, ...alternating]).state.at, 'streaming')
  t.match(run([...started, ...alternating, came(3, 3, 7, 1)]).state, { at: 'faulted', fault: { code: 'device.frames_frozen' } })
})

t.test('one silent sensor of two is enough; the reason tells damage from silence', async (t) => {
  const alive = [came(0, 500), came(1, 900)]
  t.match(run([...started, ...alive, { is: 'tick', nowMs: 1000 }]).state, { at: 'faulted', fault: { code: 'device.frames_missing' } })
  t.equal(run([...started, ...alive, came(0, 900, 5, 1), { is: 'tick', nowMs: 1000 }]).did.at(-1), 'wake')
  t.match(run([...started, { is: 'corrupt', nowMs: 10 }, { is: 'tick', nowMs: 1000 }]).state, { fault: { code: 'device.frames_corrupt' } })
})

t.test('a look that comes late is repeated before it is believed: frames may lie unread in a host that was busy', async (t) => {
  const late = run([...started, came(0, 500), came(0, 500, 5, 1), { is: 'tick', nowMs: 2100 }])
  t.equal(late.state.at, 'streaming')
  t.equal(late.did.at(-1), 'wake')
  t.equal(run([{ is: 'tick', nowMs: 2150 }], late.state).state.at, 'faulted', 'nothing had come')
  t.equal(run([came(1, 2101), came(1, 2101, 5, 1), { is: 'tick', nowMs: 2150 }], late.state).state.at, 'streaming')
})

t.test('whatever comes in whatever order: one report at most, none after stop or close, and every leased slot settled', async (t) => {
  const input: fc.Arbitrary<Input> = fc.oneof(
    fc.constantFrom<Input>({ is: 'stop' }, { is: 'close' }, { is: 'stale' }, { is: 'start', nowMs: 0, session: 5, maxFps: 0 }),
    fc.record({ n: fc.nat(6), at: fc.nat(3000), crc: fc.nat(2), of: fc.nat(1) }).map(({ n, at, crc, of }) => came(n, at, crc, of)),
    fc.nat(3000).map((nowMs): Input => ({ is: 'corrupt', nowMs })),
    fc.nat(3000).map((nowMs): Input => ({ is: 'tick', nowMs })),
    fc.constant<Input>({ is: 'failed', fault: new Fault('device.unplugged') }),
  )
  fc.assert(
    fc.property(fc.array(input, { maxLength: 60 }), (inputs) => {
      let { state } = run(started)
      let reports = 0
      for (const each of inputs) {
        const before = state.at
        const next = step(state, each, rules)
        state = next.state
        const names = next.effects.map((effect) => effect.do)
        if (names.includes('report')) reports++
        if (names.includes('report') && before !== 'streaming' && before !== 'ready') return false
        if (before === 'streaming' && each.is === 'frame' && !names.includes('publish') && !names.includes('discard')) return false
        if (before === 'streaming' && state.at !== 'streaming' && !names.includes('end_stream')) return false
      }
      return reports <= 1
    }),
  )
  t.pass()
})
