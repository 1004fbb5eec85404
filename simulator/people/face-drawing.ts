// A friendly drawn face as SVG, about sixty shapes that face detectors accept as one. It knows no camera and no pixels.

import type { Random } from '../../protocol/random.js'
import { type FaceTruth, scene } from './person.js'
import { between, pick } from './raster.js'

/** Pixels drawn around the scene so that the person can sway within it. */
export const sceneMargin = 32

export interface FaceForm {
  readonly head: 'short_hair' | 'peci' | 'long_hair' | 'hijab'
  readonly skin: { readonly light: string; readonly base: string; readonly shade: string; readonly lip: string }
  readonly hair: string
  readonly cloth: string
  readonly clothDark: string
  readonly veil: string
  readonly veilDark: string
  readonly halfEyes: number
  readonly widen: number
  readonly brow: number
  readonly noseHalf: number
  readonly mouthHalf: number
  readonly jaw: number
  readonly moustache: boolean
  readonly background: FaceTruth['background']
}

const middle = { x: 960, eyes: 490, nose: 622, mouth: 708, chin: 836 } as const

export function drawFaceForm(random: Random, sex: 'M' | 'F', birthYear: number): FaceForm {
  const dice = random.next()
  const [cloth, clothDark] = pick(random, [
    ['#e9e6dd', '#c9c4b6'],
    ['#5b7a5a', '#3f5a40'],
    ['#5a4a6e', '#413552'],
    ['#b98a4a', '#8f6731'],
    ['#7d8792', '#5a636d'],
  ])
  const [veil, veilDark] = pick(random, [
    ['#efe9df', '#cfc6b7'],
    ['#7c8f86', '#5d6f67'],
    ['#b7939a', '#936f77'],
    ['#3d3a45', '#27252e'],
  ])
  return {
    head: sex === 'M' ? (dice < 0.3 ? 'peci' : 'short_hair') : dice < 0.6 ? 'hijab' : 'long_hair',
    skin: pick(random, [
      { light: '#f0c8a2', base: '#dca67c', shade: '#a86f4a', lip: '#b4645c' },
      { light: '#dfae82', base: '#c48d60', shade: '#8d5a38', lip: '#a1574e' },
      { light: '#c9966a', base: '#a9744a', shade: '#724628', lip: '#8c4a42' },
    ]),
    hair: pick(random, ['#16110e', '#211812', '#2b1d15']),
    cloth,
    clothDark,
    veil,
    veilDark,
    halfEyes: between(random, 96, 104),
    widen: between(random, 0.96, 1.04),
    brow: sex === 'M' ? between(random, 13, 18) : between(random, 9, 12),
    noseHalf: between(random, 36, 45),
    mouthHalf: between(random, 62, 74),
    jaw: sex === 'M' ? between(random, 0, 14) : between(random, -10, 4),
    moustache: sex === 'M' && random.next() < 0.25,
    background: birthYear % 2 === 1 ? 'red' : 'blue',
  }
}

export function faceTruth(form: FaceForm): FaceTruth {
  return {
    rightEye: { x: middle.x - form.halfEyes, y: middle.eyes },
    leftEye: { x: middle.x + form.halfEyes, y: middle.eyes },
    chin: { x: middle.x, y: middle.chin },
    background: form.background,
  }
}

const neckPath = `M${middle.x - 92} 740 C${middle.x - 88} 840 ${middle.x - 104} 880 ${middle.x - 150} 915 L${middle.x} 1010 L${middle.x + 150} 915 C${middle.x + 104} 880 ${middle.x + 88} 840 ${middle.x + 92} 740 Z`

const paint = (d: string, fill: string, more = '') => `<path d="${d}" fill="${fill}" ${more}/>`
const line = (d: string, stroke: string, width: number, more = '') =>
  `<path d="${d}" fill="none" stroke="${stroke}" stroke-width="${width}" stroke-linecap="round" ${more}/>`
/** A line with soft edges out of a few thin layers: a blur filter costs thirty times as much. */
const softLine = (d: string, stroke: string, width: number, opacity: number) =>
  [1, 0.78, 0.58, 0.4, 0.22].map((share) => line(d, stroke, width * share, `opacity="${opacity * 0.3}"`)).join('')
