// One person from queue ticket to archived file, as an operator would click it: only the wire is used, nobody is let in by a back door.

import { type CaseState, type FindingState, Modality, type StationClient } from '../../protocol/client.js'
import { type Clock, withDeadline } from '../../protocol/clock.js'
import { faultFromReport } from '../../protocol/envelope.js'
import { Fault, isFault } from '../../protocol/fault.js'

export interface Procedure {
  readonly client: StationClient
  readonly clock: Clock
  readonly launchToken: string
  readonly standardId: string
  /** Somebody comes to the counter. */
  callPerson(): Promise<{ readonly nik: string }>
  /** Said before each step; the returned function when it is done. */
  step(name: string): (ok: boolean) => void
}

/** An operator of a small office holds every role of the day; the demo's PINs are as public as the demo. */
const demoOperator = { name: 'Siti Demo', pin: '864209' } as const
const administrator = { name: 'Administrator Demo', pin: '975310' } as const
const workingRoles = [
  'information_desk',
  'counter_officer',
  'recording_operator',
  'print_operator',
  'encode_operator',
  'distribution_officer',
  'archive_officer',
]

const modalityNames: Readonly<Record<Modality, string>> = {
  [Modality.MODALITY_UNSPECIFIED]: 'nothing',
  [Modality.FACE]: 'face',
  [Modality.SIGNATURE]: 'signature',
  [Modality.RIGHT_FOUR]: 'right_four',
  [Modality.LEFT_FOUR]: 'left_four',
  [Modality.THUMBS]: 'thumbs',
  [Modality.IRISES]: 'irises',
  [Modality.INDEX_FINGERS]: 'index_fingers',
  [Modality.EVIDENCE]: 'evidence',
}
/** More than a site's plan has tries: a capture that stays unacceptable is a fault, not a loop. */
const mostAttempts = 10

/** Longest wait for anything that goes on by itself: a capture's own time-out, the centre's word. */
const patienceMs = 90_000
const deviceKinds = ['slap_scanner', 'iris_camera', 'face_camera', 'signature_pad', 'card_terminal', 'card_printer']
/** Sample images may be smaller or poorer than a station captures: taken on only under this named reason. */
const weakReason = 'sampel lebih kecil dari rekaman stasiun (demo)'
/** Real samples of the same finger may be too unlike for a machine; a person decides, here one who is as simulated as the applicant. */
const reviewReason = 'orang dan jari sudah dicocokkan langsung (demo)'
const unverifiedReason = 'jari tidak cocok pada semua percobaan, wajah dicocokkan pengawas (demo)'

/** Far more turns than a case has steps: one that stands still is a fault, not a loop. */
const mostTurns = 40

/**
 * Takes up the case that the station is at, wherever it stands, else a new one, and does what is next until it is archived.
 * @returns the finished case
 * @throws Fault of the step that was refused
 */
export async function runProcedure(procedure: Procedure): Promise<CaseState> {
  const { client } = procedure
  await step(procedure, 'log_in', () => logIn(procedure))
  await step(procedure, 'devices_ready', () =>
    until(procedure, 'devices', () =>
      deviceKinds.every((kind) => client.state.devices.some((each) => each.kind === kind && each.state === 'ready')),
    ),
  )
  const open = client.state.cases.find(({ currentStepId }) => currentStepId !== '')
  const { caseId } = open ?? (await takeTicket(procedure))
  for (let turn = 0; turn < mostTurns; turn++) {
    const now = caseOf(procedure, caseId)
    if (now.currentStepId === '') return now
    await advance(procedure, now)
    const before = progressOf(now)
    await until(procedure, 'case', () => progressOf(caseOf(procedure, caseId)) !== before)
  }
  throw new Fault('internal.limit', { caseId, operation: 'procedure', limit: mostTurns })
}

async function takeTicket(procedure: Procedure): Promise<CaseState> {
  const { nik } = await procedure.callPerson()
  return step(procedure, 'take_ticket', () =>
    procedure.client.request('takeTicket', { nik, priority: false, standardId: procedure.standardId }),
  )
}

