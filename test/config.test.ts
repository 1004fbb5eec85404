// The station's configuration: what is not known or out of bounds is refused by name, before anything opens.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { loadConfig, parseConfig, photoPolicyOf } from '../daemon/config.js'
import { defaultPhotoPolicy } from '../daemon/kernels/face/ktp-photo.js'
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
    metricsPort: 0,
    idleLockMinutes: 10,
    trustedDevices: [],
    frameSilenceMs: 1_000,
    devices: { whenChosenIsAway: 'any_trusted' },
    deviceHealth: { pollSeconds: 5, lookMinutes: 30 },
    signaturePadPath: '',
    cardTerminal: 'Printer Contactless Station',
    pcscAdapter: 'pcsc-mini',
    centreUrl: '',
    simulated: false,
    blanks: [],
    presentationAttack: 'review',
    faceApproval: 'first',
    signaturePadModel: 'SignatureGem 4x5',
    capture: {
      order: ['face', 'signature', 'right_four', 'left_four', 'thumbs', 'irises', 'index_fingers'],
      modalities: {},
      weakNeedsSecondPerson: [],
      exceptions: { mostFingersAlone: 2, evidenceFor: ['missing', 'bandaged', 'unreadable'] },
    },
    photo: {
      least: { ...defaultPhotoPolicy.least },
      mostYawDeg: 8,
      mostPitchDeg: 12,
      mostRollDeg: 8,
      leastEyeDistancePx: 90,
      background: { odd: '#db1514', even: '#0090ff', foreigner: 'birth_year', mostDeltaE: 20 },
    },
  })
  t.strictSame(photoPolicyOf(parseConfig({}, 'site.json')), defaultPhotoPolicy, 'the photo is judged as the kernel has it')
})

t.test('a site sets its own rules for the photo, but none by what is not measured', async (t) => {
  const own = { least: { EyesOpen: 70 }, mostYawDeg: 5, background: { foreigner: '#ff8800' } }
  const policy = photoPolicyOf(parseConfig({ photo: own }, 'site.json'))
  t.strictSame(policy.least, { EyesOpen: 70 }, 'the list replaces the default one')
  t.match(policy, { mostYawDeg: 5, mostPitchDeg: 12, headCoverings: 'allowed', background: { odd: '#db1514', foreigner: '#ff8800' } })
  for (const [photo, field] of [
    [{ least: { NoHeadCoverings: 50 } }, 'photo.least'],
    [{ least: { Sharpness: 50 } }, 'photo.least'],
    [{ headCoverings: 'refused' }, 'photo.headCoverings'],
    [{ background: { odd: 'red' } }, 'photo.background.odd'],
  ] as const)
    t.match(refusal({ photo }), { path: 'site.json', field: new RegExp(`^${field}`) }, JSON.stringify(photo))
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
    { trustedDevices: [{ serial: 'A', kind: 'slap_scanner', publicKey: 'x' }], devices: { slap_scanner: 'A' } },
    { deviceHealth: { pollSeconds: 3_600, lookMinutes: 1 } },
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
    [{ trustedDevices: [{ serial: 'A', kind: 'iris_camera', publicKey: 'x' }], devices: { slap_scanner: 'A' } }, 'devices.slap_scanner'],
    [{ devices: { whenChosenIsAway: 'never' } }, 'devices.whenChosenIsAway'],
    [{ deviceHealth: { pollSeconds: 0 } }, 'deviceHealth.pollSeconds'],
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
