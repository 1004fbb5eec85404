// Device models behind the real libusb: a testbed folder whose nodes are served to a child process under umockdev's preload. Linux with glibc only.

import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { dirname, join } from 'node:path'
import { systemClock } from '../../../protocol/clock.js'
import { Fault } from '../../../protocol/fault.js'
import type { SimulatedUsbBus, UsbDeviceModel } from '../../model/usb-device-model.js'
import { highSpeedBytesPerSecond, ModelHost, type Wire, wireOf } from '../usb-host.js'
import { PreloadClient } from './client.js'
import { tellUdevMonitors, udevMessage } from './netlink.js'
import { OpenFile, type SharedDevice } from './open-file.js'
import { addToTree, createTestbed, removeFromTree, type UsbNode, usbNode } from './tree.js'
import { WakeFifo } from './wake-fifo.js'

const preloadLibrary = 'libumockdev-preload.so.0'
const libraryFolders = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64', '/usr/lib', '/usr/local/lib']
const bus = 1
const lastDeviceNumber = 127
const socketPathLimit = 107

export interface UsbfsBus extends SimulatedUsbBus {
  /** For the environment of the child process alone: the preload must be there when it starts. One child (tree) per folder. */
  readonly env: Readonly<Record<'LD_PRELOAD' | 'UMOCKDEV_DIR', string>>
}

/**
 * Serves a bus in `folder` (short: unix sockets lie below it). Devices may be plugged before and after the child starts.
 * End the child before close(): a vanished bus ends it with an error.
 * @param options.bytesPerSecond of bulk and interrupt data, all devices together; default 40 MB/s
 * @throws Fault `simulator.missing_program`
 */
export async function startUsbfs(folder: string, options: { readonly bytesPerSecond?: number } = {}): Promise<UsbfsBus> {
  const preload = libraryFolders.map((path) => join(path, preloadLibrary)).find((path) => existsSync(path))
  if (!preload) throw new Fault('simulator.missing_program', { reason: preloadLibrary })
  await createTestbed(folder)
  const wire = wireOf(systemClock, options.bytesPerSecond ?? highSpeedBytesPerSecond)
  const ports = new Map<UsbDeviceModel, number>()
  const plugged = new Map<UsbDeviceModel, ServedDevice>()
  /** Unplugged, but a child may still hold them open. */
  const leaving = new Set<ServedDevice>()
  let plugs = 0
  let messages = 0

  const unplug = async (model: UsbDeviceModel): Promise<void> => {
    const device = plugged.get(model)
    if (!device) return
    plugged.delete(model)
    leaving.add(device)
    device.unplug(() => leaving.delete(device))
    await removeFromTree(folder, device.node)
    await tellUdevMonitors(folder, udevMessage('remove', device.node, ++messages))
  }
  return {
    env: { LD_PRELOAD: preload, UMOCKDEV_DIR: folder },
    plug: async (model) => {
      if (plugged.has(model)) throw new Fault('device.busy', { reason: 'plugged already' })
      // A device keeps its socket and gets the next address, as on a real bus.
      const port = ports.get(model) ?? ports.size + 1
      ports.set(model, port)
      const device = usbNode(folder, { bus, device: (plugs++ % (lastDeviceNumber - 1)) + 2, port }, model.descriptors)
      plugged.set(model, await serve(device, model, wire))
      await addToTree(folder, device, model.descriptors)
      await tellUdevMonitors(folder, udevMessage('add', device, ++messages))
    },
    unplug,
    close: async () => {
      // A testbed that is gone already must not keep the others open.
      const unplugged = await Promise.allSettled([...plugged.keys()].map(unplug))
      for (const device of leaving) device.close()
      for (const each of unplugged) if (each.status === 'rejected') throw each.reason
    },
  }
}

async function serve(node: UsbNode, model: UsbDeviceModel, wire: Wire): Promise<ServedDevice> {
  if (Buffer.byteLength(node.ioctlSocket) > socketPathLimit) {
    throw new Fault('internal.limit', { field: 'folder', size: Buffer.byteLength(node.ioctlSocket), limit: socketPathLimit })
  }
  await mkdir(dirname(node.ioctlSocket), { recursive: true })
  await mkdir(dirname(node.nodeFile), { recursive: true })
  const fifo = await WakeFifo.create(node.nodeFile)
  const device = new ServedDevice(node, new ModelHost(model), wire, fifo)
  await device.listen()
  return device
}

class ServedDevice implements SharedDevice {
  readonly node: UsbNode
  readonly host: ModelHost
  readonly wire: Wire
  readonly claims = new Map<number, OpenFile>()
  readonly #fifo: WakeFifo
  readonly #server: Server
  readonly #files = new Map<OpenFile, PreloadClient>()
  #gone = false
  #left: () => void = () => {}

  constructor(node: UsbNode, host: ModelHost, wire: Wire, fifo: WakeFifo) {
    this.node = node
    this.host = host
    this.wire = wire
    this.#fifo = fifo
    this.#server = createServer((socket) => void this.#open(socket))
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(this.node.ioctlSocket, resolve)
    })
  }

  gone(): boolean {
    return this.#gone
  }

  reapableChanged(): void {
    this.#fifo.setWritable([...this.#files.keys()].some((file) => file.reapable))
  }

  /** @param left called when no program holds it open any more */
  unplug(left: () => void): void {
    this.#gone = true
    this.#left = left
    this.host.unplug()
    this.#server.close()
    this.#leaveWhenUnused()
  }

  close(): void {
    for (const client of this.#files.values()) client.close()
  }

  #leaveWhenUnused(): void {
    if (!this.#gone || this.#files.size > 0) return
    this.#fifo.close()
    this.#left()
  }

  async #open(socket: Socket): Promise<void> {
    const client = new PreloadClient(socket)
    const file = new OpenFile(this, client)
    this.#files.set(file, client)
    try {
      await client.serve((request) => file.answer(request))
    } catch {
      // The program ended in the middle of a request: nobody is left to answer.
    }
    client.close()
    this.#files.delete(file)
    file.close()
    if (this.#gone) return this.#leaveWhenUnused()
    this.reapableChanged()
    if (this.#files.size === 0) this.host.release()
  }
}
