// Vendor control transfers of the capture protocol with its deadline; a refusal by the device becomes a named fault.

import type { Facts } from '../../protocol/facts.js'
import { Fault } from '../../protocol/fault.js'
import { captureInterface, type captureRequests } from '../../protocol/hardware/capture-device.js'
import type { UsbDevice, UsbSetup } from '../../protocol/hardware/usb.js'

type RequestCode = (typeof captureRequests)[keyof typeof captureRequests]

/** A device must answer within this. */
export const controlTimeoutMs = 1000
const noBytes = new Uint8Array(0)

export class ControlPipe {
  readonly #usb: UsbDevice
  readonly #facts: Facts

  constructor(usb: UsbDevice, facts: Facts) {
    this.#usb = usb
    this.#facts = facts
  }

  /** @throws Fault `device.stall` | `device.timeout` | `device.unplugged` */
  async ask(operation: string, request: RequestCode, length: number, timeoutMs = controlTimeoutMs): Promise<Uint8Array> {
    const result = await this.#usb.controlIn(setup(request, 0), length, { timeoutMs })
    if (result.status === 'stall') throw new Fault('device.stall', { ...this.#facts, operation })
    return result.data
  }

  /** @throws Fault `device.stall` | `device.timeout` | `device.unplugged` */
  async tell(operation: string, request: RequestCode, data: Uint8Array = noBytes, value = 0): Promise<void> {
    const result = await this.#usb.controlOut(setup(request, value), data, { timeoutMs: controlTimeoutMs })
    if (result.status === 'stall') throw new Fault('device.stall', { ...this.#facts, operation })
  }
}

function setup(request: number, value: number): UsbSetup {
  return { requestType: 'vendor', recipient: 'interface', request, value, index: captureInterface.number }
}
