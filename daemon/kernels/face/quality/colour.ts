// CIELAB of sRGB colours and the CIEDE2000 difference. D50 white as in ISO/IEC 29794-5 and ICC profiles.

import { linear } from './luminance.js'

export interface Lab {
  readonly l: number
  readonly a: number
  readonly b: number
}

/** Cube root with CIE's straight piece near black. */
const root = (x: number): number => (x <= 216 / 24389 ? ((24389 / 27) * x + 16) / 116 : Math.cbrt(x))

/** From light, 0..1 each. */
function labOfLinear(red: number, green: number, blue: number): Lab {
  const x = root((red * 0.43605 + green * 0.38508 + blue * 0.14309) / 0.964221)
  const y = root(red * 0.22249 + green * 0.71689 + blue * 0.06062)
  const z = root((red * 0.01393 + green * 0.0971 + blue * 0.71419) / 0.825211)
  return { l: 116 * y - 16, a: 500 * (x - y), b: 200 * (y - z) }
}

/** @param red, green, blue 0..255, fractions allowed */
export const labOf = (red: number, green: number, blue: number): Lab =>
  labOfLinear(linear(red / 255), linear(green / 255), linear(blue / 255))

/** `#rrggbb`. */
export function labOfHex(hex: string): Lab {
  const value = Number.parseInt(hex.slice(1), 16)
  return labOf((value >> 16) & 255, (value >> 8) & 255, value & 255)
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180
const hue = (a: number, b: number): number => (a === 0 && b === 0 ? 0 : ((Math.atan2(b, a) * 180) / Math.PI + 360) % 360)

/** CIEDE2000 (CIE 142-2001; Sharma, Wu and Dalal 2005), all weights 1. */
export function ciede2000(p: Lab, q: Lab): number {
  const chromaMean = (Math.hypot(p.a, p.b) + Math.hypot(q.a, q.b)) / 2
  const seventh = (c: number) => Math.sqrt(c ** 7 / (c ** 7 + 25 ** 7))
  const stretch = 1.5 - 0.5 * seventh(chromaMean)
  const [a1, a2] = [p.a * stretch, q.a * stretch]
  const [c1, c2] = [Math.hypot(a1, p.b), Math.hypot(a2, q.b)]
  const [h1, h2] = [hue(a1, p.b), hue(a2, q.b)]
  const grey = c1 * c2 === 0
  let turned = grey ? 0 : h2 - h1
  if (turned > 180) turned -= 360
  if (turned < -180) turned += 360
  const lDiff = q.l - p.l
  const cDiff = c2 - c1
  const hDiff = 2 * Math.sqrt(c1 * c2) * Math.sin(radians(turned) / 2)
  const lMean = (p.l + q.l) / 2
  const cMean = (c1 + c2) / 2
  const sum = h1 + h2
  const hMean = grey ? sum : Math.abs(h1 - h2) <= 180 ? sum / 2 : sum < 360 ? (sum + 360) / 2 : (sum - 360) / 2
  const t =
    1 -
    0.17 * Math.cos(radians(hMean - 30)) +
    0.24 * Math.cos(radians(2 * hMean)) +
    0.32 * Math.cos(radians(3 * hMean + 6)) -
    0.2 * Math.cos(radians(4 * hMean - 63))
  const sl = 1 + (0.015 * (lMean - 50) ** 2) / Math.sqrt(20 + (lMean - 50) ** 2)
  const sc = 1 + 0.045 * cMean
  const sh = 1 + 0.015 * cMean * t
  const rotation = -2 * seventh(cMean) * Math.sin(radians(60 * Math.exp(-(((hMean - 275) / 25) ** 2))))
  return Math.sqrt((lDiff / sl) ** 2 + (cDiff / sc) ** 2 + (hDiff / sh) ** 2 + rotation * (cDiff / sc) * (hDiff / sh))
}
