// Irises: location, code, comparison and the live measure of two eyes. Real images where the data folder has them, drawn eyes where it does not.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readIris } from '../daemon/cli/iris/files.js'
import { encodeIris } from '../daemon/kernels/iris/code.js'
import { measureEye } from '../daemon/kernels/iris/live.js'
import { locateIris } from '../daemon/kernels/iris/locate.js'
import type { IrisLocation } from '../daemon/kernels/iris/location.js'
import { compareIris } from '../daemon/kernels/iris/match.js'
import { assessIris } from '../daemon/kernels/iris/quality.js'
import { openSimd } from '../daemon/kernels/simd/simd.js'
import type { Bench, BenchCase } from './harness.js'

interface Picture {
  readonly name: string
  readonly grey: Uint8Array
  readonly widthPx: number
  readonly heightPx: number
}

/** BIQT-Iris does location and quality of one 640x480 image in 0.36 s; as units of the loop it was timed beside (about 11 ms). */
const biqt = { program: 'BIQT-Iris', units: 32.7 }
/** One code against so many, as in a list of pairs. */
const codes = 32

export const bench: Bench = {
  name: 'iris',
  async cases(dataFolder) {
    const simd = openSimd()
    const cases: BenchCase[] = []
    const pictures = [await vga(dataFolder), await drawn('lg2200', '320x240')]
    for (const { name, grey, widthPx, heightPx } of pictures) {
      const other = widthPx === 640 ? { other: biqt } : {}
      const location = locateIris(grey, widthPx, heightPx, simd)
      if (!location) continue
      cases.push(
        { name: `locate ${name}`, run: () => locateIris(grey, widthPx, heightPx, simd) },
        {
          name: `quality ${name}, located`,
          run: () => assessIris(grey, widthPx, heightPx, location, simd),
          reference: () => assessIris(grey, widthPx, heightPx, location),
        },
        {
          name: `locate and quality ${name}`,
          run: () => located(grey, widthPx, heightPx, (found) => assessIris(grey, widthPx, heightPx, found, simd)),
          ...other,
        },
        {
          name: `code ${name}, located`,
          run: () => encodeIris(grey, widthPx, heightPx, location, simd),
          reference: () => encodeIris(grey, widthPx, heightPx, location),
        },
        {
          name: `locate and code ${name}`,
          run: () => located(grey, widthPx, heightPx, (found) => encodeIris(grey, widthPx, heightPx, found, simd)),
        },
        {
          name: `live measure of two eyes ${name}`,
          run: () => [measureEye(grey, widthPx, heightPx, simd), measureEye(grey, widthPx, heightPx, simd)],
        },
      )
    }
    return [...cases, await comparing()]

    function located(grey: Uint8Array, widthPx: number, heightPx: number, work: (location: IrisLocation) => unknown): unknown {
      const found = locateIris(grey, widthPx, heightPx, simd)
      return found && work(found)
    }
  },
}

async function comparing(): Promise<BenchCase> {
  const simd = openSimd()
  const { eyeSet } = await import('../simulator/people/eye/sets.js')
  const all = [...eyeSet('lg2200', { seed: 5, eyes: codes / 2, looks: 2 })].flatMap(({ grey, widthPx, heightPx }) => {
    const location = locateIris(grey, widthPx, heightPx, simd)
    return location ? [encodeIris(grey, widthPx, heightPx, location, simd)] : []
  })
  const compareAll = (by: typeof simd | undefined) => all.map((a) => all.map((b) => compareIris(a, b, by).distance))
  return { name: 'compare, all turns', run: () => compareAll(simd), reference: () => compareAll(undefined), operations: all.length ** 2 }
}

async function vga(dataFolder: string): Promise<Picture> {
  const path = join(dataFolder, 'iris/open-iris/anonymized.png')
  return existsSync(path) ? { name: '640x480', ...(await readIris(path)) } : drawn('station', '640x480')
}

async function drawn(set: 'station' | 'lg2200', size: string): Promise<Picture> {
  const { eyeSet } = await import('../simulator/people/eye/sets.js')
  const [first] = eyeSet(set, { seed: 3, eyes: 1, looks: 1 })
  if (!first) throw new Error('an empty set')
  return { name: `${size} drawn`, grey: first.grey, widthPx: first.widthPx, heightPx: first.heightPx }
}
