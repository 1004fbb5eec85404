// What the recording's screens decide by themselves: what comes next, which key does what, what the resident's window may know.

import fc from 'fast-check'
import t from 'tap'
import { type CaptureState, type CaseState, Modality } from '../../protocol/client.js'
import { exceptionReasons } from '../../protocol/exception-reasons.js'
import { initialMirror, type StationMirror } from '../../protocol/mirror.js'
import { deviceOf, isSaved } from '../../station-ui/src/flow.js'
import {
  captureOf,
  choiceOf,
  cueOf,
  fingerView,
  focusOf,
  isFree,
  modalityOfDigit,
  nextAfter,
  nextOpen,
  partsOf,
  reasonsFor,
} from '../../station-ui/src/recording.js'
import { sceneOf } from '../../station-ui/src/resident/scene.js'

const all = [1, 2, 3, 4, 5, 6, 7, 8] as const satisfies readonly Modality[]
const none = Modality.MODALITY_UNSPECIFIED
const secret = 'NAMA RAHASIA'

const record = fc.record({
  state: fc.constantFrom('pending', 'good', 'weak_accepted', 'exception'),
  excepted: fc.subarray([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
  leastQuality: fc.integer({ min: 0, max: 100 }),
})

/** A case in any order of modalities, with any of them done, and captures of some of the others, at most one a device. */
const recording = fc
  .record({
    order: fc.shuffledSubarray([...all], { minLength: 1 }),
    records: fc.array(record, { minLength: 8, maxLength: 8 }),
    states: fc.array(fc.constantFrom('idle', 'opening', 'live', 'waiting', 'review'), { minLength: 8, maxLength: 8 }),
    flags: fc.array(fc.tuple(fc.boolean(), fc.boolean()), { minLength: 8, maxLength: 8 }),
  })
  .map(({ order, records, states, flags }) => {
    const at: CaseState = {
      ...{ caseId: 'c1', ticket: 'A-001', priority: false, standardId: '', standardVersion: 1, state: 'capturing', requirements: [] },
      ...{ recordSigned: false, centralStatus: '', receiptNumber: '', openedAtMs: 0, closedAtMs: 0, findings: [], witness: '' },
      ...{ currentStepId: 'record', mostFingersAlone: 2, evidenceFor: [] },
      exceptions: [{ modality: 3, positions: [5], reason: 'missing' }],
      applicant: {
        ...{ nikMasked: '************2953', name: secret, birthPlace: '', birthDate: '', sex: '', address: secret, confirmed: true },
        ...{ source: 'registry', ageYears: 40, correctedFields: [], religion: '', maritalStatus: '', bloodGroup: '', occupation: '' },
      },
      steps: [
        {
          ...{ id: 'record', kind: 'capture', labelId: '', labelEn: '', state: 'current', normMs: 0, startedAtMs: 0, endedAtMs: 0 },
          roles: [],
        },
      ],
      modalities: order.map((modality, i) => ({
        ...{ tries: 0, measure: 0, fingers: [], presentationAttack: '', eyes: [], approvedByApplicant: false, normMs: 0 },
        ...{ modality, deviceKind: deviceOf[modality], state: 'pending', excepted: [], leastQuality: 0, ...records[i] },
      })),
    }
    const captures: CaptureState[] = []
    order.forEach((modality, i) => {
      const state = states[i] ?? 'idle'
      const taken = captures.some((each) => deviceOf[each.modality] === deviceOf[modality])
      const [mayAccept = false, weak = false] = flags[i] ?? []
      if (state === 'idle' || taken) return
      captures.push({ ...initialMirror.capture, caseId: 'c1', modality, state, asked: partsOf(modality), mayAccept, weak })
    })
    return { at, captures }
  })

t.test('what begins by itself is open, of the case, the first in its order, and its device is free', async (t) => {
  const holds = fc.property(recording, ({ at, captures }) => {
    const next = nextOpen(at, captures)
    const open = at.modalities.filter((each) => !isSaved(each) && !captureOf(captures, each.modality) && isFree(captures, each.modality))
    return next === open[0]?.modality
  })
  // The message of a failure names the seed.
  t.doesNotThrow(() => fc.assert(holds, { numRuns: 300 }))
})

t.test('accepting goes on at once, unless another result waits for a look; never with what was accepted', async (t) => {
  const holds = fc.property(recording, fc.constantFrom(...all), ({ at, captures }, accepted) => {
    const next = nextAfter(at, captures, accepted)
    const others = captures.some(({ modality, state }) => modality !== accepted && state === 'review')
    return next !== accepted && (!others || next === undefined)
  })
  t.doesNotThrow(() => fc.assert(holds, { numRuns: 300 }))
})

t.test('the stage shows what was chosen, else what runs; it is empty only when nothing is left', async (t) => {
  const holds = fc.property(recording, fc.constantFrom(none, ...all), fc.subarray([...all]), ({ at, captures }, chosen, aside) => {
    const focus = focusOf(at, captures, { chosen, aside: new Set(aside) })
    if (chosen !== none) return focus === chosen
    if (focus === none) return captures.length === 0 && nextOpen(at, captures) === undefined
    return captureOf(captures, focus) !== undefined || focus === nextOpen(at, captures)
  })
  t.doesNotThrow(() => fc.assert(holds, { numRuns: 300 }))
})

t.test('Enter never accepts what the station would refuse, and accepts plainly only what is good', async (t) => {
  for (const mayAccept of [true, false])
    for (const weak of [true, false]) {
      const choice = choiceOf({ mayAccept, weak })
      t.equal(choice === 'retake', !mayAccept)
      t.equal(choice === 'accept', mayAccept && !weak)
    }
})

t.test('an excepted finger is drawn as such whatever runs, and what is asked for is never drawn as good', async (t) => {
  const holds = fc.property(recording, fc.integer({ min: 1, max: 10 }), ({ at, captures }, position) => {
    const { look } = fingerView(at, captures, position)
    const home = at.modalities.find(
      ({ modality }) => modality !== Modality.INDEX_FINGERS && partsOf(modality).includes(position) && modality !== Modality.IRISES,
    )
    if (home?.excepted.includes(position)) return look === 'exception'
    const asked = captures.some((each) => each.state !== 'review' && each.modality !== Modality.IRISES && each.asked.includes(position))
    return !asked || look === 'asked' || look === 'live'
  })
  t.doesNotThrow(() => fc.assert(holds, { numRuns: 300 }))
})

t.test('digits are fingers as they are counted from the right thumb; reasons are those that the station allows', async (t) => {
  t.same([...'1234567890'].map(modalityOfDigit), [5, 3, 3, 3, 3, 5, 4, 4, 4, 4], 'thumbs, the right hand, thumbs, the left hand')
  t.equal(modalityOfDigit('x'), undefined)
  t.equal(reasonsFor(Modality.IRISES), exceptionReasons.eye)
  t.equal(reasonsFor(Modality.INDEX_FINGERS), exceptionReasons.finger)
})

t.test('a sound tells a good capture from one that needs somebody', async (t) => {
  const with_ = (state: string, change: Partial<CaptureState> = {}): StationMirror => ({
    ...initialMirror,
    captures: [{ ...initialMirror.capture, caseId: 'c1', modality: Modality.FACE, state, ...change }],
  })
  t.equal(cueOf(with_('live'), with_('review', { mayAccept: true }), 'c1'), 'captured')
  t.equal(cueOf(with_('live'), with_('review', { mayAccept: true, weak: true }), 'c1'), 'attention')
  t.equal(cueOf(with_('live'), with_('waiting'), 'c1'), 'attention')
  t.equal(cueOf(with_('live'), with_('live'), 'c1'), undefined)
  t.equal(cueOf(with_('live'), with_('review'), 'c2'), undefined, 'of another counter')
})

t.test('the resident’s window learns no name before the review, no reason ever, and nothing once the screen is locked', async (t) => {
  const holds = fc.property(recording, fc.boolean(), fc.boolean(), fc.boolean(), ({ at, captures }, locked, loggedIn, approving) => {
    const mirror = { ...initialMirror, captures, cases: [at], session: { loggedIn, locked, operator: 'Sari', roles: [] } }
    const view = {
      link: 'open',
      language: 'id',
      hello: undefined,
      mirror,
      focus: { chosen: none, aside: new Set<Modality>() },
      settings: { spoken: false },
    } as const
    const scene = sceneOf(view, at, approving)
    const told = JSON.stringify(scene)
    if (told.includes('missing') || told.includes('Sari')) return false
    if (locked || !loggedIn) return scene.shows === 'away' && scene.at === undefined && scene.capture === undefined
    return told.includes(secret) === (scene.shows === 'review')
  })
  t.doesNotThrow(() => fc.assert(holds, { numRuns: 300 }))
})
