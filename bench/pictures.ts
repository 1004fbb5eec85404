// The pictures that finger benches work on: real ones where the data folder has them, drawn ones where it does not, each saying which.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readGreyImage } from '../daemon/kernels/image/codec.js'

export interface BenchPicture {
  /** e.g. `388x374`, with `drawn` when no real image was at hand. */
  readonly name: string
  readonly grey: Uint8Array
  readonly widthPx: number
  readonly heightPx: number
}

type Size = 'rolled 500x500' | '388x374' | '640x480' | '1572x1000' | '1600x1500'

/** Where the real image of a size lies under the data folder. No live slap of 1600 × 1500 may be had: that one is always drawn. */
const files: Readonly<Partial<Record<Size, string>>> = {
  'rolled 500x500': 'fingerprint/nist_tenprint/fgp02_rolled_right_index.png',
  '388x374': 'fingerprint/fvc2002_db1_b/101_1.png',
  '640x480': 'fingerprint/fvc2004_db1_b/101_1.png',
  '1572x1000': 'fingerprint/nist_tenprint/fgp13_plain_right_four_fingers.png',
}

/** @param dataFolder holds `fingerprint/…`; without it the middle of a drawn slap stands in */
export async function benchPicture(dataFolder: string, size: Size): Promise<BenchPicture> {
  const [, widthPx = 0, heightPx = 0] = (/(\d+)x(\d+)/.exec(size) ?? []).map(Number)
  const file = files[size]
  const path = file === undefined ? undefined : join(dataFolder, file)
  if (path !== undefined && existsSync(path))
    return { name: size, ...middle(await readGreyImage(path), widthPx, heightPx), widthPx, heightPx }
  return { name: `${size} drawn`, ...middle(await drawnSlap(), widthPx, heightPx), widthPx, heightPx }
}

async function drawnSlap(): Promise<{ grey: Uint8Array; widthPx: number; heightPx: number }> {
  const { syntheticPerson } = await import('../simulator/people/synthetic.js')
  return syntheticPerson(7).images.slap('right_four')
}

/** A window about the fullest part of the picture, its middle. */
function middle(from: { grey: Uint8Array; widthPx: number; heightPx: number }, widthPx: number, heightPx: number): { grey: Uint8Array } {
  if (from.widthPx === widthPx && from.heightPx === heightPx) return { grey: from.grey }
  const left = (from.widthPx - widthPx) >> 1
  const top = (from.heightPx - heightPx) >> 1
  const grey = new Uint8Array(widthPx * heightPx)
  for (let y = 0; y < heightPx; y++) {
    const at = (top + y) * from.widthPx + left
    grey.set(from.grey.subarray(at, at + widthPx), y * widthPx)
  }
  return { grey }
}
