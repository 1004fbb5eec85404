// From the picture of a finger to its minutiae: even light, ridge flow and period, filtering along the ridges, lines, their ends.
// Each step is a file of the folder extract/; this one is the order in which they are done.

import type { Simd } from '../simd/simd.js'
import { periodMap } from './extract/frequency.js'
import { filterPlane, kernelStore, tile } from './extract/gabor.js'
import { agreementMap, contrastMask, printMask } from './extract/mask.js'
import { minutiaeOf } from './extract/minutiae.js'
import { localLight, normalise, smoothPlane } from './extract/normalise.js'
import { blockTensor, flowOf } from './extract/orientation.js'
import { gridOf, type Room, withRoom } from './extract/planes.js'
import type { FingerTemplate, Minutia } from './template.js'

/** Templates of rolled prints hold up to this many; more would be the noise of a poor print. */
const usualLimit = 120

/** Narrow enough along the ridge to follow a core, wide enough to bridge a pore or a thin crease. */
const filterWidth = { alongPx: 4, acrossPeriods: 0.5 } as const

/**
 * @param grey 8-bit grey, row-major, 500 ppi, dark ridges; any background
 * @returns minutiae, best first; none where there is no print
 */
export function extractTemplate(
  grey: Uint8Array,
  widthPx: number,
  heightPx: number,
  options: { readonly limit?: number } = {},
  simd?: Simd,
): FingerTemplate {
  if (Math.min(widthPx, heightPx) < 32) return { widthPx, heightPx, minutiae: [] }
  const minutiae = withRoom(simd, (room) => extract(grey, widthPx, heightPx, room))
  return { widthPx, heightPx, minutiae: minutiae.slice(0, options.limit ?? usualLimit) }
}

function extract(given: Uint8Array, widthPx: number, heightPx: number, room: Room): Minutia[] {
  const grid = gridOf(widthPx, heightPx)
  const grey = inRoom(given, room)
  const light = localLight(grey, grid, room)
  const contrast = contrastMask(light.deviation)
  const smooth = smoothPlane(normalise(grey, grid, light, room), grid, room)
  const roughFlow = flowOf(blockTensor(smooth, grid, room), grid, 3)
  const periods = periodMap(smooth, grid, roughFlow, contrast)
  const kernels = kernelStore(filterWidth, room)
  const rough = filterPlane(smooth, grid, tile(grid, roughFlow, periods.px, contrast, kernels, room), kernels, room)
  const agreement = agreementMap(smooth, rough, grid, room)
  const mask = printMask(agreement, light.deviation, periods.regularity, grid, room)
  // The flow of the filtered ridges is cleaner: the second filtering starts anew from the picture, with that flow.
  const flow = flowOf(blockTensor(rough, grid, room), grid, 2)
  const ridges = filterPlane(smooth, grid, tile(grid, flow, periods.px, mask, kernels, room), kernels, room)
  return minutiaeOf(ridges, grid, { mask, flow, agreement, regularity: periods.regularity }, room)
}

/** Where the twins can read it. */
function inRoom(grey: Uint8Array, room: Room): Uint8Array {
  if (!room.simd) return grey
  const copy = room.u8(grey.length)
  copy.set(grey)
  return copy
}