/** A soft spot. */
const glow = (cx: number, cy: number, rx: number, ry: number, tint: 'shade' | 'light' | 'blush', opacity: number) =>
  `<ellipse cx="${cx}" cy="${cy}" rx="${rx}" ry="${ry}" fill="url(#glow-${tint})" opacity="${opacity}"/>`
const mirror = (shape: string) => `${shape}<g transform="translate(${2 * middle.x} 0) scale(-1 1)">${shape}</g>`

function definitions(form: FaceForm): string {
  const { skin } = form
  const cloth = form.background === 'red' ? ['#e42a26', '#db1514', '#b80f10'] : ['#27a2ff', '#0090ff', '#0077d8']
  const stops = (colours: readonly string[], at: readonly number[]) =>
    colours.map((colour, i) => `<stop offset="${at[i]}" stop-color="${colour}"/>`).join('')
  const fades = [1, 0.86, 0.5, 0.14, 0]
  const glows = Object.entries({ shade: skin.shade, light: skin.light, blush: '#d2705a' })
    .map(([tint, colour]) => {
      const fade = fades.map((opacity, i) => `<stop offset="${i / 4}" stop-color="${colour}" stop-opacity="${opacity}"/>`).join('')
      return `<radialGradient id="glow-${tint}">${fade}</radialGradient>`
    })
    .join('')
  return `<defs>
<radialGradient id="wall" cx="0.5" cy="0.4" r="0.8">${stops(cloth, [0, 0.55, 1])}</radialGradient>
<radialGradient id="skin" gradientUnits="userSpaceOnUse" cx="940" cy="500" r="400">${stops([skin.light, skin.base, skin.shade], [0, 0.55, 1])}</radialGradient>
<linearGradient id="neck" x1="0" y1="0" x2="0" y2="1">${stops([skin.shade, skin.base], [0.1, 0.75])}</linearGradient>
<linearGradient id="shirt" x1="0" y1="0" x2="0" y2="1">${stops([form.cloth, form.clothDark], [0, 1])}</linearGradient>
<radialGradient id="veil" gradientUnits="userSpaceOnUse" cx="900" cy="420" r="620">${stops([form.veil, form.veil, form.veilDark], [0, 0.45, 1])}</radialGradient>
<radialGradient id="ball" cx="0.5" cy="0.55" r="0.6">${stops(['#fbf7f2', '#f0e8e0', '#c9b9ad'], [0, 0.6, 1])}</radialGradient>
${glows}
<clipPath id="opening"><path d="${lidPath(form)}"/></clipPath>
<clipPath id="throat"><path d="${neckPath}"/></clipPath>
<clipPath id="oval"><path d="${ovalPath(form)}"/></clipPath></defs>`
}

/** Right half of the image mirrored by hand: cheeks, jaw and chin. */
function ovalPath({ jaw, widen }: FaceForm): string {
  const half = 203 * widen
  const x = middle.x
  return (
    `M${x - half} 465 C${x - half - 4} 600 ${x - half + 20} 690 ${x - 128 - jaw} 765 C${x - 92 - jaw / 2} 815 ${x - 44} ${middle.chin} ${x} ${middle.chin} ` +
    `C${x + 44} ${middle.chin} ${x + 92 + jaw / 2} 815 ${x + 128 + jaw} 765 C${x + half - 20} 690 ${x + half + 4} 600 ${x + half} 465 ` +
    `C${x + half} 320 ${x + 120} 248 ${x} 248 C${x - 120} 248 ${x - half} 320 ${x - half} 465 Z`
  )
}

/** The subject's right eye (left in the image): outer corner left. */
function lidPath({ halfEyes }: FaceForm): string {
  const x = middle.x - halfEyes
  const y = middle.eyes
  return `M${x - 45} ${y + 3} C${x - 28} ${y - 21} ${x + 14} ${y - 27} ${x + 44} ${y + 7} C${x + 20} ${y + 21} ${x - 22} ${y + 20} ${x - 45} ${y + 3} Z`
}

