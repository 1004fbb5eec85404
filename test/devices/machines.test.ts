// The machines of slot and health as tables and against any order of events, without a device, a clock or a bus.

import fc from 'fast-check'
import t from 'tap'
import type { Candidate, Listing } from '../../daemon/devices/candidates.js'
import { begunHealth, conditionsOf, type HealthInput, type HealthRules, stepHealth } from '../../daemon/devices/health-machine.js'
import { emptySlot, type SlotInput, type SlotState, slotStatus, stepSlot } from '../../daemon/devices/slot-machine.js'
import { Fault, type FaultCode } from '../../protocol/fault.js'

type Ending = FaultCode | 'open'
const plugged = (key: string): Candidate => ({ key, serial: `S-${key}`, product: 'Camera' })

t.test(
  'whatever comes in whatever order: one opening at a time, never what is open or refused, every device held or closed, no wait without end',
  async (t) => {
    const rules = { kind: 'iris_camera', firstRetryMs: 100, lastRetryMs: 10_000 } as const
    const keys = ['a', 'b', 'c'] as const
    const key = fc.constantFrom(...keys)
    const act = fc.oneof(
      fc.record({ is: fc.constant('bus' as const), keys: fc.shuffledSubarray([...keys]) }),
      fc.record({
        is: fc.constant('ends' as const),
        how: fc.constantFrom<Ending>('open', 'device.timeout', 'device.absent', 'device.unknown'),
      }),
      fc.record({ is: fc.constant('pull' as const), key }),
      fc.record({ is: fc.constantFrom('take', 'free', 'lost', 'hurt', 'wake', 'timer', 'closed', 'close') }),
    )
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
        let state: SlotState = emptySlot(rules)
        let listing: Listing = { candidates: [], refused: [] }
        let opening: string | undefined
        const open = new Set<string>()
        const closing = new Set<string>()
        let waiting = false
        const feed = (input: SlotInput): void => {
          const wasUsed = state.used
          const next = stepSlot(state, input, rules)
          state = next.state
          for (const effect of next.effects) {
            if (effect.do === 'open') {
              const { key } = effect.candidate
              const wrong =
                opening !== undefined || open.has(key) || closing.has(key) || state.over || (wasUsed === state.used && state.used)
              if (wrong || state.barred.some((each) => each.key === key)) throw new Error(`opens ${key} wrongly`)
              opening = key
              waiting = false
            }
            if (effect.do === 'close') {
              if (!open.delete(effect.key)) throw new Error(`closes ${effect.key} that is not open`)
              closing.add(effect.key)
            }
            if (effect.do === 'wait') waiting = true
            if (effect.do === 'stop_waiting') waiting = false
            if (effect.do === 'tell_user' && !wasUsed) throw new Error('tells nobody')
            if (effect.do === 'list' && !state.over) feed({ is: 'listed', listing })
          }
          const { held } = state
          for (const each of open) if (each !== held?.key) throw new Error(`${each} is open and not held`)
          if (held && !open.has(held.key)) throw new Error('holds what is closed')
          if (state.used && !held) throw new Error('lends nothing')
        }
        feed({ is: 'listed', listing })
        for (const each of acts) {
          if (each.is === 'bus') {
            listing = { candidates: each.keys.map(plugged), refused: [] }
            feed({ is: 'wake' })
          } else if (each.is === 'ends' && opening !== undefined) {
            const ended = opening
            opening = undefined
            if (each.how === 'open') {
              open.add(ended)
              feed({ is: 'opened', key: ended })
            } else feed({ is: 'failed', key: ended, fault: new Fault(each.how) })
          } else if (each.is === 'pull') {
            listing = { ...listing, candidates: listing.candidates.filter(({ key }) => key !== each.key) }
            feed({ is: 'unplugged', key: each.key, fault: new Fault('device.unplugged') })
          } else if (each.is === 'take') {
            if (state.held && !state.used) feed({ is: 'take' })
          } else if (each.is === 'free') {
            if (state.used) feed({ is: 'free' })
          } else if (each.is === 'lost' || each.is === 'hurt') {
            if (state.held) feed({ is: 'lost', fault: new Fault('device.timeout'), byUser: each.is === 'lost' && state.used })
          } else if (each.is === 'closed') {
            const [done] = closing
            if (done !== undefined) {
              closing.delete(done)
              feed({ is: 'closed', key: done })
            }
          } else if (each.is === 'wake' || each.is === 'timer' || each.is === 'close') feed({ is: each.is })
          slotStatus(state, rules)
          const settled = state.held || state.over || opening !== undefined || closing.size > 0
          const refused = listing.candidates.length > 0 && listing.candidates.every(({ key }) => state.barred.some((of) => of.key === key))
          if (!settled && !waiting && !refused) throw new Error('waits for nothing')
        }
      }),
      { numRuns: 400 },
    )
    t.pass()
  },
)

