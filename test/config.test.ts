// The station's configuration: what is not known or out of bounds is refused by name, before anything opens.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { loadConfig, parseConfig } from '../daemon/config.js'
import { isFault } from '../protocol/fault.js'

const refusal = (json: unknown): unknown => {
  try {
    parseConfig(json, 'site.json')
    return undefined
  } catch (error) {
    return isFault(error) ? { code: error.code, ...error.context } : error
  }
}

t.test('an empty configuration is a whole one', async (t) => {
  t.strictSame(parseConfig({}, 'site.json'), {
    stationId: 'STATION-1',
    office: 'Dinas Kependudukan dan Pencatatan Sipil',
    timezone: 'Asia/Makassar',
    port: 8710,
    idleLockMinutes: 10,
    trustedDevices: [],
    frameSilenceMs: 2_000,
    signaturePadPath: '',
    cardTerminal: 'Printer Contactless Station',
    pcscAdapter: 'pcsc-mini',
    centreUrl: '',
    simulated: false,
    blanks: [],
    presentationAttack: 'review',
  })
})

t.test('a key that nobody knows is named with its path, at every depth', async (t) => {
  t.strictSame(refusal({ prot: 8710 }), { code: 'input.unknown_key', path: 'site.json', field: 'prot' })
  const device = { serial: 'A', kind: 'slap_scanner', publicKey: 'x' }
  t.strictSame(refusal({ trustedDevices: [device, { ...device, colour: 'red' }] }), {
    code: 'input.unknown_key',
    path: 'site.json',
    field: 'trustedDevices.1.colour',
  })
})

t.test('bounds hold on both sides, and the field is named', async (t) => {
  const blank = (serial: string, chipUid: string) => ({ serial, chipUid })
  const good: readonly object[] = [
    { port: 0 },
    { port: 65_535 },
    { idleLockMinutes: 1 },
    { idleLockMinutes: 240 },
    { stationId: 'MKS-01' },
    { timezone: 'Asia/Jayapura' },
    { blanks: [blank('A', 'fe01020304'), blank('B', 'fe01020305')] },
  ]
  for (const json of good) t.equal(refusal(json), undefined, JSON.stringify(json))
  const bad: readonly (readonly [object, string])[] = [
    [{ port: -1 }, 'port'],
    [{ port: 65_536 }, 'port'],
    [{ port: 80.5 }, 'port'],
    [{ port: '8710' }, 'port'],
    [{ idleLockMinutes: 0 }, 'idleLockMinutes'],
    [{ idleLockMinutes: 241 }, 'idleLockMinutes'],
    [{ stationId: 'mks 01' }, 'stationId'],
    [{ timezone: 'Europe/Berlin' }, 'timezone'],
    [{ office: '' }, 'office'],
    [{ trustedDevices: [{ serial: 'A', kind: 'printer', publicKey: 'x' }] }, 'trustedDevices.0.kind'],
    [{ blanks: [blank('A', 'FE01020304')] }, 'blanks.0.chipUid'],
    [{ blanks: [blank('A', 'fe010203'), blank('A', 'fe010204')] }, 'blanks'],
    [{ blanks: [blank('A', 'fe010203'), blank('B', 'fe010203')] }, 'blanks'],
  ]
  for (const [json, field] of bad) t.match(refusal(json), { code: 'input.invalid', path: 'site.json', field }, JSON.stringify(json))
  for (const json of [null, [], 'text', 7]) t.match(refusal(json), { code: 'input.invalid', field: '' })
})

t.test('a file that is not there, not JSON or not right is refused by its path', async (t) => {
  const folder = t.testdir()
  const path = join(folder, 'site.json')
  await t.rejects(loadConfig(path), { code: 'input.not_found', context: { path } })
  await writeFile(path, '{ "port": 8710')
  await t.rejects(loadConfig(path), { code: 'input.corrupt', context: { path } })
  await writeFile(path, '{ "ports": 8710 }')
  await t.rejects(loadConfig(path), { code: 'input.unknown_key', context: { path, field: 'ports' } })
  await writeFile(path, '{ "port": 8711 }')
  t.equal((await loadConfig(path)).port, 8711)
})