/** Changes with everything that an operator does for a case. */
function progressOf({ currentStepId, modalities, findings, recordSigned, holderCheck }: CaseState): string {
  return JSON.stringify([
    currentStepId,
    recordSigned,
    holderCheck?.verified,
    holderCheck?.attemptsLeft,
    modalities.map(({ state, tries }) => [state, tries]),
    findings.map(({ code, ask, reviewed }) => [code, ask, reviewed]),
  ])
}

/** What an operator does next for the case, as its current step and its modalities say. */
async function advance(procedure: Procedure, now: CaseState): Promise<void> {
  const { client } = procedure
  const { caseId, currentStepId: stepId } = now
  const kind = now.steps.find(({ id }) => id === stepId)?.kind ?? ''
  const act = (name: string, run: () => Promise<unknown>) => step(procedure, name, run).then(() => {})
  switch (kind) {
    case 'examine':
      return act('papers', () => examine(procedure, now))
    case 'registry_check':
      return act('registry', async () => {
        await client.request('completeStep', { caseId, stepId })
        await client.request('confirmApplicant', { caseId })
      })
    case 'capture':
      return record(procedure, now)
    case 'send':
      return act('print_ready', () => until(procedure, 'central_status', () => caseOf(procedure, caseId).currentStepId !== stepId))
    case 'encode':
    case 'print':
      // A bound blank was begun before: the machine is asked how far it got.
      return act('issue_card', () => client.request(now.state === 'personalising' ? 'resumeIssuance' : 'startIssuance', { caseId }))
    case 'hand_over':
      return giveOut(procedure, now)
    case 'receipt':
    case 'acknowledge':
      return act(kind, () => client.request('completeStep', { caseId, stepId }))
    case 'archive':
      return act('archive', () => client.request('archiveCase', { caseId, shelf: 'DEMO-1' }))
    default:
      throw new Fault('input.unsupported', { caseId, step: stepId, found: kind })
  }
}

async function examine({ client }: Procedure, { caseId, currentStepId: stepId, requirements }: CaseState): Promise<void> {
  for (const { id, mandatory, satisfied } of requirements)
    if (mandatory && !satisfied) await client.request('checkRequirement', { caseId, requirementId: id, satisfied: true })
  await client.request('completeStep', { caseId, stepId })
}

const captured: readonly string[] = ['good', 'weak_accepted', 'exception']

const isOpenFinding = ({ ask, reviewed }: FindingState): boolean => ask !== 'nothing' && !reviewed

async function record(procedure: Procedure, { caseId, modalities, findings, recordSigned }: CaseState): Promise<void> {
  const isOpen = (modality: Modality) => !modalities.some((each) => each.modality === modality && captured.includes(each.state))
  const next = modalities.find(({ modality }) => isOpen(modality))?.modality
  if (next !== undefined) return step(procedure, `capture_${modalityNames[next]}`, () => captureOne(procedure, caseId, next))
  const { client } = procedure
  const open = findings.filter(isOpenFinding)
  const again = open.find(({ ask }) => ask === 'retake')?.retake[0]
  if (again !== undefined) return step(procedure, `capture_${modalityNames[again]}_again`, () => captureOne(procedure, caseId, again))
  if (open.length > 0)
    return step(procedure, 'supervisor_review', () =>
      asAdministrator(client, () => client.request('reviewFindings', { caseId, reason: reviewReason })),
    )
  if (recordSigned) await step(procedure, 'seal', () => client.request('sealRecord', { caseId }))
  else await step(procedure, 'sign_record', () => client.request('signRecord', { caseId }))
}

/**
 * The holder's finger is checked until it matches; when no attempt is left, or nobody lays one down (the holder of a case from before a restart
 * does not come back in the simulation), a supervisor who checked nothing decides.
 */
