import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import t from 'tap'
import type { CaseDocument } from '../../daemon/service/case.js'
import { type CaseInput, openCase, stepCase } from '../../daemon/service/case-engine.js'
import { parseCorrection, portraitBasis } from '../../daemon/service/correct-biodata.js'
import { checkNik, maskNik } from '../../daemon/service/nik.js'
import { parseStandard, standardWarnings } from '../../daemon/service/standard.js'
import { modalities } from '../../daemon/state.js'
import { isFault } from '../../protocol/fault.js'

const json: unknown = JSON.parse(await readFile(new URL('../../daemon/service/standards/timed-recording.json', import.meta.url), 'utf8'))
const standard = parseStandard(json, 'timed-recording.json')
const at = { actor: 'siti', nowMs: 1_000 }
const opened = (): CaseDocument => openCase(standard, { caseId: 'c1', ticket: 'A001', priority: false, nik: '7371015502040001' }, at)
const walk = (doc: CaseDocument, ...inputs: readonly CaseInput[]): CaseDocument =>
  inputs.reduce((each, input) => stepCase(each, input, standard, at), doc)

const biodata = {
  nik: '7371015502040001',
  name: 'CONTOH',
  sex: 'F',
  birthDate: '2004-02-15',
  birthPlace: 'MAKASSAR',
  citizenship: 'WNI',
  address: '-',
  religion: '-',
  maritalStatus: '-',
  bloodGroup: '-',
  occupation: '-',
  familyCardNumber: '-',
} as const
const toCapture: readonly CaseInput[] = [
  { is: 'requirement_checked', requirementId: 'family_card_copy', satisfied: true },
  { is: 'step_completed', stepId: 'examine' },
  { is: 'biodata_found', biodata, source: 'registry' },
  { is: 'applicant_confirmed' },
]
const captured: readonly CaseInput[] = modalities.map((modality) => ({
  is: 'modality_changed',
  modality,
  change: { state: 'good', tries: 1 },
}))
const toSent: readonly CaseInput[] = [...toCapture, ...captured, { is: 'record_signed' }, { is: 'sealed', packetId: 'p1' }]
const throwsCode = (code: string, act: () => unknown) => {
  try {
    act()
  } catch (error) {
    return isFault(error) && error.code === code
  }
  return false
}

t.test('the ten timed steps lead from the ticket to the archived file', async (t) => {
  const doc = walk(
    opened(),
    ...toSent,
    { is: 'central_status', status: 'PROCESSING' },
    { is: 'central_status', status: 'PRINT_READY_RECORD' },
    { is: 'blank_bound', serial: 'B1' },
    { is: 'card_encoded' },
    { is: 'card_printed' },
    { is: 'handed_over' },
    { is: 'step_completed', stepId: 'acknowledge' },
    { is: 'archived', shelf: 'R1' },
  )
  t.equal(doc.state, 'archived')
  t.equal(doc.closedAtMs, 1_000)
  t.strictSame(
    doc.steps.filter(({ state }) => state !== 'done').map(({ id, state }) => [id, state]),
    [['receipt', 'skipped']],
  )
})

t.test('an open finding keeps the record from being sealed; who captured it may not judge it, and nobody before a retake', async (t) => {
  const finding = {
    code: 'recapture_mismatch',
    certainty: 'unsure',
    modalities: ['right_four', 'index_fingers'],
    again: ['index_fingers'],
    positions: [2],
  } as const
  const with_ = (...asks: readonly ('nothing' | 'retake' | 'review')[]): readonly CaseInput[] => [
    ...toCapture,
    ...captured,
    {
      is: 'modality_changed',
      modality: 'index_fingers',
      change: { state: 'weak_accepted' },
      findings: asks.map((ask) => ({ ...finding, ask })),
    },
    { is: 'record_signed' },
  ]
  const seal: CaseInput = { is: 'sealed', packetId: 'p1' }
  const judge: CaseInput = { is: 'findings_reviewed', reason: 'seen' }
  t.equal(walk(opened(), ...with_('nothing'), seal).state, 'sealed')
  t.ok(throwsCode('capture.finding_open', () => walk(opened(), ...with_('review'), seal)))
  t.ok(throwsCode('capture.second_person', () => walk(opened(), ...with_('review'), judge)))
  const other = { actor: 'budi', nowMs: 2_000 }
  t.ok(throwsCode('capture.nothing_to_review', () => stepCase(walk(opened(), ...with_('retake')), judge, standard, other)))
  const judged = stepCase(walk(opened(), ...with_('review')), judge, standard, other)
  t.match(judged.findings, [{ review: { by: 'budi', reason: 'seen', atMs: 2_000 } }])
  t.equal(walk(judged, seal).state, 'sealed')
  const half = stepCase(walk(opened(), ...with_('review', 'retake')), judge, standard, other)
  t.ok(
    throwsCode('capture.finding_open', () => walk(half, seal)),
    'what a retake may settle stays open',
  )
  const again = walk(judged, { is: 'modality_changed', modality: 'face', change: { state: 'good' } })
  t.match(again.findings, [{ review: { by: 'budi' } }], 'a new face picture says nothing about fingers')
})

