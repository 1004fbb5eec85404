// A station with its gateway, as the daemon runs it: opened together, closed together, its port left in the data folder for the other commands.

import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openMetricsServer } from '../figures/metrics-server.js'
import { type Gateway, openGateway } from '../gateway/gateway.js'
import { type Environment, openStation, type RunningStation, type StationOptions } from '../station.js'
import type { AuditEntry } from '../store/store.js'

const uiFolder = fileURLToPath(new URL('../../station-ui', import.meta.url))

/** The first clients come and look around before anybody captures; the threads start when that is over. */
const warmUpAfterMs = 1_500

export interface Daemon {
  readonly station: RunningStation
  readonly gateway: Gateway
  close(): Promise<void>
}

/** @throws Fault `store.*` | `gateway.port_taken` | `centre.unreachable` (first start only) */
export async function runStation(environment: Environment, options: StationOptions): Promise<Daemon> {
  const { folder } = environment.storage
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const station = await openStation(environment, options)
  const doors: { close(): Promise<void> }[] = []
  const close = async () => {
    for (const door of doors) await door.close()
    await station.close()
  }
  const portFile = join(folder, 'daemon.json')
  try {
    const gateway = await openGateway({ station, ...gatewaySettings(environment, options, station) })
    doors.push(gateway)
    const { metricsPort } = options.config
    if (metricsPort !== 0)
      doors.unshift(await openMetricsServer({ port: metricsPort, text: () => station.figures.metrics(), log: environment.log }))
    await writeFile(portFile, JSON.stringify({ port: gateway.port, ...(metricsPort !== 0 && { metricsPort }) }), { mode: 0o600 })
    const warming = environment.clock.after(warmUpAfterMs, () => station.warmUp())
    return {
      station,
      gateway,
      close: async () => {
        warming.cancel()
        await close()
        await rm(portFile, { force: true })
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}

function gatewaySettings({ clock, log }: Environment, { config }: StationOptions, { store }: RunningStation) {
  return {
    port: config.port,
    uiFolder,
    clock,
    log,
    audit: (entry: AuditEntry) => store.commit(entry, async () => {}),
    idleLockMs: config.idleLockMinutes * 60_000,
  }
}
