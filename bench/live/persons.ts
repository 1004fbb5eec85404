// Whole simulated persons, from the ticket to the archive: what the machine needs for one of them, and what memory it holds after some.

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runProcedure } from '../../daemon/cli/demo-procedure.js'
import { callPerson, type RealStack, startRealStack } from '../../daemon/cli/stacks.js'
import { spawnStation } from '../../daemon/cli/station-process.js'
import type { StationClient } from '../../protocol/client.js'
import { systemClock } from '../../protocol/clock.js'
import { isFault } from '../../protocol/fault.js'
import type { Measured } from '../harness.js'
import type { Piece } from './child.js'
import { round } from './spread.js'
import { connectTo, startLiveStation } from './station.js'

const standardId = 'timed-recording'

/** Requests in which nobody waits for a person: what they take is the machine's. */
const ownRequests = ['acceptCapture', 'sealRecord'] as const

/** The same client, with a stopwatch at the requests that are all machine. */
function timed(client: StationClient, pieces: Piece[]): StationClient {
  const request: StationClient['request'] = async (command, fields) => {
    const from = performance.now()
    const answer = await client.request(command, fields)
    if (ownRequests.some((each) => each === command)) pieces.push({ what: command, ms: performance.now() - from })
    return answer
  }
  return {
    get hello() {
      return client.hello
    },
    get state() {
      return client.state
    },
    get closed() {
      return client.closed
    },
    request,
    on: (listener) => client.on(listener),
    onPreview: (listener) => client.onPreview(listener),
    close: () => client.close(),
  }
}

const procedureOf = (client: StationClient, launchToken: string, call: () => Promise<{ readonly nik: string }>) =>
  runProcedure({ client, clock: systemClock, launchToken, standardId, callPerson: call, step: () => () => {} })

/** Captures examined, records made and kept, packet sealed. Drawing people, looking at frames while a person moves, and the card are not in it. */
export async function measureMachineTime(): Promise<Measured> {
  const station = await startLiveStation({ hand: 'people', seed: 3 })
  try {
    const { url, launchToken } = await station.ask('open', {})
    const client = await connectTo(url)
    const requests: Piece[] = []
    await procedureOf(timed(client, requests), launchToken, () => station.ask('callPerson', {}))
    client.close()
    const work = await station.ask('work', {})
    const examined = work.filter(({ what }) => what.startsWith('examine'))
    const parts = [...examined, ...requests]
    const sum = (of: readonly Piece[]) => of.reduce((total, { ms }) => total + ms, 0)
    return {
      name: 'machine time of one person, 13 records sealed',
      cpuMs: 0,
      wallMs: sum(parts),
      figures: {
        sumMs: round(sum(parts), 0),
        ...byName(examined),
        ...byName(requests),
        ...byName(work.filter((each) => !examined.includes(each))),
      },
    }
  } finally {
    await station.close()
  }
}

/** Sums of pieces of one name; what takes several tries counts each. */
function byName(pieces: readonly Piece[]): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {}
  for (const { what, ms } of pieces) {
    const name = `${what.replaceAll(/[ _](\w)/g, (_, letter: string) => letter.toUpperCase())}Ms`
    sums[name] = round((sums[name] ?? 0) + ms, 0)
  }
  return sums
}

/** The daemon by itself below the real stacks, the office in this process; where those are missing both are in one process, and the name says so. */
export async function measureMemory(persons: number): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), 'rekam-bench-'))
  try {
    const stack = await startRealStack({ seed: 11, clock: systemClock, log: { write: () => {} } }).catch((error: unknown) => {
      if (isFault(error)) return undefined
      throw error
    })
    if (!stack) return await withSimulator(persons)
    try {
      return await byItself(stack, folder, persons)
    } finally {
      await stack.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function byItself(stack: RealStack, folder: string, persons: number): Promise<Measured> {
  const station = await spawnStation({ data: folder, port: 0, settings: stack.settings, environment: stack.environment })
  if (!station.listening) throw new Error('the station ended at its start')
  try {
    const { url, launchToken = '' } = station.listening
    const client = await connectTo(url)
    const rss = async () => round((await rssKb(station.pid)) / 1024, 0)
    const figures: Record<string, number> = { rssAtStartMb: await rss() }
    for (let person = 1; person <= persons; person++) {
      if (person > 1) await client.request('logOut', {})
      await procedureOf(client, person === 1 ? launchToken : '', () => callPerson(stack.office))
      if (person === 1) figures['rssAfterFirstMb'] = await rss()
      // What still grows in the second half would grow all day.
      if (person * 2 === persons) figures['rssAtHalfMb'] = await rss()
    }
    figures['rssMb'] = await rss()
    figures['cardProcessMb'] = round((await rssOfChildrenKb(station.pid)) / 1024, 0)
    client.close()
    return { name: `memory of daemon and workers after ${persons} person(s)`, cpuMs: 0, wallMs: 0, figures }
  } finally {
    await station.stop()
  }
}

async function withSimulator(persons: number): Promise<Measured> {
  const station = await startLiveStation({ hand: 'people', seed: 11 })
  try {
    const { url, launchToken } = await station.ask('open', {})
    const client = await connectTo(url)
    for (let person = 1; person <= persons; person++) {
      if (person > 1) await client.request('logOut', {})
      await procedureOf(client, person === 1 ? launchToken : '', () => station.ask('callPerson', {}))
    }
    client.close()
    const { rssMb } = await station.ask('usage', {})
    const name = `memory of daemon, workers and simulator in one process after ${persons} person(s)`
    return { name, cpuMs: 0, wallMs: 0, figures: { rssMb: round(rssMb, 0) } }
  } finally {
    await station.close()
  }
}

async function rssKb(pid: number): Promise<number> {
  return Number(/^VmRSS:\s*(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN)
}

/** The card process, which is the daemon's only child. */
async function rssOfChildrenKb(pid: number): Promise<number> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
  const each = await Promise.all(
    children
      .split(' ')
      .filter(Boolean)
      .map((child) => rssKb(Number(child))),
  )
  return each.reduce((total, kb) => total + kb, 0)
}
