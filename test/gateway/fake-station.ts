// A station without devices, store or case engine: desks that note what they were asked and move one simple case. A test double, not a simulator.

import { defaultCaptureRules } from '../../daemon/capture/plan-rules.js'
import type { Actor, CaptureDesk, CaseDesk, IssuanceDesk, Station } from '../../daemon/desks.js'
import type { Operator, OperatorDesk, Proof } from '../../daemon/operators/operators.js'
import type { CaseDocument } from '../../daemon/service/case.js'
import { parseStandard, type Role, type ServiceStandard } from '../../daemon/service/standard.js'
import { StationState } from '../../daemon/state.js'
import { Fault } from '../../protocol/fault.js'

export interface Call {
  readonly desk: 'cases' | 'capture' | 'issuance' | 'operators' | 'operatorFingers' | 'corrections'
  readonly act: string
  readonly actor: string
  readonly args: readonly unknown[]
}

export interface FakeStation extends Station {
  readonly calls: readonly Call[]
  /** Ids of the operators who are not waited for at the scanner any longer. */
  readonly released: readonly string[]
  readonly operators: FakeOperators
  /** The next desk call waits for the promise, or fails with what it rejects with. */
  hold(next: Promise<void>): void
}

export const fakeToken = 'launch-token'

const fakeStandard: ServiceStandard = parseStandard(
  {
    id: 'test.plain',
    version: 3,
    office: 'Dinas Uji',
    timezone: 'Asia/Makassar',
    title: { id: 'Perekaman uji', en: 'Test recording' },
    decree: null,
    legalBasis: [],
    fee: 'none',
    requirements: [{ id: 'family_card', label: { id: 'Kartu keluarga', en: 'Family card' }, kind: 'copy', mandatory: true }],
    steps: [
      {
        id: 'ticket',
        kind: 'take_ticket',
        label: { id: 'Ambil nomor', en: 'Take a ticket' },
        role: ['information_desk'],
        norm: { value: 5, unit: 'minute', bound: 'max' },
      },
      { id: 'record', kind: 'capture', label: { id: 'Rekam', en: 'Record' }, role: ['recording_operator'], norm: null },
    ],
    sla: null,
    statedTotal: null,
    outputs: [],
    complaintChannels: [],
    sourceClauses: [],
  },
  'test.plain',
)

export function fakeCase(caseId: string, over: Partial<CaseDocument> = {}): CaseDocument {
  return {
    caseId,
    revision: 1,
    ticket: 'A-001',
    priority: false,
    standardId: fakeStandard.id,
    standardVersion: fakeStandard.version,
    state: 'verifying',
    nik: '7371010101900001',
    biodata: {
      nik: '7371010101900001',
      name: 'SITI CONTOH',
      sex: 'F',
      birthDate: '1990-01-01',
      birthPlace: 'MAKASSAR',
      citizenship: 'WNI',
      address: 'JL. UJI 1',
      religion: '-',
      maritalStatus: '-',
      bloodGroup: '-',
      occupation: '-',
      familyCardNumber: '7371010101900099',
    },
    biodataSource: 'registry',
    applicantConfirmed: false,
    requirements: [{ id: 'family_card', satisfied: false }],
    steps: [
      { id: 'ticket', kind: 'take_ticket', state: 'done', startedAtMs: 1_000, endedAtMs: 2_000 },
      { id: 'record', kind: 'capture', state: 'current', startedAtMs: 2_000 },
    ],
    currentStepId: 'record',
    modalities: [{ modality: 'face', state: 'pending', tries: 0, measure: 0 }],
    recordSigned: false,
    centralStatus: '',
    receiptNumber: '',
    openedAtMs: 1_000,
    ...over,
  }
}

/** PINs in clear: what protects them is tested in test/operators. */
export class FakeOperators implements OperatorDesk {
  readonly #people = new Map<string, Operator & { readonly pin: string }>()
  readonly #note: (act: string, actor: Actor, args: readonly unknown[]) => void

