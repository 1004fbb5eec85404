// A real pcscd of our own: private /run and loopback in namespaces that die with us, virtual readers on it, one socket for any PC/SC client.
// Knows no cards. Needs util-linux, iproute2, pcscd, vsmartcard-vpcd, socat; root, or a kernel that allows user namespaces.

import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Fault } from '../../protocol/fault.js'
import { type VpcdSlot, vpcdSlot } from './vpcd.js'

export interface PrivatePcscd {
  /** Give this to the environment of a PC/SC client (the card process, opensc-tool) and it talks to this pcscd and no other. */
  readonly environment: { readonly PCSCLITE_CSOCK_NAME: string }
  /** By PC/SC reader name: "<name> 00 00" and "<name> 00 01" for each reader asked for. */
  readonly slots: ReadonlyMap<string, VpcdSlot>
  /** Takes all cards off, ends the daemon, removes its files. Idempotent. */
  stop(): Promise<void>
}

export interface VirtualReader {
  /** As a real reader would be called, e.g. "KTPel Encoder PICC". Printable ASCII without quotes, at most 100 characters. */
  readonly name: string
}

const firstPort = 35_963
/** Debian's vpcd keeps one set of slots for the whole process: of several readers only the last would ever see a card (measured). One reader has two slots. */
const maxReaders = 1
/** sun_path of a Unix socket is 108 bytes with its end. */
const maxSocketPath = 107
const driver = '/usr/lib/pcsc/drivers/serial/libifdvpcd.so'

/**
 * Runs as process 1 of its own namespaces; ends when its standard input closes, however its owner died, and the kernel ends the rest.
 * Quick ACK because vpcd sends length and payload apart: without it each command costs 44 ms of Nagle and delayed ACK.
 */
const script = `
set -e
dir=$1; shift
mount --bind "$dir/run" /run
ip link set lo up
for where in 127.0.0.0/8 127.0.0.1; do
  ip route change local $where dev lo table local proto kernel scope host src 127.0.0.1 quickack 1
done
for port in "$@"; do
  socat -t0 "UNIX-LISTEN:$dir/slot-$port,fork" "TCP:127.0.0.1:$port,nodelay" </dev/null >>"$dir/log" 2>&1 &
done
polkit=
if pcscd --help 2>&1 | grep -q -- --disable-polkit; then polkit=--disable-polkit; fi
pcscd -f $polkit -c "$dir/readers" </dev/null >>"$dir/log" 2>&1 &
tries=0
for socket in "$dir/run/pcscd/pcscd.comm" $(for port in "$@"; do echo "$dir/slot-$port"; done); do
  while [ ! -S "$socket" ]; do
    tries=$((tries + 1))
    if [ $tries -gt 250 ]; then exit 1; fi
    sleep 0.02
  done
done
echo ready
cat >/dev/null
`

/** @param folder an existing folder with a short path; gets a sub-folder `pcscd-*`, and those of owners that no longer live are removed
 *  @throws Fault `input.invalid` (names), `input.too_large` (path), `card.terminal_lost` (did not start) */
export async function startPrivatePcscd(folder: string, readers: readonly VirtualReader[]): Promise<PrivatePcscd> {
  checkReaders(readers)
  await removeStale(folder)
  const own = await mkdtemp(join(folder, 'pcscd-'))
  const clientSocket = join(own, 'run/pcscd/pcscd.comm')
  if (Buffer.byteLength(clientSocket) > maxSocketPath) {
    await rm(own, { recursive: true })
    throw new Fault('input.too_large', { field: 'folder', size: Buffer.byteLength(clientSocket), limit: maxSocketPath })
  }
  const ports = readers.flatMap((_, i) => [firstPort + 2 * i, firstPort + 2 * i + 1])
  await writeFile(join(own, 'owner'), String(process.pid))
  await mkdir(join(own, 'run/pcscd'), { recursive: true })
  await mkdir(join(own, 'readers'))
  await writeFile(join(own, 'readers/virtual.conf'), readerConfiguration(readers))

  const namespaces = process.getuid?.() === 0 ? '-mn' : '-Urmn'
  const daemon = spawn('unshare', [namespaces, '--pid', '--fork', '--kill-child', 'sh', '-c', script, 'pcscd', own, ...ports.map(String)], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  daemon.stdin.on('error', () => {})
  const ended = new Promise<void>((resolve) => {
    daemon.once('exit', () => resolve())
    daemon.once('error', () => resolve())
  })
  const slots = new Map<string, VpcdSlot>()
  const stop = async () => {
    for (const slot of slots.values()) await slot.close()
    daemon.stdin.end()
    await ended
    await rm(own, { recursive: true, force: true })
  }
  const ready = await Promise.race([
    new Promise<boolean>((resolve) => daemon.stdout.once('data', () => resolve(true))),
    ended.then(() => false),
  ])
  if (!ready) {
    await stop()
    throw new Fault('card.terminal_lost', { operation: 'start_pcscd', reason: 'not_started' })
  }
  readers.forEach((reader, i) => {
    slots.set(`${reader.name} 00 00`, vpcdSlot({ socketPath: join(own, `slot-${ports[2 * i]}`) }))
    slots.set(`${reader.name} 00 01`, vpcdSlot({ socketPath: join(own, `slot-${ports[2 * i + 1]}`) }))
  })
  return { environment: { PCSCLITE_CSOCK_NAME: clientSocket }, slots, stop }
}

function checkReaders(readers: readonly VirtualReader[]): void {
  if (readers.length < 1 || readers.length > maxReaders)
    throw new Fault('input.invalid', { field: 'readers', count: readers.length, limit: maxReaders })
  for (const { name } of readers) {
    if (!/^[\x20-\x7e]{1,100}$/.test(name) || name.includes('"')) throw new Fault('input.invalid', { field: 'readers.name' })
  }
  if (new Set(readers.map((reader) => reader.name)).size !== readers.length)
    throw new Fault('input.invalid', { field: 'readers.name', reason: 'twice' })
}

function readerConfiguration(readers: readonly VirtualReader[]): string {
  return readers
    .map((reader, i) => {
      const channel = `0x${(firstPort + 2 * i).toString(16).toUpperCase()}`
      return `FRIENDLYNAME "${reader.name}"\nDEVICENAME /dev/null:${channel}\nLIBPATH ${driver}\nCHANNELID ${channel}\n`
    })
    .join('\n')
}

/** An owner killed with SIGKILL leaves its folder; the daemon itself died with it. */
async function removeStale(folder: string): Promise<void> {
  for (const entry of await readdir(folder)) {
    if (!/^pcscd-[A-Za-z0-9]{6}$/.test(entry)) continue
    const owner = Number(await readFile(join(folder, entry, 'owner'), 'utf8').catch(() => 'none'))
    if (Number.isInteger(owner) && !isAlive(owner)) await rm(join(folder, entry), { recursive: true, force: true })
  }
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
