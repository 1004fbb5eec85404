// The simulated station as a process of its own: stopped and started again on the same data, one daemon a folder, and clean ends.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { WebSocket } from 'ws'
import { runProcedure } from '../../daemon/cli/demo-procedure.js'
import { lockFolder } from '../../daemon/store/folder-lock.js'
import { type CaseState, connect } from '../../protocol/client.js'
import { systemClock } from '../../protocol/clock.js'
import { canRun, leftIn, processesIn } from '../real-stack/real-office.js'

t.setTimeout(600_000)
const root = fileURLToPath(new URL('../..', import.meta.url))

interface Told {
  readonly event?: string
  readonly url?: string
  readonly port?: number
  readonly launchToken?: string
}

class Typed {
  readonly lines: string[] = []
  readonly errors: string[] = []
  readonly exit: Promise<readonly unknown[]>
  readonly #process: ChildProcess

  constructor(t: Test, temporary: string, script: string, ...args: string[]) {
    const child = spawn(process.execPath, [join(root, script), ...args], {
      cwd: root,
      env: { ...process.env, TMPDIR: temporary },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#process = child
    this.exit = once(child, 'exit')
    createInterface({ input: child.stdout }).on('line', (line) => this.lines.push(line))
    createInterface({ input: child.stderr }).on('line', (line) => this.errors.push(line))
    t.teardown(() => void child.kill('SIGKILL'))
  }

  /** The first line that says what is wanted. @throws Error when it ends without */
  async says(wanted: (line: string) => boolean): Promise<string> {
    for (;;) {
      const found = this.lines.find(wanted)
      if (found !== undefined) return found
      const more = this.#process.stdout ? once(this.#process.stdout, 'data').then(() => false) : Promise.resolve(true)
      if (await Promise.race([more, this.exit.then(() => true)])) throw new Error(`ended: ${this.errors.join('\n')}`)
      // The line reader has its turn first.
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  async tells(event: string): Promise<Told> {
    return JSON.parse(await this.says((line) => line.includes(`"event":"${event}"`))) as Told
  }

  signal(name: NodeJS.Signals): Promise<readonly unknown[]> {
    this.#process.kill(name)
    return this.exit
  }
}

async function folder(t: Test): Promise<string> {
  // Short: sockets lie below it.
  const path = await mkdtemp(join(tmpdir(), 'cs-'))
  t.teardown(() => rm(path, { recursive: true, force: true }))
  return path
}

class Stopped extends Error {}

/** Walks like an operator, from wherever the station stands, until `stopAt` would begin. */
async function walk({ url = '', launchToken = '' }: Told, stopAt?: string): Promise<CaseState | undefined> {
  const client = await connect({
    url: `${url.replace(/^http/, 'ws')}/ws`,
    socket: (address) => new WebSocket(address, { origin: url }),
    client: 'test',
  })
  try {
    return await runProcedure({
      client,
      clock: systemClock,
      launchToken,
      standardId: 'timed-recording',
      callPerson: () => client.request('callSimulatedPerson', {}),
      step: (name) => {
        if (name === stopAt) throw new Stopped()
        return () => {}
      },
    })
  } catch (error) {
    if (error instanceof Stopped) return undefined
    throw error
  } finally {
    client.close()
  }
}

const built = existsSync(join(root, 'dist/.built'))

t.test('a simulated station is stopped and started again with the same data', { skip: !built && 'needs the build' }, async (t) => {
  const temporary = await folder(t)
  const data = await folder(t)
  const station = () =>
    new Typed(t, temporary, 'bin/rekam.js', 'station', '--simulate', '--seed', '7', '--port', '0', '--data', data, '--json')
  const first = station()
  t.equal(await walk(await first.tells('listening'), 'print_ready'), undefined, 'the record is sealed and on its way')

  const second = station()
  t.same(await second.exit, [1, null], 'a second daemon is refused')
  t.match(second.errors.join('\n'), 'store.locked')
  t.same(second.lines, [])
  t.same(await first.signal('SIGTERM'), [0, null], first.errors.join('\n'))

  const again = station()
  const listening = await again.tells('listening')
  t.equal((await walk(listening))?.state, 'archived', 'the case goes on: the centre remembers the packet, the registry the person')
  t.equal(await walk({ ...listening, launchToken: '' }, 'capture_face'), undefined, 'the next person was not recorded before')
  t.same(await again.signal('SIGINT'), [0, null], again.errors.join('\n'))
  t.same(await leftIn(temporary), [])
  t.same(await processesIn(temporary), [])
  t.notOk((await readdir(data)).includes('daemon.json'), 'it does not pretend to run')
})

t.test('the demo cleans up when it is interrupted', { skip: !built && 'needs the build' }, async (t) => {
  const temporary = await folder(t)
  const demo = new Typed(t, temporary, 'bin/rekam.js', 'demo', '--json')
  await demo.says((line) => line.includes('take_ticket'))
  t.same(await demo.signal('SIGINT'), [130, null], 'as shells know it', { errors: demo.errors })
  t.same(demo.errors, [], 'without a word')
  t.same(await leftIn(temporary), [])
})

t.test('below the real stacks', async (t) => {
  if (!canRun(t)) return
  const ends = [
    ['SIGINT', 0],
    ['SIGTERM', 0],
  ] as const
  await Promise.all(
    ends.map(async ([signal, status]) => {
      const temporary = await folder(t)
      const data = await folder(t)
      const station = new Typed(t, temporary, 'bin/rekam.js', 'station', '--simulate=real', '--port', '0', '--data', data, '--json')
      t.match(await station.tells('usbip'), { port: Number })
      t.match(await station.tells('listening'), { url: /^http:\/\/127\.0\.0\.1:\d+$/, simulated: true, launchToken: String })
      t.same(await station.signal(signal), [status, null], signal, { errors: station.errors })
      t.same(await leftIn(temporary), [], 'no temporary file is left')
      t.same(await processesIn(temporary), [], 'no process is left')
    }),
  )
  t.test('a station that cannot start takes its stack with it', async (t) => {
    const temporary = await folder(t)
    const data = await folder(t)
    const lock = lockFolder(data)
    t.teardown(() => lock.release())
    const station = new Typed(t, temporary, 'bin/rekam.js', 'station', '--simulate=real', '--port', '0', '--data', data, '--json')
    t.same(await station.exit, [1, null])
    t.match(station.errors.join('\n'), 'store.locked')
    t.same(await leftIn(temporary), [], 'no temporary file is left')
    t.same(await processesIn(temporary), [], 'no process is left')
  })
  t.test('the demo cleans up when it is interrupted', async (t) => {
    const temporary = await folder(t)
    const demo = new Typed(t, temporary, 'bin/rekam.js', 'demo', '--stack', 'real', '--json')
    await demo.says((line) => line.includes('capture_face'))
    t.same(await demo.signal('SIGTERM'), [143, null], 'as shells know it')
    t.same(await leftIn(temporary), [], 'no temporary file is left')
    t.same(await processesIn(temporary), [], 'no process is left')
  })
})
