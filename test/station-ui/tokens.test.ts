// The colours of the screens by the contrast formula of WCAG 2.2.

import { readFile } from 'node:fs/promises'
import t from 'tap'

t.test('text and signs keep their contrast in light and dark', async (t) => {
  const css = await readFile(new URL('../../station-ui/src/tokens.css', import.meta.url), 'utf8')
  const [lightText = '', darkText = ''] = css.split('@media (prefers-color-scheme: dark)')
  const light = colours(lightText)
  for (const [scheme, tokens] of Object.entries({ light, dark: { ...light, ...colours(darkText) } })) {
    for (const [ink, ground] of textPairs) {
      const ratio = contrast(tokens[ink] ?? '', tokens[ground] ?? '')
      t.ok(ratio >= 4.5, `${scheme}: ${ink} on ${ground} ${ratio.toFixed(1)}`)
    }
    for (const ground of ['paper', 'ground']) {
      const ratio = contrast(tokens['edge'] ?? '', tokens[ground] ?? '')
      t.ok(ratio >= 3, `${scheme}: edge on ${ground} ${ratio.toFixed(1)}`)
    }
  }
})

const textPairs = [
  ...['paper', 'ground'].flatMap((ground) => ['ink', 'muted', 'info', 'ok', 'warn', 'bad'].map((ink) => [ink, ground] as const)),
  ...(['info', 'ok', 'warn', 'bad'] as const).map((tone) => ['ink', `${tone}-tint`] as const),
  ...([
    ['muted', 'bad-tint'],
    ['bad', 'bad-tint'],
    ['info', 'info-tint'],
    ['muted', 'info-tint'],
  ] as const),
  ...([
    ['on-brand', 'brand'],
    ['brand-muted', 'brand'],
    ['on-info', 'info'],
    ['on-glass', 'glass'],
  ] as const),
]

function colours(css: string): Record<string, string> {
  return Object.fromEntries([...css.matchAll(/--([a-z-]+): (#[0-9a-f]{6});/g)].map(([, name = '', value = '']) => [name, value]))
}

function contrast(a: string, b: string): number {
  const luminance = (hex: string) => {
    const [r = 0, g = 0, blue = 0] = [1, 3, 5].map((at) => {
      const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * blue
  }
  const [dark = 0, bright = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (bright + 0.05) / (dark + 0.05)
}
