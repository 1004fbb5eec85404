// Plays client frames, as bytes, to a daemon over the fake station and gives back what it answered, as bytes. Times stand still, identifiers are fixed,
// so that the answers are the same every time. Used by the test, and by record-conversation.ts to renew the recording on purpose.

import { Clients } from '../../daemon/gateway/gateway.js'
import { idleCapture, type PreviewPicture, type StationEvent } from '../../daemon/state.js'
import { decodeClientFrame, decodeServerFrame, encodeClientFrame } from '../../protocol/envelope.js'
import type { ClientFrame, Init } from '../../protocol/gen/station.js'
import { silentLog } from '../../protocol/log.js'
import { VirtualClock } from '../../simulator/virtual-clock.js'
import { fakeStation, fakeToken } from '../gateway/fake-station.js'
import { RawClient, settle, startMs } from '../gateway/fixture.js'

export interface Turn {
  /** Hex of one ClientFrame; '' for what the daemon says before the client. */
  readonly client: string
  /** Hex of the ServerFrames that follow, in order. */
  readonly server: readonly string[]
}

/** For people who read the recording; the hex is what counts. */
export interface RecordedTurn extends Turn {
  readonly clientMeans: unknown
  readonly serverMeans: readonly unknown[]
}

const toHex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const fromHex = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'))

/** A client that keeps the bytes. */
class RecordingClient extends RawClient {
  readonly sent: string[] = []
  override send(bytes: Uint8Array): void {
    super.send(bytes)
    this.sent.push(toHex(bytes))
  }
}

export async function play(clientFrames: readonly string[]): Promise<Turn[]> {
  const station = fakeStation()
  const clients = new Clients({ station, clock: new VirtualClock(startMs), log: silentLog, audit: async () => {} })
  const client = new RecordingClient()
  clients.accept(client)
  const turns: Turn[] = [{ client: '', server: client.sent.splice(0) }]
  for (const [at, frame] of clientFrames.entries()) {
    client.sayBytes(fromHex(frame))
    await settle()
    for (const event of happenings[at] ?? []) station.state.publish(event)
    station.state.show(picture)
    turns.push({ client: frame, server: client.sent.splice(0) })
  }
  return turns
}

/** What happens at the station by itself, after the client frame of that place. */
const happenings: Readonly<Record<number, readonly StationEvent[]>> = {
  1: [{ is: 'outbox', outbox: { waiting: 1, oldestAtMs: 5, reachable: true, bytesSent: 6, bytesTotal: 7 } }],
  18: [
    {
      is: 'capture',
      capture: {
        ...idleCapture,
        caseId: 'case-1',
        modality: 'right_four',
        state: 'live',
        advice: 'press_harder',
        measure: 61.6,
        stableFrames: 2,
        neededFrames: 5,
        boxes: [{ position: 2, cx: 100.5, cy: 200, width: 90, height: 120, angleDeg: -4.5 }],
        fingers: [],
        findings: [],
        guides: [{ sensor: 0, shape: 'iris', cx: 320.5, cy: 240, width: 220, height: 220 }],
        eyes: [{ eye: 'left', quality: 71.4, codes: ['motion'] }],
        components: [{ name: 'EyesOpen', scalar: 91, least: 50 }],
        backdrop: { expected: 'red', found: '#c01512', distance: 6.25, mostDistance: 20, plain: true, ok: true },
      },
    },
    {
      is: 'device',
      device: {
        kind: 'slap_scanner',
        serial: 'S-1',
        product: 'Test scanner',
        state: 'faulted',
        fault: { code: 'device.unplugged', context: { device: 'slap_scanner', attempts: 2 } },
        framesDropped: 3,
        framesCorrupt: 4,
        refused: [],
        conditions: [],
      },
    },
    { is: 'fault', fault: { code: 'device.timeout', context: { timeoutMs: 500 } } },
    { is: 'outbox', outbox: { waiting: 1, oldestAtMs: 5, reachable: true, bytesSent: 6, bytesTotal: 7 } },
    {
      is: 'issuance',
      issuance: { caseId: 'case-1', state: 'writing', blankSerial: 'B-1', bytesWritten: 10, bytesTotal: 20, advice: '', fingerPosition: 0 },
    },
  ],
}

