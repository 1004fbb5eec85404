// The few drawn signs of the station, 24 × 24, one line weight. Always beside a word.

import { html, svg, type TemplateResult } from 'lit'

const shapes = {
  queue: svg`<circle cx="6" cy="7" r="2.5" /><path d="M2.5 16v-1a3.5 3.5 0 0 1 7 0v1" /><circle cx="16" cy="7" r="2.5" /><path d="M12.5 16v-1a3.5 3.5 0 0 1 7 0v1M3 20h18" />`,
  papers: svg`<path d="M6 3h8l4 4v14H6zM14 3v4h4M9 12l2 2 4-4M9 18h6" />`,
  capture: svg`<path d="M8 21c2-4 2-6 2-9a2.5 2.5 0 0 1 5 0c0 3 0 6-1 9M5 17c1-2 1-3 1-5a6.5 6.5 0 0 1 13 0c0 2 0 3-.5 5M3 9a9.5 9.5 0 0 1 18-1" />`,
  send: svg`<path d="M12 20V6M6 11l6-6 6 6M4 21h16" />`,
  print: svg`<rect x="3" y="5" width="18" height="14" rx="2" /><rect x="6" y="9" width="5" height="4" rx="1" /><path d="M14 10h4M14 13h4M6 16h12" />`,
  handOver: svg`<path d="M3 17l4-4h5l2 2M3 21h12l6-6a2 2 0 0 0-3-2l-3 3" /><rect x="11" y="3" width="10" height="7" rx="1.5" />`,
  operators: svg`<circle cx="12" cy="8" r="4" /><path d="M4 21v-1a8 8 0 0 1 16 0v1" />`,
  face: svg`<ellipse cx="12" cy="11" rx="5.5" ry="7" /><path d="M10 10v.5M14 10v.5M10 14c1.2 1 2.8 1 4 0M4 21c2-2 4-3 8-3s6 1 8 3" />`,
  pen: svg`<path d="M14 4l6 6L9 21l-6 1 1-6zM12 6l6 6" />`,
  right: svg`<path d="M6 13V7M9.5 12V4M13 12V3M16.5 12V5M6 13c-1 0-2-1-3-2M6 13c0 5 2 8 6 8 4 0 5-3 5-9" />`,
  left: svg`<path d="M18 13V7M14.5 12V4M11 12V3M7.5 12V5M18 13c1 0 2-1 3-2M18 13c0 5-2 8-6 8-4 0-5-3-5-9" />`,
  thumbs: svg`<path d="M4 20v-8a3 3 0 0 1 6 0v8M14 20v-8a3 3 0 0 1 6 0v8M6 12h2M16 12h2" />`,
  evidence: svg`<ellipse cx="12" cy="8" rx="3.5" ry="4.5" /><path d="M3 21v-6M5.5 21v-8M8 21v-6M16 21v-6M18.5 21v-8M21 21v-6M3 18h5M16 18h5" />`,
  plug: svg`<path d="M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-12 0zM12 17v4" />`,
  screen: svg`<rect x="3" y="4" width="18" height="12" rx="1.5" /><path d="M12 16v4M8 20h8" />`,
  eye: svg`<path d="M2 12c3-5 6.5-7 10-7s7 2 10 7c-3 5-6.5 7-10 7s-7-2-10-7z" /><circle cx="12" cy="12" r="3" />`,
  check: svg`<path d="M4 13l5 5L20 6" />`,
  cross: svg`<path d="M5 5l14 14M19 5L5 19" />`,
  warn: svg`<path d="M12 3L2 20h20zM12 9v5M12 17v.5" />`,
  dot: svg`<circle cx="12" cy="12" r="5" fill="currentColor" />`,
  ring: svg`<circle cx="12" cy="12" r="5" />`,
  half: svg`<circle cx="12" cy="12" r="5" /><path d="M12 7a5 5 0 0 1 0 10z" fill="currentColor" />`,
  lock: svg`<rect x="5" y="11" width="14" height="10" rx="2" /><path d="M8 11V8a4 4 0 0 1 8 0v3" />`,
  link: svg`<path d="M3 9c5-5 13-5 18 0M6 13c3.5-3 8.5-3 12 0M9.5 17c1.5-1 3.5-1 5 0" />`,
  cut: svg`<path d="M3 9c5-5 13-5 18 0M6 13c3.5-3 8.5-3 12 0M4 20L20 4" />`,
  box: svg`<path d="M3 8l9-4 9 4v9l-9 4-9-4zM3 8l9 4 9-4M12 12v9" />`,
  log: svg`<circle cx="12" cy="12" r="9" /><path d="M12 7v5l3 3" />`,
} as const

export type IconName = keyof typeof shapes

export const icon = (name: IconName): TemplateResult =>
  html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${shapes[name]}</svg>`

/** Of a modality, by protobuf number. */
export const modalityIcons: readonly IconName[] = ['dot', 'face', 'pen', 'right', 'left', 'thumbs', 'eye', 'thumbs', 'evidence']
