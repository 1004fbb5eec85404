// Images with the scores and features that NFIQ 2 v2.2.0 gave them, as the data folder lists them.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type GreyImage, readGreyImage } from '../../daemon/kernels/image/codec.js'

export interface GoldenRow {
  /** Path under the data folder, with `#crop=WxH+X+Y` for a part of the image. */
  readonly file: string
  /** Folder of the image: what was taken with one device by one hand. */
  readonly set: string
  /** Undefined when NFIQ 2 refused the image. */
  readonly score: number | undefined
  /** By name; empty when it was refused. */
  readonly features: ReadonlyMap<string, number>
}

export async function goldenRows(dataFolder: string): Promise<readonly GoldenRow[]> {
  const text = await readFile(join(dataFolder, 'fingerprint/golden/nfiq2_v2.2.0.csv'), 'utf8')
  const [head = '', ...lines] = text.trim().split('\n')
  const names = head.split(',')
  return lines.map((line) => {
    const cells = line.split(',')
    const [file = '', score = ''] = cells
    const refused = score.startsWith('ERR')
    return {
      file,
      set: file.split('/').at(-2) ?? '',
      score: refused ? undefined : Number(score),
      features: new Map(refused ? [] : names.slice(2).map((name, at) => [name, Number(cells[at + 2])])),
    }
  })
}

export async function goldenImage(dataFolder: string, { file }: GoldenRow): Promise<Omit<GreyImage, 'ppi'>> {
  const [path = '', crop] = file.split('#crop=')
  const image = await readGreyImage(join(dataFolder, path))
  if (crop === undefined) return image
  const [width = 0, height = 0, left = 0, top = 0] = crop.split(/[x+]/).map(Number)
  const grey = new Uint8Array(width * height)
  for (let y = 0; y < height; y++) {
    const from = (top + y) * image.widthPx + left
    grey.set(image.grey.subarray(from, from + width), y * width)
  }
  return { grey, widthPx: width, heightPx: height }
}
