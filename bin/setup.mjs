// Gets a fresh Debian or Ubuntu machine ready, without a question. Needs nothing but Node: this runs before any dependency is there.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../', import.meta.url))

/** Debian packages by what needs them; `probe` is a file or program that shows the package is there. */
const packages = {
  compile: [
    ['g++', 'g++'],
    ['make', 'make'],
    ['python3', 'python3'],
    ['libudev-dev', '/usr/include/libudev.h'],
    ['libpcsclite-dev', '/usr/include/PCSC/winscard.h'],
  ],
  simulate: [
    ['pcscd', 'pcscd'],
    ['vsmartcard-vpcd', '/usr/lib/pcsc/drivers/serial/libifdvpcd.so'],
    ['umockdev', 'umockdev-run'],
    ['socat', 'socat'],
    ['iproute2', 'ip'],
  ],
  test: [
    ['usbip', 'usbip'],
    ['opensc', 'opensc-tool'],
    ['chromium', 'chromium'],
    ['fonts-dejavu-core', '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf'],
    ['strace', 'strace'],
    ['openssl', 'openssl'],
  ],
}

const run = (command, args, options = {}) => spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], ...options })
const quiet = (command, args) => spawnSync(command, args, { encoding: 'utf8' })

function present(probe) {
  if (probe.startsWith('/')) return existsSync(probe)
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin']
  return folders.some((folder) => existsSync(join(folder, probe)))
}

/** Prefix that gets root, or undefined. Never asks for a password. */
function rootPrefix() {
  if (process.getuid?.() === 0) return []
  return quiet('sudo', ['-n', 'true']).status === 0 ? ['sudo', '-n'] : undefined
}

/**
 * Installs what is missing of the named groups.
 * @returns names of packages that are still missing
 */
export function ensurePackages(groups) {
  const missing = () => groups.flatMap((group) => packages[group]).filter(([, probe]) => !present(probe))
  const wanted = missing().map(([name]) => name)
  if (wanted.length === 0) return []
  const prefix = rootPrefix()
  if (prefix && present('apt-get')) {
    say(`installing ${wanted.join(' ')}`)
    const env = ['env', 'DEBIAN_FRONTEND=noninteractive']
    const apt = (...args) => {
      const [command, ...rest] = [...prefix, ...env, 'apt-get', '-q', ...args]
      return run(command, rest, { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0
    }
    if (apt('update') && !apt('install', '-y', '--no-install-recommends', ...wanted)) {
      // One package that a release does not carry must not keep the others away.
      for (const name of wanted) apt('install', '-y', '--no-install-recommends', name)
    }
  }
  return missing().map(([name]) => name)
}

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

/** Stops with a clear word on a Node that is too old. */
export function requireNode() {
  if (major > 20 || (major === 20 && minor >= 19)) return
  console.error(`rekam needs Node 20.19 or newer; this is ${process.versions.node}`)
  process.exit(1)
}

/** npm dependencies, when missing or older than the lockfile. */
export function ensureDependencies() {
  const stamp = join(root, 'node_modules', '.rekam-lock')
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .update(process.version)
    .digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return
  say('installing dependencies (about two minutes, most of it compiling the encrypted store)')
  const env = { ...process.env, JOBS: 'max' }
  const headers = dirname(dirname(process.execPath))
  if (existsSync(join(headers, 'include', 'node', 'node.h'))) env.npm_config_nodedir = headers
  const done = run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { env })
  if (done.status !== 0) {
    console.error('npm ci failed; its own words are above')
    process.exit(done.status ?? 1)
  }
  writeFileSync(stamp, lock)
}

const sources = ['protocol', 'drivers', 'daemon', 'simulator', 'bench', 'station-ui', 'bin']

function newest(folder) {
  let latest = 0
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    latest = Math.max(latest, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs)
  }
  return latest
}

/** The build, when missing or older than its sources. */
export function ensureBuild() {
  const stamp = join(root, 'dist', '.built')
  const builtMs = existsSync(stamp) ? statSync(stamp).mtimeMs : 0
  if (sources.filter((folder) => existsSync(join(root, folder))).every((folder) => newest(join(root, folder)) <= builtMs)) return
  say('building')
  const done = run(process.execPath, ['bin/build.mjs'])
  if (done.status !== 0) process.exit(done.status ?? 1)
  mkdirSync(join(root, 'dist'), { recursive: true })
}

export function say(text) {
  console.error(`· ${text}`)
}
