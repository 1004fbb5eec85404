// rekam report capture: the weekly view over all captures, by device and by operator number. Prints no person: the figures know none.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock } from '../../protocol/clock.js'
import { Fault } from '../../protocol/fault.js'
import { loadConfig, parseConfig } from '../config.js'
import { mostWeeks, readReport } from '../figures/report.js'
import { daysAfter, type ReportRow, recordingNormMs } from '../figures/weekly.js'
import type { Store } from '../store/store.js'
import { type Command, type Terminal, UsageError } from './command.js'
import { dataFolder } from './data-folder.js'
import { askOnStdin, reachStation, type SecretSource } from './office.js'

const usage = ['rekam report capture [--weeks N] [--en] [--json] [--data DIR] [--config FILE] [--as OPERATOR]']

export const command: Command = { name: 'report capture', usage, run: (args, terminal) => runReport(args, terminal, askOnStdin()) }

export async function runReport(args: readonly string[], terminal: Terminal, secrets: SecretSource): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      weeks: { type: 'string' },
      en: { type: 'boolean' },
      json: { type: 'boolean' },
      data: { type: 'string' },
      config: { type: 'string' },
      as: { type: 'string' },
    },
  })
  const weeks = Number(values.weeks ?? '4')
  if (!Number.isInteger(weeks) || weeks < 1 || weeks > mostWeeks) throw new UsageError(`--weeks takes 1 to ${mostWeeks}`)
  const folder = dataFolder(values.data)
  // Asking about a station must not make one.
  if (!existsSync(join(folder, 'store.db'))) throw new Fault('input.not_found', { path: join(folder, 'store.db') })
  try {
    const reached = await reachStation(folder, values.as, secrets, 'rekam report')
    const rows =
      reached.by === 'folder'
        ? await ofFolder(reached.store, folder, values.config, weeks).finally(() => reached.store.close())
        : (await reached.client.request('reportCaptures', { weeks }).finally(() => reached.client.close())).rows.map(fromWire)
    if (values.json) for (const row of rows) terminal.line(JSON.stringify(row))
    else print(rows, values.en === true ? english : indonesian, terminal)
    return 0
  } finally {
    secrets.close()
  }
}

/** A configuration that is named must be there; without one a station has its defaults. */
async function ofFolder(store: Store, folder: string, given: string | undefined, weeks: number): Promise<readonly ReportRow[]> {
  const file = given ?? join(folder, 'config.json')
  const { timezone } = given === undefined && !existsSync(file) ? parseConfig({}, 'defaults') : await loadConfig(file)
  return readReport(store, timezone, systemClock.nowMs(), weeks)
}

/** The groups are the daemon's word. */
const fromWire = (row: Omit<ReportRow, 'by'> & { readonly by: string }): ReportRow => ({
  ...row,
  by: row.by === 'device' || row.by === 'operator' ? row.by : 'all',
})

const norm = recordingNormMs / 1000
const indonesian = {
  none: 'Belum ada perekaman pada minggu-minggu ini.',
  week: (from: string, to: string) => `Minggu ${from} sampai ${to}`,
  heads: ['Upaya', '1x baik', 'Mutu', 'Lemah', 'Kecuali', 'Gagal', 'Rekam', 'Orang', 'Median', `<=${norm} s`],
  all: 'Semua',
  operator: (number: number) => (number === 0 ? 'Petugas tanpa nomor' : `Petugas ${number}`),
  devices: { slap_scanner: 'Sidik jari', iris_camera: 'Iris', face_camera: 'Foto', signature_pad: 'Tanda tangan' } as Record<
    string,
    string
  >,
  legend: [
    '1x baik: upaya pertama yang langsung baik. Mutu: rata-rata/median jari, mata dan foto yang diterima.',
    `Rekam: median satu rekaman. Median: satu orang, norma ${norm} detik. Gagal: gangguan alat.`,
  ],
}
const english: typeof indonesian = {
  none: 'Nothing was captured in these weeks.',
  week: (from, to) => `Week ${from} to ${to}`,
  heads: ['Tries', '1st good', 'Quality', 'Weak', 'Except.', 'Faults', 'Capture', 'Persons', 'Median', `<=${norm} s`],
  all: 'All',
  operator: (number) => (number === 0 ? 'Operator unknown' : `Operator ${number}`),
  devices: { slap_scanner: 'Fingers', iris_camera: 'Irises', face_camera: 'Photo', signature_pad: 'Signature' },
  legend: [
    '1st good: first tries good at once. Quality: mean/median of accepted fingers, eyes and photos.',
    `Capture: median of one capture. Median: of one person, norm ${norm} seconds. Faults: of devices.`,
  ],
}

const labelWidth = 25
const widths = [6, 9, 8, 6, 8, 7, 8, 8, 7, 8] as const

function print(rows: readonly ReportRow[], words: typeof indonesian, terminal: Terminal): void {
  if (rows.length === 0) {
    terminal.line(words.none)
    return
  }
  const line = (label: string, cells: readonly string[]) => {
    const cut = label.length < labelWidth ? label : `${label.slice(0, labelWidth - 2)}…`
    return `${cut.padEnd(labelWidth)}${cells.map((cell, at) => cell.padStart(widths[at] ?? 0)).join('')}`.trimEnd()
  }
  for (const week of [...new Set(rows.map((row) => row.week))]) {
    terminal.line(words.week(week, daysAfter(week, 6)))
    terminal.line(line('', words.heads))
    for (const row of rows.filter((each) => each.week === week)) terminal.line(line(labelOf(row, words), cellsOf(row)))
    terminal.line('')
  }
  for (const each of words.legend) terminal.line(each)
}

function labelOf({ by, device, serial, operator }: ReportRow, words: typeof indonesian): string {
  if (by === 'all') return words.all
  return by === 'operator' ? words.operator(operator) : `${words.devices[device] ?? device} ${serial}`.trim()
}

function cellsOf(row: ReportRow): readonly string[] {
  const { assessed, persons } = row
  return [
    String(row.attempts),
    share(row.firstTryGood, row.firstTries),
    assessed === 0 ? '-' : `${Math.round(row.meanQuality)}/${Math.round(row.medianQuality)}`,
    share(row.weak, row.accepted),
    String(row.exceptions),
    String(row.faults),
    row.accepted === 0 ? '-' : seconds(row.medianCaptureMs),
    row.by === 'device' ? '' : String(persons),
    persons === 0 ? '' : seconds(row.medianPersonMs),
    persons === 0 ? '' : share(row.withinNorm, persons),
  ]
}

const share = (part: number, whole: number): string => (whole === 0 ? '-' : `${Math.round((100 * part) / whole)} %`)
const seconds = (ms: number): string => `${(ms / 1000).toFixed(ms < 100_000 ? 1 : 0)} s`
