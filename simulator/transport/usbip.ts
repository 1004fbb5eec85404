// Device models exported over USB/IP 1.1.1 (Linux Documentation/usb/usbip_protocol), so that a kernel, ours or a virtual machine's, can attach them. Big endian.

import { createServer, type Server, type Socket } from 'node:net'
import { systemClock } from '../../protocol/clock.js'
import type { UsbDeviceModel } from '../model/usb-device-model.js'
import { SocketReader } from './socket-reader.js'
import { type HostRequest, type HostResult, type HostTransfer, highSpeedBytesPerSecond, ModelHost, type Wire, wireOf } from './usb-host.js'
import { configurationValue, deviceFields, interfaceFields, readSetup } from './usb-standard.js'

/** Where `usbip` looks unless told otherwise. */
export const usbipPort = 3240
const version = 0x0111
const operation = { requestDeviceList: 0x8005, replyDeviceList: 0x0005, requestImport: 0x8003, replyImport: 0x0003 } as const
const command = { submit: 1, unlink: 2, returnSubmit: 3, returnUnlink: 4 } as const
const operationBytes = 8
const busIdBytes = 32
const recordBytes = 312
const urbBytes = 48
const highSpeed = 3
const connectionReset = -104
const largestTransferBytes = 16 * 1024 * 1024

const statusOf = { ok: 0, stall: -32, cancelled: -104, unplugged: -108, overflow: -75, error: -71 } as const satisfies Record<
  HostResult['status'],
  number
>

export interface UsbipServer {
  readonly port: number
  /** Ends every connection; an attached kernel sees the devices unplugged. */
  close(): Promise<void>
}

interface Exported {
  readonly busId: string
  readonly number: number
  readonly host: ModelHost
  imported: boolean
}

/** Exports `models` on loopback. @param port `usbipPort`, or 0 for any free one */
export async function startUsbip(port: number, models: readonly UsbDeviceModel[]): Promise<UsbipServer> {
  const devices = models.map(
    (model, index): Exported => ({ busId: `1-${index + 1}`, number: index + 2, host: new ModelHost(model), imported: false }),
  )
  const wire = wireOf(systemClock, highSpeedBytesPerSecond)
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    void serveConnection(socket, devices, wire)
  })
  await listen(server, port)
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
}

function operationHeader(code: number, status: number): Buffer {
  const header = Buffer.alloc(operationBytes)
  header.writeUInt16BE(version, 0)
  header.writeUInt16BE(code, 2)
  header.writeUInt32BE(status, 4)
  return header
}

/** struct usbip_usb_device */
function deviceRecord({ busId, number, host }: Exported): Buffer {
  const { descriptors } = host.model
  const fields = deviceFields(descriptors)
  const record = Buffer.alloc(recordBytes)
  // The protocol carries no strings: the path is the only place where a listing can show a name.
  const name =
    fields.product
      .toLowerCase()
      .match(/[a-z0-9]+/g)
      ?.join('-') ?? ''
  record.write(`/sys/devices/platform/simulated/${name.slice(0, 100)}/usb1/${busId}`, 0, 'latin1')
  record.write(busId, 256, 'latin1')
  record.writeUInt32BE(1, 288)
  record.writeUInt32BE(number, 292)
  record.writeUInt32BE(highSpeed, 296)
  record.writeUInt16BE(fields.vendorId, 300)
  record.writeUInt16BE(fields.productId, 302)
  record.writeUInt16BE(fields.deviceRelease, 304)
  record.set(
    [fields.deviceClass, fields.deviceSubclass, fields.deviceProtocol, configurationValue(descriptors), fields.configurationCount],
    306,
  )
  record[311] = interfaceFields(descriptors).length
  return record
}

function deviceList(devices: readonly Exported[]): Buffer {
  const count = Buffer.alloc(4)
  count.writeUInt32BE(devices.length)
  const entries = devices.flatMap((device) => [
    deviceRecord(device),
    ...interfaceFields(device.host.model.descriptors).map((found) =>
      Buffer.from([found.interfaceClass, found.interfaceSubclass, found.interfaceProtocol, 0]),
    ),
  ])
  return Buffer.concat([operationHeader(operation.replyDeviceList, 0), count, ...entries])
}

