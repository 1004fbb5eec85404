// Simulated serial lines inside the process: device models at one end, the drivers' SerialTransport at the other. Bytes arrive at once, cut as sent.

import { Fault } from '../../protocol/fault.js'
import type { SerialHandlers, SerialPort, SerialPortInfo, SerialTransport } from '../../protocol/hardware/serial.js'
import type { SerialDeviceModel } from '../model/serial-device-model.js'

export interface InprocSerial {
  /** @throws Fault `device.busy` when the path is taken */
  plug(path: string, model: SerialDeviceModel, info?: Omit<SerialPortInfo, 'path'>): void
  /** Who has it open is told `device.unplugged`. */
  unplug(path: string): void
  transport(): SerialTransport
}

interface Line {
  readonly info: SerialPortInfo
  readonly model: SerialDeviceModel
  /** Who listens at the host's end. */
  host: SerialHandlers | undefined
}

export function inprocSerial(): InprocSerial {
  const lines = new Map<string, Line>()
  return {
    plug: (path, model, info = {}) => {
      if (lines.has(path)) throw new Fault('device.busy', { path })
      const line: Line = { info: { ...info, path }, model, host: undefined }
      lines.set(path, line)
      model.attach((bytes) => line.host?.data(bytes))
    },
    unplug: (path) => {
      const line = lines.get(path)
      if (!line) return
      lines.delete(path)
      const { host } = line
      line.host = undefined
      line.model.detach()
      host?.lost(new Fault('device.unplugged', { path }))
    },
    transport: () => ({
      list: async () => [...lines.values()].map((line) => line.info),
      open: async (path, _settings, handlers) => openLine(lines, path, handlers),
    }),
  }
}

function openLine(lines: ReadonlyMap<string, Line>, path: string, handlers: SerialHandlers): SerialPort {
  const line = lines.get(path)
  if (!line) throw new Fault('device.absent', { path })
  if (line.host) throw new Fault('device.busy', { path })
  line.host = handlers
  return {
    path,
    write: async (bytes) => {
      if (line.host !== handlers) throw new Fault('device.unplugged', { path })
      line.model.receive(bytes.slice())
    },
    close: async () => {
      if (line.host === handlers) line.host = undefined
    },
  }
}
