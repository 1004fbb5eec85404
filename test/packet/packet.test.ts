// What the station seals, the centre's own code opens; whatever was done to it on the way is found.

import { createHash, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import fc from 'fast-check'
import { compactVerify, decodeProtectedHeader } from 'jose'
import t from 'tap'
import { readManifest } from '../../daemon/packet/manifest.js'
import { type PacketInput, sealPacket } from '../../daemon/packet/seal.js'
import { packItems, sealSegments } from '../../daemon/packet/segments.js'
import { newStationIdentity, publicIdentity } from '../../daemon/packet/station-identity.js'
import type { CentreKey } from '../../protocol/hardware/centre.js'
import { openPacket, openSegments, UnopenablePacket } from '../../simulator/centre/intake-open.js'
import { seededRandom } from '../../simulator/seeded-random.js'

const nowMs = Date.UTC(2026, 2, 16, 2)
const station = newStationIdentity('mks-01')
const segment = 65_536

function centreKey(kid: string, notBeforeMs = 0, notAfterMs = nowMs * 2): { key: CentreKey; privateKey: KeyObject } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  return { key: { jwk: { kty: 'EC', crv: 'P-256', x, y, kid }, notBeforeMs, notAfterMs }, privateKey }
}

function input(items: PacketInput['items']): PacketInput {
  return {
    caseId: 'case-1',
    sessionId: 'session-1',
    items,
    auditHead: { seq: 41, hash: 'ab'.repeat(32) },
    devices: [{ kind: 'face_camera', serial: 'FC-1', version: '1.0' }],
    softwareVersion: '0.1.0',
    createdAtMs: nowMs,
    createdMonotonicMs: 1234,
  }
}

t.test('segments', async (t) => {
  const key = new Uint8Array(32).fill(7)
  const associated = new Uint8Array([1, 2, 3])
  const refuses = (sealed: Uint8Array, k = key, a = associated) => {
    try {
      openSegments(sealed, k, a)
      return false
    } catch (error) {
      return error instanceof UnopenablePacket
    }
  }

  await t.test('come back whole at every length around their borders', async (t) => {
    for (const length of [0, 1, segment - 1, segment, segment + 1, 3 * segment]) {
      const body = seededRandom(length).bytes(length)
      t.same(Buffer.from(openSegments(sealSegments(body, key, associated), key, associated)), Buffer.from(body), `${length} bytes`)
    }
  })

  await t.test('of an empty body are one empty last segment, and nothing at all is not an empty body', async (t) => {
    t.equal(sealSegments(new Uint8Array(0), key, associated).length, 16)
    t.ok(refuses(new Uint8Array(0)))
  })

  await t.test('that were cut, at any place, are refused', async () => {
    const sealed = sealSegments(seededRandom(1).bytes(2 * segment + 100), key, associated)
    fc.assert(
      fc.property(fc.integer({ min: 0, max: sealed.length - 1 }), (length) => refuses(sealed.subarray(0, length))),
      { numRuns: 60 },
    )
  })

  await t.test('cut exactly between two segments are refused: the last one says that it is the last', async (t) => {
    const sealed = sealSegments(new Uint8Array(2 * segment), key, associated)
    t.ok(refuses(sealed.subarray(0, segment + 16)))
    t.ok(refuses(Buffer.concat([sealed, sealSegments(new Uint8Array(0), key, associated)])), 'something appended')
  })

  await t.test('in another order are refused', async () => {
    const stride = segment + 16
    const sealed = sealSegments(seededRandom(2).bytes(4 * segment), key, associated)
    const parts = [0, 1, 2, 3].map((n) => sealed.subarray(n * stride, (n + 1) * stride))
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3], { minLength: 1 }), (order) => {
        fc.pre(order.join() !== '0,1,2,3')
        return refuses(Buffer.concat(order.map((n) => parts[n]!)))
      }),
      { numRuns: 40 },
    )
  })

  await t.test('with any flipped bit are refused', async () => {
    const sealed = sealSegments(seededRandom(3).bytes(segment + 500), key, associated)
    fc.assert(
      fc.property(fc.integer({ min: 0, max: sealed.length * 8 - 1 }), (bit) => {
        const copy = Buffer.from(sealed)
        copy[bit >> 3] = copy[bit >> 3]! ^ (1 << (bit & 7))
        return refuses(copy)
      }),
      { numRuns: 60 },
    )
  })

  await t.test('of another packet or key are refused', async (t) => {
    const sealed = sealSegments(new Uint8Array(10), key, associated)
    t.ok(refuses(sealed, key, new Uint8Array([1, 2, 4])))
    t.ok(refuses(sealed, new Uint8Array(32).fill(8)))
  })
})

t.test('the body', async (t) => {
  const salt = new Uint8Array(32)
  const a = { type: 'biodata', bytes: Uint8Array.of(1) }
  const b = { type: 'record.face', bytes: Uint8Array.of(2, 3) }

  await t.test('is the same for the same items in any order', async (t) => {
    t.same(packItems([a, b], salt), packItems([b, a], salt))
  })
  await t.test('refuses doubled and unspeakable types', async (t) => {
    t.throws(() => packItems([a, a], salt), { code: 'input.invalid', context: { field: 'items.type', found: 'biodata' } })
    t.throws(() => packItems([{ type: '../x', bytes: a.bytes }], salt), { code: 'input.invalid' })
  })
})

