// The live bench's side of the station in child.ts: started, asked, closed. And a client that brings a case to where captures begin.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { WebSocket } from 'ws'
import { connect, type StationClient } from '../../protocol/client.js'
import { type Deferred, deferred } from '../../protocol/deferred.js'
import type { LiveAsks, LiveSetup } from './child.js'

export interface LiveStation {
  ask<Name extends keyof LiveAsks>(name: Name, ask: LiveAsks[Name]['ask']): Promise<LiveAsks[Name]['answer']>
  close(): Promise<void>
}

export const operator = { name: 'Petugas Bench', pin: '864209' } as const
const administrator = { name: 'Kepala Bench', pin: '975310' } as const
const roles = ['information_desk', 'counter_officer', 'recording_operator']

export async function startLiveStation(setup: Omit<LiveSetup, 'folder'>): Promise<LiveStation> {
  const folder = await mkdtemp(join(tmpdir(), 'rekam-bench-'))
  const entry = fileURLToPath(new URL('./child.js', import.meta.url))
  const whole: LiveSetup = { ...setup, folder }
  const child = fork(entry, [JSON.stringify(whole)], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const gone = once(child, 'exit')
  const line = talkTo(child)
  const end = async () => {
    await line.ask({ do: 'close' }).catch(() => {})
    if (child.connected) child.disconnect()
    await gone
    await rm(folder, { recursive: true, force: true })
  }
  await line.ready.catch(async (error: unknown) => {
    await end()
    throw error
  })
  let ended: Promise<void> | undefined
  return {
    ask: (name, ask) => line.ask({ do: name, ...ask }) as Promise<never>,
    close: () => {
      ended ??= end()
      return ended
    },
  }
}

type Told = { readonly ready: true } | { readonly id: number; readonly answer: unknown } | { readonly id: number; readonly error: string }

function talkTo(child: ChildProcess) {
  const open = new Map<number, Deferred<unknown>>()
  const ready = deferred<void>()
  let nextId = 1
  child.on('message', (told: Told) => {
    if ('ready' in told) return ready.resolve()
    const waiting = open.get(told.id)
    open.delete(told.id)
    if ('error' in told) waiting?.reject(new Error(told.error))
    else waiting?.resolve(told.answer)
  })
  child.on('exit', () => {
    const error = new Error('the station of the bench has ended')
    ready.reject(error)
    for (const waiting of open.values()) waiting.reject(error)
  })
  return {
    ready: ready.promise,
    ask: (ask: object): Promise<unknown> => {
      const waiting = deferred<unknown>()
      const id = nextId++
      open.set(id, waiting)
      if (child.connected) child.send({ id, ask })
      else waiting.reject(new Error('the station of the bench has ended'))
      return waiting.promise
    },
  }
}

export const connectTo = (url: string): Promise<StationClient> =>
  connect({
    url: `${url.replace(/^http/, 'ws')}/ws`,
    socket: (address) => new WebSocket(address, { origin: url, perMessageDeflate: false }),
    client: 'rekam-bench',
  })

/** Claims the station, adds the operator of the bench and logs in as that. */
export async function moveIn(client: StationClient, launchToken: string): Promise<void> {
  await client.request('claimStation', { launchToken, ...administrator })
  if (!client.state.session.loggedIn) await client.request('logIn', administrator)
  await client.request('addOperator', { ...operator, roles })
  await client.request('logOut', {})
  await client.request('logIn', operator)
}

/** From the ticket to where captures begin. @returns the case's number */
export async function caseAtCapture(client: StationClient, nik: string): Promise<string> {
  const { caseId } = await client.request('takeTicket', { nik, priority: false, standardId: 'timed-recording' })
  for (let turn = 0; turn < 10; turn++) {
    const now = client.state.cases.find((each) => each.caseId === caseId)
    const step = now?.steps.find(({ id }) => id === now.currentStepId)
    if (!now || !step) throw new Error('the case of the bench is gone')
    if (step.kind === 'capture') return caseId
    for (const { id, mandatory, satisfied } of now.requirements)
      if (mandatory && !satisfied) await client.request('checkRequirement', { caseId, requirementId: id, satisfied: true })
    await client.request('completeStep', { caseId, stepId: step.id })
    if (step.kind === 'registry_check') await client.request('confirmApplicant', { caseId })
    await untilState(client, () => client.state.cases.some((each) => each.caseId === caseId && each.currentStepId !== step.id))
  }
  throw new Error('the case of the bench does not come to its captures')
}

/** Waits on the client's events. */
export async function untilState(client: StationClient, holds: () => boolean): Promise<void> {
  if (holds()) return
  const reached = deferred<void>()
  const stop = client.on((event) => {
    if (event.is === 'closed') reached.reject(event.fault ?? new Error('the station of the bench has closed'))
    else if (holds()) reached.resolve()
  })
  try {
    await reached.promise
  } finally {
    stop()
  }
}
