// A serial device model behind a real tty: socat makes the pseudo terminal, its standard streams are the device's end of the cable.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:fs'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock, withDeadline } from '../../protocol/clock.js'
import { Fault, toFault } from '../../protocol/fault.js'
import type { SerialDeviceModel } from '../model/serial-device-model.js'

const startTimeoutMs = 10_000

export interface Pty {
  /** The tty that the host opens. */
  readonly path: string
  /** The cable is pulled: whoever has the tty open sees it hang up, and the path is gone. Idempotent. */
  unplug(): Promise<void>
  close(): Promise<void>
}

/**
 * @param folder existing; the tty appears in it as a link named `name`
 * @throws Fault `device.absent` when socat is missing or dies, `device.timeout` when the tty does not appear
 */
export async function startPty(model: SerialDeviceModel, folder: string, name = 'tty-pad'): Promise<Pty> {
  const path = join(folder, name)
  const child = spawn('socat', ['-d', '-d', `pty,raw,echo=0,link=${path}`, '-'], { stdio: ['pipe', 'pipe', 'pipe'] })
  const exited = once(child, 'exit').catch(() => {})
  const ready = new Promise<void>((resolve, reject) => {
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4000)
      if (said.includes('starting data transfer loop')) resolve()
    })
    child.once('error', (cause) => reject(new Fault('device.absent', { path, reason: 'socat_missing' }, { cause })))
    child.once('exit', () => reject(new Fault('device.absent', { path, reason: 'socat_died' }, { cause: new Error(said) })))
  })
  // Writing to a process that has just died is the cable being pulled, not an error of its own.
  child.stdin.on('error', () => {})
  let keeper: FileHandle | undefined
  try {
    await withDeadline(systemClock, startTimeoutMs, ready, () => new Fault('device.timeout', { path, timeoutMs: startTimeoutMs }))
    // Held open, so that the host closing its end is not the end of the pseudo terminal.
    keeper = await open(path, constants.O_RDWR | constants.O_NOCTTY)
  } catch (error) {
    child.kill('SIGKILL')
    throw toFault(error)
  }
  child.stdout.on('data', (bytes: Buffer) => model.receive(bytes))
  model.attach((bytes) => void child.stdin.write(bytes))
  let gone: Promise<void> | undefined
  const unplug = async (): Promise<void> => {
    model.detach()
    child.kill('SIGKILL')
    await exited
    await keeper?.close()
    await rm(path, { force: true })
  }
  const pull = (): Promise<void> => {
    gone ??= unplug()
    return gone
  }
  return { path, unplug: pull, close: pull }
}