t.test('a sealed packet', async (t) => {
  const ours = centreKey('sealing-1')
  const keys = { station, sealing: [ours.key] }
  const privateKeys = new Map([['sealing-1', ours.privateKey]])
  const items = [
    { type: 'record.face', bytes: seededRandom(5).bytes(90_000) },
    { type: 'biodata', bytes: Buffer.from('{"name":"Siti"}') },
  ]

  await t.test('is opened by the centre and matches its manifest', async (t) => {
    const packet = await sealPacket(input(items), keys, seededRandom(11))
    const opened = await openPacket(packet.ciphertext, packet.packetId, privateKeys)
    t.same(
      opened.map(({ type, bytes }) => [type, Buffer.from(bytes).toString('hex')]),
      [...items].reverse().map(({ type, bytes }) => [type, Buffer.from(bytes).toString('hex')]),
    )
    const manifest = readManifest(packet.manifestJws)
    t.same(
      manifest.items,
      opened.map(({ type, bytes, saltedSha256 }) => ({ type, length: bytes.length, saltedSha256 })),
    )
    t.equal(manifest.ciphertext.sha256, createHash('sha256').update(packet.ciphertext).digest('hex'))
    t.same(manifest.auditHead, { seq: 41, hash: 'ab'.repeat(32) })
  })

  await t.test('carries a manifest signed by the station, typed as one', async (t) => {
    const packet = await sealPacket(input(items), keys, seededRandom(12))
    const { signing } = publicIdentity(station)
    t.match(decodeProtectedHeader(packet.manifestJws), { alg: 'ES256', typ: 'rekam-manifest+jws', kid: signing.kid })
    await compactVerify(packet.manifestJws, createPublicKey({ key: { ...signing }, format: 'jwk' }))
    const stranger = publicIdentity(newStationIdentity('x')).signing
    await t.rejects(compactVerify(packet.manifestJws, createPublicKey({ key: { ...stranger }, format: 'jwk' })))
  })

  await t.test('whose manifest is not one is refused with the field', async (t) => {
    t.throws(() => readManifest('nothing'), { code: 'input.corrupt' })
    t.throws(() => readManifest(`e30.${Buffer.from('{"version":2}').toString('base64url')}.`), {
      code: 'input.corrupt',
      context: { field: 'manifest version' },
    })
  })

  await t.test('tells nothing of its content: neither the text nor a hash that could be tried out', async (t) => {
    const packet = await sealPacket(input(items), keys, seededRandom(13))
    const seen = Buffer.concat([packet.ciphertext, Buffer.from(JSON.stringify(readManifest(packet.manifestJws)))])
    t.notOk(seen.includes('Siti'))
    for (const { bytes } of items) t.notOk(seen.includes(createHash('sha256').update(bytes).digest('hex')))
  })

  await t.test('is refused when a bit anywhere in it is flipped', async () => {
    const packet = await sealPacket(input(items), keys, seededRandom(14))
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: packet.ciphertext.length * 8 - 1 }), async (bit) => {
        const copy = Buffer.from(packet.ciphertext)
        copy[bit >> 3] = copy[bit >> 3]! ^ (1 << (bit & 7))
        return openPacket(copy, packet.packetId, privateKeys).then(
          () => false,
          (error) => error instanceof UnopenablePacket,
        )
      }),
      { numRuns: 60 },
    )
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 900 * 8 }), async (bit) => {
        const copy = Buffer.from(packet.ciphertext)
        copy[bit >> 3] = copy[bit >> 3]! ^ (1 << (bit & 7))
        return openPacket(copy, packet.packetId, privateKeys).then(
          () => false,
          (error) => error instanceof UnopenablePacket,
        )
      }),
      { numRuns: 100 },
    )
  })

  await t.test('cannot pass for another packet, nor lend it its body', async (t) => {
    const one = await sealPacket(input(items), keys, seededRandom(15))
    const other = await sealPacket(input(items), keys, seededRandom(16))
    t.not(one.packetId, other.packetId)
    await t.rejects(openPacket(one.ciphertext, other.packetId, privateKeys), UnopenablePacket)
    const headerEnd = 12 + Buffer.from(one.ciphertext).readUInt32BE(8)
    const swapped = Buffer.concat([one.ciphertext.subarray(0, headerEnd), other.ciphertext.subarray(headerEnd)])
    await t.rejects(openPacket(swapped, one.packetId, privateKeys), UnopenablePacket)
  })

  await t.test('can be opened with either of two valid centre keys, and never with a key out of its time', async (t) => {
    const next = centreKey('sealing-2')
    const past = centreKey('sealing-0', 0, nowMs - 1)
    const packet = await sealPacket(input(items), { station, sealing: [past.key, ours.key, next.key] }, seededRandom(17))
    t.same(readManifest(packet.manifestJws).recipients, ['sealing-1', 'sealing-2'])
    t.equal((await openPacket(packet.ciphertext, packet.packetId, new Map([['sealing-2', next.privateKey]]))).length, 2)
    await t.rejects(openPacket(packet.ciphertext, packet.packetId, new Map([['sealing-0', past.privateKey]])), {
      message: 'no key of mine',
    })
    await t.rejects(sealPacket(input(items), { station, sealing: [past.key] }, seededRandom(18)), { code: 'centre.protocol' })
  })

  await t.test('of more than the limit is refused before anything is sealed', async (t) => {
    const huge = [{ type: 'record.face', bytes: new Uint8Array(64 * 1024 * 1024) }]
    await t.rejects(sealPacket(input(huge), keys, seededRandom(19)), { code: 'packet.too_large' })
  })
})
