// Five-byte packets of Topaz pads, format 0 (as written down by the MIT-licensed topaz-dext): bytes to packets and commands to bytes. No I/O.

export type PadPacket =
  | { readonly is: 'position'; readonly x: number; readonly y: number; readonly near: boolean; readonly penDown: boolean }
  | { readonly is: 'pressure'; readonly level: number }
  | { readonly is: 'identity'; readonly model: number; readonly serial: number }
  | { readonly is: 'other' }

const packetBytes = 5

/** LCD control character: wipe the display and begin to capture. */
export const clearCommand: Uint8Array = Uint8Array.of(0x04)

export interface PacketReceiver {
  /** @param bytesAfter bytes of this chunk that came behind the packet: what its age is reckoned from */
  packet(packet: PadPacket, bytesAfter: number): void
  /** A packet that broke off, or one at the end of the coordinates, which means "no position". */
  bad(): void
  /** So many bytes belonged to no packet. */
  skipped(bytes: number): void
}

/** Finds packets in a stream cut anywhere: only the first byte of a packet has bit 7 set. There is no checksum; the line has odd parity. */
export class PacketReader {
  readonly #receiver: PacketReceiver
  readonly #held = new Uint8Array(packetBytes)
  #heldBytes = 0

  constructor(receiver: PacketReceiver) {
    this.#receiver = receiver
  }

  push(chunk: Uint8Array): void {
    let skipped = 0
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]!
      const begins = (byte & 0x80) !== 0
      if (begins && this.#heldBytes > 0) {
        skipped += this.#heldBytes
        this.#heldBytes = 0
        this.#receiver.bad()
      }
      if (!begins && this.#heldBytes === 0) {
        skipped++
        continue
      }
      this.#held[this.#heldBytes++] = byte
      if (this.#heldBytes === packetBytes) {
        this.#heldBytes = 0
        const packet = readPacket(this.#held)
        if (packet) this.#receiver.packet(packet, chunk.length - 1 - at)
        else this.#receiver.bad()
      }
    }
    if (skipped > 0) this.#receiver.skipped(skipped)
  }
}

/** One packet; undefined for the coordinates that stand for "none" (X = Y = FFF). */
function readPacket(bytes: Uint8Array): PadPacket | undefined {
  const [head = 0, b1 = 0, b2 = 0, b3 = 0, b4 = 0] = bytes
  switch ((head >> 2) & 7) {
    case 0:
    case 1:
    case 4: {
      const x = b1 | ((b2 & 0x1f) << 7)
      const y = b3 | ((b4 & 0x1f) << 7)
      return x === 0xfff && y === 0xfff ? undefined : { is: 'position', x, y, near: (head & 0x40) !== 0, penDown: (head & 1) !== 0 }
    }
    case 7:
      return { is: 'pressure', level: b3 | ((b4 & 7) << 7) }
    case 2: {
      const first = b1 | (b2 << 7)
      return { is: 'identity', model: (first & 0xfc) >> 2, serial: ((first & 3) << 16) | b3 | (b4 << 7) }
    }
    default:
      return { is: 'other' }
  }
}