function eyes(form: FaceForm): string {
  const x = middle.x - form.halfEyes
  const y = middle.eyes
  const { shade, base } = form.skin
  const one =
    `${glow(x, y - 4, 82, 58, 'shade', 0.38)}` +
    paint(lidPath(form), 'url(#ball)') +
    `<g clip-path="url(#opening)"><circle cx="${x}" cy="${y}" r="19.5" fill="#2f1c12"/><circle cx="${x}" cy="${y}" r="15.5" fill="#553420"/>` +
    `<circle cx="${x}" cy="${y}" r="8" fill="#0b0705"/>` +
    softLine(`M${x - 48} ${y - 1} C${x - 28} ${y - 21} ${x + 14} ${y - 27} ${x + 48} ${y + 5}`, '#20130c', 14, 0.35) +
    '</g>' +
    line(
      `M${x - 47} ${y + 4} C${x - 28} ${y - 21} ${x + 14} ${y - 27} ${x + 45} ${y + 8}`,
      '#1b100a',
      form.head === 'hijab' || form.head === 'long_hair' ? 6.5 : 5,
    ) +
    line(`M${x - 42} ${y + 6} C${x - 22} ${y + 20} ${x + 20} ${y + 21} ${x + 43} ${y + 8}`, shade, 2.4, 'opacity="0.8"') +
    line(`M${x - 48} ${y - 14} C${x - 24} ${y - 36} ${x + 16} ${y - 38} ${x + 42} ${y - 14}`, shade, 3.5, 'opacity="0.7"') +
    softLine(`M${x - 30} ${y + 36} C${x - 8} ${y + 44} ${x + 18} ${y + 42} ${x + 36} ${y + 30}`, base, 8, 0.6)
  const brow = paint(
    `M${x - 68} ${y - 40} C${x - 48} ${y - 46 - form.brow * 1.5} ${x + 6} ${y - 56 - form.brow} ${x + 54} ${y - 52} ` +
      `C${x + 56} ${y - 45} ${x + 52} ${y - 40} ${x + 46} ${y - 42} C${x + 6} ${y - 52} ${x - 40} ${y - 50} ${x - 68} ${y - 40} Z`,
    form.hair,
    'opacity="0.88"',
  )
  const highlights = [x, 2 * middle.x - x].map((at) => `<circle cx="${at - 5}" cy="${y - 7}" r="4.2" fill="#ffffff"/>`).join('')
  return `${mirror(one + brow)}${highlights}`
}

function noseAndMouth(form: FaceForm): string {
  const { shade, light, lip } = form.skin
  const { x, nose, mouth } = middle
  const half = form.noseHalf
  const wide = form.mouthHalf
  const side =
    softLine(`M${x - 24} ${middle.eyes - 6} C${x - 18} 540 ${x - 26} 580 ${x - half + 6} ${nose - 10}`, shade, 20, 0.32) +
    softLine(
      `M${x - half + 4} ${nose - 22} C${x - half - 8} ${nose - 4} ${x - half + 2} ${nose + 14} ${x - half + 16} ${nose + 8}`,
      shade,
      8,
      0.75,
    ) +
    `<ellipse cx="${x - 17}" cy="${nose + 8}" rx="10" ry="5.5" fill="#3a1f14" opacity="0.85"/>` +
    softLine(
      `M${x - half - 14} ${nose + 12} C${x - half - 26} ${nose + 40} ${x - wide - 10} ${mouth - 26} ${x - wide - 14} ${mouth - 4}`,
      shade,
      9,
      0.3,
    )
  const corner = `<circle cx="${x - wide}" cy="${mouth - 5}" r="5" fill="${shade}" opacity="0.7"/>`
  const moustache = form.moustache
    ? mirror(
        paint(
          `M${x} ${mouth - 34} C${x - 30} ${mouth - 44} ${x - 62} ${mouth - 26} ${x - 74} ${mouth - 4} C${x - 46} ${mouth - 20} ${x - 20} ${mouth - 20} ${x} ${mouth - 22} Z`,
          form.hair,
          'opacity="0.8"',
        ),
      )
    : ''
  return (
    mirror(side) +
    softLine(`M${x} 520 L${x} ${nose - 26}`, light, 24, 0.75) +
    `${glow(x, nose - 14, 30, 26, 'light', 0.8)}` +
    `${glow(x, nose + 22, 50, 19, 'shade', 0.4)}` +
    paint(
      `M${x - wide} ${mouth - 5} C${x - wide + 26} ${mouth - 14} ${x - 24} ${mouth - 24} ${x} ${mouth - 16} C${x + 24} ${mouth - 24} ${x + wide - 26} ${mouth - 14} ${x + wide} ${mouth - 5} ` +
        `C${x + 34} ${mouth + 5} ${x - 34} ${mouth + 5} ${x - wide} ${mouth - 5} Z`,
      lip,
    ) +
    paint(
      `M${x - wide} ${mouth - 5} C${x - 34} ${mouth + 5} ${x + 34} ${mouth + 5} ${x + wide} ${mouth - 5} C${x + 40} ${mouth + 35} ${x - 40} ${mouth + 35} ${x - wide} ${mouth - 5} Z`,
      lip,
      'opacity="0.9"',
    ) +
    `<ellipse cx="${x}" cy="${mouth + 14}" rx="30" ry="6" fill="${light}" opacity="0.5"/>` +
    line(
      `M${x - wide} ${mouth - 5} C${x - 34} ${mouth + 6} ${x + 34} ${mouth + 6} ${x + wide} ${mouth - 5}`,
      '#5c2a26',
      3.4,
      'opacity="0.9"',
    ) +
    mirror(corner) +
    `${glow(x, mouth + 42, 54, 19, 'shade', 0.45)}` +
    moustache
  )
}

