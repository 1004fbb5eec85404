// A counter for the tests of the screens: a scripted station behind the real gateway, an operator who logs in, a person before the recording.

import type { Browser, Page } from 'playwright-core'
import type { Test } from 'tap'
import { openGateway } from '../../daemon/gateway/gateway.js'
import { roles } from '../../daemon/service/standard.js'
import { systemClock } from '../../protocol/clock.js'
import { silentLog } from '../../protocol/log.js'
import { type ScriptedStation, scriptedStation } from './scripted-station.js'

/** What all tests of one process share. */
export interface Screens {
  readonly uiFolder: string
  readonly browser: Browser
}

export async function counter(t: Test, { uiFolder }: Screens, options: { unclaimed?: boolean; seed?: number } = {}) {
  const station = await scriptedStation(systemClock, options.seed ?? 20)
  if (!options.unclaimed) station.operators.hire('Sari Dewi', roles, '246810')
  const gateway = await openGateway({ station, port: 0, uiFolder, clock: systemClock, log: silentLog, audit: async () => {} })
  t.teardown(() => gateway.close())
  return { station, gateway }
}

export async function logIn(page: Page): Promise<void> {
  await page.getByLabel('Nama petugas').fill('Sari Dewi')
  await page.getByLabel('PIN').fill('246810')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Antrian' }).waitFor()
}

/** A person with a ticket, standing before the recording. */
export async function atRecording(page: Page, look: (name: string) => Promise<void> = async () => {}): Promise<void> {
  // Out of the field that takes the number: there S is a letter.
  await page.keyboard.press('Tab')
  await page.keyboard.press('s')
  await page.getByText('datang ke loket').waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Persyaratan' }).waitFor()
  await page.keyboard.press('Space')
  await page.locator('input:checked').waitFor()
  await look('papers')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Periksa ke SIAK' }).waitFor()
  await page.keyboard.press('Enter')
  await page.getByText('Cocokkan data').waitFor()
  await look('registry')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Mulai: Foto wajah' }).waitFor()
}

export const live = (station: ScriptedStation, measure: number, advice = '') =>
  station.capturing({ state: 'live', measure, advice, stableFrames: measure > 60 ? 2 : 0, neededFrames: 3 })

/** The station has begun what the key asked for. */
export const begun = (page: Page) => page.locator('rekam-tiles').getByText('direkam').first().waitFor()
