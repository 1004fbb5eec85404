// The weekly view over the figures: by device, by operator, and all together. Pure arithmetic over rows; weeks begin on Monday (ISO 8601).

/** A published promise: three minutes of recording a person (service standard `timed-recording`, step `record`). */
export const recordingNormMs = 180_000

export interface AttemptRow {
  readonly device: string
  readonly serial: string
  readonly operator: number
  readonly try: number
  readonly outcome: string
  readonly taking_ms: number | null
  readonly deciding_ms: number | null
  /** JSON. */
  readonly qualities: string
}

export interface RecordingRow {
  readonly operator: number
  readonly took_ms: number
}

export interface ReportRow {
  /** Monday, ISO 8601. */
  readonly week: string
  readonly by: 'all' | 'device' | 'operator'
  /** Kind and serial; '' unless by device. */
  readonly device: string
  readonly serial: string
  /** 0 unless by operator, or unknown. */
  readonly operator: number
  readonly attempts: number
  /** Captures that were tried for the first time, and of these the ones that were good at once. */
  readonly firstTries: number
  readonly firstTryGood: number
  /** Fingers, eyes and portraits that were accepted and have a quality; of these mean and median, 0 without any. */
  readonly assessed: number
  readonly meanQuality: number
  readonly medianQuality: number
  /** Accepted captures, and of these the weak ones. */
  readonly accepted: number
  readonly weak: number
  readonly exceptions: number
  readonly faults: number
  readonly timeouts: number
  /** Of accepted captures, from start to accepted; 0 without any. */
  readonly medianCaptureMs: number
  /** Persons recorded; 0 by device, where it is not known. */
  readonly persons: number
  readonly medianPersonMs: number
  /** Of the persons. */
  readonly withinNorm: number
}

/** The Monday of the week that `day` lies in. Both ISO 8601. */
export function weekOf(day: string): string {
  const date = new Date(`${day}T00:00:00Z`)
  const sinceMonday = (date.getUTCDay() + 6) % 7
  return daysAfter(day, -sinceMonday)
}

export function daysAfter(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`)
  date.setUTCDate(date.getUTCDate() + days)
  return date.toISOString().slice(0, 10)
}

/** @returns all together first, then devices by kind and serial, then operators by number; nothing for a week without rows */
export function weekReport(week: string, attempts: readonly AttemptRow[], recordings: readonly RecordingRow[]): readonly ReportRow[] {
  if (attempts.length === 0 && recordings.length === 0) return []
  const whole = { by: 'all', device: '', serial: '', operator: 0 } as const
  const devices = groups(attempts, ({ device, serial }) => `${device}\n${serial}`).map(([, rows]) => rows)
  const operators = [...new Set([...attempts, ...recordings].map(({ operator }) => operator))].sort((a, b) => a - b)
  return [
    summary(week, whole, attempts, recordings),
    ...devices.map((rows) => {
      const { device = '', serial = '' } = rows[0] ?? {}
      return summary(week, { by: 'device', device, serial, operator: 0 }, rows, [])
    }),
    ...operators.map((operator) => {
      const own = { by: 'operator', device: '', serial: '', operator } as const
      const of = (row: { readonly operator: number }) => row.operator === operator
      return summary(week, own, attempts.filter(of), recordings.filter(of))
    }),
  ]
}

function summary(
  week: string,
  group: Pick<ReportRow, 'by' | 'device' | 'serial' | 'operator'>,
  attempts: readonly AttemptRow[],
  recordings: readonly RecordingRow[],
): ReportRow {
  const count = (outcome: string) => attempts.filter((each) => each.outcome === outcome).length
  const accepted = attempts.filter(({ outcome }) => outcome === 'good' || outcome === 'weak')
  // What the operator broke off or declared an exception says nothing about how well the first try goes.
  const first = attempts.filter((each) => each.try === 1 && each.outcome !== 'exception' && each.outcome !== 'cancelled')
  const qualities = accepted.flatMap((each) => qualitiesIn(each.qualities))
  const captureMs = accepted.flatMap(({ taking_ms, deciding_ms }) => (taking_ms === null ? [] : [taking_ms + (deciding_ms ?? 0)]))
  return {
    week,
    ...group,
    attempts: attempts.length,
    firstTries: first.length,
    firstTryGood: first.filter(({ outcome }) => outcome === 'good').length,
    assessed: qualities.length,
    meanQuality: mean(qualities),
    medianQuality: median(qualities),
    accepted: accepted.length,
    weak: count('weak'),
    exceptions: count('exception'),
    faults: attempts.filter(({ outcome }) => outcome.startsWith('fault:')).length,
    timeouts: count('timeout'),
    medianCaptureMs: median(captureMs),
    persons: recordings.length,
    medianPersonMs: median(recordings.map(({ took_ms }) => took_ms)),
    withinNorm: recordings.filter(({ took_ms }) => took_ms <= recordingNormMs).length,
  }
}

function groups<Row>(rows: readonly Row[], keyOf: (row: Row) => string): readonly (readonly [string, readonly Row[]])[] {
  const found = new Map<string, Row[]>()
  for (const row of rows) {
    const key = keyOf(row)
    const group = found.get(key)
    if (group) group.push(row)
    else found.set(key, [row])
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1))
}

/** Written by figures/writer.ts. */
const qualitiesIn = (json: string): readonly number[] => Object.values(JSON.parse(json) as Record<string, number>)

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)

/** Of an even number the mean of the middle two. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const upper = sorted[Math.floor(sorted.length / 2)] ?? 0
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? upper
  return (lower + upper) / 2
}
