// The Topaz pads that speak packet format 0 with 8 data bits and odd parity: speed and reach. The SignatureGem LCD 1x5 (7-O-1, format 1) is not among them.
// Figures after topaz-dext (MIT); none was tried on a device.

import type { SignaturePadInfo } from '../../driver.js'

export interface TopazModel {
  readonly baudRate: number
  readonly area: NonNullable<SignaturePadInfo['area']>
}

export const topazModels = {
  'SignatureGem 1x5': { baudRate: 19_200, area: { minX: 400, maxX: 2400, minY: 350, maxY: 950 } },
  'SignatureGem 4x5': { baudRate: 19_200, area: { minX: 500, maxX: 2650, minY: 700, maxY: 2100 } },
  'SigLite 1x5': { baudRate: 19_200, area: { minX: 500, maxX: 2650, minY: 700, maxY: 2100 } },
  'SigLite LCD 1x5': { baudRate: 19_200, area: { minX: 400, maxX: 2400, minY: 350, maxY: 1050 } },
  'SigLite LCD 4x5': { baudRate: 38_400, area: { minX: 500, maxX: 2600, minY: 500, maxY: 2100 } },
  'SigGem Color 5x7': { baudRate: 115_200, area: { minX: 300, maxX: 2370, minY: 350, maxY: 1950 } },
} as const satisfies Readonly<Record<string, TopazModel>>

export type TopazModelName = keyof typeof topazModels
export const topazModelNames = Object.keys(topazModels) as readonly TopazModelName[]
export const defaultTopazModel: TopazModelName = 'SignatureGem 4x5'
