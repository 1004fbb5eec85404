// The simulated centre and registry, seen from the station: in process and over HTTP on loopback alike.

import t from 'tap'
import { type CentreClient, createCentreClient } from '../../daemon/centre/client.js'
import { httpCentreTransport } from '../../daemon/centre/http-transport.js'
import { ensureCentreKeys } from '../../daemon/centre/keys.js'
import { directEffects } from '../../daemon/effects.js'
import { loadStationIdentity, newStationIdentity, publicIdentity } from '../../daemon/packet/station-identity.js'
import { centreRegistry } from '../../daemon/registry/registry.js'
import type { CentreRequest, CentreTransport } from '../../protocol/hardware/centre.js'
import { simulatedCentre } from '../../simulator/centre/centre.js'
import { openCentreFolder } from '../../simulator/centre/folder.js'
import { population } from '../../simulator/centre/population.js'
import { seededRandom } from '../../simulator/seeded-random.js'
import { serveCentre } from '../../simulator/transport/http-centre.js'
import { VirtualClock } from '../../simulator/virtual-clock.js'
import { biodataOf, niks, sealFor, type World, world } from '../outbox/fixture.js'
import { opened } from '../store/fixture.js'

const chunkBytes = 64 * 1024

function clientOf(transport: CentreTransport): CentreClient {
  return createCentreClient({ transport, effects: directEffects })
}

async function send(client: CentreClient, packet: Awaited<ReturnType<typeof sealFor>>): Promise<string> {
  const chunks = Math.ceil(packet.ciphertext.length / chunkBytes)
  for (let n = 0; n < chunks; n++)
    await client.putChunk(packet.packetId, n, packet.ciphertext.subarray(n * chunkBytes, (n + 1) * chunkBytes))
  return client.commit(packet.packetId, packet.manifestJws, chunks)
}

async function enrolled(over: Parameters<typeof world>[0] = {}): Promise<World & { client: CentreClient }> {
  const around = world(over)
  const client = clientOf(around.centre.transport)
  await client.enrolStation(publicIdentity(around.station))
  return { ...around, client }
}

t.test('the registry', async (t) => {
  const { centre, client, ...around } = await enrolled()
  const registry = centreRegistry(client)

  await t.test('knows its people and says who was recorded', async (t) => {
    t.same(await registry.find(niks[0]), { biodata: biodataOf(niks[0]), recorded: false })
    await send(client, await sealFor({ ...around, centre }, 'case-1', niks[0]))
    t.equal((await registry.find(niks[0])).recorded, true)
  })
  await t.test('never sees a NIK in an address', async (t) => {
    const seen: CentreRequest[] = []
    const spy = clientOf({
      request: (request) => {
        seen.push(request)
        return centre.transport.request(request)
      },
    })
    await centreRegistry(spy).find(niks[1])
    t.same(
      seen.map(({ method, path, headers }) => [method, path, JSON.stringify(headers).includes(niks[1])]),
      [['POST', '/registry/person', false]],
    )
  })
  await t.test('answers with names of its own when it cannot help', async (t) => {
    await t.rejects(registry.find('7371015502049999'), { code: 'registry.no_person', context: {} })
    await t.rejects(registry.find('123'), { code: 'input.invalid', context: { field: 'nik' } })
    centre.script.unreachable = true
    await t.rejects(registry.find(niks[0]), { code: 'registry.unreachable' })
    centre.script.unreachable = false
  })
})

