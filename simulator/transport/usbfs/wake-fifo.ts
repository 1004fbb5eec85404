// What libusb polls for writability in place of a usbfs node: a FIFO that is full while nothing is to be reaped. A plain file would make it spin.

import { execFile } from 'node:child_process'
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs'
import { promisify } from 'node:util'

const page = Buffer.alloc(4096)

export class WakeFifo {
  readonly #fd: number
  #writable = false

  private constructor(fd: number) {
    this.#fd = fd
  }

  /** Makes the FIFO at `path`, full. */
  static async create(path: string): Promise<WakeFifo> {
    await promisify(execFile)('mkfifo', ['-m', '666', path])
    const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK)
    try {
      for (;;) writeSync(fd, page)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error
    }
    return new WakeFifo(fd)
  }

  /** One page out makes room, which poll() sees; one page in takes it away. */
  setWritable(writable: boolean): void {
    if (writable === this.#writable) return
    this.#writable = writable
    if (writable) readSync(this.#fd, Buffer.alloc(page.length))
    else writeSync(this.#fd, page)
  }

  close(): void {
    closeSync(this.#fd)
  }
}
