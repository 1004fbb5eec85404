// A station that is running on this folder: whether it answers, and what its metrics tell where the doctor cannot look itself.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock, withDeadline } from '../../../protocol/clock.js'
import { Fault, isFault } from '../../../protocol/fault.js'
import type { StationConfig } from '../../config.js'
import { lockFolder } from '../../store/folder-lock.js'
import { connectTo, daemonPorts } from '../office.js'
import { bad, good, type Look } from './finding.js'

export interface RunningStation {
  readonly version: string
  readonly port: number
  /** Values of the metrics by name and labels, as printed; empty without a metrics port. */
  readonly metrics: ReadonlyMap<string, number>
}

const answerMs = 5_000

/** @returns undefined when nobody holds the folder @throws Fault when somebody holds it and does not answer */
export async function findRunning(folder: string): Promise<RunningStation | undefined> {
  // Without a store nobody runs here, and the lock would make a file.
  if (!existsSync(join(folder, 'store.db')) || !isHeld(folder)) return undefined
  const { port, metricsPort } = await daemonPorts(folder)
  if (port === undefined) throw new Fault('store.locked', { path: folder })
  const late = () => new Fault('internal.limit', { operation: 'gateway', port, timeoutMs: answerMs })
  const client = await withDeadline(systemClock, answerMs, connectTo(port, 'rekam doctor'), late)
  const version = client.hello.softwareVersion
  client.close()
  return { version, port, metrics: metricsPort === undefined ? new Map() : await readMetrics(metricsPort) }
}

export const tellRunning = (running: RunningStation | undefined): Look =>
  running ? good(`rekam ${running.version} at port ${running.port}`) : good('not running')

export function checkMetricsPort(running: RunningStation | undefined, { port, metricsPort }: StationConfig): Look {
  if (metricsPort === 0) return good('off')
  if (metricsPort === port) return bad(`${metricsPort} is also the port of the station`, 'choose another metricsPort')
  if (!running) return good(`${metricsPort}, once the station runs`)
  return running.metrics.size > 0 ? good(`${metricsPort} answers`) : bad(`${metricsPort} does not answer`, 'restart the station')
}

/** The folder's lock, tried for a moment. */
function isHeld(folder: string): boolean {
  try {
    lockFolder(folder).release()
    return false
  } catch (error) {
    return isFault(error, 'store.locked')
  }
}

async function readMetrics(port: number): Promise<ReadonlyMap<string, number>> {
  const stop = new AbortController()
  const timer = systemClock.after(answerMs, () => stop.abort())
  try {
    const response = await fetch(`http://127.0.0.1:${port}/metrics`, { signal: stop.signal })
    const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    return new Map(
      lines.map((line) => {
        const space = line.lastIndexOf(' ')
        return [line.slice(0, space), Number(line.slice(space + 1))]
      }),
    )
  } catch {
    return new Map()
  } finally {
    timer.cancel()
  }
}