t.test('no step may be jumped', async (t) => {
  t.ok(throwsCode('case.papers_missing', () => walk(opened(), { is: 'step_completed', stepId: 'examine' })))
  t.ok(throwsCode('case.wrong_step', () => walk(opened(), { is: 'card_encoded' })))
  t.ok(throwsCode('case.wrong_step', () => walk(opened(), { is: 'step_completed', stepId: 'archive' })))
  t.ok(throwsCode('capture.incomplete', () => walk(opened(), ...toCapture, { is: 'record_signed' })))
  t.ok(throwsCode('capture.not_signed', () => walk(opened(), ...toCapture, ...captured, { is: 'sealed', packetId: 'p1' })))
})

t.test('sent is not printable: without the word of the centre the applicant gets a receipt and the card waits', async (t) => {
  const received = walk(
    opened(),
    ...toSent,
    { is: 'send_window_passed', receiptNumber: 'R-1' },
    { is: 'step_completed', stepId: 'receipt' },
  )
  t.equal(received.state, 'receipt_issued')
  t.equal(received.currentStepId, 'encode')
  t.ok(throwsCode('case.gate_closed', () => walk(received, { is: 'blank_bound', serial: 'B1' })))
  const ready = walk(received, { is: 'central_status', status: 'PRINT_READY_RECORD' }, { is: 'blank_bound', serial: 'B1' })
  t.equal(ready.state, 'personalising')
})

t.test('a picture taken after the resident signed asks for a new signature', async (t) => {
  const signed = walk(opened(), ...toCapture, ...captured, { is: 'record_signed' })
  const again = walk(signed, { is: 'modality_changed', modality: 'face', change: { state: 'good', tries: 2 } })
  t.ok(throwsCode('capture.not_signed', () => walk(again, { is: 'sealed', packetId: 'p1' })))
})

t.test('a correction stands in the biodata, the old value beside it, and what was signed is signed again', async (t) => {
  const request = { field: 'birth_date', value: ' 2004-02-16 ', reason: ' akta lahir ' }
  const input = parseCorrection(request)
  const doc = walk(opened(), ...toCapture, ...captured, { is: 'record_signed' }, input)
  t.match(doc, { recordSigned: false, biodata: { birthDate: '2004-02-16', name: 'CONTOH', nik: biodata.nik } })
  t.same(doc.corrections, [{ field: 'birth_date', by: 'siti', atMs: 1_000, reason: 'akta lahir', before: '2004-02-15' }])
  t.ok(throwsCode('capture.not_signed', () => walk(doc, { is: 'sealed', packetId: 'p' })))
  t.ok(
    throwsCode('input.invalid', () => walk(doc, input)),
    'nothing to correct twice',
  )
  t.ok(
    throwsCode('capture.not_signed', () => walk(doc, { is: 'record_signed', corrections: 0 })),
    'corrected while the pen was moving',
  )
  t.equal(walk(doc, { is: 'record_signed', corrections: 1 }).recordSigned, true)
  const found = walk(opened(), ...toCapture.slice(0, 3), input)
  t.notOk(walk(found, { is: 'biodata_found', biodata, source: 'registry' }).corrections, 'a new answer of the registry begins anew')
  for (const early of [[], toCapture.slice(0, 2), toSent]) t.ok(throwsCode('case.wrong_step', () => walk(opened(), ...early, input)))
  let again = doc
  for (let i = 1; i < 16; i++) again = walk(again, parseCorrection({ ...request, value: `2003-01-${String(i).padStart(2, '0')}` }))
  t.ok(throwsCode('internal.limit', () => walk(again, input)))
})