const picture: PreviewPicture = {
  deviceKind: 'iris_camera',
  sensor: 1,
  sequence: 8,
  widthPx: 640,
  heightPx: 480,
  picture: Uint8Array.of(0xff, 0xd8, 0xff, 0xd9),
  capturedAtMs: 9.5,
  ink: '',
}

/** As JSON would give it back; bytes as hex. */
const readable = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_key, inner: unknown) => (inner instanceof Uint8Array ? toHex(inner) : inner)))

export function explain(turn: Turn): RecordedTurn {
  return {
    ...turn,
    clientMeans: turn.client === '' ? 'nothing: the daemon speaks first' : readable(decodeClientFrame(fromHex(turn.client))),
    serverMeans: turn.server.map((hex) => readable(decodeServerFrame(fromHex(hex)))),
  }
}

/** One of every command, two refusals, in an order that a counter could see. */
export function scriptV1(): string[] {
  const caseId = 'case-1'
  const everything = ['recording_operator', 'print_operator', 'distribution_officer', 'archive_officer', 'counter_officer']
  const requests: Init<ClientFrame>[] = [
    { hello: { version: 1, client: 'recorded 1.0' } },
    { request: { id: 1, takeTicket: { nik: '7371010101900001', priority: false, standardId: 'test.plain' } } },
    { request: { id: 2, claimStation: { launchToken: fakeToken, name: 'Ani', pin: '123456' } } },
    { request: { id: 3, addOperator: { name: 'Budi', roles: everything, pin: '654321' } } },
    { request: { id: 4, addOperator: { name: 'Cici', roles: ['auditor'], pin: '654321' } } },
    { request: { id: 5, lockOperator: { name: 'Cici', locked: true } } },
    { request: { id: 6, listOperators: {} } },
    { request: { id: 7, startCapture: { caseId, modality: 1 } } },
    { request: { id: 8, logOut: {} } },
    { request: { id: 9, logIn: { name: 'Budi', pin: '000000' } } },
    { request: { id: 10, logIn: { name: 'Budi', pin: '654321' } } },
    { request: { id: 11, callSimulatedPerson: {} } },
    { request: { id: 12, takeTicket: { nik: '7371010101900001', priority: true, standardId: 'test.plain' } } },
    { request: { id: 13, callTicket: { caseId } } },
    { request: { id: 14, checkRequirement: { caseId, requirementId: 'family_card', satisfied: true } } },
    { request: { id: 15, completeStep: { caseId, stepId: 'ticket' } } },
    { request: { id: 16, confirmApplicant: { caseId } } },
    { request: { id: 17, watchPreview: { on: true } } },
    { request: { id: 18, startCapture: { caseId, modality: 3 } } },
    { request: { id: 19, takeNow: { caseId } } },
    { request: { id: 20, lock: {} } },
    { request: { id: 21, takeNow: { caseId } } },
    { request: { id: 22, unlock: { pin: '654321' } } },
    { request: { id: 23, retakeCapture: { caseId, modality: 3 } } },
    { request: { id: 24, acceptCapture: { caseId, modality: 3, weakReason: 'worn_skin' } } },
    { request: { id: 25, cancelCapture: { caseId } } },
    { request: { id: 26, signRecord: { caseId } } },
    { request: { id: 27, sealRecord: { caseId } } },
    { request: { id: 28, startIssuance: { caseId } } },
    { request: { id: 29, resumeIssuance: { caseId } } },
    { request: { id: 30, spoilCard: { caseId, reason: 'scratched' } } },
    { request: { id: 31, verifyHolder: { caseId } } },
    { request: { id: 32, handOver: { caseId, unverifiedReason: '' } } },
    { request: { id: 33, archiveCase: { caseId, shelf: 'B-12' } } },
    { request: { id: 34, returnToApplicant: { caseId, missingRequirementIds: ['family_card'] } } },
  ]
  return requests.map((frame) => toHex(encodeClientFrame(frame)))
}
