import t from 'tap'
import { isFault } from '../../protocol/fault.js'
import { inprocUsb } from '../../simulator/transport/inproc-usb.js'
import { VirtualClock } from '../../simulator/virtual-clock.js'
import { ask, echoIn, LoopbackDevice } from '../drivers/loopback-device.js'
import { usbContract } from '../drivers/transport-usb-contract.js'

t.test('the in-process bus keeps the contract of a USB transport', async (t) => {
  for (const { name, run } of usbContract) {
    t.test(name, async () => {
      const clock = new VirtualClock(0)
      const bus = inprocUsb(clock)
      const model = new LoopbackDevice()
      await bus.plug(model)
      await run({
        transport: () => bus.transport(),
        plug: () => bus.plug(model),
        unplug: () => bus.unplug(model),
        run: (work) => clock.runUntil(work),
      })
      await bus.close()
    })
  }
})

t.test('sessions', async (t) => {
  const bus = inprocUsb(new VirtualClock(0))
  const model = new LoopbackDevice()
  await bus.plug(model)

  t.test('closing a session resets the models it has used, not those it has only looked at', async (t) => {
    const first = bus.transport()
    const [info] = await first.list()
    const looked = await first.open(info!.key)
    await looked.close()
    t.equal(model.resets, 0)
    const used = await first.open(info!.key)
    await used.controlOut({ requestType: 'vendor', recipient: 'device', request: ask.store, value: 0, index: 0 }, Uint8Array.of(1))
    await first.close()
    t.equal(model.resets, 1)
  })

  t.test('two sessions cannot hold one device, the second gets it when the first is closed', async (t) => {
    const first = bus.transport()
    const second = bus.transport()
    const [info] = await first.list()
    await first.open(info!.key)
    await t.rejects(second.open(info!.key), { code: 'device.busy' })
    await first.close()
    await (await second.open(info!.key)).close()
    t.same(await first.list(), [])
    await second.close()
  })

  t.test('a closed session hears of no further plugging', async (t) => {
    const session = bus.transport()
    let heard = 0
    session.watch(() => heard++)
    await bus.unplug(model)
    await session.close()
    await bus.plug(model)
    t.equal(heard, 1)
  })
})

t.test('a stream takes the time that its bytes take on the bus', async (t) => {
  const clock = new VirtualClock(0)
  const bus = inprocUsb(clock, { bytesPerSecond: 1_000_000 })
  await bus.plug(new LoopbackDevice())
  const usb = bus.transport()
  const device = await usb.open((await usb.list())[0]!.key)
  await device.claim(0)
  let received = 0
  await clock.runUntil(
    new Promise<void>((resolve) => {
      const stream = device.stream(0x82, 2, 10_000, {
        chunk: (chunk) => {
          received += chunk.length
          if (received === 500_000) void stream.stop().then(resolve)
        },
        ended: () => t.fail('the stream ended by itself'),
      })
    }),
  )
  t.ok(Math.abs(clock.monotonicMs() - 503) < 2, '500 kB at 1 MB/s with the overhead of 50 transfers')
  await usb.close()
})

t.test('a model that throws is a transfer error, not a crash, and keeps its cause', async (t) => {
  const bus = inprocUsb(new VirtualClock(0))
  const model = new LoopbackDevice()
  const boom = new Error('model bug')
  model.in = () => Promise.reject(boom)
  await bus.plug(model)
  const usb = bus.transport()
  const device = await usb.open((await usb.list())[0]!.key)
  await device.claim(0)
  const error = await device.transferIn(echoIn, 8).catch((caught: unknown) => caught)
  t.ok(isFault(error, 'device.protocol'))
  t.equal(error instanceof Error && error.cause, boom)
  await usb.close()
})
