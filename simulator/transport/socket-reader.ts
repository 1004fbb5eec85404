// Takes exact numbers of bytes from a stream socket. Knows no protocol.

import type { Socket } from 'node:net'

export class SocketReader {
  #received: Buffer[] = []
  #receivedBytes = 0
  #wanted: { readonly bytes: number; readonly give: (bytes: Buffer | undefined) => void } | undefined
  #ended = false

  constructor(socket: Socket) {
    socket.on('data', (chunk: Buffer) => {
      this.#received.push(chunk)
      this.#receivedBytes += chunk.length
      this.#serve()
    })
    // What went wrong does not matter: 'close' follows, and the reader says that nothing more will come.
    socket.on('error', () => {})
    socket.on('close', () => {
      this.#ended = true
      this.#serve()
    })
  }

  /** Exactly `bytes` bytes, or undefined when the other end is gone before. One caller at a time. */
  take(bytes: number): Promise<Buffer | undefined> {
    return new Promise((give) => {
      this.#wanted = { bytes, give }
      this.#serve()
    })
  }

  #serve(): void {
    const wanted = this.#wanted
    if (!wanted) return
    if (this.#receivedBytes < wanted.bytes) {
      if (!this.#ended) return
      this.#wanted = undefined
      wanted.give(undefined)
      return
    }
    const all = this.#received.length === 1 ? this.#received[0]! : Buffer.concat(this.#received)
    this.#received = all.length === wanted.bytes ? [] : [all.subarray(wanted.bytes)]
    this.#receivedBytes = all.length - wanted.bytes
    this.#wanted = undefined
    wanted.give(all.subarray(0, wanted.bytes))
  }
}
