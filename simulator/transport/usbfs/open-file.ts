// One open usbfs node: the ioctls of linux/usbdevice_fs.h that libusb makes, over the host controller. Knows no sockets and no files.

import type { HostRequest, HostResult, HostTransfer, ModelHost, Wire } from '../usb-host.js'
import { readSetup } from '../usb-standard.js'
import type { IoctlAnswer, IoctlRequest } from './client.js'

/** The memory of the program that opened the node. */
export interface ProgramMemory {
  read(address: bigint, bytes: number): Promise<Buffer>
  write(address: bigint, bytes: Uint8Array): void
}

/** What the open files of one device share. */
export interface SharedDevice {
  readonly host: ModelHost
  readonly wire: Wire
  /** Who has claimed an interface. */
  readonly claims: Map<number, OpenFile>
  gone(): boolean
  /** Something has become reapable, or has been reaped. */
  reapableChanged(): void
}

const ioctl = {
  resetEndpoint: 3,
  setInterface: 4,
  setConfiguration: 5,
  getDriver: 8,
  submitUrb: 10,
  discardUrb: 11,
  reapUrb: 12,
  reapUrbNoDelay: 13,
  claim: 15,
  release: 16,
  driverIoctl: 18,
  reset: 20,
  clearHalt: 21,
  capabilities: 26,
  disconnectClaim: 27,
  speed: 31,
} as const

const errno = { tryAgain: 11, busy: 16, noDevice: 19, invalid: 22, noTty: 25, tooBig: 7, noData: 61 } as const
const urbBytes = 56
const setupBytes = 8
/** Zero packet, no packet size limit, scatter-gather: one transfer is one urb, whatever its size. */
const capabilities = 0x0d
const highSpeed = 3
/** Linux refuses what passes its usbfs_memory_mb, 16 MB by default. */
const largestUrbBytes = 16 * 1024 * 1024

const statusOf = { ok: 0, stall: -32, cancelled: -2, unplugged: -108, overflow: -75, error: -71 } as const satisfies Record<
  HostResult['status'],
  number
>
const urbType = { control: 2 } as const

const ok: IoctlAnswer = { result: 0, errno: 0 }
const failed = (code: number): IoctlAnswer => ({ result: -1, errno: code })

interface Urb {
  readonly address: bigint
  /** Where received bytes go. */
  readonly dataAddress: bigint
}

export class OpenFile {
  readonly #device: SharedDevice
  readonly #memory: ProgramMemory
  readonly #pending = new Map<bigint, HostTransfer>()
  readonly #finished: { readonly urb: Urb; readonly status: number; readonly data: Uint8Array; readonly actualBytes: number }[] = []

  constructor(device: SharedDevice, memory: ProgramMemory) {
    this.#device = device
    this.#memory = memory
  }

  get reapable(): boolean {
    return this.#finished.length > 0
  }

