// OFIQ's conformance table beside thumbnails of its pictures: what it measured, and where that says the eyes are.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RgbImage } from '../../daemon/kernels/face/face.js'

export interface OfiqRow {
  readonly name: string
  readonly file: string
  value(column: string): number
}

/** @param folder with expected_results.csv and a thumb-NAME.jpg for each of its rows */
export function ofiqRows(folder: string): OfiqRow[] {
  const [head = [], ...rows] = readFileSync(join(folder, 'expected_results.csv'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.trim().split(';'))
  return rows.map((row) => {
    const name = row[0]!.replace(/^.*\//, '').replace(/\.\w+$/, '')
    return { name, file: join(folder, `thumb-${name}.jpg`), value: (column) => Number(row[head.indexOf(column)]) }
  })
}

/** The reference pictures' width, of which the thumbnails are reductions. */
const referenceWidthPx = 3022

/** Where the table says that the eyes are, in pixels of the thumbnail: both x, the middle's y, and their distance. */
export function tabulatedEyes({ value }: OfiqRow, { widthPx, heightPx }: RgbImage) {
  const yaw = (value('HeadPoseYaw') * Math.PI) / 180
  const distance = (value('InterEyeDistance') * Math.cos(yaw) * widthPx) / referenceWidthPx
  return {
    distance,
    // Pixel centres at integers.
    rightX: widthPx - value('RightwardCropOfTheFaceImage') * distance - 0.5,
    leftX: value('LeftwardCropOfTheFaceImage') * distance - 0.5,
    middleY: value('MarginAboveOfTheFaceImage') * value('HeadSize') * heightPx - 0.5,
  }
}
