// The simulated data centre and registry: enrols stations, answers look-ups, takes packets, judges records, issues bundles, counts cards.
// Everything here is simulated: SIAK and the real centre have interfaces of their own that are not public.

import type { Clock } from '../../protocol/clock.js'
import {
  type BundleContent,
  type CentralStatus,
  type CentreKeySet,
  type CentreRequest,
  type CentreResponse,
  type CentreTransport,
  centreLimits,
  type PacketManifest,
  type PacketReceipt,
  type PublicJwk,
  type StationPublicKeys,
} from '../../protocol/hardware/centre.js'
import type { Random } from '../../protocol/random.js'
import { json, objectOf, patterns, Refusal, textOf } from './answers.js'
import { checkCommit, held, signReceipt, takeChunk } from './intake.js'
import { type OpenedItem, openPacket } from './intake-open.js'
import { type CentreBiometrics, makeContent, sealBundle } from './issuing.js'
import { type KeyRing, keyRing, newKey, newKeys } from './keys.js'
import { inProcessTransport, type Link, type LinkScript, simulatedLink } from './link.js'
import { judge, recordOf, recordParts, statusOf } from './records.js'
import { type CentreMemory, cardStates, copyMemory, emptyMemory, type HeldPacket, type PopulationSource } from './state.js'

export interface CentreOptions {
  readonly clock: Clock
  readonly random: Random
  readonly population: PopulationSource
  readonly biometrics: CentreBiometrics
  /** From receipt to PRINT_READY_RECORD; Infinity: never. Default 30 s. */
  readonly printReadyAfterMs?: number
  /** Default 24 h. */
  readonly bundleLifeMs?: number
  /** A virtual clock's `hold`: time stands still while the centre works. */
  readonly hold?: () => () => void
  /** What an earlier centre remembered. */
  readonly memory?: CentreMemory | undefined
  /** Called when there is something new to remember, before the answer goes out; see `openCentreFolder`. */
  readonly keep?: (memory: CentreMemory) => void
}

/** Lies of the centre to come, each once. */
export interface CentreScript extends LinkScript {
  /** `forged`: signed by a stranger under the centre's key id; `other_hash`, `other_packet`: signed well, about something else. */
  nextReceipt(lie: 'forged' | 'other_hash' | 'other_packet'): void
  nextBundle(lie: 'forged' | 'replayed' | 'wrong_person' | 'wrong_station' | 'expired'): void
  /** Answers `status` for the packet from now on; '' gives the centre its own word back. */
  answerStatus(packetId: string, status: string): void
}

export interface SimulatedCentre {
  readonly transport: CentreTransport
  readonly link: Link
  readonly script: CentreScript
  readonly publicKeys: CentreKeySet
  exportMemory(): CentreMemory
  /** Packet ids received, in the order of their receipts. */
  readonly packetIds: readonly string[]
  manifestOf(packetId: string): PacketManifest | undefined
  /** What lies in a packet, opened with the centre's own keys. @throws RangeError for a packet that it does not hold */
  contentsOf(
    packetId: string,
  ): Promise<{ readonly manifest: PacketManifest; readonly ciphertext: Uint8Array; readonly items: readonly OpenedItem[] }>
  /** The packet's bytes go to an archive that this process never reads again: a long simulation keeps its memory. No card can be made of it any more. */
  archive(packetId: string): void
  /** Cards reported as handed over. */
  readonly cardsHandedOver: readonly { readonly packetId: string; readonly blankSerial: string }[]
}

interface Centre {
  readonly options: CentreOptions
  readonly memory: CentreMemory
  readonly keys: KeyRing
  readonly receiptLies: ('forged' | 'other_hash' | 'other_packet')[]
  readonly bundleLies: ('forged' | 'replayed' | 'wrong_person' | 'wrong_station' | 'expired')[]
}

export function simulatedCentre(options: CentreOptions): SimulatedCentre {
  const memory = options.memory ? copyMemory(options.memory) : emptyMemory(newKeys(options.clock.nowMs()))
  const centre: Centre = { options, memory, keys: keyRing(memory.keys), receiptLies: [], bundleLies: [] }
  options.keep?.(memory)
  const link = simulatedLink(options.clock, (request) => answer(centre, request), options.hold)
  const script: CentreScript = Object.assign(link.script, {
    nextReceipt: (lie: Centre['receiptLies'][number]) => void centre.receiptLies.push(lie),
    nextBundle: (lie: Centre['bundleLies'][number]) => void centre.bundleLies.push(lie),
    answerStatus: (packetId: string, status: string) => {
      const packet = memory.packets.get(packetId)
      if (packet) packet.answered = status
    },
  })
  return {
    transport: inProcessTransport(options.clock, link),
    link,
    script,
    publicKeys: centre.keys.publicKeys,
    exportMemory: () => copyMemory(memory),
    get packetIds() {
      return [...memory.packets.keys()]
    },
    manifestOf: (packetId) => memory.packets.get(packetId)?.manifest,
    contentsOf: async (packetId) => {
      const packet = memory.packets.get(packetId)
      if (!packet) throw new RangeError('no such packet')
      const { manifest, ciphertext } = packet
      return { manifest, ciphertext, items: await openPacket(ciphertext, packetId, centre.keys.sealing) }
    },
    archive: (packetId) => {
      const packet = memory.packets.get(packetId)
      if (packet) memory.packets.set(packetId, { ...packet, ciphertext: new Uint8Array() })
    },
    get cardsHandedOver() {
      return [...memory.packets].flatMap(([packetId, { cards }]) =>
        cards.filter(({ state }) => state === 'handed_over').map(({ blankSerial }) => ({ packetId, blankSerial })),
      )
    },
  }
}