/** One connection lists the devices once, or imports one and then carries its transfers. Anything else is hung up on. */
async function serveConnection(socket: Socket, devices: readonly Exported[], wire: Wire): Promise<void> {
  const reader = new SocketReader(socket)
  const header = await reader.take(operationBytes)
  const code = header?.readUInt16BE(0) === version ? header.readUInt16BE(2) : undefined
  if (code === operation.requestDeviceList) {
    socket.end(deviceList(devices))
    return
  }
  const busId = code === operation.requestImport ? await reader.take(busIdBytes) : undefined
  if (!busId) {
    socket.destroy()
    return
  }
  const name = busId.toString('latin1').replace(/\0.*$/s, '')
  const device = devices.find((candidate) => candidate.busId === name && !candidate.imported)
  if (!device) {
    socket.end(operationHeader(operation.replyImport, 1))
    return
  }
  device.imported = true
  socket.write(Buffer.concat([operationHeader(operation.replyImport, 0), deviceRecord(device)]))
  await new ImportedDevice(socket, reader, device.host, wire).serve()
  socket.destroy()
  device.host.release()
  device.imported = false
}

class ImportedDevice {
  readonly #socket: Socket
  readonly #reader: SocketReader
  readonly #host: ModelHost
  readonly #wire: Wire
  /** Pending transfers by sequence number; `unlink` is the sequence number of the request to cancel it. */
  readonly #pending = new Map<number, { readonly transfer: HostTransfer; unlink: number | undefined }>()

  constructor(socket: Socket, reader: SocketReader, host: ModelHost, wire: Wire) {
    this.#socket = socket
    this.#reader = reader
    this.#host = host
    this.#wire = wire
  }

  /** Until the other end hangs up or breaks the protocol. */
  async serve(): Promise<void> {
    for (;;) {
      const header = await this.#reader.take(urbBytes)
      if (!header) return
      const kind = header.readUInt32BE(0)
      if (kind === command.unlink) this.#unlink(header.readUInt32BE(4), header.readUInt32BE(20))
      else if (kind !== command.submit || !(await this.#submit(header))) return
    }
  }

  async #submit(header: Buffer): Promise<boolean> {
    const sequence = header.readUInt32BE(4)
    const isIn = header.readUInt32BE(12) === 1
    const number = header.readUInt32BE(16)
    const length = header.readUInt32BE(24)
    if (length > largestTransferBytes || number > 15) return false
    const data = isIn ? Buffer.alloc(0) : await this.#reader.take(length)
    if (!data) return false
    const endpoint = number | (isIn ? 0x80 : 0)
    const request: HostRequest =
      number === 0
        ? { kind: 'control', setup: readSetup(header, 40), data }
        : isIn
          ? { kind: 'in', endpoint, length }
          : { kind: 'out', endpoint, data }
    const transfer = this.#host.submit(request, (result) => this.#finish(sequence, isIn, result), number === 0 ? undefined : this.#wire)
    this.#pending.set(sequence, { transfer, unlink: undefined })
    return true
  }

  #unlink(sequence: number, victim: number): void {
    const pending = this.#pending.get(victim)
    if (pending) {
      pending.unlink = sequence
      pending.transfer.cancel()
    } else {
      this.#reply(command.returnUnlink, sequence, 0, 0)
    }
  }

  #finish(sequence: number, isIn: boolean, result: HostResult): void {
    const unlink = this.#pending.get(sequence)?.unlink
    this.#pending.delete(sequence)
    if (unlink !== undefined && result.status === 'cancelled') {
      this.#reply(command.returnUnlink, unlink, connectionReset, 0)
      return
    }
    const actualBytes = result.status === 'ok' ? result.actualBytes : 0
    this.#reply(command.returnSubmit, sequence, statusOf[result.status], actualBytes)
    // Copied: the model may use its buffer again before the socket has sent it.
    if (isIn && result.status === 'ok' && actualBytes > 0 && !this.#socket.destroyed) this.#socket.write(Buffer.from(result.data))
    if (unlink !== undefined) this.#reply(command.returnUnlink, unlink, 0, 0)
  }

  #reply(kind: number, sequence: number, status: number, actualBytes: number): void {
    if (this.#socket.destroyed) return
    const header = Buffer.alloc(urbBytes)
    header.writeUInt32BE(kind, 0)
    header.writeUInt32BE(sequence, 4)
    header.writeInt32BE(status, 20)
    header.writeUInt32BE(actualBytes, 24)
    this.#socket.write(header)
  }
}
