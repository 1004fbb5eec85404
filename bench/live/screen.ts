// The station's own screens in a headless Chromium, and what its preview has drawn: the number of each frame, read from the pixels, and when.

import { existsSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { mark } from './scenes.js'
import { operator } from './station.js'

/** The system's own browser, as the tests use it. */
const chromiumPath = '/usr/bin/chromium'

export interface Screen {
  /** Frame numbers and when each was drawn, since the last time this was asked. */
  drawn(): Promise<readonly (readonly [frameNumber: number, atMs: number])[]>
  close(): Promise<void>
}

/** Runs in the page before anything else: the preview's drawing goes on as it is, then its number is read back. */
const watchDrawing = `(() => {
  const original = CanvasRenderingContext2D.prototype.drawImage
  window.rekamDrawn = []
  CanvasRenderingContext2D.prototype.drawImage = function (...given) {
    original.apply(this, given)
    const atMs = performance.timeOrigin + performance.now()
    const side = ${mark.sidePx} * this.canvas.width / 1600
    if (side < 4) return
    const { data } = this.getImageData(0, Math.floor(side / 2), Math.ceil(side * ${mark.bits}), 1)
    let number = 0
    for (let bit = 0; bit < ${mark.bits}; bit++) if (data[4 * Math.floor(side * (bit + 0.5))] < 140) number |= 1 << bit
    window.rekamDrawn.push([number, atMs])
  }
})()`

/**
 * Logs in and calls the one open case.
 * @returns undefined where there is no browser or nothing that drives it; the daemon must run from the build, which has the screens
 */
export async function openScreen(url: string): Promise<Screen | undefined> {
  const driver = await import('playwright-core').catch(() => undefined)
  if (!driver || !existsSync(chromiumPath)) return undefined
  const args = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking', '--no-first-run']
  const browser = await driver.chromium.launch({ executablePath: chromiumPath, args })
  try {
    return watch(browser, await logIn(browser, url))
  } catch (error) {
    await browser.close()
    throw error
  }
}

async function logIn(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1366, height: 768 } })
  await page.addInitScript({ content: watchDrawing })
  await page.goto(url)
  await page.getByLabel('Nama petugas').fill(operator.name)
  await page.getByLabel('PIN').fill(operator.pin)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: /^Panggil\s+A/ }).click()
  await page.locator('rekam-preview').waitFor({ state: 'attached' })
  return page
}

function watch(browser: Browser, page: Page): Screen {
  return {
    drawn: () => page.evaluate('rekamDrawn.splice(0)'),
    close: () => browser.close(),
  }
}
