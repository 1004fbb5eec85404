// The 16-digit resident number. Errors block, warnings never do (a number that contradicts the birth date is not corrected).

import { Fault } from '../../protocol/fault.js'

/**
 * `PP KK CC DD MM YY SSSS`: region of first registration, birth date with day + 40 for women, serial from 0001.
 * @throws Fault `input.invalid` with field `nik` and the reason; the number itself is never in it
 */
export function checkNik(nik: string): void {
  const refuse = (reason: string) => new Fault('input.invalid', { field: 'nik', reason })
  if (!/^[0-9]{16}$/.test(nik)) throw refuse('must be 16 digits')
  const dayCode = Number(nik.slice(6, 8))
  const day = dayCode > 40 ? dayCode - 40 : dayCode
  const month = Number(nik.slice(8, 10))
  const year = Number(nik.slice(10, 12))
  if (dayCode < 1 || (dayCode > 31 && dayCode < 41) || dayCode > 71) throw refuse('day of birth')
  if (month < 1 || month > 12) throw refuse('month of birth')
  if (!isDate(1900 + year, month, day) && !isDate(2000 + year, month, day)) throw refuse('impossible date of birth')
  if (nik.slice(12) === '0000') throw refuse('serial')
}

/** The last four digits, the rest hidden. */
export const maskNik = (nik: string): string => `${'•'.repeat(Math.max(0, nik.length - 4))}${nik.slice(-4)}`

/** Full years between an ISO date of birth and an ISO date. */
export function ageYears(birthDate: string, today: string): number {
  const [by = 0, bm = 0, bd = 0] = birthDate.split('-').map(Number)
  const [ty = 0, tm = 0, td = 0] = today.split('-').map(Number)
  return ty - by - (tm < bm || (tm === bm && td < bd) ? 1 : 0)
}

function isDate(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day))
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day
}
