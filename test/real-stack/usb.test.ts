import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'
import { startUsbfs } from '../../simulator/transport/usbfs/server.js'
import { startUsbip } from '../../simulator/transport/usbip.js'
import { LoopbackDevice } from '../drivers/loopback-device.js'
import { usbContract } from '../drivers/transport-usb-contract.js'
import { need } from './need.js'
import type { ChildMessage } from './usb-child.js'

const child = fileURLToPath(new URL('./usb-child.ts', import.meta.url))

t.test('the real libusb keeps the contract of a USB transport', async (t) => {
  if (!need(t, ['libumockdev-preload.so.0', 'socat', 'mkfifo'])) return
  const folder = await mkdtemp(join(tmpdir(), 'usb-'))
  const bus = await startUsbfs(folder)
  let model = new LoopbackDevice()
  await bus.plug(model)
  const orders = {
    plug: () => bus.plug(model),
    unplug: () => bus.unplug(model),
    fresh: async () => {
      await bus.unplug(model)
      model = new LoopbackDevice()
      await bus.plug(model)
    },
  }
  const station: ChildProcess = spawn(process.execPath, [...process.execArgv, child], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, ...bus.env },
  })
  let errors = ''
  station.stderr?.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-4000)
  })
  const results = new Map<string, string | undefined>()
  station.on('message', (message: ChildMessage) => {
    if ('ask' in message) {
      orders[message.ask]().then(
        () => station.send({ done: message.ask }),
        (error: unknown) => {
          t.fail(`the bus could not ${message.ask}`, { error })
          station.kill()
        },
      )
    } else if ('name' in message) {
      results.set(message.name, message.failure)
    } else {
      const { bytesPerSecond, idleCpuMs, controlMs } = message.figures
      t.comment(
        `stream ${(bytesPerSecond / 1e6).toFixed(1)} MB/s, control transfer ${controlMs.toFixed(2)} ms, ${idleCpuMs.toFixed(0)} ms CPU in 500 ms of waiting`,
      )
      t.ok(bytesPerSecond < 42_000_000, 'the simulated bus is no faster than a real one')
    }
  })
  const code = await new Promise<number | null>((resolve) => station.once('exit', resolve))
  for (const { name } of usbContract) t.equal(results.has(name) ? results.get(name) : 'did not run', undefined, name)
  t.equal(code, 0, 'the station ends by itself once its transports are closed', { errors })
  await bus.close()
  await rm(folder, { recursive: true, force: true })
})

t.test("the system's own usbip client lists the exported devices", async (t) => {
  if (!need(t, ['usbip'])) return
  const server = await startUsbip(0, [new LoopbackDevice(), new LoopbackDevice()])
  const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin` }
  const { stdout } = await promisify(execFile)('usbip', ['--tcp-port', `${server.port}`, 'list', '-r', '127.0.0.1'], { env })
  await server.close()
  t.match(stdout, /1-1: .*\(1209:0001\)/)
  t.match(stdout, /1-2: .*\(1209:0001\)/)
  t.match(stdout, /Vendor Specific Class \/ unknown subclass \/ unknown protocol|\(ff\/00\/00\)/)
})
