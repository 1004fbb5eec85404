// The Prometheus text format 0.0.4, and the two kinds of series that count by themselves. Knows no station.
// https://prometheus.io/docs/instrumenting/exposition_formats/

export type Labels = Readonly<Record<string, string>>

export interface Sample {
  readonly labels: Labels
  readonly value: number
  /** Of a histogram: `_bucket`, `_sum`, `_count`. */
  readonly suffix?: string
}

export interface Family {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly samples: readonly Sample[]
}

export const contentType = 'text/plain; version=0.0.4; charset=utf-8'

/** Families without samples are left out. @throws RangeError for a name that the format does not allow: a mistake of the caller */
export function exposition(families: readonly Family[]): string {
  return families.map(familyLines).join('')
}

function familyLines({ name, help, type, samples }: Family): string {
  if (!metricName.test(name)) throw new RangeError(`${name} is no metric name`)
  if (samples.length === 0) return ''
  const lines = samples.map(({ labels, value, suffix = '' }) => `${name}${suffix}${labelsText(labels)} ${numberText(value)}\n`)
  return `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${type}\n${lines.join('')}`
}

const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/

function labelsText(labels: Labels): string {
  const entries = Object.entries(labels)
  for (const [name] of entries) if (!labelName.test(name)) throw new RangeError(`${name} is no label name`)
  return entries.length === 0 ? '' : `{${entries.map(([name, value]) => `${name}="${escaped(value).replaceAll('"', '\\"')}"`).join(',')}}`
}

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf'
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value)
}

/** Whatever asks for more series than this has put something endless into a label. */
const mostSeries = 200

/** Counts by labels. Beyond the bound new series go into one without labels. */
class Series<Kept> {
  readonly #kept = new Map<string, { readonly labels: Labels; readonly kept: Kept }>()
  readonly #make: () => Kept

  constructor(make: () => Kept) {
    this.#make = make
  }

  of(labels: Labels): Kept {
    const wanted = JSON.stringify(labels)
    const key = this.#kept.has(wanted) || this.#kept.size < mostSeries ? wanted : '{}'
    let found = this.#kept.get(key)
    if (!found) {
      found = { labels: key === wanted ? labels : {}, kept: this.#make() }
      this.#kept.set(key, found)
    }
    return found.kept
  }

  all(): readonly { readonly labels: Labels; readonly kept: Kept }[] {
    return [...this.#kept.values()]
  }
}

export interface Counter {
  add(labels: Labels, by?: number): void
  family(): Family
}

export function counter(name: string, help: string): Counter {
  const series = new Series(() => ({ value: 0 }))
  return {
    add: (labels, by = 1) => {
      series.of(labels).value += by
    },
    family: () => ({ name, help, type: 'counter', samples: series.all().map(({ labels, kept }) => ({ labels, value: kept.value })) }),
  }
}

export interface Histogram {
  observe(labels: Labels, value: number): void
  family(): Family
}

/** @param bounds upper bounds of the buckets, rising; one without bound is added */
export function histogram(name: string, help: string, bounds: readonly number[]): Histogram {
  const series = new Series(() => ({ counts: bounds.map(() => 0), count: 0, sum: 0 }))
  return {
    observe: (labels, value) => {
      const kept = series.of(labels)
      kept.count++
      kept.sum += value
      for (const [at, bound] of bounds.entries()) if (value <= bound) kept.counts[at] = (kept.counts[at] ?? 0) + 1
    },
    family: () => ({
      name,
      help,
      type: 'histogram',
      samples: series
        .all()
        .flatMap(({ labels, kept }) => [
          ...bounds.map((bound, at) => ({ suffix: '_bucket', labels: { ...labels, le: String(bound) }, value: kept.counts[at] ?? 0 })),
          { suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: kept.count },
          { suffix: '_sum', labels, value: kept.sum },
          { suffix: '_count', labels, value: kept.count },
        ]),
    }),
  }
}

/** A value as it is now; left out when it is not known. */
export function gauge(name: string, help: string, value: number | undefined, labels: Labels = {}): Family {
  return { name, help, type: 'gauge', samples: value === undefined ? [] : [{ labels, value }] }
}
