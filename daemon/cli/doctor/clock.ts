// The clock against reason and against the centre, and whether the centre answers at all.

import { systemClock } from '../../../protocol/clock.js'
import { isFault } from '../../../protocol/fault.js'
import { watchSkew } from '../../centre/clock-skew.js'
import { httpCentreTransport } from '../../centre/http-transport.js'
import type { StationConfig } from '../../config.js'
import { bad, failed, good, type Look, weak } from './finding.js'

/** What the centre's answer tells of both. */
export interface CentreLooks {
  readonly clock: Look
  readonly centre: Look
}

const firstYear = 2026
const askMs = 5_000
/** The Date field is exact to a second. */
const mostSkewMs = 5_000
/** Receipts and bundles are checked against their times. */
const badSkewMs = 120_000

export async function checkClockAndCentre({ centreUrl }: StationConfig): Promise<CentreLooks> {
  const now = new Date(systemClock.nowMs())
  const implausible =
    now.getUTCFullYear() < firstYear ? bad(now.toISOString(), 'set the clock: records and receipts carry its time') : undefined
  if (centreUrl === '') {
    const centre = weak('no centreUrl', 'set centreUrl; only a station with --simulate goes without')
    return { clock: implausible ?? good(`${now.toISOString()}, not compared`), centre }
  }
  try {
    const line = watchSkew(httpCentreTransport(centreUrl, systemClock), systemClock)
    const { status } = await line.transport.request({ method: 'GET', path: '/', timeoutMs: askMs })
    const centre = status < 500 ? good(`${centreUrl} answers`) : weak(`${centreUrl} answers ${status}`, 'ask the centre; recording goes on')
    return { clock: implausible ?? skewLook(now, line.skewMs()), centre }
  } catch (error) {
    const unreachable = isFault(error, 'centre.unreachable')
    const centre = unreachable
      ? weak(`${centreUrl} does not answer`, 'check network and address; recording goes on offline')
      : failed(error)
    return { clock: implausible ?? good(`${now.toISOString()}, not compared`), centre }
  }
}

function skewLook(now: Date, skewMs: number | undefined): Look {
  if (skewMs === undefined) return good(`${now.toISOString()}; the centre told no time`)
  const found = `${now.toISOString()}, ${(Math.abs(skewMs) / 1000).toFixed(0)} s ${skewMs < 0 ? 'ahead of' : 'behind'} the centre`
  const next = 'set the clock and have it kept by NTP'
  if (Math.abs(skewMs) > badSkewMs) return bad(found, next)
  return Math.abs(skewMs) > mostSkewMs ? weak(found, next) : good(found)
}
