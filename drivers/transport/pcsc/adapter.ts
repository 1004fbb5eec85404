// The shape both PC/SC bindings are brought to, and what PC/SC's return codes mean to us. Knows neither binding.

import type { Clock } from '../../../protocol/clock.js'
import type { FaultCode } from '../../../protocol/fault.js'
import type { CardReaderState } from '../../../protocol/hardware/card.js'
import type { Disposition, Share } from './messages.js'

export interface AdapterCard {
  readonly atr: Uint8Array
  /** @throws PcscError, as all below */
  transmit(commandApdu: Uint8Array): Promise<Uint8Array>
  reset(): Promise<Uint8Array>
  disconnect(disposition: Disposition): Promise<void>
}

export interface PcscAdapter {
  connect(reader: string, share: Share): Promise<AdapterCard>
}

export interface AdapterEvents {
  /** All readers, on every change of any. */
  readers(readers: readonly CardReaderState[]): void
  /** The PC/SC service is not there or went away. Nothing works any more. */
  lost(error: PcscError): void
}

/** @throws PcscError when the service is not there */
export type StartAdapter = (events: AdapterEvents, clock: Clock) => PcscAdapter

/** PC/SC part 5 / winscard return codes that are met, by the names that pcsc-mini gives them. */
const returnCodes = {
  InvalidHandle: 0x80100003,
  UnknownReader: 0x80100009,
  Timeout: 0x8010000a,
  SharingViolation: 0x8010000b,
  NoSmartCard: 0x8010000c,
  ProtocolMismatch: 0x8010000f,
  NotTransacted: 0x80100016,
  ReaderUnavailable: 0x80100017,
  NoService: 0x8010001d,
  ServiceStopped: 0x8010001e,
  NoReadersAvailable: 0x8010002e,
  CommError: 0x8010002f,
  UnresponsiveCard: 0x80100066,
  UnpoweredCard: 0x80100067,
  ResetCard: 0x80100068,
  RemovedCard: 0x80100069,
} as const

export type PcscName = keyof typeof returnCodes | 'Other'

/** A failed PC/SC call. Only the name travels; messages of bindings do not. */
export class PcscError extends Error {
  override readonly name = 'PcscError'
  readonly code: PcscName

  constructor(code: PcscName, options?: { cause?: unknown }) {
    super(code, options)
    this.code = code
  }
}

export function isPcscName(name: string): name is keyof typeof returnCodes {
  return Object.hasOwn(returnCodes, name)
}

export function nameOfReturnCode(code: number): PcscName {
  for (const [name, value] of Object.entries(returnCodes)) if (value === code && isPcscName(name)) return name
  return 'Other'
}

/** The fault of a failed call. A contactless card that reset, lost power or did not finish has left the field as far as its job is concerned. */
export function faultCodeOf(name: PcscName, during: 'connect' | 'talk'): FaultCode {
  switch (name) {
    case 'SharingViolation':
      return 'card.in_use'
    case 'NoSmartCard':
    case 'RemovedCard':
    case 'UnpoweredCard':
    case 'ResetCard':
      return during === 'connect' ? 'card.absent' : 'card.removed'
    case 'UnresponsiveCard':
    case 'ProtocolMismatch':
    case 'Timeout':
      return 'card.mute'
    case 'NotTransacted':
      return during === 'connect' ? 'card.mute' : 'card.removed'
    case 'UnknownReader':
    case 'ReaderUnavailable':
    case 'NoReadersAvailable':
      return during === 'connect' ? 'device.absent' : 'card.terminal_lost'
    default:
      return 'card.terminal_lost'
  }
}

/** The service itself is gone: the process has to start again. */
export function isServiceLost(name: PcscName): boolean {
  return name === 'NoService' || name === 'ServiceStopped' || name === 'CommError'
}
