// Cards behind the real pcscd (virtual readers): both PC/SC bindings held to the card contract, strangers that must see the card, and the card process's manners.

import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import type { AdapterName } from '../../drivers/transport/pcsc/messages.js'
import { openPcscTransport } from '../../drivers/transport/pcsc.js'
import { systemClock } from '../../protocol/clock.js'
import type { CardTransport } from '../../protocol/hardware/card.js'
import { silentLog } from '../../protocol/log.js'
import { type PrivatePcscd, startPrivatePcscd } from '../../simulator/transport/pcscd.js'
import { cardTransportContract, freshCard, seen } from '../drivers/card-transport-contract.js'
import { need } from './need.js'

const run = promisify(execFile)
const encoder = 'KTPel Encoder PICC'
const uidCommand = Uint8Array.of(0xff, 0xca, 0, 0, 0)

async function folder(t: Test): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'rekam-card-'))
  t.teardown(() => rm(path, { recursive: true, force: true }))
  return path
}

async function pcscd(t: Test, ...names: string[]): Promise<PrivatePcscd> {
  const daemon = await startPrivatePcscd(
    await folder(t),
    (names.length > 0 ? names : [encoder]).map((name) => ({ name })),
  )
  t.teardown(() => daemon.stop())
  return daemon
}

function client(t: Test, daemon: PrivatePcscd, adapter: AdapterName): CardTransport {
  const transport = openPcscTransport({ clock: systemClock, log: silentLog, adapter, environment: daemon.environment })
  t.teardown(() => transport.close())
  return transport
}

