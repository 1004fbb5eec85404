// Figures of a run: virtual times and keys of people, what a fault costs, machine time and memory. Each says what it was counted over.

import type { Visit } from './days.js'

export interface VisitCost {
  /** CPU of the whole process, drawing of the simulated person and the looking of the statements included. */
  readonly cpuMs: number
  readonly rssMb: number
}

export interface Figures {
  /** Virtual seconds from the confirmed applicant to the sealed record. */
  readonly recordingS: { readonly p50: number; readonly p95: number }
  /** Of people who met no fault. */
  readonly untroubled: { readonly persons: number; readonly p50: number; readonly p95: number; readonly keys: number }
  /** Extra virtual seconds of the act in which a fault struck, against that act's median of the untroubled; medians by fault. */
  readonly faultCostS: Readonly<Record<string, { readonly count: number; readonly p50: number; readonly most: number }>>
  readonly machine: { readonly cpuMsP50: number; readonly stationMsP50: number; readonly stationMsLeast: number }
  readonly rssMb: { readonly half: number; readonly last: number; readonly most: number }
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
}

const seconds = (ms: number): number => Math.round(ms / 100) / 10

export function figuresOf(visits: readonly (Visit & VisitCost)[]): Figures {
  const recorded = visits.filter(({ how }) => how === 'recorded')
  const calm = recorded.filter(({ inflicted }) => inflicted.every(({ act }) => act === ''))
  const times = recorded.map(({ recordingMs }) => recordingMs)
  const calmTimes = calm.map(({ recordingMs }) => recordingMs)
  const rss = visits.map(({ rssMb }) => rssMb)
  const station = visits.map(({ stationMs }) => stationMs)
  return {
    recordingS: { p50: seconds(percentile(times, 0.5)), p95: seconds(percentile(times, 0.95)) },
    untroubled: {
      persons: calm.length,
      p50: seconds(percentile(calmTimes, 0.5)),
      p95: seconds(percentile(calmTimes, 0.95)),
      keys: percentile(
        calm.map(({ keys }) => keys),
        0.5,
      ),
    },
    faultCostS: faultCosts(recorded, calm),
    machine: {
      cpuMsP50: Math.round(
        percentile(
          visits.map(({ cpuMs }) => cpuMs),
          0.5,
        ),
      ),
      stationMsP50: Math.round(percentile(station, 0.5)),
      stationMsLeast: Math.round(percentile(station, 0)),
    },
    rssMb: { half: rss[Math.floor(rss.length / 2)] ?? 0, last: rss.at(-1) ?? 0, most: Math.max(0, ...rss) },
  }
}

/** A fault of the people or of the line is paid in later acts too: there the whole recording is compared. */
function faultCosts(recorded: readonly Visit[], calm: readonly Visit[]): Figures['faultCostS'] {
  const costs = new Map<string, number[]>()
  const usual = (act: string) =>
    percentile(
      calm.flatMap(({ actMs }) => actMs.get(act) ?? []),
      0.5,
    )
  const usualWhole = percentile(
    calm.map(({ recordingMs }) => recordingMs),
    0.5,
  )
  for (const { inflicted, actMs, recordingMs } of recorded) {
    const struck = inflicted.filter(({ act }) => act !== '')
    const [only] = struck
    if (!only || struck.length > 1) continue
    const extraMs = actMs.has(only.act) ? (actMs.get(only.act) ?? 0) - usual(only.act) : recordingMs - usualWhole
    costs.set(only.row.name, [...(costs.get(only.row.name) ?? []), extraMs])
  }
  return Object.fromEntries(
    [...costs]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, all]) => [name, { count: all.length, p50: seconds(percentile(all, 0.5)), most: seconds(Math.max(...all)) }]),
  )
}
