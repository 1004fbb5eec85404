// The message by which udev tells of plugging (libudev's monitor format), delivered to every listener in a testbed. Knows no transfer.

import { spawn } from 'node:child_process'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Fault } from '../../../protocol/fault.js'
import type { UsbNode } from './tree.js'

const headerBytes = 40
const monitorMagic = 0xfeedcafe

/** MurmurHash2 with seed 0, by which libudev's socket filter knows subsystem and device type. */
function murmurHash2(text: string): number {
  const bytes = Buffer.from(text)
  const factor = 0x5bd1e995
  let hash = bytes.length
  let offset = 0
  for (; bytes.length - offset >= 4; offset += 4) {
    let word = Math.imul(bytes.readUInt32LE(offset), factor)
    word = Math.imul(word ^ (word >>> 24), factor)
    hash = Math.imul(hash, factor) ^ word
  }
  const rest = bytes.length - offset
  if (rest > 0) hash = Math.imul(hash ^ bytes.readUIntLE(offset, rest), factor)
  hash = Math.imul(hash ^ (hash >>> 13), factor)
  return (hash ^ (hash >>> 15)) >>> 0
}

/** A 40-byte header, then NUL-terminated `KEY=value`. */
export function udevMessage(action: 'add' | 'remove', node: UsbNode, sequence: number): Buffer {
  const { bus, device } = node.address
  const properties = {
    ACTION: action,
    DEVPATH: node.devicePath,
    SUBSYSTEM: 'usb',
    DEVNAME: `/dev/${node.deviceName}`,
    DEVTYPE: 'usb_device',
    PRODUCT: node.product,
    BUSNUM: bus.toString().padStart(3, '0'),
    DEVNUM: device.toString().padStart(3, '0'),
    MAJOR: '189',
    MINOR: `${node.minor}`,
    SEQNUM: `${sequence}`,
  }
  const body = Buffer.from(
    Object.entries(properties)
      .map(([key, value]) => `${key}=${value}\0`)
      .join(''),
  )
  const header = Buffer.alloc(headerBytes)
  header.write('libudev\0', 0, 'latin1')
  header.writeUInt32BE(monitorMagic, 8)
  header.writeUInt32LE(headerBytes, 12)
  header.writeUInt32LE(headerBytes, 16)
  header.writeUInt32LE(body.length, 20)
  header.writeUInt32BE(murmurHash2('usb'), 24)
  header.writeUInt32BE(murmurHash2('usb_device'), 28)
  return Buffer.concat([header, body])
}

/** Sends one datagram; false when nobody listens on the socket. Node has no unix datagram sockets, socat has. */
function sendDatagram(path: string, message: Buffer): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socat = spawn('socat', ['-u', '-b65536', '-', `UNIX-SENDTO:${path}`], { stdio: ['pipe', 'ignore', 'ignore'] })
    socat.on('error', (cause) => reject(new Fault('simulator.missing_program', { reason: 'socat' }, { cause })))
    socat.on('exit', (code) => resolve(code === 0))
    socat.stdin.on('error', () => {})
    socat.stdin.end(message)
  })
}

/** Tells every udev monitor in the testbed. Sockets of programs that have ended are swept away. @throws Fault `simulator.missing_program` */
export async function tellUdevMonitors(folder: string, message: Buffer): Promise<void> {
  const sockets = (await readdir(folder)).filter((name) => /^event\d+$/.test(name)).map((name) => join(folder, name))
  await Promise.all(
    sockets.map(async (path) => {
      if (!(await sendDatagram(path, message))) await rm(path, { force: true })
    }),
  )
}
