// The weekly view out of the store. One week is read at a time, so that a year costs no more memory than a week.

import { Fault } from '../../protocol/fault.js'
import type { Store } from '../store/store.js'
import { officeHour } from './attempts.js'
import { daysAfter, type ReportRow, weekOf, weekReport } from './weekly.js'

/** Thirteen months. */
export const mostWeeks = 57

/**
 * @param weeks how many, the present one included
 * @returns newest week first
 * @throws Fault `input.invalid` for weeks
 */
export async function readReport(store: Store, timezone: string, nowMs: number, weeks: number): Promise<readonly ReportRow[]> {
  if (!Number.isInteger(weeks) || weeks < 1 || weeks > mostWeeks)
    throw new Fault('input.invalid', { field: 'weeks', reason: `1 to ${mostWeeks}` })
  const thisWeek = weekOf(officeHour(timezone)(nowMs).day)
  const rows: ReportRow[] = []
  for (let back = 0; back < weeks; back++) {
    const from = daysAfter(thisWeek, -7 * back)
    const to = daysAfter(from, 7)
    const [attempts, recordings] = await store.read(async (db) => [
      await db
        .selectFrom('attempts')
        .select(['device', 'serial', 'operator', 'try', 'outcome', 'taking_ms', 'deciding_ms', 'qualities'])
        .where('day', '>=', from)
        .where('day', '<', to)
        .execute(),
      await db.selectFrom('recordings').select(['operator', 'took_ms']).where('day', '>=', from).where('day', '<', to).execute(),
    ])
    rows.push(...weekReport(from, attempts, recordings))
  }
  return rows
}
