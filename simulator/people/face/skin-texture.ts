// The colours of a face as a flat picture in the head's millimetres at rest, seen from the front; the surface wears it. It knows no light.

import sharp from 'sharp'
import type { Random } from '../../../protocol/random.js'
import { between } from '../raster.js'
import type { FaceForm, Rgb } from './form.js'

export interface Texture {
  readonly left: number
  readonly top: number
  readonly perMm: number
  readonly widthPx: number
  readonly heightPx: number
  /** Interleaved, sRGB. */
  readonly rgb: Uint8Array
}

const area = { left: -84, top: -72, width: 168, height: 204, perMm: 3 } as const

const css = ([r, g, b]: Rgb, opacity = 1) => `rgba(${Math.round(r)},${Math.round(g)},${Math.round(b)},${opacity})`
const mixed = (a: Rgb, b: Rgb, share: number): Rgb => [
  a[0] + (b[0] - a[0]) * share,
  a[1] + (b[1] - a[1]) * share,
  a[2] + (b[2] - a[2]) * share,
]
const f = (value: number) => value.toFixed(2)

const soft = (mm: number, shapes: string) => `<g filter="url(#soft${String(mm).replace('.', '')})">${shapes}</g>`
const oval = (x: number, y: number, rx: number, ry: number, fill: string, more = '') =>
  `<ellipse cx="${f(x)}" cy="${f(y)}" rx="${f(rx)}" ry="${f(ry)}" fill="${fill}" ${more}/>`
const both = (shapes: string) => `${shapes}<g transform="scale(-1 1)">${shapes}</g>`

function brow(form: FaceForm, random: Random): string {
  const { eyeHalfMm: x, browMm, hair, sex } = form
  const lift = sex === 'M' ? 0 : -1.2
  const outline = (at: number) => {
    // 0 at the nose, 1 at the temple.
    const px = x - 17 + at * 38
    const arch = 4.4 * Math.sin(Math.PI * Math.min(1, at * 0.86)) - 1.2 * at * at
    return { x: px, y: -15.2 + lift - arch, half: browMm * 0.5 * (at < 0.15 ? 0.62 + at * 2.5 : at > 0.55 ? 1 - (at - 0.55) * 1.75 : 1) }
  }
  const upper: string[] = []
  const lower: string[] = []
  for (let k = 0; k <= 12; k++) {
    const { x: px, y, half } = outline(k / 12)
    upper.push(`${f(px)} ${f(y - half)}`)
    lower.unshift(`${f(px)} ${f(y + half)}`)
  }
  let hairs = ''
  for (let k = 0; k < 130; k++) {
    const at = random.next()
    const { x: px, y, half } = outline(at)
    const from = y + half * between(random, -0.9, 1.1)
    const lean = between(random, 0.8, 2) * (0.5 + at)
    const rise = (at < 0.5 ? -1 : at < 0.75 ? -0.2 : 0.6) * between(random, 0.8, 1.6)
    hairs += `M${f(px)} ${f(from)} q${f(lean * 0.5)} ${f(rise * 0.8)} ${f(lean)} ${f(rise)} `
  }
  return (
    soft(0.7, `<path d="M${upper.join('L')}L${lower.join('L')}Z" fill="${css(hair, 0.62)}"/>`) +
    `<path d="${hairs}" stroke="${css(hair, 0.5)}" stroke-width="0.34" fill="none" stroke-linecap="round"/>`
  )
}

function lips({ mouthMm: y, mouthHalfMm: w, lipMm, skin }: FaceForm): string {
  const up = lipMm * 0.86
  const low = lipMm * 1.12
  const lip = css(skin.lip)
  const upper = `M${-w} ${y} C${-w * 0.66} ${y - up * 0.5} ${-w * 0.3} ${y - up * 1.1} ${-w * 0.17} ${y - up} Q0 ${y - up * 0.72} ${w * 0.17} ${y - up} C${w * 0.3} ${y - up * 1.1} ${w * 0.66} ${y - up * 0.5} ${w} ${y} Z`
  const lower = `M${-w} ${y} C${-w * 0.62} ${y + low * 0.75} ${-w * 0.3} ${y + low} 0 ${y + low} C${w * 0.3} ${y + low} ${w * 0.62} ${y + low * 0.75} ${w} ${y} Z`
  return (
    soft(0.7, `<path d="${upper}" fill="${css(mixed(skin.lip, skin.shade, 0.25))}"/><path d="${lower}" fill="${lip}"/>`) +
    soft(1.6, oval(0, y + low * 0.5, w * 0.42, low * 0.2, css(mixed(skin.lip, [255, 226, 214], 0.5), 0.4))) +
    soft(0.7, `<path d="M${-w} ${y} L${w} ${y}" stroke="${css(mixed(skin.lip, [40, 14, 12], 0.62))}" stroke-width="1.3" fill="none"/>`) +
    soft(1.6, oval(w + 0.5, y, 1.8, 1.5, css(skin.shade, 0.5)) + oval(-w - 0.5, y, 1.8, 1.5, css(skin.shade, 0.5)))
  )
}