t.test('intake', async (t) => {
  await t.test('judges a record by what is in it', async (t) => {
    const around = await enrolled()
    const status = async (caseId: string, nik: string, over: Parameters<typeof sealFor>[3] = {}) => {
      const packet = await sealFor(around, caseId, nik, over)
      await send(around.client, packet)
      return around.client.status(packet.packetId)
    }
    t.equal(await status('a', niks[0]), 'PROCESSING')
    t.equal(await status('b', niks[0]), 'DUPLICATE_RECORD', 'recorded before')
    t.equal(await status('c', niks[1], { omit: 'record.irises' }), 'ENROLL_FAILURE_AT_CENTRAL', 'a modality is missing')
    t.equal(await status('d', niks[1]), 'PROCESSING', 'a failed record does not stand in the way')
    t.equal(await status('e', '7371015502049999'), 'ENROLL_FAILURE_AT_CENTRAL', 'nobody in the registry')
    around.clock.advance(30_000)
    t.equal(await status('f', niks[0]), 'DUPLICATE_RECORD')
    const [first = ''] = around.centre.packetIds
    t.equal(await around.client.status(first), 'PRINT_READY_RECORD')
  })

  await t.test('takes a packet once for ever and gives the same receipt again', async (t) => {
    const around = await enrolled()
    const packet = await sealFor(around, 'case-1', niks[0])
    const receipt = await send(around.client, packet)
    t.equal(await send(around.client, packet), receipt)
    t.same(await around.client.held(packet.packetId), { state: 'committed', receipt })
    t.same(around.centre.packetIds, [packet.packetId])
  })

  await t.test('refuses what is not whole, not signed by a station it knows, or not the packet named', async (t) => {
    const around = await enrolled()
    const { client } = around
    const packet = await sealFor(around, 'case-1', niks[0])
    const other = await sealFor(around, 'case-2', niks[1])
    const refused = (reason: string) => ({ code: 'centre.refused', context: { reason } })
    await t.rejects(client.commit(packet.packetId, packet.manifestJws, 3), refused('chunks_missing'))
    await client.putChunk(packet.packetId, 0, packet.ciphertext.subarray(0, chunkBytes))
    await t.rejects(client.commit(packet.packetId, packet.manifestJws, 1), refused('ciphertext_mismatch'))
    await t.rejects(client.commit(packet.packetId, other.manifestJws, 1), refused('other_packet'))
    const stranger = await sealFor(around, 'case-3', niks[2], { station: newStationIdentity('mks-01') })
    await t.rejects(send(client, stranger), refused('station_unknown'))
    const [head, body, signature = ''] = packet.manifestJws.split('.')
    const bent = `${head}.${body}.${signature.slice(0, 10)}${signature[10] === 'A' ? 'B' : 'A'}${signature.slice(11)}`
    await t.rejects(client.commit(packet.packetId, bent, 1), refused('manifest_signature'))
    const damaged = { method: 'PUT', path: `/packets/${packet.packetId}/chunks/1`, body: Uint8Array.of(1), timeoutMs: 1 } as const
    const headers = { 'x-rekam-chunk-sha256': '0'.repeat(64) }
    t.equal((await around.centre.transport.request({ ...damaged, headers })).status, 422)
    t.same(around.centre.packetIds, [])
  })
})

t.test('stations and cards', async (t) => {
  await t.test('whoever enrols first owns the station id; the keys are pinned in the store', async (t) => {
    const around = world()
    const store = await opened(t, t.testdir())
    const client = clientOf(around.centre.transport)
    const station = await loadStationIdentity(store, 'mks-01')
    t.same(await ensureCentreKeys(store, client, station), around.centre.publicKeys)
    around.centre.script.unreachable = true
    t.same(await ensureCentreKeys(store, client, await loadStationIdentity(store, 'mks-01')), around.centre.publicKeys, 'pinned')
    around.centre.script.unreachable = false
    await t.rejects(client.enrolStation(publicIdentity(newStationIdentity('mks-01'))), {
      code: 'centre.refused',
      context: { reason: 'station_known' },
    })
  })

  await t.test('a packet gets one card handed over, however often it is reported', async (t) => {
    const around = await enrolled()
    const packet = await sealFor(around, 'case-1', niks[0])
    await send(around.client, packet)
    const report = (blankSerial: string, state: 'printed' | 'handed_over') =>
      around.client.reportCard({ packetId: packet.packetId, blankSerial, state })
    await report('B-1', 'printed')
    t.equal(await around.client.status(packet.packetId), 'CARD_PRINTED')
    await report('B-1', 'handed_over')
    await report('B-1', 'handed_over')
    await t.rejects(report('B-2', 'handed_over'), { code: 'centre.refused', context: { reason: 'card_issued_before' } })
    t.same(around.centre.cardsHandedOver, [{ packetId: packet.packetId, blankSerial: 'B-1' }])
    t.equal(await around.client.status(packet.packetId), 'CARD_ISSUED')
  })

  await t.test('what it remembers can be carried into another centre, by hand or in a folder', async (t) => {
    const folder = t.testdir()
    const kept = openCentreFolder(folder)
    t.equal(kept.memory, undefined)
    const around = await enrolled({ keep: kept.keep })
    const packet = await sealFor(around, 'case-1', niks[0])
    const receipt = await send(around.client, packet)
    for (const memory of [around.centre.exportMemory(), openCentreFolder(folder).memory]) {
      const next = simulatedCentre({ clock: around.clock, random: seededRandom(6), population: population(), biometrics: never, memory })
      t.same(next.publicKeys, around.centre.publicKeys)
      t.same(await clientOf(next.transport).held(packet.packetId), { state: 'committed', receipt })
      t.same(next.exportMemory(), around.centre.exportMemory())
    }
  })

  await t.test('the registry writes an address as one line', async (t) => {
    const people = population()
    const address = {
      street: 'JL. CONTOH 1',
      rtRw: '003/007',
      village: 'PANAMBUNGAN',
      district: 'MARISO',
      regency: 'KOTA MAKASSAR',
      province: 'SULSEL',
    }
    people.add({ ...biodataOf(niks[0]), citizenship: 'WNI', address })
    t.equal(people.find(niks[0])?.address, 'JL. CONTOH 1, RT/RW 003/007, PANAMBUNGAN, MARISO, KOTA MAKASSAR, SULSEL')
    t.equal(people.find(niks[1]), undefined)
  })
})

