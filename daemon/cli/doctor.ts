// rekam doctor: looks at everything a station needs and says what is wrong and what to do. Changes nothing but a first data folder.

import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import { captureKindOf } from '../../drivers/registry.js'
import { openPcscTransport } from '../../drivers/transport/pcsc.js'
import { serialTransport } from '../../drivers/transport/serial.js'
import { openUsbTransport } from '../../drivers/transport/usb.js'
import { systemClock, withDeadline } from '../../protocol/clock.js'
import { Fault, isFault, toFault } from '../../protocol/fault.js'
import { faultWords } from '../../protocol/fault-words.js'
import { silentLog } from '../../protocol/log.js'
import { systemRandom } from '../../protocol/random.js'
import { loadConfig, parseConfig, type StationConfig } from '../config.js'
import { directEffects } from '../effects.js'
import { openFaceNetworks } from '../kernels/face/networks.js'
import { extractTemplate } from '../kernels/finger/extract.js'
import { openSimd } from '../kernels/simd/simd.js'
import { decodeWsq, encodeWsq } from '../kernels/wsq/index.js'
import { loadStandards, shippedStandards } from '../service/load-standards.js'
import { loadStoreKey } from '../store/keys.js'
import { openStore } from '../store/store.js'
import type { Command, Terminal } from './command.js'
import { dataFolder } from './data-folder.js'

export interface Finding {
  readonly check: string
  readonly state: 'good' | 'weak' | 'bad'
  readonly found: string
  /** What to do; '' when good. */
  readonly next: string
}

type Check = () => Promise<Omit<Finding, 'check'>>

const good = (found: string) => ({ state: 'good', found, next: '' }) as const
const weak = (found: string, next: string) => ({ state: 'weak', found, next }) as const
const bad = (found: string, next: string) => ({ state: 'bad', found, next }) as const
const checkMs = 20_000

export const command: Command = {
  name: 'doctor',
  usage: ['rekam doctor [--data DIR] [--config FILE] [--json]'],
  run: async (args, terminal) => {
    const { values } = parseArgs({
      args: [...args],
      options: { data: { type: 'string' }, config: { type: 'string' }, json: { type: 'boolean' } },
    })
    const data = dataFolder(values.data)
    const findings = await examine(data, values.config)
    for (const finding of findings) print(finding, values.json === true, terminal)
    return findings.some(({ state }) => state === 'bad') ? 1 : 0
  },
}

export async function examine(data: string, configFile: string | undefined): Promise<readonly Finding[]> {
  const config = await readConfig(data, configFile)
  const checks: readonly (readonly [string, Check])[] = [
    ['node', async () => good(process.version)],
    ['configuration', async () => config.finding],
    [
      'service standards',
      async () => good((await loadStandards(shippedStandards)).map(({ id, version }) => `${id} v${version}`).join(', ')),
    ],
    ['clock', checkClock],
    ['store key', () => checkKey(data)],
    ['store', () => checkStore(data)],
    ['USB devices', () => checkUsb(config.value)],
    ['signature pad', () => checkPad(config.value)],
    ['card terminals', () => checkReaders(config.value)],
    ['kernels', async () => checkKernels()],
    ['face networks', checkFaceNetworks],
  ]
  const findings: Finding[] = []
  for (const [check, run] of checks) {
    const result = await withDeadline(
      systemClock,
      checkMs,
      run(),
      () => new Fault('device.timeout', { operation: check, timeoutMs: checkMs }),
    ).catch(failed)
    findings.push({ check, ...result })
  }
  return findings
}

function failed(error: unknown): Omit<Finding, 'check'> {
  const fault = toFault(error)
  const cause = fault.cause instanceof Error ? ` (${fault.cause.message})` : ''
  return bad(`${faultWords[fault.code].what.en} [${fault.message}]${cause}`, faultWords[fault.code].next.en)
}

async function readConfig(
  data: string,
  given: string | undefined,
): Promise<{ readonly value: StationConfig; readonly finding: Omit<Finding, 'check'> }> {
  const file = given ?? join(data, 'config.json')
  const defaults = parseConfig({}, 'defaults')
  if (given === undefined && !existsSync(file)) return { value: defaults, finding: weak('none: defaults are used', `write ${file}`) }
  try {
    const value = await loadConfig(file)
    const finding = value.centreUrl === '' ? weak(`${file}: no centreUrl`, 'a station without --simulate needs its centre') : good(file)
    return { value, finding }
  } catch (error) {
    return { value: defaults, finding: failed(error) }
  }
}

/** Opening them runs each once: damaged weights show. */
async function checkFaceNetworks(): Promise<Omit<Finding, 'check'>> {
  const networks = await openFaceNetworks()
  await networks.close()
  return networks.runtime === 'native'
    ? good('native runtime')
    : weak('WebAssembly, about three times as slow', 'install onnxruntime-node for this system: npm ci')
}

async function checkClock(): Promise<Omit<Finding, 'check'>> {
  const now = new Date(systemClock.nowMs())
  if (now.getUTCFullYear() < 2026) return bad(now.toISOString(), 'set the clock: records and receipts carry its time')
  return good(now.toISOString())
}

