// Where the ink of a signature lies: the pad's own area when it is told, else what was written with a margin. Pure.

import type { PreviewFrame } from '../../../protocol/client.js'

export interface InkBounds {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

const least = 400

export function inkBounds({ ink, widthPx, heightPx }: Pick<PreviewFrame, 'ink' | 'widthPx' | 'heightPx'>): InkBounds {
  if (widthPx > 0 && heightPx > 0) return { x: 0, y: 0, width: widthPx, height: heightPx }
  const numbers = (ink.match(/-?\d+(?:\.\d+)?/g) ?? []).map(Number)
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  for (let i = 0; i + 1 < numbers.length; i += 2) {
    const [x = 0, y = 0] = [numbers[i], numbers[i + 1]]
    left = Math.min(left, x)
    right = Math.max(right, x)
    top = Math.min(top, y)
    bottom = Math.max(bottom, y)
  }
  if (left > right) return { x: 0, y: 0, width: least, height: least / 2 }
  const margin = Math.max(right - left, bottom - top, least) * 0.15
  return { x: left - margin, y: top - margin, width: right - left + 2 * margin, height: bottom - top + 2 * margin }
}