const none = async () => new Uint8Array(0)
const never = { templates: async () => [], photo: none, signature: none }

t.test('over HTTP on loopback', async (t) => {
  const around = world()
  const served = await serveCentre(around.centre.link)
  t.teardown(() => served.close())
  const client = clientOf(httpCentreTransport(served.url, around.clock))

  await t.test('the same packet goes the same way', async (t) => {
    await client.greet()
    await client.enrolStation(publicIdentity(around.station))
    const packet = await sealFor(around, 'case-1', niks[0])
    const receipt = await send(client, packet)
    t.same(await client.held(packet.packetId), { state: 'committed', receipt })
    t.equal((await centreRegistry(client).find(niks[0])).recorded, true)
  })
  await t.test('a broken line and a lost answer are the centre being unreachable', async (t) => {
    around.centre.script.unreachable = true
    await t.rejects(client.greet(), { code: 'centre.unreachable' })
    around.centre.script.unreachable = false
    around.centre.script.loseAnswer('POST', /registry/)
    await t.rejects(centreRegistry(client).find(niks[0]), { code: 'registry.unreachable' })
    await client.greet()
  })
  await t.test('no answer within the time is one fault', async (t) => {
    around.centre.script.answerDelayMs = 3_600_000
    const lineClock = new VirtualClock(0)
    const late = clientOf(httpCentreTransport(served.url, lineClock)).greet()
    lineClock.advance(10_000)
    await t.rejects(late, { code: 'centre.unreachable', context: { reason: 'timeout' } })
    around.centre.script.answerDelayMs = 0
  })
  await t.test('nothing but loopback is spoken to without TLS', async (t) => {
    t.throws(() => httpCentreTransport('http://pusat.example', around.clock), { code: 'centre.insecure' })
    t.throws(() => httpCentreTransport('ftp://127.0.0.1', around.clock), { code: 'centre.insecure' })
    t.throws(() => httpCentreTransport('http://127.0.0.1.example.org', around.clock), { code: 'centre.insecure' })
    t.throws(() => httpCentreTransport('https://user:word@pusat.example', around.clock), { code: 'input.invalid' })
    httpCentreTransport('https://pusat.example/rekam/', around.clock)
  })
})

t.test('answers that make no sense are refused with their place, not their content', async (t) => {
  const answering = (status: number, body: string) => clientOf({ request: async () => ({ status, headers: {}, body: Buffer.from(body) }) })
  await t.rejects(answering(200, 'rahasia').status('p'), { code: 'centre.protocol', context: { operation: '/status', reason: 'not JSON' } })
  await t.rejects(answering(200, '{"status":"rahasia <b>"}').status('p'), { code: 'centre.protocol', context: { field: 'status' } })
  await t.rejects(answering(400, '{"error":"NIK 7371015502040001"}').status('p'), {
    code: 'centre.refused',
    context: { reason: 'unnamed' },
  })
  await t.rejects(answering(503, 'x').status('p'), { code: 'centre.unreachable' })
})
