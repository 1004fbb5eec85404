// Headers of ISO/IEC 19794-2 minutiae records (2005 read through, 2011 to its general header), for inspection only. Minutiae belong to the finger kernels.

import { RecordReader } from './cursor.js'

export interface MinutiaeHeader {
  readonly edition: 2005 | 2011
  readonly widthPx?: number
  readonly heightPx?: number
  readonly pixelsPerCm?: { readonly x: number; readonly y: number }
  readonly views: readonly {
    readonly fingerPosition: number
    readonly impression: number
    readonly quality: number
    readonly minutiae: number
  }[]
  readonly representations: number
  readonly remarks: readonly string[]
}

const minutiaBytes = 6

/** @throws Fault `record.corrupt` {field, offset}, `record.unsupported` for other editions */
export function readMinutiaeHeader(bytes: Uint8Array): MinutiaeHeader {
  const reader = new RecordReader(bytes)
  const edition = reader.header('FMR', [' 20', '030']) === ' 20' ? 2005 : 2011
  const offset = reader.at
  const length = reader.u32('recordLength')
  if (length !== bytes.length) throw reader.corrupt('recordLength', { expected: bytes.length, found: length }, offset)
  if (edition === 2011) {
    const representations = reader.u16('representationCount')
    reader.u8('certificationFlag')
    return { edition, views: [], representations, remarks: [] }
  }
  reader.u16('captureDevice')
  const widthPx = reader.u16('widthPx')
  const heightPx = reader.u16('heightPx')
  const pixelsPerCm = { x: reader.u16('resolution.x'), y: reader.u16('resolution.y') }
  const count = reader.u8('viewCount')
  reader.u8('reserved')
  const views: { fingerPosition: number; impression: number; quality: number; minutiae: number }[] = []
  const remarks: string[] = []
  for (let i = 0; i < count; i++) {
    const fingerPosition = reader.u8('fingerPosition')
    const impression = reader.u8('impression') & 0x0f
    const quality = reader.u8('quality')
    const minutiae = reader.u8('minutiaeCount')
    reader.take(minutiae * minutiaBytes, 'minutiae')
    const extended = reader.u16('extendedData.length')
    // A public sample states one byte more than it holds; the minutiae are whole.
    if (i === count - 1 && extended > reader.left) remarks.push(`extended data of ${extended} bytes end after ${reader.left}`)
    reader.take(Math.min(extended, i === count - 1 ? reader.left : extended), 'extendedData')
    views.push({ fingerPosition, impression, quality, minutiae })
  }
  if (reader.left > 0) throw reader.corrupt('recordLength', { reason: 'bytes_behind_last_view', found: reader.left })
  return { edition, widthPx, heightPx, pixelsPerCm, views, representations: views.length, remarks }
}