const reading: readonly string[] = ['/registry/person', '/status']

async function answer(centre: Centre, request: CentreRequest): Promise<CentreResponse> {
  try {
    if ((request.body?.length ?? 0) > centreLimits.messageBytes) throw new Refusal(413, 'message_size')
    const response = await route(centre, request)
    if (request.method === 'POST' && !reading.includes(request.path)) centre.options.keep?.(centre.memory)
    return response
  } catch (error) {
    if (error instanceof Refusal) return json(error.status, { error: error.word })
    throw error
  }
}

async function route(centre: Centre, request: CentreRequest): Promise<CentreResponse> {
  const { memory } = centre
  const packet = /^\/packets\/([^/]+)(?:\/(commit|chunks\/(\d{1,4})))?$/.exec(request.path)
  if (packet) {
    const [, packetId = '', action, chunk] = packet
    if (!patterns.packetId.test(packetId)) throw new Refusal(400, 'bad_packetid')
    if (request.method === 'GET' && action === undefined) return json(200, held(memory, packetId))
    if (request.method === 'PUT' && chunk !== undefined) {
      takeChunk(memory, packetId, Number(chunk), request)
      return json(200, { n: Number(chunk) })
    }
    if (request.method === 'POST' && action === 'commit') return json(200, { receipt: await commit(centre, packetId, request) })
    throw new Refusal(405, 'method')
  }
  if (request.method === 'GET' && request.path === '/') return json(200, { centre: 'simulated' })
  if (request.method !== 'POST') throw new Refusal(405, 'method')
  switch (request.path) {
    case '/stations':
      return enrol(centre, objectOf(request))
    case '/registry/person':
      return lookUp(centre, objectOf(request))
    case '/status':
      return json(200, { status: statusNow(centre, packetOf(centre, objectOf(request))) })
    case '/issuance':
      return json(200, { bundle: await issue(centre, objectOf(request)) })
    case '/cards':
      return card(centre, objectOf(request))
    default:
      throw new Refusal(404, 'no_such_path')
  }
}

/** Simulated trust on first use: whoever comes first with a station id owns it. A real centre enrols stations by certificate. */
function enrol({ memory, keys }: Centre, body: Record<string, unknown>): CentreResponse {
  const station: StationPublicKeys = {
    stationId: textOf(body, 'stationId', patterns.stationId),
    signing: publicJwkOf(body, 'signing'),
    sealing: publicJwkOf(body, 'sealing'),
  }
  const known = memory.stations.get(station.stationId)
  if (known && (known.signing.x !== station.signing.x || known.sealing.x !== station.sealing.x)) throw new Refusal(409, 'station_known')
  memory.stations.set(station.stationId, station)
  return json(200, { keys: keys.publicKeys })
}

function publicJwkOf(body: Record<string, unknown>, field: string): PublicJwk {
  const jwk = body[field]
  if (typeof jwk !== 'object' || jwk === null) throw new Refusal(400, `bad_${field}`)
  const of = (name: string, pattern: RegExp) => textOf(jwk as Record<string, unknown>, name, pattern)
  of('kty', /^EC$/)
  of('crv', /^P-256$/)
  const coordinate = /^[A-Za-z0-9_-]{43}$/
  return { kty: 'EC', crv: 'P-256', x: of('x', coordinate), y: of('y', coordinate), kid: of('kid', /^[A-Za-z0-9_-]{1,64}$/) }
}

function lookUp(centre: Centre, body: Record<string, unknown>): CentreResponse {
  const nik = textOf(body, 'nik', patterns.nik)
  const biodata = centre.options.population.find(nik)
  if (!biodata) throw new Refusal(404, 'no_person')
  const record = recordOf(centre.memory, nik)
  return json(200, { biodata, status: record ? statusNow(centre, record) : ('UNREGISTERED' satisfies CentralStatus) })
}

