// One place for one device: opens it, tells its state, opens it again after a loss with growing patience. One broken device never touches another's slot.

import type { Clock, Timer } from '../../protocol/clock.js'
import { Fault, toFault } from '../../protocol/fault.js'
import type { Log } from '../../protocol/log.js'
import type { DeviceKind, DeviceStatus, StationState } from '../state.js'

export interface OpenedDevice<T> {
  readonly device: T
  readonly serial: string
  readonly product: string
}

export interface DeviceSlot<T> {
  /** @throws Fault `device.absent` | `device.busy` | the fault that keeps it from working */
  use(): T
  /** The device in use is free again. */
  free(): void
  /** It failed or went away: closed now, opened again when it answers. */
  lost(fault: Fault): void
  /** Something was plugged in or the site changed: try now. */
  wake(): void
  count(counters: { readonly dropped: number; readonly corrupt: number }): void
  close(): Promise<void>
}

const firstRetryMs = 250
const lastRetryMs = 10_000

/** @param open @throws Fault; `device.absent` is no fault of the device, it is just not there */
export function openDeviceSlot<T extends { close(): Promise<void> }>(
  deps: { clock: Clock; log: Log; state: StationState },
  kind: DeviceKind,
  open: () => Promise<OpenedDevice<T>>,
): DeviceSlot<T> {
  const { clock, log, state } = deps
  let current: OpenedDevice<T> | undefined
  let status: DeviceStatus = { kind, serial: '', product: '', state: 'absent', framesDropped: 0, framesCorrupt: 0 }
  let retry: Timer | undefined
  let patienceMs = firstRetryMs
  let opening = false
  let again = false
  let closed = false

  const tell = (change: Partial<DeviceStatus>) => {
    const { fault: _old, ...rest } = status
    const next = { ...rest, ...change }
    const same = JSON.stringify(next) === JSON.stringify(status)
    status = next
    if (!same) state.publish({ is: 'device', device: status })
  }
  const retryLater = () => {
    retry?.cancel()
    retry = clock.after(patienceMs, attempt)
    patienceMs = Math.min(lastRetryMs, patienceMs * 2)
  }
  const failed = (fault: Fault) => {
    if (fault.code === 'device.absent') tell({ state: 'absent', serial: '', product: '' })
    else {
      // Refused for what it is: trying again would only ask the same device the same question. A replug wakes the slot.
      const refused = fault.code === 'device.unknown'
      tell({
        state: refused ? 'refused' : 'faulted',
        fault: { code: fault.code, context: fault.context },
        ...(fault.context.serial && { serial: fault.context.serial }),
      })
      log.write('warn', 'device.fault', { device: kind, reason: fault.code })
      if (refused) return
    }
    retryLater()
  }
  const tryOpen = async () => {
    try {
      const opened = await open()
      if (closed) return void (await opened.device.close())
      current = opened
      patienceMs = firstRetryMs
      tell({ state: 'ready', serial: opened.serial, product: opened.product })
      log.write('info', 'device.ready', { device: kind, serial: opened.serial })
    } catch (error) {
      if (!closed) failed(toFault(error))
    }
  }
  function attempt(): void {
    if (closed || current) return
    if (opening) {
      again = true
      return
    }
    opening = true
    retry?.cancel()
    void tryOpen().finally(() => {
      opening = false
      if (again) {
        again = false
        attempt()
      }
    })
  }

  state.publish({ is: 'device', device: status })
  attempt()
  return {
    use: () => {
      if (!current) throw status.fault ? new Fault(status.fault.code, status.fault.context) : new Fault('device.absent', { device: kind })
      if (status.state === 'busy') throw new Fault('device.busy', { device: kind })
      tell({ state: 'busy' })
      return current.device
    },
    free: () => {
      if (current) tell({ state: 'ready' })
    },
    lost: (fault) => {
      const gone = current
      current = undefined
      void gone?.device.close().catch(() => {})
      if (gone && !closed) {
        tell({ state: 'faulted', fault: { code: fault.code, context: fault.context } })
        log.write('warn', 'device.lost', { device: kind, reason: fault.code })
        retryLater()
      }
    },
    wake: () => {
      patienceMs = firstRetryMs
      attempt()
    },
    count: ({ dropped, corrupt }) =>
      tell({
        framesDropped: status.framesDropped + dropped,
        framesCorrupt: status.framesCorrupt + corrupt,
        ...(status.fault && { fault: status.fault }),
      }),
    close: async () => {
      closed = true
      retry?.cancel()
      await current?.device.close().catch(() => {})
      current = undefined
    },
  }
}
