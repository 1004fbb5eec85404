// One drawing for one thing to do: what it is done with, and how. For whoever does not read fast, or does not read.

import { html, type SVGTemplateResult, svg, type TemplateResult } from 'lit'
import { Modality } from '../../../protocol/client.js'

const hand = svg`<path d="M32 70V40M46 66V30M60 66V27M74 68V34" stroke-width="11" /><path d="M30 70c0 24 8 34 24 34s26-10 26-34z" stroke-width="4" />`
const thumb = svg`<path d="M44 92V56M76 92V56" stroke-width="18" />`
const index = svg`<path d="M46 92V44M74 92V44" stroke-width="13" />`
const glass = svg`<path d="M14 20h92v94H14z" stroke-width="3" stroke-dasharray="7 6" />`
const face = svg`<ellipse cx="60" cy="58" rx="28" ry="36" stroke-width="5" /><path d="M48 52v2M72 52v2" stroke-width="8" /><path d="M48 76c6 6 18 6 24 0" stroke-width="4" />`
const eyes = svg`<path d="M12 60c14-24 30-32 48-32s34 8 48 32c-14 24-30 32-48 32s-34-8-48-32z" stroke-width="5" /><circle cx="60" cy="60" r="17" stroke-width="5" /><circle cx="60" cy="60" r="6" fill="currentColor" />`
const pen = svg`<path d="M82 16l20 20-54 54-28 8 8-28z" stroke-width="5" /><path d="M16 108h88" stroke-width="4" />`
const both = svg`<ellipse cx="60" cy="38" rx="18" ry="23" stroke-width="5" /><path d="M12 104V82M22 104V74M32 104V78M88 104V78M98 104V74M108 104V82" stroke-width="8" />`

const bases: Readonly<Partial<Record<Modality, SVGTemplateResult>>> = {
  [Modality.FACE]: face,
  [Modality.SIGNATURE]: pen,
  [Modality.RIGHT_FOUR]: svg`${glass}${hand}`,
  [Modality.LEFT_FOUR]: svg`${glass}<g transform="translate(120 0) scale(-1 1)">${hand}</g>`,
  [Modality.THUMBS]: svg`${glass}${thumb}`,
  [Modality.INDEX_FINGERS]: svg`${glass}${index}`,
  [Modality.IRISES]: eyes,
  [Modality.EVIDENCE]: both,
}

const down = svg`<path d="M142 36v44M128 68l14 14 14-14" />`
const up = svg`<path d="M142 84V40M128 52l14-14 14 14" />`
const ways = {
  down,
  up,
  harder: svg`${down}<path d="M128 88l14 14 14-14" />`,
  inward: svg`<path d="M124 60h12M160 60h-12M142 42v12M142 78V66" /><circle cx="142" cy="60" r="3" />`,
  outward: svg`<path d="M134 60h-14M150 60h14M128 52l-8 8 8 8M156 52l8 8-8 8" />`,
  taller: svg`<path d="M142 50V28M142 70v22M134 36l8-8 8 8M134 84l8 8 8-8" />`,
  still: svg`<path d="M134 40v40M150 40v40" stroke-width="9" />`,
  closer: svg`<rect x="132" y="50" width="20" height="20" /><path d="M122 40l8 8M162 40l-8 8M122 80l8-8M162 80l-8-8" />`,
  upright: svg`<path d="M142 32v56" /><path d="M128 88h28" />`,
  light: svg`<circle cx="142" cy="60" r="9" /><path d="M142 40v-8M142 88v-8M122 60h-6M168 60h-6M128 46l-5-5M156 46l5-5M128 74l-5 5M156 74l5 5" />`,
  clean: svg`<path d="M122 72c8-12 16 12 24 0s12 4 16-4" /><path d="M132 40v10M127 45h10M152 34v10M147 39h10" />`,
  swap: svg`<path d="M124 50h32M148 42l8 8-8 8M160 74h-32M136 66l-8 8 8 8" />`,
  target: svg`<circle cx="142" cy="60" r="18" /><circle cx="142" cy="60" r="5" fill="currentColor" />`,
  check: svg`<path d="M124 62l12 12 24-28" />`,
} as const

const wayOf: Readonly<Record<string, keyof typeof ways>> = {
  place_fingers: 'down',
  press_harder: 'harder',
  press_softer: 'up',
  dry_fingers: 'clean',
  wrong_finger_count: 'down',
  wrong_hand: 'swap',
  move_up: 'up',
  move_to_centre: 'inward',
  center_face: 'inward',
  center_eye: 'inward',
  spread_fingers: 'outward',
  straighten_hand: 'upright',
  hold_still: 'still',
  clean_glass: 'clean',
  come_closer: 'closer',
  move_back: 'outward',
  open_eyes: 'taller',
  open_wide: 'taller',
  raise_chin: 'up',
  lower_chin: 'down',
  face_straight: 'upright',
  hold_head_upright: 'upright',
  more_light: 'light',
  less_light: 'light',
  even_light: 'light',
  adjust_light: 'light',
  avoid_reflections: 'light',
  look_at_camera: 'target',
  look_straight: 'target',
  look_into_camera: 'target',
}

export const hasPictogram = (advice: string): boolean => wayOf[advice] !== undefined

/** @param advice '' draws only what is asked for, `fine` that it is good */
export function pictogram(modality: Modality, advice: string): TemplateResult {
  const way = advice === 'fine' ? 'check' : wayOf[advice]
  return html`<svg class="pictogram" viewBox="0 0 ${way ? 172 : 120} 120" aria-hidden="true" focusable="false" fill="none" stroke="currentColor"
    stroke-linecap="round" stroke-linejoin="round">${bases[modality] ?? ''}${way ? svg`<g stroke-width="7">${ways[way]}</g>` : ''}</svg>`
}
