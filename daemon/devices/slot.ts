// One place for one device: opens it, tells its state, opens it again after a loss with growing patience. One broken device never touches another's slot.

import type { Clock, Timer } from '../../protocol/clock.js'
import { Fault, toFault } from '../../protocol/fault.js'
import type { Log } from '../../protocol/log.js'
import type { DeviceKind, DeviceStatus, StationState } from '../state.js'

export interface OpenedDevice<T> {
  readonly device: T
  /** Where it hangs, as its bus names it: tells it from another of the same kind. */
  readonly key: string
  readonly serial: string
  readonly product: string
}

export interface DeviceSlot<T> {
  /**
   * @param taken told at most once when the device goes away under its user, who cannot count on the driver to notice first
   * @throws Fault `device.absent` | `device.busy` | the fault that keeps it from working
   */
  use(taken?: (fault: Fault) => void): T
  /** Its user is done with it. Nothing happens when the slot holds another one by now. */
  free(device: T): void
  /** It failed its user: closed now, opened again when it answers. Nothing happens when the slot holds another one by now. */
  lost(device: T, fault: Fault): void
  /** The bus has lost what hung at `key`. */
  unplugged(key: string, fault: Fault): void
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
  let opening: Promise<void> | undefined
  let again = false
  let closed = false
  let tellUser: ((fault: Fault) => void) | undefined

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
    if (opening !== undefined) {
      again = true
      return
    }
    retry?.cancel()
    opening = tryOpen().finally(() => {
      opening = undefined
      if (again) {
        again = false
        attempt()
      }
    })
  }

  const wake = () => {
    patienceMs = firstRetryMs
    attempt()
  }
  const drop = (fault: Fault) => {
    const gone = current
    if (!gone || closed) return
    current = undefined
    void gone.device.close().catch(() => {})
    tell({ state: 'faulted', fault: { code: fault.code, context: fault.context } })
    log.write('warn', 'device.lost', { device: kind, reason: fault.code })
    retryLater()
    const user = tellUser
    tellUser = undefined
    user?.(fault)
  }

  state.publish({ is: 'device', device: status })
  attempt()
  return {
    use: (taken) => {
      if (!current) throw status.fault ? new Fault(status.fault.code, status.fault.context) : new Fault('device.absent', { device: kind })
      if (status.state === 'busy') throw new Fault('device.busy', { device: kind })
      tell({ state: 'busy' })
      tellUser = taken
      return current.device
    },
    free: (device) => {
      if (current?.device !== device) return
      tellUser = undefined
      tell({ state: 'ready' })
    },
    lost: (device, fault) => {
      if (current?.device !== device) return
      // Who says so knows.
      tellUser = undefined
      drop(fault)
    },
    unplugged: (key, fault) => {
      if (current?.key === key) drop(fault)
      // What was refused or faulty may be what went: the slot must not go on showing it.
      else if (!current) wake()
    },
    wake,
    count: ({ dropped, corrupt }) =>
      tell({
        framesDropped: status.framesDropped + dropped,
        framesCorrupt: status.framesCorrupt + corrupt,
        ...(status.fault && { fault: status.fault }),
      }),
    close: async () => {
      closed = true
      retry?.cancel()
      await opening
      await current?.device.close().catch(() => {})
      current = undefined
    },
  }
}