function modelling(form: FaceForm): string {
  const { eyeHalfMm: e, noseMm: n, mouthMm: m, chinMm, noseHalfMm, mouthHalfMm, skin, lipMm } = form
  const dark = (opacity: number) => css(skin.shade, opacity)
  const blush: Rgb = mixed(skin.base, [206, 84, 74], 0.55)
  const wide =
    both(
      soft(
        5,
        oval(e, -3, 19, 10, dark(0.2)) +
          oval(e + 11, 26, 17, 14, css(blush, form.sex === 'F' ? 0.28 : 0.2)) +
          oval(62, 60, 16, 40, dark(0.2)),
      ),
    ) +
    soft(
      5,
      oval(0, n + 3, 17, 9, css(blush, 0.26)) +
        oval(0, chinMm - 10, 16, 8, css(blush, 0.12)) +
        oval(0, -46, 40, 16, css(mixed(skin.base, [255, 232, 205], 0.5), 0.35)),
    )
  const nose =
    both(
      soft(
        1.6,
        `<path d="M${f(noseHalfMm - 6)} ${f(n - 3)} Q${f(noseHalfMm + 1)} ${f(n)} ${f(noseHalfMm - 1)} ${f(n + 7)}" stroke="${dark(0.42)}" stroke-width="1.6" fill="none"/>`,
      ) +
        soft(
          0.7,
          `<path d="M${f(3.4)} ${f(n + 9.4)} Q${f(8)} ${f(n + 6.4)} ${f(noseHalfMm - 7)} ${f(n + 8.6)} Q${f(8)} ${f(n + 11)} ${f(3.4)} ${f(n + 9.4)} Z" fill="${css(mixed(skin.shade, [30, 12, 10], 0.75), 0.85)}"/>`,
        ),
    ) + soft(1.6, oval(0, n + 12.5, 7, 1.6, dark(0.2)))
  const folds = both(
    soft(
      1.6,
      `<path d="M${f(noseHalfMm + 3)} ${f(n + 5)} Q${f(mouthHalfMm + 6)} ${f(n + 15)} ${f(mouthHalfMm + 7)} ${f(m - 3)}" stroke="${dark(0.24)}" stroke-width="1.8" fill="none"/>` +
        `<path d="M${f(e - 13)} 9 Q${f(e - 3)} 14.5 ${f(e + 9)} 12" stroke="${dark(0.26)}" stroke-width="1.8" fill="none"/>`,
    ),
  )
  return wide + nose + folds + soft(1.6, oval(0, m + lipMm + 4.2, 12, 2, dark(0.2)) + oval(0, m - lipMm - 3.5, 2.4, 4, dark(0.14)))
}

function beard(form: FaceForm, random: Random): string {
  if (!form.moustache)
    return form.sex === 'M'
      ? soft(5, oval(0, form.mouthMm + 20, 40, 24, css(form.hair, 0.07)) + oval(0, form.mouthMm - 10, 24, 5, css(form.hair, 0.08)))
      : ''
  const { mouthMm: m, mouthHalfMm: w, lipMm, hair } = form
  let hairs = ''
  for (let k = 0; k < 190; k++) {
    const x = (random.next() * 2 - 1) * (w - 1)
    const share = 1 - (x / (w + 2)) ** 2
    const y = m - lipMm * 0.7 * share - 1 - random.next() * 6 * share
    hairs += `M${f(x)} ${f(y)} q${f(x * 0.03)} 1 ${f(x * 0.06)} ${f(between(random, 1.4, 2.4))} `
  }
  return `${soft(
    1.6,
    `<path d="M${-w} ${m - 2} Q${-w * 0.5} ${m - lipMm - 7} 0 ${m - lipMm - 4.5} Q${w * 0.5} ${m - lipMm - 7} ${w} ${m - 2} Q0 ${m - lipMm * 1.4} ${-w} ${m - 2} Z" fill="${css(hair, 0.45)}"/>`,
  )}<path d="${hairs}" stroke="${css(hair, 0.42)}" stroke-width="0.36" fill="none" stroke-linecap="round"/>`
}

export async function skinTexture(form: FaceForm, random: Random): Promise<Texture> {
  const { left, top, width, height, perMm } = area
  let spots = ''
  for (let k = 0; k < 130; k++) {
    const tint = random.next() < 0.5 ? mixed(form.skin.base, form.skin.shade, 0.5) : mixed(form.skin.base, [250, 208, 180], 0.5)
    const r = between(random, 2, 9)
    spots += oval(between(random, left, left + width), between(random, top, top + height), r, r, css(tint, between(random, 0.05, 0.12)))
  }
  const mole =
    random.next() < 0.3 ? soft(0.7, oval(between(random, -45, 45), between(random, 20, 60), 0.9, 0.9, css([62, 36, 26], 0.8))) : ''
  const filters = [0.7, 1.6, 5]
    .map(
      (mm) =>
        `<filter id="soft${String(mm).replace('.', '')}" filterUnits="userSpaceOnUse" x="${left}" y="${top}" width="${width}" height="${height}"><feGaussianBlur stdDeviation="${mm * 0.8}"/></filter>`,
    )
    .join('')
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width * perMm}" height="${height * perMm}" viewBox="${left} ${top} ${width} ${height}"><defs>${filters}</defs>` +
    `<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="${css(form.skin.base)}"/>${soft(1.6, spots)}` +
    `${modelling(form)}${beard(form, random)}${lips(form)}${both(brow(form, random))}${mole}</svg>`
  const { data, info } = await sharp(Buffer.from(svg)).removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true })
  return { left, top, perMm, widthPx: info.width, heightPx: info.height, rgb: new Uint8Array(data.buffer, data.byteOffset, data.length) }
}
