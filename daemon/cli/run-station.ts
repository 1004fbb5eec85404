// A station with its gateway, as the daemon runs it: opened together, closed together, its port left in the data folder for the other commands.

import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Gateway, openGateway } from '../gateway/gateway.js'
import { type Environment, openStation, type RunningStation, type StationOptions } from '../station.js'

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
  const { clock, log } = environment
  const portFile = join(folder, 'daemon.json')
  try {
    const gateway = await openGateway({
      station,
      port: options.config.port,
      uiFolder,
      clock,
      log,
      audit: (entry) => station.store.commit(entry, async () => {}),
      idleLockMs: options.config.idleLockMinutes * 60_000,
    })
    await writeFile(portFile, JSON.stringify({ port: gateway.port }), { mode: 0o600 })
    const warming = clock.after(warmUpAfterMs, () => station.warmUp())
    return {
      station,
      gateway,
      close: async () => {
        warming.cancel()
        await gateway.close()
        await station.close()
        await rm(portFile, { force: true })
      },
    }
  } catch (error) {
    await station.close()
    throw error
  }
}
