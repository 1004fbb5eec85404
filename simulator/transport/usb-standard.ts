// What every simulated bus answers for a device: standard requests (USB 2.0 §9.4) and the layout of its descriptors. Knows no transport.

import { Fault } from '../../protocol/fault.js'
import type { SetupPacket, UsbDescriptors } from '../model/usb-device-model.js'

export interface DeviceFields {
  /** BCD, e.g. 0x0200 */
  readonly usbRelease: number
  readonly deviceClass: number
  readonly deviceSubclass: number
  readonly deviceProtocol: number
  readonly maxPacketBytes0: number
  readonly vendorId: number
  readonly productId: number
  /** BCD */
  readonly deviceRelease: number
  readonly manufacturer: string
  readonly product: string
  readonly serial: string
  readonly configurationCount: number
}

export interface EndpointFields {
  /** With direction bit, e.g. 0x81. */
  readonly address: number
  /** bmAttributes bits 0..1: 2 bulk, 3 interrupt. */
  readonly transferType: number
  readonly maxPacketBytes: number
}

export interface InterfaceFields {
  readonly number: number
  readonly interfaceClass: number
  readonly interfaceSubclass: number
  readonly interfaceProtocol: number
  readonly endpoints: readonly EndpointFields[]
}

const u16 = (bytes: Uint8Array, offset: number): number => bytes[offset]! | (bytes[offset + 1]! << 8)

/** Fields of the device descriptor (USB 2.0 table 9-8), strings resolved. @throws Fault `input.corrupt` */
export function deviceFields({ device, strings }: UsbDescriptors): DeviceFields {
  if (device.length !== 18 || device[1] !== 1)
    throw new Fault('input.corrupt', { field: 'device descriptor', size: device.length, expected: 18 })
  const string = (at: number): string => (device[at] === 0 ? '' : (strings[device[at]! - 1] ?? ''))
  return {
    usbRelease: u16(device, 2),
    deviceClass: device[4]!,
    deviceSubclass: device[5]!,
    deviceProtocol: device[6]!,
    maxPacketBytes0: device[7]!,
    vendorId: u16(device, 8),
    productId: u16(device, 10),
    deviceRelease: u16(device, 12),
    manufacturer: string(14),
    product: string(15),
    serial: string(16),
    configurationCount: device[17]!,
  }
}

/** bConfigurationValue (USB 2.0 table 9-10). */
export const configurationValue = (descriptors: UsbDescriptors): number => descriptors.configuration[5] ?? 0

/** Interfaces in alternate setting 0 with their endpoints. @throws Fault `input.corrupt` with the offset */
export function interfaceFields({ configuration }: UsbDescriptors): readonly InterfaceFields[] {
  const found: (InterfaceFields & { readonly endpoints: EndpointFields[] })[] = []
  let skipping = false
  for (let offset = 0; offset < configuration.length; offset += configuration[offset]!) {
    const length = configuration[offset]!
    if (length < 2 || offset + length > configuration.length)
      throw new Fault('input.corrupt', { field: 'configuration descriptor', offset })
    const type = configuration[offset + 1]
    if (type === 4 && length >= 9) {
      skipping = configuration[offset + 3] !== 0
      if (skipping) continue
      found.push({
        number: configuration[offset + 2]!,
        interfaceClass: configuration[offset + 5]!,
        interfaceSubclass: configuration[offset + 6]!,
        interfaceProtocol: configuration[offset + 7]!,
        endpoints: [],
      })
    } else if (type === 5 && length >= 7 && !skipping) {
      found.at(-1)?.endpoints.push({
        address: configuration[offset + 2]!,
        transferType: configuration[offset + 3]! & 3,
        maxPacketBytes: u16(configuration, offset + 4) & 0x7ff,
      })
    }
  }
  return found
}

/** A string descriptor (USB 2.0 §9.6.7): index 0 lists the languages, here English (US) alone. */
function stringDescriptor(strings: readonly string[], index: number): Uint8Array | 'stall' {
  if (index === 0) return Uint8Array.of(4, 3, 0x09, 0x04)
  const text = strings[index - 1]
  if (text === undefined) return 'stall'
  const units = Math.min(text.length, 126)
  const bytes = new Uint8Array(2 + units * 2)
  bytes[0] = bytes.length
  bytes[1] = 3
  for (let i = 0; i < units; i++) {
    const unit = text.charCodeAt(i)
    bytes[2 + i * 2] = unit & 0xff
    bytes[3 + i * 2] = unit >> 8
  }
  return bytes
}

function descriptor(descriptors: UsbDescriptors, value: number): Uint8Array | 'stall' {
  const index = value & 0xff
  switch (value >> 8) {
    case 1:
      return descriptors.device
    case 2:
      return index === 0 ? descriptors.configuration : 'stall'
    case 3:
      return stringDescriptor(descriptors.strings, index)
    default:
      return 'stall'
  }
}

/** True for requests that the device model never sees (bmRequestType bits 5..6 = 0). */
export const isStandard = (setup: SetupPacket): boolean => (setup.bmRequestType & 0x60) === 0

/** CLEAR_FEATURE(ENDPOINT_HALT): the endpoint whose halt ends, else undefined. */
export const haltCleared = (setup: SetupPacket): number | undefined =>
  setup.bmRequestType === 0x02 && setup.bRequest === 1 && setup.wValue === 0 ? setup.wIndex & 0xff : undefined

/** Answers a standard request; an empty array acknowledges one without data. */
export function answerStandard(descriptors: UsbDescriptors, setup: SetupPacket): Uint8Array | 'stall' {
  const answer = answerWhole(descriptors, setup)
  return answer === 'stall' ? answer : answer.subarray(0, setup.wLength)
}

function answerWhole(descriptors: UsbDescriptors, setup: SetupPacket): Uint8Array | 'stall' {
  if (setup.bmRequestType & 0x80) {
    if (setup.bRequest === 0) return Uint8Array.of(0, 0)
    if (setup.bRequest === 6) return descriptor(descriptors, setup.wValue)
    if (setup.bRequest === 8) return Uint8Array.of(configurationValue(descriptors))
    return setup.bRequest === 10 ? Uint8Array.of(0) : 'stall'
  }
  // CLEAR_FEATURE, SET_FEATURE, SET_ADDRESS, SET_CONFIGURATION and SET_INTERFACE of the one configuration there is.
  if (setup.bRequest === 9) return setup.wValue === 0 || setup.wValue === configurationValue(descriptors) ? new Uint8Array(0) : 'stall'
  if (setup.bRequest === 11) return setup.wValue === 0 ? new Uint8Array(0) : 'stall'
  return setup.bRequest === 1 || setup.bRequest === 3 || setup.bRequest === 5 ? new Uint8Array(0) : 'stall'
}

/** Reads the eight bytes of a SETUP packet at `offset`. */
export function readSetup(bytes: Uint8Array, offset = 0): SetupPacket {
  return {
    bmRequestType: bytes[offset]!,
    bRequest: bytes[offset + 1]!,
    wValue: u16(bytes, offset + 2),
    wIndex: u16(bytes, offset + 4),
    wLength: u16(bytes, offset + 6),
  }
}
