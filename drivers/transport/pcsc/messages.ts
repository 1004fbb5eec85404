// What the station and its card process say to each other over Node's IPC (v8 serialised). Knows no PC/SC.

import type { FaultCode } from '../../../protocol/fault.js'
import type { CardReaderState } from '../../../protocol/hardware/card.js'

export type Disposition = 'leave' | 'reset' | 'unpower' | 'eject'
export type Share = 'exclusive' | 'shared'
export type AdapterName = 'pcsc-mini' | 'pcsclite'

export type CardRequest =
  | { readonly do: 'connect'; readonly reader: string; readonly share: Share }
  | { readonly do: 'transmit'; readonly connection: number; readonly commandApdu: Uint8Array }
  | { readonly do: 'reset'; readonly connection: number }
  | { readonly do: 'disconnect'; readonly connection: number; readonly disposition: Disposition }

/** Station to card process. */
export type ToChild = CardRequest & { readonly id: number }

/** Answer to a request: `connection` for connect, `bytes` = ATR (connect, reset) or response APDU (transmit). */
export interface CardAnswer {
  readonly connection?: number
  readonly bytes?: Uint8Array
}

/** Card process to station. The first `readers` says that it is ready. */
export type FromChild =
  | { readonly is: 'readers'; readonly readers: readonly CardReaderState[] }
  | { readonly is: 'done'; readonly id: number; readonly answer: CardAnswer }
  | { readonly is: 'failed'; readonly id: number; readonly code: FaultCode; readonly reason: string }
  | { readonly is: 'service_lost'; readonly reason: string }
