// A device for testing buses: echoes bulk data, counts on a stream, refuses, babbles or keeps silent on request.

import type { ModelIn, ModelOut, SetupPacket, UsbDescriptors, UsbDeviceModel } from '../../simulator/model/usb-device-model.js'

export const loopbackIds = { vendorId: 0x1209, productId: 0x0001, deviceRelease: 0x0203 }
export const loopbackStrings = { manufacturer: 'Rekam tests', product: 'Loopback é', serial: 'LB-0001' }
export const echoOut = 0x01
export const echoIn = 0x81
export const counterIn = 0x82
export const silentIn = 0x83

/** Vendor requests. */
export const ask = { store: 1, fetch: 2, refuse: 3, stallNextCounter: 4, silence: 5, babbleNextEcho: 6 } as const

const word = (value: number): readonly [number, number] => [value & 0xff, value >> 8]

function loopbackDescriptors(): UsbDescriptors {
  const endpoint = (address: number, type: number, packetBytes: number) => [7, 5, address, type, ...word(packetBytes), type === 3 ? 4 : 0]
  const parts = [
    [9, 4, 0, 0, 4, 0xff, 0, 0, 0],
    endpoint(echoOut, 2, 512),
    endpoint(echoIn, 2, 512),
    endpoint(counterIn, 2, 512),
    endpoint(silentIn, 3, 64),
  ].flat()
  const { vendorId, productId, deviceRelease } = loopbackIds
  return {
    device: Uint8Array.from([
      18,
      1,
      ...word(0x0200),
      0,
      0,
      0,
      64,
      ...word(vendorId),
      ...word(productId),
      ...word(deviceRelease),
      1,
      2,
      3,
      1,
    ]),
    configuration: Uint8Array.from([9, 2, ...word(9 + parts.length), 1, 1, 0, 0x80, 50, ...parts]),
    strings: [loopbackStrings.manufacturer, loopbackStrings.product, loopbackStrings.serial],
  }
}

export class LoopbackDevice implements UsbDeviceModel {
  readonly descriptors = loopbackDescriptors()
  resets = 0
  #stored: Uint8Array = new Uint8Array(0)
  #echo: Uint8Array[] = []
  #wake: (() => void) | undefined
  #count = 0
  #stallCounter = false
  #babble = false

  control(setup: SetupPacket, data: Uint8Array): Promise<ModelIn> | ModelIn {
    switch (setup.bRequest) {
      case ask.store:
        this.#stored = data
        return new Uint8Array(0)
      case ask.fetch:
        return Uint8Array.from([...word(setup.wValue), ...word(setup.wIndex), ...this.#stored])
      case ask.stallNextCounter:
        this.#stallCounter = true
        return new Uint8Array(0)
      case ask.babbleNextEcho:
        this.#babble = true
        return new Uint8Array(0)
      case ask.silence:
        return new Promise(() => {})
      default:
        return 'stall'
    }
  }

  out(_endpoint: number, data: Uint8Array): ModelOut {
    this.#echo.push(data)
    this.#wake?.()
    return data.length
  }

  async in(endpoint: number, length: number, signal: AbortSignal): Promise<ModelIn> {
    if (endpoint === counterIn) return this.#counted(length)
    if (endpoint === silentIn) return new Promise(() => {})
    if (this.#babble) {
      this.#babble = false
      return new Uint8Array(length + 1)
    }
    while (this.#echo.length === 0) await this.#woken(signal)
    const [first] = this.#echo.splice(0, 1)
    if (first!.length > length) this.#echo.unshift(first!.subarray(length))
    return first!.subarray(0, length)
  }

  reset(): void {
    this.resets++
    this.#stored = new Uint8Array(0)
    this.#echo = []
    this.#count = 0
    this.#stallCounter = false
    this.#babble = false
  }

  #counted(length: number): ModelIn {
    if (this.#stallCounter) {
      this.#stallCounter = false
      return 'stall'
    }
    const words = new Uint32Array(length / 4)
    for (let i = 0; i < words.length; i++) words[i] = this.#count++
    return new Uint8Array(words.buffer)
  }

  #woken(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#wake = resolve
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    })
  }
}
