// What commands on files do alike: a bound on their size, one line a file, time the compute alone, go on after a bad one.

import { stat } from 'node:fs/promises'
import { extname } from 'node:path'
import { systemClock } from '../../protocol/clock.js'
import { Fault } from '../../protocol/fault.js'
import { type Terminal, UsageError } from './command.js'
import { errorOf } from './file-error.js'

/** Ample for a picture of 64 Mpx; a bound keeps a stray film from filling the memory. */
const largestBytes = 256 * 1024 * 1024

/** @throws Fault `input.too_large`; file errors as Node gives them */
export async function refuseHuge(file: string): Promise<void> {
  const { size } = await stat(file)
  if (size > largestBytes) throw new Fault('input.too_large', { size, limit: largestBytes })
}

export interface FileWork {
  readonly files: readonly string[]
  readonly json: boolean
  readonly terminal: Terminal
  /** @returns the fields beside `file`; times its compute itself with `timed` so that reading and writing files is not counted */
  one(file: string): Promise<{ ms: number } & Record<string, unknown>>
  /** The line for people. */
  text(line: { file: string } & Record<string, unknown>): string
}

/** @returns exit status: 1 when any file failed */
export async function eachFile({ files, json, terminal, one, text }: FileWork): Promise<number> {
  if (files.length === 0) throw new UsageError('FILE is needed')
  let status = 0
  for (const file of files) {
    try {
      const line = { file, ...(await one(file)) }
      terminal.line(json ? JSON.stringify(line) : text(line))
    } catch (error) {
      if (error instanceof UsageError) throw error
      status = 1
      const failed = errorOf(error)
      if (json) terminal.line(JSON.stringify({ file, error: failed }))
      else terminal.warn(`${file}: ${failed.message}`)
    }
  }
  return status
}

/** @returns what `work` gave and its milliseconds, to a hundredth */
export function timed<T>(work: () => T): { value: T; ms: number } {
  const start = systemClock.monotonicMs()
  const value = work()
  return { value, ms: Math.round((systemClock.monotonicMs() - start) * 100) / 100 }
}

export interface Size {
  readonly widthPx: number
  readonly heightPx: number
}

/** Of `--size WxH`. @throws UsageError */
export function sizeOf(text: string | undefined): Size | undefined {
  if (text === undefined) return undefined
  const found = /^([1-9]\d{0,3})x([1-9]\d{0,3})$/.exec(text)
  if (!found) throw new UsageError('--size must be WxH, e.g. 500x500')
  return { widthPx: Number(found[1]), heightPx: Number(found[2]) }
}

/** Grey bytes without a header, by extension. */
export const isRaw = (path: string): boolean => ['.raw', '.gray', '.grey'].includes(extname(path).toLowerCase())