async function commit(centre: Centre, packetId: string, request: CentreRequest): Promise<string> {
  const { memory, keys, options } = centre
  const checked = await checkCommit(memory, packetId, request)
  if (checked.is === 'known') return lie(centre, checked.packet.manifest, checked.packet.receiptJws)
  const { manifest, ciphertext } = checked
  const receivedAtMs = options.clock.nowMs()
  const number = ++memory.receipts
  const key = keys.current('receipts')
  const receipt: PacketReceipt = {
    packetId,
    ciphertextSha256: manifest.ciphertext.sha256,
    receivedAtMs,
    centreKeyId: key.kid,
    receiptNumber: `SIM-${String(number).padStart(8, '0')}`,
    auditHead: manifest.auditHead,
  }
  const receiptJws = await signReceipt(receipt, key)
  const verdict = await judge(memory, keys, options.population, manifest, ciphertext)
  // Two commits of one packet can be under way at once: the first to get here stays.
  const first = memory.packets.get(packetId)
  if (first) return first.receiptJws
  memory.packets.set(packetId, { manifest, receiptJws, receivedAtMs, ciphertext, ...verdict, answered: '', cards: [] })
  memory.uploads.delete(packetId)
  return lie(centre, manifest, receiptJws)
}

/** The true receipt, or what the script says instead. */
async function lie(centre: Centre, manifest: PacketManifest, receiptJws: string): Promise<string> {
  const kind = centre.receiptLies.shift()
  if (!kind) return receiptJws
  const key = centre.keys.current('receipts')
  const receipt: PacketReceipt = {
    packetId: kind === 'other_packet' ? '00000000-0000-4000-8000-000000000000' : manifest.packetId,
    ciphertextSha256: kind === 'other_hash' ? 'f'.repeat(64) : manifest.ciphertext.sha256,
    receivedAtMs: centre.options.clock.nowMs(),
    centreKeyId: key.kid,
    receiptNumber: 'SIM-LIE',
    auditHead: manifest.auditHead,
  }
  return signReceipt(receipt, kind === 'forged' ? { ...stranger('receipts'), kid: key.kid } : key)
}

function packetOf(centre: Centre, body: Record<string, unknown>): HeldPacket {
  const packet = centre.memory.packets.get(textOf(body, 'packetId', patterns.packetId))
  if (!packet) throw new Refusal(404, 'no_packet')
  return packet
}

const statusNow = (centre: Centre, packet: HeldPacket): string =>
  statusOf(packet, centre.options.clock.nowMs(), centre.options.printReadyAfterMs ?? 30_000)

const printable: readonly string[] = ['PRINT_READY_RECORD', 'CARD_PRINTED'] satisfies CentralStatus[]

async function issue(centre: Centre, body: Record<string, unknown>): Promise<string> {
  const { memory, keys, options } = centre
  const packet = packetOf(centre, body)
  const nonce = textOf(body, 'nonce', patterns.nonce)
  const station = memory.stations.get(textOf(body, 'stationId', patterns.stationId))
  if (!station || packet.manifest.stationId !== station.stationId) throw new Refusal(403, 'station_unknown')
  if (!printable.includes(statusNow(centre, packet))) throw new Refusal(409, 'not_print_ready')
  const biodata = options.population.find(packet.nik)
  if (!biodata) throw new Refusal(409, 'no_person')
  const kind = centre.bundleLies.shift()
  if (kind === 'replayed' && memory.lastBundle !== '') return memory.lastBundle
  const key = keys.current('issuing')
  const issuedAtMs = options.clock.nowMs()
  const content: BundleContent = await makeContent(await recordParts(packet, keys), options.biometrics, {
    bundleId: `B${String(++memory.bundles).padStart(8, '0')}-${Buffer.from(options.random.bytes(8)).toString('hex')}`,
    packetId: packet.manifest.packetId,
    stationId: kind === 'wrong_station' ? `${station.stationId}x` : station.stationId,
    nonce,
    nik: kind === 'wrong_person' ? '9999990107990001' : biodata.nik,
    issuedAtMs,
    expiresAtMs: kind === 'expired' ? issuedAtMs - 1 : issuedAtMs + (options.bundleLifeMs ?? 24 * 3_600_000),
    biodata,
    centreKeyId: key.kid,
  })
  memory.lastBundle = await sealBundle(content, station, kind === 'forged' ? { ...stranger('issuing'), kid: key.kid } : key)
  return memory.lastBundle
}

function stranger(purpose: 'receipts' | 'issuing'): ReturnType<KeyRing['current']> {
  return keyRing([newKey(purpose, 0, 0)]).current(purpose)
}

function card(centre: Centre, body: Record<string, unknown>): CentreResponse {
  const packet = packetOf(centre, body)
  const blankSerial = textOf(body, 'blankSerial', patterns.serial)
  const state = cardStates[cardStates.indexOf(textOf(body, 'state', /^(printed|spoiled|handed_over)$/) as (typeof cardStates)[number])]
  if (!state) throw new Refusal(400, 'bad_state')
  const issued = packet.cards.find((each) => each.state === 'handed_over')
  if (issued && issued.blankSerial !== blankSerial) throw new Refusal(409, 'card_issued_before')
  if (packet.cards.length >= 100) throw new Refusal(409, 'too_many_cards')
  if (!packet.cards.some((each) => each.state === state && each.blankSerial === blankSerial)) packet.cards.push({ blankSerial, state })
  return json(200, { state, cards: packet.cards.length })
}
