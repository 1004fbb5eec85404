// rekam service check | list: the service standards that this station can work by.

import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import { Fault } from '../../protocol/fault.js'
import { loadStandards, shippedStandards } from '../service/load-standards.js'
import { parseStandard, type ServiceStandard, standardWarnings } from '../service/standard.js'
import { type Command, type Terminal, UsageError } from './command.js'
import { errorOf } from './file-error.js'

export const command: Command = {
  name: 'service',
  usage: ['rekam service check [FILE…] [--json]', 'rekam service list [--json]'],
  run: async (args, terminal) => {
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: { json: { type: 'boolean' } } })
    const [act, ...files] = positionals
    if (act === 'list' && files.length === 0) return list(values.json === true, terminal)
    if (act === 'check') return check(files, values.json === true, terminal)
    throw new UsageError('check or list?')
  },
}

async function list(json: boolean, terminal: Terminal): Promise<number> {
  for (const { id, version, title, office } of await loadStandards(shippedStandards)) {
    terminal.line(json ? JSON.stringify({ id, version, title, office }) : `${id}  v${version}  ${title.en}  (${office})`)
  }
  return 0
}

async function check(files: readonly string[], json: boolean, terminal: Terminal): Promise<number> {
  if (files.length === 0) {
    for (const standard of await loadStandards(shippedStandards)) report(standard.id, standard, json, terminal)
    return 0
  }
  let status = 0
  for (const file of files) {
    try {
      report(file, parseStandard(await readJson(file), basename(file)), json, terminal)
    } catch (error) {
      const { code, message } = errorOf(error)
      terminal.line(json ? JSON.stringify({ file, error: { code, message } }) : `${file}: ${message}`)
      status = 1
    }
  }
  return status
}

function report(file: string, standard: ServiceStandard, json: boolean, terminal: Terminal): void {
  const warnings = standardWarnings(standard)
  if (json) terminal.line(JSON.stringify({ file, id: standard.id, version: standard.version, warnings }))
  else for (const line of [`${file}: good`, ...warnings.map((each) => `  warning: ${each}`)]) terminal.line(line)
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new Fault('input.not_found', { path }, { cause })
  })
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Fault('input.corrupt', { path, reason: 'not JSON' }, { cause })
  }
}
