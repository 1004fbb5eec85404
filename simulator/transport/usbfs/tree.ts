// The part of /sys and /dev that libusb and libudev look at for one USB device, as files of an umockdev testbed. Knows no transfer.

import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import type { UsbDescriptors } from '../../model/usb-device-model.js'
import { configurationValue, type DeviceFields, deviceFields } from '../usb-standard.js'

export interface UsbAddress {
  readonly bus: number
  /** 1..127, new with every plug-in. */
  readonly device: number
  readonly port: number
}

export interface UsbNode {
  readonly address: UsbAddress
  /** Below /sys, e.g. `/devices/pci0000:00/0000:00:14.0/usb1/1-2`. */
  readonly devicePath: string
  /** Below /dev, e.g. `bus/usb/001/005`. */
  readonly deviceName: string
  readonly minor: number
  /** `vid/pid/bcd` in hexadecimal, as in the kernel's uevents. */
  readonly product: string
  /** The place of the node that libusb opens and polls. */
  readonly nodeFile: string
  /** The place of the socket to which the preload takes the node's ioctls. */
  readonly ioctlSocket: string
}

const threeDigits = (value: number): string => value.toString().padStart(3, '0')
const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0')

export function usbNode(folder: string, address: UsbAddress, descriptors: UsbDescriptors): UsbNode {
  const { vendorId, productId, deviceRelease } = deviceFields(descriptors)
  const deviceName = `bus/usb/${threeDigits(address.bus)}/${threeDigits(address.device)}`
  return {
    address,
    devicePath: `/devices/pci0000:00/0000:00:14.0/usb${address.bus}/${address.bus}-${address.port}`,
    deviceName,
    minor: (address.bus - 1) * 128 + address.device - 1,
    product: `${vendorId.toString(16)}/${productId.toString(16)}/${deviceRelease.toString(16)}`,
    nodeFile: join(folder, 'dev', deviceName),
    ioctlSocket: join(folder, 'ioctl/dev', deviceName),
  }
}

/** The folders that libusb and libudev expect even when nothing is plugged in. */
export async function createTestbed(folder: string): Promise<void> {
  for (const name of ['sys/bus/usb/devices', 'sys/bus/usb/drivers/usb', 'sys/class', 'sys/dev/char', 'sys/devices']) {
    await mkdir(join(folder, name), { recursive: true })
  }
}

function attributes(node: UsbNode, fields: DeviceFields, descriptors: UsbDescriptors): Record<string, string> {
  const { bus, device, port } = node.address
  return {
    uevent: [
      'MAJOR=189',
      `MINOR=${node.minor}`,
      `DEVNAME=${node.deviceName}`,
      'DEVTYPE=usb_device',
      'DRIVER=usb',
      `PRODUCT=${node.product}`,
      `TYPE=${fields.deviceClass}/${fields.deviceSubclass}/${fields.deviceProtocol}`,
      `BUSNUM=${threeDigits(bus)}`,
      `DEVNUM=${threeDigits(device)}`,
    ].join('\n'),
    idVendor: hex(fields.vendorId, 4),
    idProduct: hex(fields.productId, 4),
    bcdDevice: hex(fields.deviceRelease, 4),
    bDeviceClass: hex(fields.deviceClass, 2),
    bDeviceSubClass: hex(fields.deviceSubclass, 2),
    bDeviceProtocol: hex(fields.deviceProtocol, 2),
    bConfigurationValue: `${configurationValue(descriptors)}`,
    bNumConfigurations: `${fields.configurationCount}`,
    bMaxPacketSize0: `${fields.maxPacketBytes0}`,
    version: ` ${fields.usbRelease >> 8}.${hex(fields.usbRelease & 0xff, 2)}`,
    busnum: `${bus}`,
    devnum: `${device}`,
    devpath: `${port}`,
    speed: '480',
    maxchild: '0',
    dev: `189:${node.minor}`,
    manufacturer: fields.manufacturer,
    product: fields.product,
    serial: fields.serial,
  }
}

const links = (folder: string, { address, minor }: UsbNode): readonly string[] => [
  join(folder, `sys/dev/char/189:${minor}`),
  join(folder, `sys/bus/usb/devices/${address.bus}-${address.port}`),
]

/** Lays the device out. The link by which it is found comes last, so that nobody sees half a device. */
export async function addToTree(folder: string, node: UsbNode, descriptors: UsbDescriptors): Promise<void> {
  const home = join(folder, 'sys', node.devicePath)
  await mkdir(home, { recursive: true })
  await mkdir(join(folder, 'dev/.node', dirname(node.deviceName)), { recursive: true })
  for (const [name, value] of Object.entries(attributes(node, deviceFields(descriptors), descriptors))) {
    await writeFile(join(home, name), `${value}\n`)
  }
  await writeFile(join(home, 'descriptors'), Buffer.concat([descriptors.device, descriptors.configuration]))
  await symlink(relative(home, join(folder, 'sys/bus/usb')), join(home, 'subsystem'))
  for (const link of links(folder, node)) await symlink(relative(dirname(link), home), link)
}

export async function removeFromTree(folder: string, node: UsbNode): Promise<void> {
  for (const path of [...links(folder, node).toReversed(), node.nodeFile, node.ioctlSocket]) await rm(path, { force: true })
  await rm(join(folder, 'sys', node.devicePath), { recursive: true, force: true })
}
