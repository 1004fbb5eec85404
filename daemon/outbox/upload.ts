// Drives one packet through the machine: asks, sends, commits, verifies, keeps. Every outcome is an input of the machine; nothing is decided here.

import type { Clock } from '../../protocol/clock.js'
import { type FaultCode, toFault } from '../../protocol/fault.js'
import type { CentreKeySet } from '../../protocol/hardware/centre.js'
import type { CentreClient } from '../centre/client.js'
import type { Effects } from '../effects.js'
import { sha256Hex } from '../packet/manifest.js'
import type { Store } from '../store/store.js'
import { type PacketEffect, type PacketInput, type PacketState, stepPacket } from './machine.js'
import { ciphertextOf, move, type PacketRow } from './packets.js'
import { expectedReceipt, verifyReceipt } from './receipt.js'

export interface UploadDeps {
  readonly store: Store
  readonly centre: CentreClient
  readonly centreKeys: CentreKeySet
  readonly clock: Clock
  readonly effects: Effects
  /** Asked before each exchange. */
  readonly stopped: () => boolean
  readonly onProgress: (bytesHeld: number) => void
}

export type UploadEnd =
  | { readonly is: 'committed'; readonly receiptNumber: string }
  | { readonly is: 'paused'; readonly cause: 'link' | 'packet'; readonly code: FaultCode; readonly reason: string }
  | { readonly is: 'stopped' }

/** Runs until the packet is committed, must pause, or the outbox closes. Never rejects for what the centre or the line does. */
export async function upload(deps: UploadDeps, row: PacketRow): Promise<UploadEnd> {
  let state: PacketState = { at: 'queued' }
  let input: PacketInput = { is: 'begin' }
  const packet: Sending = { row, chunks: Math.ceil(row.size / row.chunk_size), ciphertext: undefined, reason: '', receiptNumber: '' }
  for (;;) {
    if (deps.stopped()) return { is: 'stopped' }
    const { state: next, effect } = stepPacket(state, input)
    state = next
    if (state.at === 'committed') return { is: 'committed', receiptNumber: packet.receiptNumber }
    if (!effect) throw new Error('a packet that is neither moving nor at its end')
    if (effect.do === 'pause') return { is: 'paused', cause: effect.cause, code: effect.code, reason: packet.reason }
    if (state.at === 'sending' && state.doing === 'sending') deps.onProgress(row.size - state.missing.length * row.chunk_size)
    input = await perform(deps, packet, effect).catch((error: unknown) => failure(packet, error))
  }
}

interface Sending {
  readonly row: PacketRow
  readonly chunks: number
  ciphertext: Uint8Array | undefined
  reason: string
  receiptNumber: string
}

function failure(packet: Sending, error: unknown): PacketInput {
  const { code, context } = toFault(error)
  packet.reason = context.reason ?? context.field ?? ''
  return { is: 'failed', cause: code === 'centre.unreachable' ? 'link' : 'packet', code }
}

async function perform(deps: UploadDeps, packet: Sending, effect: Exclude<PacketEffect, { do: 'pause' }>): Promise<PacketInput> {
  const { store, centre, clock } = deps
  const { row } = packet
  switch (effect.do) {
    case 'ask': {
      const held = await centre.held(row.id)
      if (held.state === 'committed') return { is: 'receipt_came', receiptJws: held.receipt }
      packet.ciphertext ??= await ciphertextOf(store, row)
      if (row.state === 'queued') {
        const audit = { actor: 'station', act: 'packet.sending', caseId: row.case_id, facts: { packetId: row.id } }
        await move(store, audit, { id: row.id, from: ['queued'], to: 'sending', atMs: clock.nowMs() })
      }
      const hashes = new Map(held.chunks.map(({ n, sha256 }) => [n, sha256]))
      const numbers = Array.from({ length: packet.chunks }, (_, n) => n)
      return { is: 'lacks', chunks: numbers.filter((n) => hashes.get(n) !== sha256Hex(chunkOf(packet, n))) }
    }
    case 'put':
      await centre.putChunk(row.id, effect.chunk, chunkOf(packet, effect.chunk))
      return { is: 'chunk_held', chunk: effect.chunk }
    case 'commit':
      deps.onProgress(row.size)
      return { is: 'receipt_came', receiptJws: await centre.commit(row.id, row.manifest_jws, packet.chunks) }
    case 'verify': {
      const { receiptJws } = effect
      const receipt = await deps.effects.perform('compute', () =>
        verifyReceipt(receiptJws, expectedReceipt(row.manifest_jws), deps.centreKeys),
      )
      packet.receiptNumber = receipt.receiptNumber
      return { is: 'receipt_verified', receiptJws }
    }
    case 'keep_receipt': {
      const audit = {
        actor: 'centre',
        act: 'packet.committed',
        caseId: row.case_id,
        facts: { packetId: row.id },
        hashes: { ciphertext: row.ciphertext_hash, receipt: sha256Hex(Buffer.from(effect.receiptJws, 'ascii')) },
      }
      await move(store, audit, {
        id: row.id,
        from: ['queued', 'sending'],
        to: 'committed',
        atMs: clock.nowMs(),
        receiptJws: effect.receiptJws,
      })
      return { is: 'receipt_kept' }
    }
  }
}

function chunkOf(packet: Sending, n: number): Uint8Array {
  const { chunk_size: size } = packet.row
  if (!packet.ciphertext) throw new Error('chunks are cut only after the ciphertext was read')
  return packet.ciphertext.subarray(n * size, (n + 1) * size)
}