async function giveOut(procedure: Procedure, { caseId, holderCheck }: CaseState): Promise<void> {
  const { client } = procedure
  if (!holderCheck?.verified && holderCheck?.attemptsLeft !== 0) {
    const there = await step(procedure, 'verify_holder', () => client.request('verifyHolder', { caseId })).then(
      () => true,
      (error: unknown) => {
        if (!isFault(error, 'holder.not_verified', 'capture.nothing_seen')) throw error
        return error.code === 'holder.not_verified'
      },
    )
    if (there) return
  }
  if (holderCheck?.verified) await step(procedure, 'hand_over', () => client.request('handOver', { caseId }))
  else
    await step(procedure, 'supervisor_decides', () =>
      asAdministrator(client, () => client.request('handOver', { caseId, unverifiedReason })),
    )
}

async function asAdministrator(client: StationClient, act: () => Promise<unknown>): Promise<void> {
  await client.request('logOut', {})
  await client.request('logIn', administrator)
  await act()
  await client.request('logOut', {})
  await client.request('logIn', demoOperator)
}

async function step<T>(procedure: Procedure, name: string, act: () => Promise<T>): Promise<T> {
  const done = procedure.step(name)
  try {
    const result = await act()
    done(true)
    return result
  } catch (error) {
    done(false)
    throw error
  }
}

/** A station that nobody owns yet is claimed; what an interrupted beginning left undone is done. */
async function logIn({ client, launchToken }: Procedure): Promise<void> {
  if (launchToken !== '') await client.request('claimStation', { launchToken, ...administrator })
  // Claiming logs nobody in: the administrator does it like anybody.
  if (!client.state.session.loggedIn) await client.request('logIn', administrator)
  const { operators } = await client.request('listOperators', {})
  if (!operators.some(({ name }) => name === demoOperator.name))
    await client.request('addOperator', { name: demoOperator.name, pin: demoOperator.pin, roles: workingRoles })
  await client.request('logOut', {})
  await client.request('logIn', demoOperator)
}

async function captureOne(procedure: Procedure, caseId: string, modality: Modality): Promise<void> {
  const { client } = procedure
  const faultBefore = client.state.lastFault
  const taken = () =>
    until(procedure, 'capture', () => {
      const { lastFault, captures } = client.state
      const capture = captures.find((each) => each.modality === modality)
      // After a fault of the device the capture waits for it; one that is gone will not come.
      if (!capture && lastFault && lastFault !== faultBefore) throw faultFromReport(lastFault)
      return capture?.state === 'review'
    })
  await client.request('startCapture', { caseId, modality })
  await taken()
  // Again where the station asks for it, or the pen slipped; then it is for a supervisor.
  const wantsMore = () => {
    const { findings, advice, mayAccept, attempt } = client.state.capture
    const slipped = modality === Modality.SIGNATURE && advice !== ''
    const doubted = findings.some(({ ask, retake }) => ask === 'retake' && retake.includes(modality))
    return attempt < mostAttempts && (!mayAccept || (attempt === 1 && (slipped || doubted)))
  }
  while (wantsMore()) {
    await client.request('retakeCapture', { caseId, modality })
    await taken()
  }
  const weak = client.state.capture.advice !== ''
  await client.request('acceptCapture', { caseId, modality, weakReason: weak ? weakReason : '' })
}

function caseOf({ client }: Procedure, caseId: string): CaseState {
  const found = client.state.cases.find((each) => each.caseId === caseId)
  if (!found) throw new Fault('case.not_found', { caseId })
  return found
}

/** Waits on the station's own events, never on a timer. */
async function until({ client, clock }: Procedure, operation: string, holds: () => boolean): Promise<void> {
  let stop = () => {}
  const waiting = new Promise<void>((resolve, reject) => {
    const look = () => {
      try {
        if (holds()) resolve()
      } catch (error) {
        reject(error)
      }
    }
    stop = client.on((event) => {
      if (event.is === 'closed') reject(event.fault ?? new Fault('protocol.connection_lost'))
      else look()
    })
    look()
  })
  try {
    await withDeadline(clock, patienceMs, waiting, () => new Fault('device.timeout', { operation, timeoutMs: patienceMs }))
  } finally {
    stop()
  }
}