async function checkKey(data: string): Promise<Omit<Finding, 'check'>> {
  if (!existsSync(data)) return weak('no data folder yet', 'it is made at the first start')
  const { source } = await loadStoreKey(data, process.env, systemRandom)
  if (source === 'file')
    return weak('a file beside the data', 'hand it in as systemd credential rekam-store-key, so that a stolen disk tells nothing')
  return good(source)
}

async function checkStore(data: string): Promise<Omit<Finding, 'check'>> {
  if (!existsSync(join(data, 'store.db'))) return weak('none yet', 'it is made at the first start')
  const { mode } = await stat(data)
  if ((mode & 0o077) !== 0) return bad(`${data} is open to others`, `chmod 700 ${data}`)
  const { key } = await loadStoreKey(data, process.env, systemRandom)
  try {
    const store = await openStore({ folder: data, key, effects: directEffects, clock: systemClock, random: systemRandom, log: silentLog })
    try {
      const report = await store.integrityCheck()
      const freeGb = (await store.freeBytes()) / 2 ** 30
      if (!report.ok) return bad(report.problems.join('; '), 'stop recording here and call IT: this store needs its backup')
      return freeGb < 2
        ? weak(`whole; ${freeGb.toFixed(1)} GB free`, 'make room: 30 days offline need about 8 GB')
        : good(`whole; ${freeGb.toFixed(1)} GB free`)
    } finally {
      await store.close()
    }
  } catch (error) {
    if (toFault(error).code === 'store.locked') return good('in use by a running station (not looked into)')
    throw error
  }
}

async function checkUsb(config: StationConfig): Promise<Omit<Finding, 'check'>> {
  const usb = openUsbTransport({ clock: systemClock, log: silentLog })
  try {
    const known = (await usb.list()).map((info) => ({ info, kind: captureKindOf(info) })).filter(({ kind }) => kind !== undefined)
    const strangers = known.filter(
      ({ info, kind }) => !config.trustedDevices.some((each) => each.serial === info.serial && each.kind === kind),
    )
    if (strangers.length > 0) {
      return bad(
        strangers.map(({ info, kind }) => `${kind} ${info.serial} is not on the list`).join('; '),
        'add its serial and key to trustedDevices, or unplug it',
      )
    }
    if (known.length === 0) return weak('no capture device is plugged in', 'plug in scanner and cameras, or try --simulate')
    return good(known.map(({ info, kind }) => `${kind} ${info.serial}`).join('; '))
  } finally {
    await usb.close()
  }
}

async function checkPad({ signaturePadPath }: StationConfig): Promise<Omit<Finding, 'check'>> {
  if (signaturePadPath === '') return weak('no path configured', 'set signaturePadPath')
  const serial = serialTransport({ clock: systemClock })
  const port = await serial.open(
    signaturePadPath,
    { baudRate: 19_200, dataBits: 8, parity: 'odd', stopBits: 1 },
    { data: () => {}, lost: () => {} },
  )
  await port.close()
  return good(signaturePadPath)
}

async function checkReaders({ cardTerminal, pcscAdapter }: StationConfig): Promise<Omit<Finding, 'check'>> {
  const cards = openPcscTransport({ clock: systemClock, log: silentLog, adapter: pcscAdapter })
  try {
    const names = (await cards.readers()).map(({ name }) => name)
    if (names.length === 0) return weak('PC/SC knows no reader', 'plug in the printer with its contactless station; is pcscd running?')
    const there = names.some((name) => name === cardTerminal || name.startsWith(`${cardTerminal} `))
    return there ? good(names.join('; ')) : weak(names.join('; '), `none of them is ${cardTerminal}: correct cardTerminal`)
  } catch (error) {
    // No reader is asked for yet: what does not answer is the service.
    if (!isFault(error, 'card.terminal_lost')) throw error
    return bad(`no PC/SC service answers (${error.context.reason ?? ''})`, 'install and start pcscd')
  } finally {
    await cards.close()
  }
}

/** One picture of ridges through the SIMD twins and through the references: minutiae and WSQ must come out alike on this processor. */
function checkKernels(): Omit<Finding, 'check'> {
  const side = 256
  const grey = Uint8Array.from({ length: side * side }, (_, i) => {
    const fromMiddlePx = Math.hypot((i % side) - side / 3, Math.floor(i / side) - side / 2)
    return Math.round(128 + 90 * Math.sin((2 * Math.PI * fromMiddlePx) / 9))
  })
  const simd = openSimd()
  const options = { rate: 0.75, ppi: 500 }
  const seen = decodeWsq(encodeWsq(grey, side, side, options, simd), simd).grey
  const expected = decodeWsq(encodeWsq(grey, side, side, options)).grey
  const alike =
    seen.every((value, i) => Math.abs(value - expected[i]!) <= 1) &&
    isDeepStrictEqual(extractTemplate(grey, side, side, {}, simd), extractTemplate(grey, side, side))
  return alike
    ? good('SIMD twins, equal to their references')
    : bad('SIMD twins differ from their references', 'report it: do not record here')
}

const signs = { good: '✓', weak: '!', bad: '✗' } as const

function print({ check, state, found, next }: Finding, json: boolean, terminal: Terminal): void {
  if (json) terminal.line(JSON.stringify({ check, state, found, next }))
  else terminal.line(`${signs[state]} ${check.padEnd(18)} ${found}${next === '' ? '' : `\n  → ${next}`}`)
}
