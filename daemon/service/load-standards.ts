// Reads the shipped service standards and those of the site. A broken file names itself and stops the start.

import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Fault } from '../../protocol/fault.js'
import { parseStandard, type ServiceStandard } from './standard.js'

export const shippedStandards = fileURLToPath(new URL('./standards/', import.meta.url))

/** @throws Fault `standard.invalid` naming file and field */
export async function loadStandards(folder: string): Promise<readonly ServiceStandard[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort()
  return Promise.all(names.map(async (name) => parseStandard(await readJson(`${folder}/${name}`, name), name)))
}

async function readJson(path: string, name: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    throw new Fault('standard.invalid', { path: name, field: '', reason: 'not readable as JSON' }, { cause })
  }
}
