// What a fleet watches of a station, counted from what the station publishes. No label can identify anybody: kinds, serials, codes, outcomes.

import type { Clock } from '../../protocol/clock.js'
import type { CentreKeySet } from '../../protocol/hardware/centre.js'
import type { Outbox, OutboxEvent } from '../outbox/outbox.js'
import type { DeviceKind, StationEvent, StationState } from '../state.js'
import type { Store } from '../store/store.js'
import type { AttemptFacts, Figures, RecordingFacts } from './attempts.js'
import { counter, exposition, type Family, gauge, histogram } from './exposition.js'
import { recordingNormMs } from './weekly.js'

export interface Metrics extends Figures {
  /** The Prometheus text of this moment. */
  text(): Promise<string>
  close(): void
}

export interface MetricsDeps {
  readonly state: StationState
  readonly store: Store
  readonly outbox: Outbox
  readonly clock: Clock
  readonly softwareVersion: string
  readonly centreKeys: CentreKeySet
  /** Of the centre's clock against ours; undefined when it never told its time. */
  readonly skewMs: () => number | undefined
  /** Figures that could not be kept. */
  readonly dropped: () => number
}

const captureBounds = [2, 5, 10, 15, 20, 30, 60, 120]
const decidingBounds = [1, 2, 5, 10, 20, 60]
const qualityBounds = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100]
const recordingBounds = [60, 90, 120, 180, 240, 300, 600, 1_800]
const lagBounds = [10, 60, 600, 3_600, 86_400, 604_800, 2_592_000]

export function openMetrics(deps: MetricsDeps): Metrics {
  const { state, store, outbox, clock } = deps
  const captures = captureSeries()
  const station = stationSeries()
  const receiptLag = histogram('rekam_receipt_lag_seconds', 'From the sealing of a packet to its verified receipt', lagBounds)

  /** Of the wall clock, which may have been set back: a sum that falls is no counter's. */
  const secondsSince = (atMs: number): number => Math.max(0, clock.nowMs() - atMs) / 1000

  const onOutbox = async (event: OutboxEvent): Promise<void> => {
    if (event.is === 'fault') station.uploadErrors.add({ code: event.fault.code })
    if (event.is !== 'committed') return
    const row = await store.read((db) => db.selectFrom('packets').select('created_ms').where('id', '=', event.packetId).executeTakeFirst())
    if (row) receiptLag.observe({}, secondsSince(row.created_ms))
  }
  const stops = [state.subscribe(station.watch(state)), outbox.onEvent(onOutbox)]

  const gauges = async (): Promise<readonly Family[]> => {
    const { waiting, oldestAtMs, bytesTotal, reachable } = state.outbox
    const nowMs = clock.nowMs()
    const skewMs = deps.skewMs()
    const { seq } = await store.audit.head()
    return [
      gauge('rekam_outbox_packets', 'Packets that wait for their receipt', waiting),
      gauge('rekam_outbox_bytes', 'Ciphertext bytes that wait', bytesTotal),
      gauge('rekam_outbox_oldest_age_seconds', 'Age of the oldest unsent packet', waiting === 0 ? 0 : secondsSince(oldestAtMs)),
      gauge('rekam_centre_reachable', 'Whether the last exchange with the centre came through', reachable ? 1 : 0),
      gauge('rekam_store_free_bytes', 'Free bytes where the data lie', await store.freeBytes().catch(() => undefined)),
      gauge('rekam_audit_sequence', 'Last number of the audit chain', seq),
      gauge('rekam_centre_clock_skew_seconds', 'Clock of the centre minus ours', skewMs === undefined ? undefined : skewMs / 1000),
      gauge('rekam_centre_key_seconds_left', 'Until the last sealing key of the centre ends', sealingLeftMs(deps.centreKeys, nowMs) / 1000),
      gauge('rekam_clock_seconds', 'Wall clock of the station', nowMs / 1000),
      gauge('rekam_build_info', 'Versions', 1, { version: deps.softwareVersion, node: process.version }),
      deviceStates(state),
      frames(state, 'rekam_frames_dropped_total', 'Frames that nobody had room for', ({ framesDropped }) => framesDropped),
      frames(state, 'rekam_frames_corrupt_total', 'Frames that came damaged', ({ framesCorrupt }) => framesCorrupt),
      {
        name: 'rekam_figures_dropped_total',
        help: 'Figures that were not kept',
        type: 'counter',
        samples: [{ labels: {}, value: deps.dropped() }],
      },
    ]
  }
  return {
    attempt: captures.attempt,
    recording: captures.recording,
    text: async () => exposition([...captures.families(), ...station.families(), receiptLag.family(), ...(await gauges())]),
    close: () => {
      for (const stop of stops) stop()
    },
  }
}

