// Where the ink of a signature lies on its pad. Pure.

import type { PreviewFrame } from '../../../protocol/client.js'

export interface InkBounds {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Part of the raw range in which people write: shown from the start, so that the picture does not jump while it grows. */
const usual = { left: 0.1, right: 0.68, top: 0.15, bottom: 0.5 } as const

/** What is shown of the pad while somebody signs: where people write, and wherever this one does. */
export function padBounds({ ink, widthPx, heightPx }: Pick<PreviewFrame, 'ink' | 'widthPx' | 'heightPx'>): InkBounds {
  const { left, right, top, bottom } = extent(ink)
  return withMargin({
    left: Math.min(left, usual.left * widthPx),
    right: Math.max(right, usual.right * widthPx),
    top: Math.min(top, usual.top * heightPx),
    bottom: Math.max(bottom, usual.bottom * heightPx),
  })
}

/** Only what was written, with a margin. */
export const inkBounds = ({ ink }: Pick<PreviewFrame, 'ink'>): InkBounds => withMargin(extent(ink))

interface Extent {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

function extent(ink: string): Extent {
  const numbers = (ink.match(/-?\d+(?:\.\d+)?/g) ?? []).map(Number)
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity]
  for (let i = 0; i + 1 < numbers.length; i += 2) {
    const [x = 0, y = 0] = [numbers[i], numbers[i + 1]]
    left = Math.min(left, x)
    right = Math.max(right, x)
    top = Math.min(top, y)
    bottom = Math.max(bottom, y)
  }
  return { left, right, top, bottom }
}

function withMargin({ left, right, top, bottom }: Extent): InkBounds {
  if (!(right > left && bottom > top)) return { x: 0, y: 0, width: 1, height: 1 }
  const margin = (right - left) * 0.05
  return { x: left - margin, y: top - margin, width: right - left + 2 * margin, height: bottom - top + 2 * margin }
}
