// One person from queue ticket to archived file, as an operator would click it: only the wire is used, nobody is let in by a back door.

import { type CaseState, Modality, type StationClient } from '../../protocol/client.js'
import { type Clock, withDeadline } from '../../protocol/clock.js'
import { faultFromReport } from '../../protocol/envelope.js'
import { Fault } from '../../protocol/fault.js'

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

export const captureOrder = [
  [Modality.FACE, 'face'],
  [Modality.SIGNATURE, 'signature'],
  [Modality.RIGHT_FOUR, 'right_four'],
  [Modality.LEFT_FOUR, 'left_four'],
  [Modality.THUMBS, 'thumbs'],
  [Modality.IRISES, 'irises'],
] as const

/** Longest wait for anything that goes on by itself: a capture's own time-out, the centre's word. */
const patienceMs = 90_000
const deviceKinds = ['slap_scanner', 'iris_camera', 'face_camera', 'signature_pad', 'card_terminal', 'card_printer']
/** Sample images may be smaller or poorer than a station captures: taken on only under this named reason. */
const weakReason = 'sampel lebih kecil dari rekaman stasiun (demo)'
const unverifiedReason = 'pemadanan 1:1 belum tersedia di versi ini (demo)'

/** @returns the finished case @throws Fault of the step that was refused */
export async function runProcedure(procedure: Procedure): Promise<CaseState> {
  const { client } = procedure
  const step = async <T>(name: string, act: () => Promise<T>): Promise<T> => {
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

  await step('log_in', () => logIn(procedure))
  await step('devices_ready', () =>
    until(procedure, 'devices', () =>
      deviceKinds.every((kind) => client.state.devices.some((each) => each.kind === kind && each.state === 'ready')),
    ),
  )
  const { nik } = await procedure.callPerson()
  const opened = await step('take_ticket', () => client.request('takeTicket', { nik, priority: false, standardId: procedure.standardId }))
  const { caseId } = opened
  await step('papers', async () => {
    for (const { id, mandatory } of opened.requirements)
      if (mandatory) await client.request('checkRequirement', { caseId, requirementId: id, satisfied: true })
    await client.request('completeStep', { caseId, stepId: current(procedure, caseId) })
  })
  await step('registry', async () => {
    await client.request('completeStep', { caseId, stepId: current(procedure, caseId) })
    await client.request('confirmApplicant', { caseId })
  })
  for (const [modality, name] of captureOrder) await step(`capture_${name}`, () => captureOne(procedure, caseId, modality))
  await step('sign_record', () => client.request('signRecord', { caseId }))
  await step('seal', () => client.request('sealRecord', { caseId }))
  await step('print_ready', () =>
    until(procedure, 'central_status', () => caseOf(procedure, caseId).centralStatus === 'PRINT_READY_RECORD'),
  )
  await step('issue_card', () => client.request('startIssuance', { caseId }))
  await step('hand_over', () => client.request('handOver', { caseId, unverifiedReason }))
  await step('acknowledge', () => client.request('completeStep', { caseId, stepId: current(procedure, caseId) }))
  return step('archive', () => client.request('archiveCase', { caseId, shelf: 'DEMO-1' }))
}

async function logIn({ client, launchToken }: Procedure): Promise<void> {
  if (launchToken !== '') {
    await client.request('claimStation', { launchToken, ...administrator })
    // Claiming logs nobody in: the administrator does it like anybody.
    if (!client.state.session.loggedIn) await client.request('logIn', administrator)
    await client.request('addOperator', { name: demoOperator.name, pin: demoOperator.pin, roles: workingRoles })
    await client.request('logOut', {})
  }
  await client.request('logIn', demoOperator)
}

async function captureOne(procedure: Procedure, caseId: string, modality: Modality): Promise<void> {
  const { client } = procedure
  const faultBefore = client.state.lastFault
  await client.request('startCapture', { caseId, modality })
  await until(procedure, 'capture', () => {
    const { lastFault, capture } = client.state
    if (lastFault && lastFault !== faultBefore) throw faultFromReport(lastFault)
    return capture.state === 'review' && capture.modality === modality
  })
  const weak = client.state.capture.advice === 'weak'
  await client.request('acceptCapture', { caseId, modality, weakReason: weak ? weakReason : '' })
}

function caseOf({ client }: Procedure, caseId: string): CaseState {
  const found = client.state.cases.find((each) => each.caseId === caseId)
  if (!found) throw new Fault('case.not_found', { caseId })
  return found
}

const current = (procedure: Procedure, caseId: string): string => caseOf(procedure, caseId).currentStepId

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