function body(form: FaceForm): string {
  const { x } = middle
  const neck = paint(neckPath, 'url(#neck)')
  const shirt = paint(
    `M360 1140 C372 1010 480 965 640 930 C720 912 790 905 ${x - 130} 886 C${x - 90} 960 ${x + 90} 960 ${x + 130} 886 C1130 905 1200 912 1280 930 C1440 965 1548 1010 1560 1140 Z`,
    'url(#shirt)',
  )
  const collar = paint(
    `M${x - 134} 878 L${x - 172} 930 L${x - 74} 1012 L${x} 950 C${x - 60} 945 ${x - 110} 920 ${x - 134} 878 Z`,
    form.cloth,
    `stroke="${form.clothDark}" stroke-width="4"`,
  )
  const sleeve = line('M620 960 C600 1010 590 1060 586 1140', form.clothDark, 7, 'opacity="0.6"')
  const buttons = [1010, 1062].map((y) => `<circle cx="${x}" cy="${y}" r="7" fill="${form.clothDark}"/>`).join('')
  return neck + shirt + mirror(collar + sleeve) + line(`M${x} 952 L${x} 1140`, form.clothDark, 4) + buttons
}

/** What lies behind the face. */
function behind(form: FaceForm): string {
  const { x } = middle
  if (form.head === 'long_hair')
    return paint(
      `M${x - 240} 930 C${x - 300} 640 ${x - 280} 190 ${x} 178 C${x + 280} 190 ${x + 300} 640 ${x + 240} 930 C${x + 150} 960 ${x - 150} 960 ${x - 240} 930 Z`,
      form.hair,
    )
  if (form.head === 'hijab')
    return paint(`M${x - 262} 900 C${x - 320} 600 ${x - 280} 172 ${x} 166 C${x + 280} 172 ${x + 320} 600 ${x + 262} 900 Z`, 'url(#veil)')
  const ear =
    `<ellipse cx="${x - 208 * form.widen}" cy="540" rx="27" ry="58" fill="${form.skin.base}"/>` +
    softLine(
      `M${x - 222 * form.widen} 512 C${x - 236 * form.widen} 535 ${x - 224 * form.widen} 560 ${x - 214 * form.widen} 572`,
      form.skin.shade,
      8,
      0.6,
    )
  return mirror(ear)
}

