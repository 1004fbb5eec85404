// What a test on a real stack needs of the machine. Absent: skipped with a loud reason; on CI it is a failure, so that nothing is skipped there unseen.

import { accessSync, constants, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'

const programFolders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin']
const libraryFolders = ['/usr/lib', '/lib', '/usr/local/lib', '/usr/lib64']

function runnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** A library by its file name, also in the architecture's folder (`/usr/lib/x86_64-linux-gnu`). */
function hasLibrary(name: string): boolean {
  return libraryFolders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => [
      folder,
      ...readdirSync(folder)
        .filter((sub) => sub.includes('-linux-'))
        .map((sub) => join(folder, sub)),
    ])
    .some((folder) => existsSync(join(folder, name)))
}

const present = (name: string): boolean =>
  name.startsWith('lib') && name.includes('.so')
    ? hasLibrary(name)
    : name.includes('/')
      ? existsSync(name)
      : programFolders.some((folder) => folder !== '' && runnable(join(folder, name)))

/**
 * True when the test can run. `programs` are names on the PATH, library file names (`libX.so.N`) or absolute paths.
 * If not, the test is skipped with what is missing, or failed when `CI=true`.
 */
export function need(t: Test, programs: readonly string[], { root = false }: { readonly root?: boolean } = {}): boolean {
  const missing = programs.filter((name) => !present(name))
  if (root && process.getuid?.() !== 0) missing.push('root')
  if (missing.length === 0) return true
  const reason = `needs ${missing.join(', ')}`
  if (process.env['CI'] === 'true') t.fail(reason)
  else t.pass(reason, { skip: reason })
  return false
}