const healthRules: HealthRules = { pollMs: 5_000, lastPollMs: 60_000, firstLookMs: 1_500, lookMs: 1_800_000, capturesBetweenLooks: 20 }

t.test('a look that was abandoned for a capture says nothing; one that never sees the glass does', async (t) => {
  const after = (...inputs: readonly HealthInput[]) => {
    let nowMs = 0
    let state = begunHealth(nowMs, { hasPlaten: true, hasLight: true }, healthRules)
    for (const input of Array.from({ length: 10 }, () => inputs).flat()) {
      nowMs += 1_000
      state = stepHealth(state, input, nowMs, healthRules).state
    }
    return conditionsOf(state, nowMs)
  }
  t.strictSame(after({ is: 'taken' }, { is: 'platen', reading: undefined }, { is: 'freed', counters: undefined }), [])
  const hand = { occupied: true, level: 240, spread: 200, residueShare: 0.4 }
  t.strictSame(after({ is: 'platen', reading: hand }), ['needs_recalibration'])
  t.strictSame(
    after({ is: 'platen', reading: hand }, { is: 'platen', reading: { ...hand, occupied: false, level: 248, residueShare: 0 } }),
    [],
  )
})

t.test(
  'health against any order of answers: one question at a time, none in use, always something to come, names in their order',
  async (t) => {
    const rules = healthRules
    const status = fc.record({
      state: fc.constantFrom('idle' as const, 'failed' as const),
      lastError: fc.constantFrom(0, 7),
      temperatureC: fc.integer({ min: -20, max: 90 }),
      uptimeMs: fc.nat(2 ** 31),
      framesSent: fc.nat(),
      framesLost: fc.nat(),
      conditions: fc.subarray(['platen_dirty', 'light_weak', 'needs_recalibration', 'overheated'] as const),
    })
    const reading = fc.record({
      occupied: fc.boolean(),
      level: fc.integer({ min: 0, max: 255 }),
      spread: fc.nat(255),
      residueShare: fc.float({ min: 0, max: 1, noNaN: true }),
    })
    const act = fc.record({ afterMs: fc.nat(100_000), status, reading: fc.option(reading, { nil: undefined }), use: fc.boolean() })
    fc.assert(
      fc.property(fc.boolean(), fc.boolean(), fc.array(act, { maxLength: 40 }), (hasPlaten, hasLight, acts) => {
        let nowMs = 0
        let state = begunHealth(nowMs, { hasPlaten, hasLight }, rules)
        let asking: 'ask_status' | 'look_at_platen' | undefined
        let wakes = false
        const feed = (input: HealthInput) => {
          const next = stepHealth(state, input, nowMs, rules)
          state = next.state
          for (const effect of next.effects) {
            if (effect.do === 'wake') wakes = true
            else if (effect.do === 'set_light') {
              if (!hasLight) throw new Error('sets no light')
              if (effect.level < 1 || effect.level > 255) throw new Error(`light ${effect.level}`)
            } else {
              if (asking || state.used) throw new Error(`${effect.do} while ${asking ?? 'used'}`)
              if (effect.do === 'look_at_platen' && !hasPlaten) throw new Error('looks at no platen')
              asking = effect.do
            }
          }
          if (!state.used && !asking && !wakes) throw new Error('nothing is to come')
          conditionsOf(state, nowMs)
        }
        feed({ is: 'tick' })
        for (const each of acts) {
          nowMs += each.afterMs
          if (each.use && !state.used) {
            feed({ is: 'taken' })
            wakes = false
          } else if (asking) {
            const was = asking
            asking = undefined
            feed(was === 'ask_status' ? { is: 'status', status: each.status } : { is: 'platen', reading: each.reading })
          } else if (state.used) feed({ is: 'freed', counters: undefined })
          else {
            wakes = false
            feed({ is: 'tick' })
          }
        }
      }),
      { numRuns: 300 },
    )
    t.pass()
  },
)
