// A PC/SC terminal as the drivers see it (PC/SC part 5, ISO/IEC 7816-4). One child process stands behind the real one.

export interface CardReaderState {
  /** Reader name as PC/SC gives it. */
  readonly name: string
  readonly cardPresent: boolean
  /** Answer to reset of the present card, empty when absent or not known yet. */
  readonly atr: Uint8Array
}

export interface CardCallOptions {
  /** Watchdog of one call. Passing it ends in Fault `card.mute` and frees the terminal. */
  readonly timeoutMs: number
}

export interface CardConnection {
  readonly reader: string
  readonly atr: Uint8Array
  /**
   * One command APDU, one response APDU with its status word.
   * @param commandApdu 4 to 65,535 bytes
   * @throws Fault `card.removed` | `card.mute` | `card.terminal_lost` | `input.invalid` (length)
   */
  transmit(commandApdu: Uint8Array, options: CardCallOptions): Promise<Uint8Array>
  /** Warm reset; returns the new ATR. @throws as transmit */
  reset(): Promise<Uint8Array>
  /** Idempotent. */
  disconnect(disposition: 'leave' | 'reset' | 'unpower' | 'eject'): Promise<void>
}

/** Removal of the card is one typed fault for every pending call. */
export interface CardTransport {
  readers(): Promise<readonly CardReaderState[]>
  /** Called on every change of any reader. Returns the unsubscriber. */
  watch(listener: (readers: readonly CardReaderState[]) => void): () => void
  /** @throws Fault `card.absent` | `card.in_use` | `card.terminal_lost` | `device.absent` (no such reader) */
  connect(reader: string, share: 'exclusive' | 'shared'): Promise<CardConnection>
  close(): Promise<void>
}
