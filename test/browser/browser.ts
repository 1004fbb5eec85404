// What the browser tests share: the screens built from source, one Chromium, pages that report every error and every breach of the content policy.

import { mkdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import type { Test } from 'tap'
import { build } from 'vite'

const root = fileURLToPath(new URL('../..', import.meta.url))
export const chromiumPath = '/usr/bin/chromium'
/** Where screenshots of every screen go. CI keeps the folder; git does not. */
const screensFolder = join(root, 'out', 'screens')
/** README's picture, written only when asked for by REKAM_README_IMAGES=1. */
const readmeImages = join(root, 'docs', 'images')

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

export async function launch(t: Test): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: chromiumPath, args: flags })
  t.teardown(() => browser.close())
  return browser
}

/** @returns the folder that the gateway serves */
export async function buildScreens(t: Test): Promise<string> {
  const outDir = t.testdir()
  await build({ root: join(root, 'station-ui'), logLevel: 'error', build: { outDir, emptyOutDir: true } })
  return outDir
}

export interface Watched {
  readonly page: Page
  /** Console errors, uncaught errors and breaches of the content policy. Empty on a good page. */
  readonly troubles: readonly string[]
}

/** Wide office screen unless said otherwise. */
export async function open(browser: Browser, url: string, size = { width: 1366, height: 768 }): Promise<Watched> {
  const context = await browser.newContext({ viewport: size, colorScheme: 'light', reducedMotion: 'reduce' })
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  const troubles: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') troubles.push(message.text())
  })
  page.on('pageerror', (error) => void troubles.push(error.message))
  await page.addInitScript({
    content:
      "addEventListener('securitypolicyviolation', (e) => console.error('content policy: ' + e.violatedDirective + ' ' + e.blockedURI))",
  })
  await page.goto(url)
  return { page, troubles }
}

/** The screen as it is now, light and dark, in both languages: `<name>-<language>-<scheme>.png`. Leaves it light and Indonesian. */
export async function shoot(page: Page, name: string): Promise<void> {
  await mkdir(screensFolder, { recursive: true })
  for (const language of ['id', 'en'] as const) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await page.screenshot({ path: join(screensFolder, `${name}-${language}-${colorScheme}.png`) })
    }
    await page.emulateMedia({ colorScheme: 'light' })
    await otherLanguage(page)
  }
}

/** Also works while the dialog covers the bar: it is a setting, not a click to be tested. */
export async function otherLanguage(page: Page): Promise<void> {
  await page.locator('rekam-bar button[lang]').evaluate((button: { click(): void }) => button.click())
}

/** One picture for README.md, below 400 KB. */
export async function shootForReadme(page: Page, name: string): Promise<number> {
  const path = join(readmeImages, `${name}.png`)
  await page.mouse.move(0, 0)
  await page.screenshot({ path })
  return (await stat(path)).size
}

export async function shootOne(page: Page, name: string): Promise<void> {
  await mkdir(screensFolder, { recursive: true })
  await page.screenshot({ path: join(screensFolder, `${name}.png`) })
}

/** The part of a canvas that is asked about: tests of the daemon's house know no DOM types. */
interface CanvasLike {
  readonly width: number
  readonly height: number
  getContext(kind: '2d'): { getImageData(x: number, y: number, width: number, height: number): { readonly data: Uint8ClampedArray } } | null
}

/** A coarse print of what the canvas shows. */
const sample = (page: Page, index = 0): Promise<string> =>
  page
    .locator('rekam-preview canvas')
    .nth(index)
    .evaluate((canvas: CanvasLike) => {
      const context = canvas.getContext('2d')
      if (!context || canvas.width < 2) return ''
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height)
      let print = ''
      for (let i = 0; i < data.length; i += 4 * 997) print += String.fromCharCode(33 + ((data[i] ?? 0) >> 3))
      return print
    })

/** Waits until the canvas shows something else than `before`; '' is an empty one. */
export async function untilPainted(page: Page, before: string, index = 0): Promise<string> {
  for (let turn = 0; turn < 200; turn++) {
    const now = await sample(page, index)
    if (now !== '' && now !== before) return now
    await page.evaluate('new Promise((resolve) => requestAnimationFrame(resolve))')
  }
  throw new Error('the canvas did not change')
}

/** Controls that a screen reader cannot name, looked for through all shadow roots. */
export function nameless(page: Page): Promise<string[]> {
  return page.evaluate(`(() => {
    const found = []
    const walk = (root) => {
      for (const each of root.querySelectorAll('*')) {
        if (each.shadowRoot) walk(each.shadowRoot)
        if (each.matches('button') && each.textContent.trim() === '') found.push(each.outerHTML)
        if (each.matches('input, select') && (each.labels?.length ?? 0) === 0) found.push(each.outerHTML)
        if (each.matches('[role=img], [role=meter], [role=progressbar]') && !each.getAttribute('aria-label')) found.push(each.outerHTML)
      }
    }
    walk(document)
    return found
  })()`)
}

/** What scrolls although it should fit. */
export function overflows(page: Page): Promise<string[]> {
  return page.evaluate(`(() => {
    const { scrollHeight, clientHeight, scrollWidth, clientWidth } = document.documentElement
    return [
      ...(scrollHeight > clientHeight ? ['page ' + scrollHeight + ' > ' + clientHeight] : []),
      ...(scrollWidth > clientWidth ? ['sideways ' + scrollWidth + ' > ' + clientWidth] : []),
    ]
  })()`)
}

/** @returns a look at the page by axe: what it found, and where */
export async function axeOf(page: Page): Promise<(where: string) => Promise<readonly string[]>> {
  const source = await readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')
  await page.evaluate(source)
  return async (where) => {
    const found = (await page.evaluate(
      'axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes.map(({ target, html }) => target.flat().join(" ") + " " + html.slice(0, 160)).join(" | ")))',
    )) as string[]
    return found.map((each) => `${where}: ${each}`)
  }
}
