// What a bench is and how it is timed: compute only, CPU time of the whole process, the median of several runs. Prints figures, judges nothing.

import { unitMs } from './unit.js'

export interface BenchCase {
  /** What is worked on, e.g. `encode 1600x1500`. */
  readonly name: string
  /** One run; what it needs was made before. */
  run(): unknown
  /** The TypeScript reference on the same input, where `run` is a SIMD twin. */
  readonly reference?: () => unknown
  /** Units of another program on an input of this size, for the ratio beside it: figures of NBIS and NFIQ 2 as measured with the same unit. */
  readonly other?: { readonly program: string; readonly units: number }
  /** Operations in one run, 1 unless given: times are of one operation. */
  readonly operations?: number
  /** Ends what the case holds open, e.g. workers. */
  close?(): Promise<void>
}

export interface Bench {
  readonly name: string
  /** @param dataFolder where the real images lie; a bench says in its case's name what it used instead when they are absent */
  cases(dataFolder: string): Promise<readonly BenchCase[]>
}

/** What a bench that watches something live has to say: the whole station at its own pace, not one function again and again. */
export interface Measured {
  readonly name: string
  /** CPU time of the daemon's process where that is what was measured, else 0. */
  readonly cpuMs: number
  readonly wallMs: number
  /** By name with its unit. */
  readonly figures: Readonly<Record<string, number>>
}

export interface LiveBench {
  readonly name: string
  /** Yields as it goes; cleans up behind itself. */
  measure(settings: LiveSettings): AsyncGenerator<Measured>
}

export interface LiveSettings {
  /** How long each stream of frames is watched. */
  readonly seconds: number
  /** Persons after whom memory is looked at. */
  readonly persons: number
  /** Only cases whose name contains this. */
  readonly only: string
}

/** Times in milliseconds a single operation. */
export interface BenchLine {
  readonly bench: string
  readonly case: string
  readonly cpuMs: number
  readonly wallMs: number
  readonly units: number
  readonly referenceMs?: number
  /** `cpuMs / referenceMs`. */
  readonly ratio?: number
  readonly other?: string
  /** Units beside the other program's: below 1 is faster than it. */
  readonly timesOther?: number
  readonly perSecond?: number
  readonly figures?: Readonly<Record<string, number>>
}

interface Timing {
  readonly cpuMs: number
  readonly wallMs: number
}

/** The first runs are the compiler's. */
const warmUps = 3
const leastRuns = 9
const mostRuns = 60
const budgetMs = 2_000

/** @returns one line a case, as they are measured */
export async function* runBench(bench: Bench, dataFolder: string): AsyncGenerator<BenchLine> {
  const unit = unitMs()
  for (const each of await bench.cases(dataFolder)) {
    const operations = each.operations ?? 1
    const timing = await time(() => each.run(), operations)
    const reference = each.reference === undefined ? undefined : await time(each.reference, operations)
    await each.close?.()
    const units = timing.cpuMs / unit
    yield {
      bench: bench.name,
      case: each.name,
      cpuMs: rounded(timing.cpuMs),
      wallMs: rounded(timing.wallMs),
      units: rounded(units),
      ...(reference && { referenceMs: rounded(reference.cpuMs), ratio: rounded(timing.cpuMs / reference.cpuMs) }),
      ...(each.other && { other: each.other.program, timesOther: rounded(units / each.other.units) }),
      ...(operations > 1 && { perSecond: Math.round(1000 / timing.cpuMs) }),
    }
  }
}

/** @returns one line a case, as they are measured */
export async function* runLiveBench(bench: LiveBench, settings: LiveSettings): AsyncGenerator<BenchLine> {
  const unit = unitMs()
  for await (const { name, cpuMs, wallMs, figures } of bench.measure(settings))
    yield { bench: bench.name, case: name, cpuMs: rounded(cpuMs), wallMs: rounded(wallMs), units: rounded(cpuMs / unit), figures }
}

async function time(run: () => unknown, operations: number): Promise<Timing> {
  const cpu: number[] = []
  const wall: number[] = []
  const start = performance.now()
  for (let i = -warmUps; i < mostRuns; i++) {
    if (i >= leastRuns && performance.now() - start > budgetMs) break
    const before = process.cpuUsage()
    const from = performance.now()
    await run()
    const spent = process.cpuUsage(before)
    if (i < 0) continue
    wall.push((performance.now() - from) / operations)
    cpu.push((spent.user + spent.system) / 1000 / operations)
  }
  return { cpuMs: median(cpu), wallMs: median(wall) }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? Number.NaN
}

/** Four significant figures. */
const rounded = (value: number): number => Number(value.toPrecision(4))
