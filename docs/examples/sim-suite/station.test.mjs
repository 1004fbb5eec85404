// A test suite outside of rekam's own: it knows the commands `rekam station` and `rekam sim`, the published client and node:test, nothing else.
// Run it with `node --test docs/examples/sim-suite/`; REKAM names the command when it is not on the PATH.

import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { connect, Modality } from 'rekam/client'
import { WebSocket } from 'ws'

const [rekam, ...words] = (process.env.REKAM ?? 'rekam').split(' ')
const run = promisify(execFile)

/** One act of the simulator. Whatever it answers carries the version of the interface. */
async function sim(...args) {
  const { stdout } = await run(rekam, [...words, 'sim', ...args, '--data', data])
  const { version, result } = JSON.parse(stdout)
  assert.equal(version, 1)
  return result
}

/** Waits on the station's events until `holds` is true of what the client mirrors. */
function until(holds, ms = 30_000) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => end(() => reject(new Error(`not within ${ms} ms: ${holds}`))), ms)
    const end = (settle) => {
      clearTimeout(late)
      stop()
      settle()
    }
    const look = () => holds(client.state) && end(resolve)
    const stop = client.on(look)
    look()
  })
}

let data = ''
let station
let client

before(async () => {
  data = await mkdtemp(join(tmpdir(), 'sim-suite-'))
  const config = join(data, 'suite.json')
  await writeFile(config, JSON.stringify({ faceApproval: 'any_order' }))
  const args = [...words, 'station', '--simulate', '--config', config, '--seed', '3', '--port', '0', '--json', '--data', data]
  station = spawn(rekam, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(createInterface({ input: station.stdout }), 'line')
  const { url, launchToken } = JSON.parse(line)
  const socket = (address) => new WebSocket(address, { origin: url })
  client = await connect({ url: `${url.replace('http', 'ws')}/ws`, socket, client: 'sim-suite' })
  await client.request('claimStation', { launchToken, name: 'Kepala', pin: '975310' })
  const roles = ['information_desk', 'counter_officer', 'recording_operator']
  if (!client.state.session.loggedIn) await client.request('logIn', { name: 'Kepala', pin: '975310' })
  await client.request('addOperator', { name: 'Petugas', pin: '864209', roles })
  await client.request('logOut', {})
  await client.request('logIn', { name: 'Petugas', pin: '864209' })
})

after(async () => {
  client?.close()
  station.kill('SIGTERM')
  await once(station, 'exit')
  await rm(data, { recursive: true, force: true })
})

const scanner = ({ devices }) => devices.find(({ kind }) => kind === 'slap_scanner')

test('a scanner whose cable is pulled is told as gone, and is ready again by itself', async () => {
  await until((state) => scanner(state)?.state === 'ready')
  await sim('unplug', 'slap_scanner')
  await until((state) => ['absent', 'faulted'].includes(scanner(state)?.state))
  await sim('plug', 'slap_scanner')
  await until((state) => scanner(state)?.state === 'ready')
})

test('without the centre a person cannot be checked; when it is back the same request goes through', async () => {
  const { person } = await sim('person', '--seed', '7')
  const { caseId } = await client.request('takeTicket', { nik: person.nik, priority: false, standardId: 'timed-recording' })
  const now = () => client.state.cases.find((each) => each.caseId === caseId)
  await until(() => now())
  for (const { id, mandatory } of now().requirements) {
    if (mandatory) await client.request('checkRequirement', { caseId, requirementId: id, satisfied: true })
  }
  await client.request('completeStep', { caseId, stepId: now().currentStepId })

  await sim('centre', 'offline')
  await assert.rejects(client.request('completeStep', { caseId, stepId: now().currentStepId }), { code: 'registry.unreachable' })
  await sim('centre', 'online')
  await client.request('completeStep', { caseId, stepId: now().currentStepId })
  const truth = await sim('truth')
  assert.equal(now().applicant.name, truth.person.name, 'the registry knows who stands there')
})

test('what the station says of the fingers on the glass is what was laid there', async () => {
  const [{ caseId }] = client.state.cases
  await client.request('confirmApplicant', { caseId })
  await until((state) => state.cases[0].steps.find(({ id }) => id === state.cases[0].currentStepId)?.kind === 'capture')
  await sim('fault', 'slap_scanner', 'corrupt', '--count', '2')
  await client.request('startCapture', { caseId, modality: Modality.RIGHT_FOUR })
  await until((state) => state.capture.state === 'live' && state.capture.boxes.length === 4)
  const { platen } = await sim('truth')
  const { boxes } = client.state.capture
  assert.equal(platen.fingers.length, 4)
  for (const { position, at } of platen.fingers) {
    const box = boxes.find((each) => each.position === position)
    assert.ok(box, `finger ${position} was named`)
    assert.ok(Math.hypot(box.cx - at.x, box.cy - at.y) < 150, `finger ${position} was found where it lies`)
  }
  await until((state) => state.capture.state === 'review')
  assert.ok(scanner(client.state).framesCorrupt >= 1, 'damaged frames were counted, none was taken')
})