  async answer({ number, argument }: IoctlRequest): Promise<IoctlAnswer> {
    if (number === ioctl.reapUrb || number === ioctl.reapUrbNoDelay) return this.#reap(argument)
    if (number === ioctl.discardUrb) return this.#discard(argument)
    if (this.#device.gone()) return failed(errno.noDevice)
    switch (number) {
      case ioctl.submitUrb:
        return this.#submit(argument)
      case ioctl.claim:
      case ioctl.disconnectClaim:
        return this.#claim((await this.#memory.read(argument, 4)).readUInt32LE())
      case ioctl.release:
        return this.#release((await this.#memory.read(argument, 4)).readUInt32LE())
      case ioctl.capabilities:
        this.#memory.write(argument, Uint8Array.of(capabilities, 0, 0, 0))
        return ok
      case ioctl.speed:
        return { result: highSpeed, errno: 0 }
      case ioctl.clearHalt:
      case ioctl.resetEndpoint:
        this.#device.host.clearHalt((await this.#memory.read(argument, 4)).readUInt32LE())
        return ok
      case ioctl.setInterface:
      case ioctl.setConfiguration:
        return ok
      case ioctl.reset:
        this.#device.host.busReset()
        return ok
      case ioctl.getDriver:
      case ioctl.driverIoctl:
        return failed(errno.noData)
      default:
        return failed(errno.noTty)
    }
  }

  /** The program closed the file or ended. */
  close(): void {
    for (const transfer of this.#pending.values()) transfer.cancel()
    this.#pending.clear()
    this.#finished.length = 0
    for (const [number, owner] of this.#device.claims) if (owner === this) this.#device.claims.delete(number)
  }

  #claim(interfaceNumber: number): IoctlAnswer {
    const owner = this.#device.claims.get(interfaceNumber)
    if (owner && owner !== this) return failed(errno.busy)
    this.#device.claims.set(interfaceNumber, this)
    return ok
  }

  #release(interfaceNumber: number): IoctlAnswer {
    if (this.#device.claims.get(interfaceNumber) !== this) return failed(errno.invalid)
    this.#device.claims.delete(interfaceNumber)
    return ok
  }

  /** struct usbdevfs_urb on 64-bit: type u8 @0, endpoint u8 @1, buffer u64 @16, buffer_length i32 @24. */
  async #submit(address: bigint): Promise<IoctlAnswer> {
    const urb = await this.#memory.read(address, urbBytes)
    const buffer = urb.readBigUInt64LE(16)
    const length = urb.readInt32LE(24)
    if (length < 0 || length > largestUrbBytes) return failed(errno.tooBig)
    const isControl = urb[0] === urbType.control
    if (isControl && length < setupBytes) return failed(errno.invalid)
    const request = isControl ? await this.#controlRequest(buffer, length) : await this.#dataRequest(urb[1]!, buffer, length)
    if (this.#device.gone()) return failed(errno.noDevice)
    const own: Urb = { address, dataAddress: isControl ? buffer + BigInt(setupBytes) : buffer }
    const transfer = this.#device.host.submit(request, (result) => this.#finish(own, result), isControl ? undefined : this.#device.wire)
    this.#pending.set(address, transfer)
    return ok
  }

  async #controlRequest(buffer: bigint, length: number): Promise<HostRequest> {
    const setup = readSetup(await this.#memory.read(buffer, setupBytes))
    const isIn = (setup.bmRequestType & 0x80) !== 0
    const data = await this.#memory.read(buffer + BigInt(setupBytes), isIn ? 0 : Math.min(setup.wLength, length - setupBytes))
    return { kind: 'control', setup, data }
  }

  async #dataRequest(endpoint: number, buffer: bigint, length: number): Promise<HostRequest> {
    if (endpoint & 0x80) return { kind: 'in', endpoint, length }
    return { kind: 'out', endpoint, data: await this.#memory.read(buffer, length) }
  }

  #finish(urb: Urb, result: HostResult): void {
    if (!this.#pending.delete(urb.address)) return
    const { data, actualBytes } = result.status === 'ok' ? result : { data: new Uint8Array(0), actualBytes: 0 }
    // Copied: the model may use its buffer again before the program reaps.
    this.#finished.push({ urb, status: statusOf[result.status], data: data.slice(), actualBytes })
    this.#device.reapableChanged()
  }

  #discard(address: bigint): IoctlAnswer {
    const transfer = this.#pending.get(address)
    if (!transfer) return failed(this.#device.gone() ? errno.noDevice : errno.invalid)
    transfer.cancel()
    return ok
  }

  #reap(argument: bigint): IoctlAnswer {
    const done = this.#finished.shift()
    if (!done) return failed(this.#device.gone() ? errno.noDevice : errno.tryAgain)
    const status = Buffer.alloc(4)
    status.writeInt32LE(done.status)
    const actual = Buffer.alloc(4)
    actual.writeInt32LE(done.actualBytes)
    const address = Buffer.alloc(8)
    address.writeBigUInt64LE(done.urb.address)
    this.#memory.write(done.urb.dataAddress, done.data)
    this.#memory.write(done.urb.address + 4n, status)
    this.#memory.write(done.urb.address + 28n, actual)
    this.#memory.write(argument, address)
    this.#device.reapableChanged()
    return ok
  }
}