/** What lies over the forehead: hair, cap or veil. */
function above(form: FaceForm): string {
  const { x } = middle
  const top = 206 * form.widen
  const cap = `M${x - top - 6} 478 C${x - top - 40} 250 ${x - 130} 178 ${x} 178 C${x + 130} 178 ${x + top + 40} 250 ${x + top + 6} 478 `
  const shadow = `<g clip-path="url(#oval)">${softLine(`M${x - 180} 380 C${x - 100} 318 ${x + 100} 318 ${x + 180} 380`, form.skin.shade, 44, 0.26)}</g>`
  if (form.head === 'short_hair') {
    const sheen = softLine(`M${x - 120} 238 C${x - 60} 208 ${x + 40} 204 ${x + 110} 232`, '#6a5648', 24, 0.4)
    return (
      shadow +
      paint(
        `${cap}C${x + top - 14} 420 ${x + 176} 366 ${x + 120} 336 C${x + 40} 322 ${x - 60} 306 ${x - 128} 346 C${x - 176} 372 ${x - top + 14} 420 ${x - top - 6} 478 Z`,
        form.hair,
      ) +
      sheen
    )
  }
  if (form.head === 'peci') {
    const sides = mirror(
      paint(
        `M${x - top - 4} 470 C${x - top - 12} 410 ${x - 200} 370 ${x - 186} 340 L${x - 160} 352 C${x - 180} 390 ${x - 190} 430 ${x - top - 4} 470 Z`,
        form.hair,
      ),
    )
    const hat = paint(
      `M${x - 214} 352 L${x - 196} 176 C${x - 100} 140 ${x + 100} 140 ${x + 196} 176 L${x + 214} 352 C${x + 110} 318 ${x - 110} 318 ${x - 214} 352 Z`,
      '#17161a',
    )
    return shadow + sides + hat + softLine(`M${x - 170} 196 C${x - 80} 172 ${x + 60} 170 ${x + 130} 186`, '#56545e', 22, 0.55)
  }
  if (form.head === 'long_hair') {
    const fall = `M${x} 196 C${x - 60} 260 ${x - 150} 320 ${x - 190} 480 C${x - 204} 600 ${x - 196} 700 ${x - 176} 800 C${x - 280} 780 ${x - 268} 560 ${x - 254} 440 C${x - 240} 280 ${x - 130} 178 ${x + 4} 178 Z`
    return (
      shadow +
      mirror(paint(fall, form.hair) + softLine(`M${x - 180} 300 C${x - 218} 400 ${x - 230} 520 ${x - 232} 640`, '#5b473a', 18, 0.4))
    )
  }
  const frame =
    `M${x - 262} 900 C${x - 320} 600 ${x - 280} 172 ${x} 166 C${x + 280} 172 ${x + 320} 600 ${x + 262} 900 L${x + 30} 846 ` +
    `C${x + 150} 790 ${x + 196} 660 ${x + 192} 500 C${x + 188} 340 ${x + 110} 292 ${x} 292 C${x - 110} 292 ${x - 188} 340 ${x - 192} 500 C${x - 196} 660 ${x - 150} 790 ${x - 30} 846 Z`
  const drape = paint(
    `M${x - 270} 860 C${x - 420} 920 ${x - 520} 980 ${x - 560} 1140 L${x + 560} 1140 C${x + 520} 980 ${x + 420} 920 ${x + 270} 860 C${x + 150} 850 ${x + 80} 826 ${x} 833 C${x - 80} 826 ${x - 150} 850 ${x - 270} 860 Z`,
    'url(#veil)',
  )
  const folds =
    mirror(softLine(`M${x - 196} 560 C${x - 190} 700 ${x - 140} 800 ${x - 60} 868`, form.veilDark, 12, 0.7)) +
    softLine(`M${x - 240} 860 C${x - 120} 930 ${x + 80} 940 ${x + 300} 1120`, form.veilDark, 20, 0.6) +
    softLine(`M${x + 230} 860 C${x + 120} 940 ${x - 40} 980 ${x - 200} 1130`, form.veilDark, 18, 0.5) +
    softLine(`M${x - 150} 240 C${x - 60} 206 ${x + 70} 208 ${x + 150} 246`, form.veilDark, 9, 0.45)
  return shadow + drape + paint(frame, 'url(#veil)') + folds
}

/** The whole scene with its margin, 1984×1144. */
export function faceSvg(form: FaceForm): string {
  const width = scene.widthPx + 2 * sceneMargin
  const height = scene.heightPx + 2 * sceneMargin
  const { x } = middle
  const modelling =
    `<g clip-path="url(#oval)">${glow(x, 850, 232, 112, 'shade', 0.45)}` +
    mirror(`${glow(x - 205, 650, 102, 212, 'shade', 0.5)}` + `${glow(x - 118, 610, 72, 56, 'blush', 0.2)}`) +
    `${glow(x - 10, 372, 152, 92, 'light', 0.55)}</g>`
  const throat = `<g clip-path="url(#throat)">${glow(x, 852, 140, 54, 'shade', 0.55)}</g>`
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${-sceneMargin} ${-sceneMargin} ${width} ${height}">${definitions(form)}` +
    `<rect x="${-sceneMargin}" y="${-sceneMargin}" width="${width}" height="${height}" fill="url(#wall)"/>` +
    `${behind(form)}${body(form)}${throat}${paint(ovalPath(form), 'url(#skin)')}${modelling}${eyes(form)}${noseAndMouth(form)}${above(form)}</svg>`
  )
}