/** Process ids of our card processes, oldest first. */
async function cardProcesses(): Promise<number[]> {
  const children = (await readFile(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8'))
    .trim()
    .split(/\s+/)
    .filter(Boolean)
    .map(Number)
  const found: number[] = []
  for (const id of children) if ((await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')).includes('pcsc/child')) found.push(id)
  return found
}

/** What a process could leak by talking to pcscd: sockets and threads. */
async function held(processId: number): Promise<{ sockets: number; threads: number }> {
  const links = await Promise.all(
    (await readdir(`/proc/${processId}/fd`)).map((fd) => readlink(`/proc/${processId}/fd/${fd}`).catch(() => '')),
  )
  return { sockets: links.filter((link) => link.startsWith('socket:')).length, threads: (await readdir(`/proc/${processId}/task`)).length }
}

async function daemonProcess(daemon: PrivatePcscd): Promise<number> {
  const configuration = join(daemon.environment.PCSCLITE_CSOCK_NAME, '../../../readers')
  for (const id of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const line = await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')
    if (line.startsWith('pcscd') && line.includes(configuration)) return Number(id)
  }
  throw new Error('the private pcscd was not found')
}

async function adapterContract(t: Test, adapter: AdapterName): Promise<void> {
  const daemon = await pcscd(t)
  const reader = `${encoder} 00 00`
  const slot = daemon.slots.get(reader)!
  await cardTransportContract(
    t,
    {
      reader,
      emptyReader: `${encoder} 00 01`,
      open: () => client(t, daemon, adapter),
      insert: (card) => slot.insert(card),
      remove: () => slot.remove(),
      run: (work) => work,
    },
    3,
  )
  // One client for the rest: starting a card process from source takes a second or more.
  const transport = client(t, daemon, adapter)

  await t.test('25 cards pulled while they are spoken to leave no socket, no thread and no second process behind', async (t) => {
    await transport.readers()
    const [child] = await cardProcesses()
    const service = await daemonProcess(daemon)
    const cycle = async () => {
      const card = freshCard()
      await slot.insert(card)
      await seen(transport, reader, (state) => state.cardPresent)
      const connection = await transport.connect(reader, 'exclusive')
      const pending = Promise.allSettled([1, 2, 3].map(() => connection.transmit(uidCommand, { timeoutMs: 2000 })))
      card.tearAt({ apdu: 2, afterBytes: 0 })
      await pending
      await seen(transport, reader, (state) => !state.cardPresent)
    }
    for (let i = 0; i < 3; i++) await cycle()
    const before = { child: await held(child!), service: await held(service) }
    for (let i = 0; i < 25; i++) await cycle()
    t.same({ child: await held(child!), service: await held(service) }, before)
    t.same(await cardProcesses(), [child])
  })

  await t.test('commands are not slowed by delayed acknowledgement', async (t) => {
    const enter = ['-t', String(await daemonProcess(daemon)), '-n', ...(process.getuid?.() === 0 ? [] : ['-U', '--preserve-credentials'])]
    const routes = (await run('nsenter', [...enter, 'ip', 'route', 'show', 'table', 'local'])).stdout
    t.equal(routes.match(/^local 127\.0\.0\.[01]\S* dev lo .*quickack 1/gm)?.length, 2)
    await slot.insert(freshCard())
    await seen(transport, reader, (state) => state.cardPresent)
    const connection = await transport.connect(reader, 'exclusive')
    const timesMs: number[] = []
    for (let i = 0; i < 300; i++) {
      const startMs = performance.now()
      await connection.transmit(uidCommand, { timeoutMs: 2000 })
      timesMs.push(performance.now() - startMs)
    }
    timesMs.sort((a, b) => a - b)
    t.comment(
      `${adapter}: ${timesMs[150]!.toFixed(3)} ms median, ${timesMs[285]!.toFixed(3)} ms 95th of 300 commands of 5 bytes, from transmit() to answer`,
    )
    await connection.disconnect('unpower')
    await slot.remove()
  })

  await t.test('the service dies: pending and later calls are card.terminal_lost, watchers see no readers', async (t) => {
    const card = freshCard()
    await slot.insert(card)
    await seen(transport, reader, (state) => state.cardPresent)
    const connection = await transport.connect(reader, 'exclusive')
    await connection.transmit(uidCommand, { timeoutMs: 2000 })
    const empty = new Promise<void>((resolve) => transport.watch((readers) => void (readers.length === 0 && resolve())))
    card.mute()
    const pending = connection.transmit(uidCommand, { timeoutMs: 20_000 })
    process.kill(await daemonProcess(daemon), 'SIGKILL')
    await t.rejects(pending, { code: /^card\.(terminal_lost|removed)$/ })
    await empty
    await t.rejects(transport.connect(reader, 'exclusive'), { code: 'card.terminal_lost' })
    await t.rejects(transport.readers(), { code: 'card.terminal_lost' })
  })
}

// Each client is a process that loads TypeScript; on a busy machine that takes seconds.
t.setTimeout(600_000)

const stack = ['unshare', 'nsenter', 'ip', 'pcscd', 'socat', '/usr/lib/pcsc/drivers/serial/libifdvpcd.so']

/** A test on the real stack, or the loud reason why not. */
function real(name: string, programs: readonly string[], body: (t: Test) => Promise<void>): void {
  t.test(name, async (t) => {
    if (need(t, [...stack, ...programs])) await body(t)
  })
}

real('pcsc-mini', [], (t) => adapterContract(t, 'pcsc-mini'))
// Optional: compiled where there is a compiler.
const pcsclite = fileURLToPath(new URL('../../node_modules/pcsclite/build/Release/pcsclite.node', import.meta.url))
real('pcsclite', [pcsclite], (t) => adapterContract(t, 'pcsclite'))

real('a killed card process is started again', [], async (t) => {
  const daemon = await pcscd(t)
  const transport = client(t, daemon, 'pcsc-mini')
  await daemon.slots.get(`${encoder} 00 00`)!.insert(freshCard())
  await seen(transport, `${encoder} 00 00`, (state) => state.cardPresent)
  const connection = await transport.connect(`${encoder} 00 00`, 'exclusive')
  const [first] = await cardProcesses()
  const gone = new Promise<void>((resolve) => transport.watch((readers) => void (readers.length === 0 && resolve())))
  process.kill(first!, 'SIGKILL')
  await gone
  await t.rejects(connection.transmit(uidCommand, { timeoutMs: 2000 }), { code: 'card.terminal_lost' })
  await seen(transport, `${encoder} 00 00`, (state) => state.cardPresent)
  const again = await transport.connect(`${encoder} 00 00`, 'exclusive')
  t.equal((await again.transmit(uidCommand, { timeoutMs: 2000 })).length, 9)
  t.not((await cardProcesses())[0], first)
})

real('two private daemons side by side do not see each other', [], async (t) => {
  const [one, two] = [await pcscd(t, 'Encoder One'), await pcscd(t, 'Encoder Two')]
  const names = async (daemon: PrivatePcscd) => (await client(t, daemon, 'pcsc-mini').readers()).map(({ name }) => name).sort()
  t.same(await names(one), ['Encoder One 00 00', 'Encoder One 00 01'])
  t.same(await names(two), [...two.slots.keys()].sort())
})

real('the folder of an owner that was killed is removed by the next start, that of a living one is not', [], async (t) => {
  const shared = await folder(t)
  // Process ids end at 4,194,304 (kernel.pid_max): nobody lives here.
  for (const [name, owner] of [
    ['pcscd-killed', 4_194_305],
    ['pcscd-living', process.pid],
  ] as const) {
    await mkdir(join(shared, name))
    await writeFile(join(shared, name, 'owner'), String(owner))
  }
  const daemon = await startPrivatePcscd(shared, [{ name: encoder }])
  t.same(
    (await readdir(shared)).filter((name) => name === 'pcscd-killed' || name === 'pcscd-living'),
    ['pcscd-living'],
  )
  await daemon.stop()
  t.same(await readdir(shared), ['pcscd-living'])
})

real('a reader name that would break out of the configuration is refused', [], async (t) => {
  await t.rejects(pcscd(t, 'A"\nLIBPATH /tmp/x'), { code: 'input.invalid' })
  await t.rejects(pcscd(t, 'A', 'A'), { code: 'input.invalid' })
})

real('opensc-tool sees the ATR, selects and reads', ['opensc-tool'], async (t) => {
  const daemon = await pcscd(t)
  const reader = `${encoder} 00 00`
  const card = freshCard()
  await daemon.slots.get(reader)!.insert(card)
  const transport = client(t, daemon, 'pcsc-mini')
  await seen(transport, reader, (state) => state.cardPresent)
  const connection = await transport.connect(reader, 'exclusive')
  const commands = [
    '00E000001562138201388302DF01840AF04B5450454C52454631',
    '00E0000010620E8201018302010188010880020008',
    '00D681000449534F21',
  ]
  for (const command of commands) {
    const answer = await connection.transmit(Buffer.from(command, 'hex'), { timeoutMs: 2000 })
    t.equal(Buffer.from(answer).toString('hex'), '9000', command)
  }
  await connection.disconnect('unpower')
  const opensc = async (...args: string[]) =>
    (await run('opensc-tool', ['-r', '0', ...args], { env: { ...process.env, ...daemon.environment } })).stdout
  t.equal((await opensc('-a')).trim().replaceAll(':', ''), Buffer.from(card.atr).toString('hex'))
  const told = await opensc('-s', '00A4040C0AF04B5450454C52454631', '-s', '00A4020C020101', '-s', '00B0000004', '-s', '00B0810000')
  t.match(told, /49 53 4F 21/)
  t.equal(told.match(/SW1=0x90, SW2=0x00/g)?.length, 4)
})