function captureSeries(): Figures & { families(): readonly Family[] } {
  const attempts = counter('rekam_capture_attempts_total', 'Tries to capture by their outcome')
  const retries = counter('rekam_capture_retries_total', 'Tries after the first one of a person')
  const taking = histogram('rekam_capture_seconds', 'From the start of a try to its picture', captureBounds)
  const deciding = histogram('rekam_capture_deciding_seconds', 'From the picture to the decision on it', decidingBounds)
  const quality = histogram('rekam_capture_quality', 'Quality of fingers, eyes and portraits as captured', qualityBounds)
  const recordings = histogram('rekam_recording_seconds', `Recording of a person; the norm is ${recordingNormMs / 1000} s`, recordingBounds)
  const all = [attempts, retries, taking, deciding, quality, recordings]
  return {
    attempt: ({ modality, device, serial, tryNumber, outcome, takingMs, decidingMs, qualities }: AttemptFacts) => {
      attempts.add({ modality, device, serial, outcome })
      if (tryNumber > 1) retries.add({ device, serial })
      if (takingMs !== undefined) taking.observe({ modality }, takingMs / 1000)
      if (decidingMs !== undefined) deciding.observe({ modality }, decidingMs / 1000)
      for (const each of qualities) quality.observe({ device, serial }, each.quality)
    },
    recording: ({ tookMs }: RecordingFacts) => recordings.observe({}, tookMs / 1000),
    families: () => all.map((each) => each.family()),
  }
}

function stationSeries() {
  const faults = counter('rekam_faults_total', 'Faults by code')
  const cards = counter('rekam_card_failures_total', 'Cards that failed or were spoiled, by code')
  const uploaded = counter('rekam_upload_bytes_total', 'Ciphertext bytes that the centre acknowledged; what it held before counts again')
  const uploadErrors = counter('rekam_upload_errors_total', 'Lost links and refused packets')
  const all = [faults, cards, uploaded, uploadErrors]

  /** Only changes count: a state is published again with every other change beside it. */
  const watch = (state: StationState): ((event: StationEvent) => void) => {
    const devices = new Map<DeviceKind, string>()
    let card = ''
    let before = state.outbox
    return (event) => {
      switch (event.is) {
        case 'fault':
          return faults.add({ code: event.fault.code })
        case 'device': {
          const code = event.device.fault?.code ?? ''
          if (code !== '' && code !== devices.get(event.device.kind)) faults.add({ code, device: event.device.kind })
          return void devices.set(event.device.kind, code)
        }
        case 'issuance': {
          const code = event.issuance.fault?.code ?? (event.issuance.state === 'spoiled' ? 'card.spoiled' : '')
          if (code !== '' && code !== card) cards.add({ code })
          card = code
          return
        }
        case 'outbox': {
          const { bytesSent, reachable } = event.outbox
          if (bytesSent > before.bytesSent) uploaded.add({}, bytesSent - before.bytesSent)
          if (before.reachable && !reachable) uploadErrors.add({ code: 'centre.unreachable' })
          before = event.outbox
          return
        }
      }
    }
  }
  return { watch, uploadErrors, families: (): readonly Family[] => all.map((each) => each.family()) }
}

/** Of the key that lasts longest: without one nothing can be sealed. */
const sealingLeftMs = ({ sealing }: CentreKeySet, nowMs: number): number => Math.max(...sealing.map(({ notAfterMs }) => notAfterMs)) - nowMs

const deviceStates = ({ devices }: StationState): Family => ({
  name: 'rekam_device_ready',
  help: 'Whether a device is ready or busy',
  type: 'gauge',
  samples: devices.map(({ kind, state }) => ({ labels: { device: kind }, value: state === 'ready' || state === 'busy' ? 1 : 0 })),
})

const frames = (
  { devices }: StationState,
  name: string,
  help: string,
  count: (device: StationState['devices'][number]) => number,
): Family => ({
  name,
  help,
  type: 'counter',
  samples: devices.map((device) => ({ labels: { device: device.kind }, value: count(device) })),
})
