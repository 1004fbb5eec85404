// Times, dates and numbers as the counter writes them. Pure.

import type { Language } from './words.js'

const locales = { id: 'id-ID', en: 'en-GB' } as const
const zones: Readonly<Record<string, string>> = { 'Asia/Jakarta': 'WIB', 'Asia/Makassar': 'WITA', 'Asia/Jayapura': 'WIT' }

const zoneName = (timezone: string): string => zones[timezone] ?? timezone

/** `09.00 WITA` */
export function time(atMs: number, timezone: string, language: Language): string {
  return `${clock(atMs, timezone, language)} ${zoneName(timezone)}`
}

/** `09.00` */
export function clock(atMs: number, timezone: string, language: Language): string {
  const options = { timeZone: timezone || 'UTC', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
  return new Intl.DateTimeFormat(locales[language], options).format(atMs)
}

/** `20 Maret 2026` */
export function date(atMs: number, timezone: string, language: Language): string {
  const options = { timeZone: timezone || 'UTC', day: 'numeric', month: 'long', year: 'numeric' } as const
  return new Intl.DateTimeFormat(locales[language], options).format(atMs)
}

/** @param isoDate calendar date of ISO 8601; anything else comes back as it is */
export function calendarDate(isoDate: string, language: Language): string {
  const at = Date.parse(`${isoDate}T00:00:00Z`)
  return Number.isNaN(at) ? isoDate : date(at, 'UTC', language)
}

/** `1.250` */
export const count = (value: number, language: Language): string => new Intl.NumberFormat(locales[language]).format(value)

/** `1.250 kB`, thousand bytes */
export const kilobytes = (bytes: number, language: Language): string => `${count(Math.ceil(bytes / 1000), language)} kB`

/** `0:42`, `12:05`, `1:03:20` */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const two = (value: number) => String(value).padStart(2, '0')
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor(seconds / 60) % 60
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`
}