t.test('a portrait that was taken for another year of birth or another sex is taken again', async (t) => {
  const whole = walk(opened(), ...toCapture, ...captured, { is: 'record_signed' })
  const stateOf = ({ modalities }: CaseDocument, of: string) => modalities.find(({ modality }) => modality === of)
  const corrected = (field: string, value: string, doc = whole) => walk(doc, parseCorrection({ field, value, reason: 'akta' }))
  for (const [field, value, state] of [
    ['birth_date', '2005-02-15', 'pending'],
    ['birth_date', '2006-02-15', 'good'],
    ['sex', 'M', 'pending'],
    ['birth_place', 'MAROS', 'good'],
  ] as const) {
    const doc = corrected(field, value)
    t.match(stateOf(doc, 'face'), { state, tries: 1 }, `${field} ${value}`)
    t.match(stateOf(doc, 'irises'), { state: 'good' })
    t.equal(
      throwsCode('capture.incomplete', () => walk(doc, { is: 'record_signed' })),
      state === 'pending',
    )
  }
  const refuses = { is: 'exception_recorded', modality: 'face', positions: [], reason: 'refuses' } as const
  const excepted = walk(opened(), ...toCapture, { ...refuses, rules: { mostFingersAlone: 2, evidenceFor: [] } })
  t.match(stateOf(corrected('sex', 'M', excepted), 'face'), { state: 'exception' })
  const accepted = (basis: string) => ({ is: 'modality_changed', modality: 'face', change: { state: 'good' }, basis }) as const
  const basis = portraitBasis(whole)
  t.equal(stateOf(walk(whole, accepted(basis)), 'face')?.state, 'good')
  t.ok(
    throwsCode('capture.biodata_corrected', () => walk(corrected('sex', 'M'), accepted(basis))),
    'corrected while it was looked at',
  )
})

t.test('of what was captured nothing is left out afterwards, be it of parts or of one piece', async (t) => {
  const rules = { mostFingersAlone: 2, evidenceFor: [] }
  const except = (modality: 'face' | 'signature' | 'thumbs', reason: string) =>
    walk(opened(), ...toCapture, ...captured, { is: 'exception_recorded', modality, positions: [], reason, rules })
  for (const [modality, reason] of [
    ['signature', 'cannot_sign'],
    ['face', 'refuses'],
    ['thumbs', 'missing'],
  ] as const)
    t.ok(
      throwsCode('capture.already_recorded', () => except(modality, reason)),
      modality,
    )
  t.match(except('face', 'cannot_sit').exceptions, [{ modality: 'face', reason: 'cannot_sit' }], 'this one takes nothing away')
})

t.test('only known fields are corrected, to values they can have, with a reason', async (t) => {
  const refused = (over: object) =>
    throwsCode('input.invalid', () => parseCorrection({ field: 'name', value: 'SITI', reason: 'kk', ...over }))
  for (const field of ['nik', 'citizenship', 'familyCardNumber', 'birthDate', '', '__proto__', 'constructor'])
    t.ok(refused({ field }), field)
  for (const value of ['', ' ', 'A\nB', '<b>', 'A'.repeat(201), '7371015502040001']) t.ok(refused({ value }), value)
  for (const value of ['2004-02-30', '16-02-2004', '2004-2-1', '1899-12-31', '']) t.ok(refused({ field: 'birth_date', value }), value)
  for (const value of ['X', 'MALE', '']) t.ok(refused({ field: 'sex', value }), value)
  for (const reason of ['', '  ', 'x'.repeat(201)]) t.ok(refused({ reason }))
  t.match(parseCorrection({ field: 'sex', value: 'm', reason: 'kk' }), { value: 'M' })
  t.match(parseCorrection({ field: 'name', value: 'Ni’mah d. Sa’diyah, S.H.', reason: 'kk' }), { value: 'NI’MAH D. SA’DIYAH, S.H.' })
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (field, value, reason) => {
      try {
        const input = parseCorrection({ field, value, reason })
        return input.reason !== '' && input.value !== '' && input.value.length <= 200
      } catch (error) {
        return isFault(error, 'input.invalid') && Object.keys(error.context).every((name) => name === 'field' || name === 'reason')
      }
    }),
    { numRuns: 300 },
  )
})

t.test('an operator whose finger was found among an applicant’s does not judge that', async (t) => {
  const finding = {
    code: 'operator_finger',
    certainty: 'sure',
    ask: 'review',
    modalities: ['thumbs'],
    again: ['thumbs'],
    positions: [1],
  } as const
  const change = {
    is: 'modality_changed',
    modality: 'thumbs',
    change: { state: 'good' },
    findings: [{ ...finding, operators: ['budi'] }],
  } as const
  const doc = walk(opened(), ...toCapture, change)
  const review = (actor: string) => stepCase(doc, { is: 'findings_reviewed', reason: 'seen' }, standard, { ...at, actor })
  for (const actor of ['siti', 'budi'])
    t.ok(
      throwsCode('capture.second_person', () => review(actor)),
      actor,
    )
  t.match(review('ani').findings, [{ review: { by: 'ani' } }])
})

