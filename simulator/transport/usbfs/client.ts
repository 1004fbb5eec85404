// The other end of umockdev's preload: ioctl requests of one open file, and access to the memory of the program that made them. Knows no USB.

import type { Socket } from 'node:net'
import { SocketReader } from '../socket-reader.js'

/** Numbers of umockdev's ioctl protocol, each message three unsigned longs {command, arg1, arg2}. */
const command = { ioctl: 1, done: 3, readMemory: 5, writeMemory: 6, read: 7, write: 8 } as const
const messageBytes = 24
const invalidArgument = 22

export interface IoctlRequest {
  /** Low byte of the request number: what usbfs calls its ioctls by. */
  readonly number: number
  readonly argument: bigint
}

/** Result of an ioctl; `errno` counts when `result` is -1. */
export interface IoctlAnswer {
  readonly result: number
  readonly errno: number
}

function message(number: number, arg1: bigint, arg2: bigint): Buffer {
  const bytes = Buffer.alloc(messageBytes)
  bytes.writeBigUInt64LE(BigInt(number), 0)
  bytes.writeBigUInt64LE(BigInt.asUintN(64, arg1), 8)
  bytes.writeBigUInt64LE(BigInt.asUintN(64, arg2), 16)
  return bytes
}

export class PreloadClient {
  readonly #socket: Socket
  readonly #reader: SocketReader
  readonly #out: Buffer[] = []

  constructor(socket: Socket) {
    this.#socket = socket
    this.#reader = new SocketReader(socket)
  }

  /** Answers requests, one after the other as the program makes them, until it closes the file. */
  async serve(answer: (request: IoctlRequest) => Promise<IoctlAnswer>): Promise<void> {
    for (;;) {
      const request = await this.#reader.take(messageBytes)
      if (!request) return
      // usbfs nodes are neither read nor written through libusb: descriptors come from sysfs.
      const known = request.readBigUInt64LE(0) === BigInt(command.ioctl)
      const { result, errno } = known
        ? await answer({ number: Number(request.readBigUInt64LE(8) & 0xffn), argument: request.readBigUInt64LE(16) })
        : { result: -1, errno: invalidArgument }
      this.#out.push(message(command.done, BigInt(result), BigInt(errno)))
      this.#flush()
    }
  }

  /** @throws Error when the program ends meanwhile */
  async read(address: bigint, bytes: number): Promise<Buffer> {
    if (bytes === 0) return Buffer.alloc(0)
    this.#out.push(message(command.readMemory, address, BigInt(bytes)))
    this.#flush()
    const answer = await this.#reader.take(bytes)
    if (!answer) throw new Error('the program under the preload has ended')
    return answer
  }

  /** Takes effect in order with the answer of the request. `bytes` must not change afterwards. */
  write(address: bigint, bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.#out.push(
      message(command.writeMemory, address, BigInt(bytes.length)),
      Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    )
  }

  close(): void {
    this.#socket.destroy()
  }

  #flush(): void {
    this.#socket.cork()
    for (const bytes of this.#out.splice(0)) this.#socket.write(bytes)
    this.#socket.uncork()
  }
}