  constructor(note: (act: string, actor: Actor, args: readonly unknown[]) => void) {
    this.#note = note
  }

  get unclaimed(): boolean {
    return this.#people.size === 0
  }
  issueLaunchToken(): string | undefined {
    return this.unclaimed ? fakeToken : undefined
  }
  /** Present from the start, without a command. */
  hire(name: string, roles: readonly Role[], pin = '123456'): Operator {
    const operator = { id: `id-${name}`, number: this.#people.size + 1, name, roles, locked: false, pin }
    this.#people.set(name, operator)
    return operator
  }
  async claim(launchToken: string, name: string, pin: string): Promise<Operator> {
    if (!this.unclaimed || launchToken !== fakeToken) throw new Fault('operator.claim_refused')
    return this.hire(name, ['database_admin', 'supervisor'], pin)
  }
  async add(actor: Actor, request: { name: string; roles: readonly string[]; pin: string }): Promise<Operator> {
    this.#note('add', actor, [request.name, request.roles])
    return this.hire(request.name, request.roles as readonly Role[], request.pin)
  }
  async list(): Promise<readonly Operator[]> {
    return [...this.#people.values()]
  }
  async setLocked(actor: Actor, name: string, locked: boolean): Promise<Operator> {
    this.#note('setLocked', actor, [name, locked])
    const known = this.#people.get(name)
    if (!known) throw new Fault('operator.not_found')
    this.#people.set(name, { ...known, locked })
    return { ...known, locked }
  }
  async verifyPin(name: string, pin: string): Promise<Operator> {
    const known = this.#people.get(name)
    if (!known || known.pin !== pin) throw new Fault('operator.wrong_pin')
    if (known.locked) throw new Fault('operator.locked')
    return known
  }
  async reauthenticate(operatorId: string, proof: Proof): Promise<Operator> {
    const known = [...this.#people.values()].find(({ id }) => id === operatorId)
    if (!known || !('pin' in proof)) throw new Fault('operator.not_found')
    return this.verifyPin(known.name, proof.pin)
  }
}

export function fakeStation(options: { simulated?: boolean } = {}): FakeStation {
  const state = new StationState()
  const calls: Call[] = []
  const released: string[] = []
  let held: Promise<void> = Promise.resolve()
  const note = (desk: Call['desk']) => async (act: string, actor: Actor, args: readonly unknown[]) => {
    calls.push({ desk, act, actor: actor.operator, args })
    const wait = held
    held = Promise.resolve()
    await wait
  }
  const change = (caseId: string, over: Partial<CaseDocument>) => {
    const known = state.cases.find((each) => each.caseId === caseId)
    if (!known) throw new Fault('case.not_found', { caseId })
    state.publish({ is: 'case', case: { ...known, ...over, revision: known.revision + 1 } })
  }
  state.publish({
    is: 'device',
    device: {
      ...{ kind: 'slap_scanner', serial: 'S-1', product: 'Test scanner', state: 'ready', framesDropped: 0, framesCorrupt: 0 },
      ...{ refused: [], conditions: [] },
    },
  })
  return {
    stationId: 'station-test',
    office: 'Dinas Uji',
    timezone: 'Asia/Makassar',
    softwareVersion: '0.0.0-test',
    simulated: options.simulated !== false,
    standards: [fakeStandard],
    rules: defaultCaptureRules,
    state,
    operators: new FakeOperators((act, actor, args) => void calls.push({ desk: 'operators', act, actor: actor.operator, args })),
    cases: fakeCases(note('cases'), state, change),
    capture: fakeCapture(note('capture'), state),
    issuance: fakeIssuance(note('issuance')),
    operatorFingers: {
      enrol: (actor, { position }) => note('operatorFingers')('enrol', actor, [position]),
      cancel: (operatorId) => void released.push(operatorId),
    },
    corrections: {
      correct: async (actor, caseId, { field, value, reason }) => {
        await note('corrections')('correct', actor, [caseId, field, value, reason])
        change(caseId, {})
      },
    },
    figures: { report: async () => [] },
    ...(options.simulated !== false && { simulation: { callPerson: async () => ({ nik: '7371010101900001', name: 'SITI CONTOH' }) } }),
    close: async () => {},
    calls,
    released,
    hold: (next) => {
      held = next
    },
  }
}

type Note = (act: string, actor: Actor, args: readonly unknown[]) => Promise<void>

function fakeCases(note: Note, state: StationState, change: (caseId: string, over: Partial<CaseDocument>) => void): CaseDesk {
  return {
    takeTicket: async (actor, request) => {
      await note('takeTicket', actor, [request.priority, request.standardId])
      const caseId = `case-${state.cases.length + 1}`
      state.publish({ is: 'case', case: fakeCase(caseId, { priority: request.priority }) })
      return caseId
    },
    call: async (actor, caseId) => {
      await note('call', actor, [caseId])
      change(caseId, {})
    },
    checkRequirement: async (actor, caseId, requirementId, satisfied) => {
      await note('checkRequirement', actor, [caseId, requirementId, satisfied])
      change(caseId, { requirements: [{ id: requirementId, satisfied }] })
    },
    completeStep: async (actor, caseId, stepId) => {
      await note('completeStep', actor, [caseId, stepId])
      change(caseId, {})
    },
    returnToApplicant: async (actor, caseId, missing) => {
      await note('returnToApplicant', actor, [caseId, missing])
      change(caseId, { state: 'returned_to_applicant' })
    },
    confirmApplicant: async (actor, caseId) => {
      await note('confirmApplicant', actor, [caseId])
      change(caseId, { applicantConfirmed: true })
    },
    archive: async (actor, caseId, shelf) => {
      await note('archive', actor, [caseId, shelf])
      change(caseId, { state: 'archived' })
    },
  }
}

function fakeCapture(note: Note, state: StationState): CaptureDesk {
  return {
    start: async (actor, caseId, modality) => {
      await note('start', actor, [caseId, modality])
      state.publish({ is: 'capture', capture: { ...state.capture, caseId, modality, state: 'live' } })
    },
    takeNow: (actor, caseId) => note('takeNow', actor, [caseId]),
    accept: (actor, caseId, modality, weakReason) => note('accept', actor, [caseId, modality, weakReason]),
    retake: (actor, caseId, modality) => note('retake', actor, [caseId, modality]),
    cancel: (actor, caseId) => note('cancel', actor, [caseId]),
    undoStroke: (actor, caseId) => note('undoStroke', actor, [caseId]),
    signAgain: (actor, caseId) => note('signAgain', actor, [caseId]),
    except: (actor, caseId, modality, positions, reason) => note('except', actor, [caseId, modality, positions, reason]),
    withdrawException: (actor, caseId, modality) => note('withdrawException', actor, [caseId, modality]),
    witnessRecord: (actor, caseId, reason) => note('witnessRecord', actor, [caseId, reason]),
    signRecord: (actor, caseId) => note('signRecord', actor, [caseId]),
    seal: (actor, caseId) => note('seal', actor, [caseId]),
    review: (actor, caseId, reason) => note('review', actor, [caseId, reason]),
  }
}

function fakeIssuance(note: Note): IssuanceDesk {
  return {
    start: (actor, caseId) => note('start', actor, [caseId]),
    resume: (actor, caseId) => note('resume', actor, [caseId]),
    spoil: (actor, caseId, reason) => note('spoil', actor, [caseId, reason]),
    verifyHolder: (actor, caseId, position) => note('verifyHolder', actor, [caseId, position]),
    handOver: (actor, caseId, unverifiedReason) => note('handOver', actor, [caseId, unverifiedReason]),
  }
}