t.test('a spoiled card sends the case back to the next blank, whatever was done with the old one', async (t) => {
  const ready = walk(opened(), ...toSent, { is: 'central_status', status: 'PRINT_READY_RECORD' }, { is: 'blank_bound', serial: 'B1' })
  for (const done of [
    [],
    [{ is: 'card_encoded' }],
    [{ is: 'card_encoded' }, { is: 'card_printed' }],
  ] as readonly (readonly CaseInput[])[]) {
    const back = walk(ready, ...done, { is: 'card_spoiled' })
    t.equal(back.currentStepId, 'encode')
    t.equal(back.blankSerial, undefined)
    t.equal(walk(back, { is: 'blank_bound', serial: 'B2' }).blankSerial, 'B2')
  }
})

t.test('the check of a holder is of one card: a spoiled one takes it along', async (t) => {
  const check = { verified: true, attempts: 1, position: 2, band: 'match', threshold: 'fmr1in1000', by: 'op-3' } as const
  const made: readonly CaseInput[] = [
    ...toSent,
    { is: 'central_status', status: 'PRINT_READY_RECORD' },
    { is: 'blank_bound', serial: 'B1' },
    { is: 'card_encoded' },
  ]
  t.ok(
    throwsCode('case.wrong_step', () => walk(opened(), ...made, { is: 'holder_checked', check })),
    'not before it is printed',
  )
  const checked = walk(opened(), ...made, { is: 'card_printed' }, { is: 'holder_checked', check })
  t.strictSame(checked.holderCheck, check)
  t.equal(walk(checked, { is: 'card_spoiled' }).holderCheck, undefined)
})

t.test('whatever is thrown at a case, it stands at one step, or is closed, and never loses its number', async (t) => {
  const input = fc.oneof(
    fc.constantFrom<CaseInput>(...toSent),
    fc.constantFrom<CaseInput>(
      { is: 'central_status', status: 'PRINT_READY_RECORD' },
      { is: 'central_status', status: 'A_NAME_NOBODY_KNOWS' },
      { is: 'blank_bound', serial: 'B1' },
      { is: 'card_encoded' },
      { is: 'card_printed' },
      { is: 'card_spoiled' },
      { is: 'handed_over' },
      { is: 'send_window_passed', receiptNumber: 'R' },
      { is: 'step_completed', stepId: 'receipt' },
      { is: 'archived', shelf: 'R1' },
    ),
  )
  const property = fc.property(fc.array(input, { maxLength: 60 }), (inputs) => {
    let doc = opened()
    for (const each of inputs) {
      try {
        doc = stepCase(doc, each, standard, at)
      } catch (error) {
        if (!isFault(error)) throw error
      }
      const current = doc.steps.filter(({ state }) => state === 'current')
      if (doc.closedAtMs === undefined ? current.length !== 1 || current[0]?.id !== doc.currentStepId : current.length !== 0) return false
      if (doc.ticket !== 'A001' || doc.standardVersion !== standard.version) return false
    }
    return true
  })
  t.doesNotThrow(() => fc.assert(property))
})

t.test('the published promise is data: 73 minutes on the sent path, gaps are warnings and never errors', async (t) => {
  const sum = standard.steps.reduce((all, { norm }) => all + (norm ? norm.value * (norm.unit === 'hour' ? 60 : 1) : 0), 0)
  t.equal(sum, 73)
  t.ok(standardWarnings(standard).includes('no decree number'))
  t.throws(() => parseStandard({ ...standard, price: 1 }, 'x.json'), { code: 'standard.invalid', context: { path: 'x.json' } })
  t.throws(() => parseStandard({ ...standard, fee: '10000' }, 'x.json'), { code: 'standard.invalid', context: { field: 'fee' } })
})

t.test('numbers of residents follow the published vectors', async (t) => {
  for (const good of ['7371015502040001', '7371012902040001', '7371017105990001', '9999990107990001']) t.doesNotThrow(() => checkNik(good))
  for (const bad of ['7371013102900001', '7371013506990001', '7371017206990001', '7371010107990000', '737101', '737101010799000x']) {
    t.throws(() => checkNik(bad), { code: 'input.invalid', context: { field: 'nik' } })
  }
  t.equal(maskNik('7371015502040001'), '••••••••••••0001')
})
