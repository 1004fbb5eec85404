import { connect, type Socket } from 'node:net'
import t from 'tap'
import { SocketReader } from '../../simulator/transport/socket-reader.js'
import { startUsbip } from '../../simulator/transport/usbip.js'
import { ask, echoIn, echoOut, LoopbackDevice } from '../drivers/loopback-device.js'

/** A client written from the protocol's description alone. */
class Client {
  readonly #socket: Socket
  readonly #reader: SocketReader
  #sequence = 0

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1')
    this.#reader = new SocketReader(this.#socket)
  }

  operation(code: number, body = Buffer.alloc(0), version = 0x0111): void {
    const header = Buffer.alloc(8)
    header.writeUInt16BE(version, 0)
    header.writeUInt16BE(code, 2)
    this.#socket.write(Buffer.concat([header, body]))
  }

  async importDevice(busId: string): Promise<number> {
    this.operation(0x8003, Buffer.from(busId.padEnd(32, '\0')))
    const status = (await this.take(8)).readUInt32BE(4)
    if (status === 0) await this.take(312)
    return status
  }

  submit(direction: 0 | 1, endpoint: number, length: number, options: { setup?: number[]; data?: number[] } = {}): number {
    const header = Buffer.alloc(48)
    header.writeUInt32BE(1, 0)
    header.writeUInt32BE(++this.#sequence, 4)
    header.writeUInt32BE(direction, 12)
    header.writeUInt32BE(endpoint, 16)
    header.writeUInt32BE(length, 24)
    header.set(options.setup ?? [], 40)
    this.#socket.write(Buffer.concat([header, Buffer.from(options.data ?? [])]))
    return this.#sequence
  }

  unlink(victim: number): number {
    const header = Buffer.alloc(48)
    header.writeUInt32BE(2, 0)
    header.writeUInt32BE(++this.#sequence, 4)
    header.writeUInt32BE(victim, 20)
    this.#socket.write(header)
    return this.#sequence
  }

  async reply(withData = false) {
    const header = await this.take(48)
    const actual = header.readUInt32BE(24)
    const data = withData && actual > 0 ? [...(await this.take(actual))] : []
    return { command: header.readUInt32BE(0), sequence: header.readUInt32BE(4), status: header.readInt32BE(20), actual, data }
  }

  async take(bytes: number): Promise<Buffer> {
    const got = await this.#reader.take(bytes)
    if (!got) throw new Error('the server hung up')
    return got
  }

  close(): void {
    this.#socket.destroy()
  }
}

t.test('USB/IP', async (t) => {
  const server = await startUsbip(0, [new LoopbackDevice(), new LoopbackDevice()])
  t.teardown(() => server.close())

  t.test('the list holds each device with its ids and interfaces', async (t) => {
    const client = new Client(server.port)
    client.operation(0x8005)
    const header = await client.take(12)
    t.same([header.readUInt16BE(2), header.readUInt32BE(4), header.readUInt32BE(8)], [5, 0, 2])
    const record = await client.take(312 + 4)
    t.equal(record.toString('latin1', 256, 259), '1-1')
    t.same([record.readUInt32BE(296), record.readUInt16BE(300), record.readUInt16BE(302), record.readUInt16BE(304)], [3, 0x1209, 1, 0x0203])
    t.same([...record.subarray(306)], [0, 0, 0, 1, 1, 1, 0xff, 0, 0, 0])
    t.equal((await client.take(316)).toString('latin1', 256, 259), '1-2')
    await t.rejects(client.take(1), 'the server hangs up after the list')
  })

  t.test('an imported device answers control and bulk transfers, short ones too', async (t) => {
    const client = new Client(server.port)
    t.equal(await client.importDevice('1-1'), 0)
    const string = client.submit(1, 0, 255, { setup: [0x80, 6, 2, 3, 9, 4, 255, 0] })
    const answer = await client.reply(true)
    t.match(answer, { command: 3, sequence: string, status: 0, actual: 22 })
    t.equal(Buffer.from(answer.data).toString('utf16le', 2), 'Loopback é')
    client.submit(1, 0, 8, { setup: [0xc0, ask.refuse, 0, 0, 0, 0, 8, 0] })
    t.match(await client.reply(true), { status: -32, actual: 0 })
    client.submit(0, echoOut, 3, { data: [7, 8, 9] })
    t.match(await client.reply(), { command: 3, status: 0, actual: 3 })
    client.submit(1, echoIn & 0x7f, 512)
    t.same((await client.reply(true)).data, [7, 8, 9])
    client.close()
  })

  t.test('a pending transfer can be unlinked once, and loses no data', async (t) => {
    const client = new Client(server.port)
    t.equal(await client.importDevice('1-2'), 0)
    const read = client.submit(1, echoIn & 0x7f, 64)
    const unlink = client.unlink(read)
    t.match(await client.reply(), { command: 4, sequence: unlink, status: -104 })
    client.unlink(read)
    t.match(await client.reply(), { command: 4, status: 0 }, 'nothing is left to cancel')
    client.submit(0, echoOut, 1, { data: [5] })
    await client.reply()
    client.submit(1, echoIn & 0x7f, 64)
    t.same((await client.reply(true)).data, [5])
    client.close()
  })

  t.test('a device is imported by one host at a time, an unknown one by none', async (t) => {
    const first = new Client(server.port)
    t.equal(await first.importDevice('1-1'), 0)
    const second = new Client(server.port)
    t.equal(await second.importDevice('1-1'), 1)
    const third = new Client(server.port)
    t.equal(await third.importDevice('9-9'), 1)
    first.close()
  })

  t.test('what is not the protocol is hung up on', async (t) => {
    const wrongVersion = new Client(server.port)
    wrongVersion.operation(0x8005, Buffer.alloc(0), 0x0106)
    await t.rejects(wrongVersion.take(1))
    const unknown = new Client(server.port)
    unknown.operation(0x8001)
    await t.rejects(unknown.take(1))
    const huge = new Client(server.port)
    t.equal(await huge.importDevice('1-2'), 0)
    huge.submit(1, 1, 0x7fff_ffff)
    await t.rejects(huge.take(1))
  })
})
