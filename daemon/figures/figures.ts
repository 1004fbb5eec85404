// The station's figures in one: told once, kept in the store and counted for the metrics, read back as the weekly view.

import type { Clock } from '../../protocol/clock.js'
import type { Log } from '../../protocol/log.js'
import type { StationState } from '../state.js'
import type { Store } from '../store/store.js'
import type { Figures } from './attempts.js'
import { type Metrics, type MetricsDeps, openMetrics } from './metrics.js'
import { watchRecordings } from './recordings.js'
import { readReport } from './report.js'
import type { ReportRow } from './weekly.js'
import { openFiguresWriter } from './writer.js'

export interface FiguresDesk extends Figures {
  /** @throws Fault `input.invalid` for weeks */
  report(weeks: number): Promise<readonly ReportRow[]>
  /** The Prometheus text. */
  metrics(): Promise<string>
  close(): Promise<void>
}

export interface FiguresDeps extends Omit<MetricsDeps, 'dropped'> {
  readonly state: StationState
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly timezone: string
}

export function openFigures(deps: FiguresDeps): FiguresDesk {
  const { store, clock, timezone } = deps
  const writer = openFiguresWriter(deps)
  const metrics: Metrics = openMetrics({ ...deps, dropped: () => writer.dropped })
  const figures: Figures = {
    attempt: (facts) => {
      metrics.attempt(facts)
      writer.attempt(facts)
    },
    recording: (facts) => {
      metrics.recording(facts)
      writer.recording(facts)
    },
  }
  const stopWatching = watchRecordings(deps.state, figures)
  return {
    ...figures,
    report: (weeks) => readReport(store, timezone, clock.nowMs(), weeks),
    metrics: () => metrics.text(),
    close: async () => {
      stopWatching()
      metrics.close()
      await writer.close()
    },
  }
}
