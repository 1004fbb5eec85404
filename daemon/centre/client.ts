// The centre's answers as checked values. One method a request; whatever the centre sends is validated here. Knows no retry and no state.

import { createHash } from 'node:crypto'
import { z } from 'zod'
import { Fault } from '../../protocol/fault.js'
import {
  type CentreBiodata,
  type CentreKeySet,
  type CentreRequest,
  type CentreResponse,
  type CentreTransport,
  centreHeaders,
  type StationPublicKeys,
} from '../../protocol/hardware/centre.js'
import type { Effects } from '../effects.js'
import { biodataSchema, jwsSchema, keySetSchema, parseAnswer } from './schemas.js'

/** What the centre holds of a packet. */
export type HeldAtCentre =
  | { readonly state: 'open'; readonly chunks: readonly { readonly n: number; readonly sha256: string }[] }
  | { readonly state: 'committed'; readonly receipt: string }

/** Every method: @throws Fault `centre.unreachable` (also for 5xx), `centre.refused` (4xx; context.reason is the centre's word), `centre.protocol` */
export interface CentreClient {
  /** Trust on first use in the simulated centre; at a real one by certificate. Idempotent. */
  enrolStation(keys: StationPublicKeys): Promise<CentreKeySet>
  /** Is anybody there? */
  greet(): Promise<void>
  held(packetId: string): Promise<HeldAtCentre>
  putChunk(packetId: string, n: number, bytes: Uint8Array): Promise<void>
  /** @returns the receipt, not verified */
  commit(packetId: string, manifestJws: string, chunks: number): Promise<string>
  /** @returns the central status as the centre writes it */
  status(packetId: string): Promise<string>
  /** @returns the signed bundle, not verified */
  issuance(request: { readonly packetId: string; readonly stationId: string; readonly nonce: string }): Promise<string>
  /** Idempotent. */
  reportCard(card: {
    readonly packetId: string
    readonly blankSerial: string
    readonly state: 'printed' | 'spoiled' | 'handed_over'
  }): Promise<void>
  /** @returns undefined when the registry knows no such person */
  person(nik: string): Promise<{ readonly biodata: CentreBiodata; readonly status: string } | undefined>
}

const shortMs = 5_000
/** A chunk of 256 KiB takes 2.2 s on a link of 1 Mb/s; the commit has the centre read the whole packet. */
const longMs = 30_000

const heldSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('open'), chunks: z.array(z.object({ n: z.number().int().min(0).max(4095), sha256: z.string() })).max(4096) }),
  z.object({ state: z.literal('committed'), receipt: jwsSchema }),
])
const statusSchema = z.string().regex(/^[A-Z][A-Z0-9_]{0,63}$/)

export function createCentreClient(deps: { readonly transport: CentreTransport; readonly effects: Effects }): CentreClient {
  const exchange = async (request: CentreRequest): Promise<CentreResponse> => {
    const response = await deps.effects.perform('centre.request', () => deps.transport.request(request))
    if (response.status >= 200 && response.status < 300) return response
    if (response.status >= 500) throw new Fault('centre.unreachable', { reason: 'server error', statusWord: String(response.status) })
    throw new Fault('centre.refused', { reason: refusalWord(response), statusWord: String(response.status) })
  }
  const post = async <T>(path: string, value: unknown, answer: z.ZodType<T>, timeoutMs = shortMs): Promise<T> => {
    const headers = { 'content-type': 'application/json' }
    return parseAnswer(answer, await exchange({ method: 'POST', path, headers, body: Buffer.from(JSON.stringify(value)), timeoutMs }), path)
  }
  return {
    enrolStation: async (keys) => (await post('/stations', keys, z.object({ keys: keySetSchema }))).keys,
    greet: async () => {
      await exchange({ method: 'GET', path: '/', timeoutMs: shortMs })
    },
    held: async (packetId) => {
      const path = `/packets/${packetId}`
      return parseAnswer(heldSchema, await exchange({ method: 'GET', path, timeoutMs: shortMs }), '/packets')
    },
    putChunk: async (packetId, n, bytes) => {
      const headers = {
        'content-type': 'application/octet-stream',
        [centreHeaders.chunkSha256]: createHash('sha256').update(bytes).digest('hex'),
      }
      await exchange({ method: 'PUT', path: `/packets/${packetId}/chunks/${n}`, headers, body: bytes, timeoutMs: longMs })
    },
    commit: async (packetId, manifest, chunks) => {
      return (await post(`/packets/${packetId}/commit`, { manifest, chunks }, z.object({ receipt: jwsSchema }), longMs)).receipt
    },
    status: async (packetId) => (await post('/status', { packetId }, z.object({ status: statusSchema }))).status,
    issuance: async (request) => (await post('/issuance', request, z.object({ bundle: jwsSchema }), longMs)).bundle,
    reportCard: async (card) => {
      await post('/cards', card, z.object({}))
    },
    person: async (nik) => {
      try {
        return await post('/registry/person', { nik }, z.object({ biodata: biodataSchema, status: statusSchema }))
      } catch (error) {
        if (error instanceof Fault && error.code === 'centre.refused' && error.context.reason === 'no_person') return undefined
        throw error
      }
    },
  }
}

/** The centre's own word for a refusal, if it is one; nothing else of the answer leaves here. */
function refusalWord(response: CentreResponse): string {
  try {
    const { error } = z.object({ error: z.string().regex(/^[a-z_]{1,40}$/) }).parse(JSON.parse(Buffer.from(response.body).toString('utf8')))
    return error
  } catch {
    return 'unnamed'
  }
}
