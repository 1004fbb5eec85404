// What an operator answers for once more: a value of the registry corrected by PIN or by the own finger, and that finger enrolled.

import type { Test } from 'tap'
import { Fault } from '../../protocol/fault.js'
import { axeOf, open, overflows, shoot, shootOne, untilPainted } from './browser.js'
import { atRecording, counter, logIn, type Screens } from './counter.js'

export function ownHandScenes(t: Test, screens: Screens): void {
  t.test(
    'a wrong value is corrected before it is confirmed by PIN, before it is signed by the own finger, and marked wherever it stands',
    (t) => corrects(t, screens),
  )
  t.test('an operator enrols a finger of their own by keys, is told what to do, and may leave it', (t) => enrols(t, screens))
}

async function corrects(t: Test, screens: Screens): Promise<void> {
  const { gateway, station } = await counter(t, screens)
  const { page, troubles } = await open(screens.browser, gateway.url)
  const dialog = page.getByRole('dialog')
  await logIn(page)
  await atRecording(page, async (name) => {
    if (name !== 'registry') return
    const before = station.document.biodata?.birthPlace ?? ''
    await page.keyboard.press('k')
    await dialog.getByLabel('Data yang salah').selectOption({ label: 'Tempat lahir' })
    await dialog.getByText(before, { exact: true }).waitFor()
    await dialog.getByLabel('Menjadi').fill('maros')
    await dialog.getByLabel('Alasan').press('2')
    await dialog.getByLabel('PIN saya').nth(1).fill('000000')
    await page.keyboard.press('Enter')
    await dialog.getByRole('alert').getByText('PIN salah').waitFor()
    t.equal(station.document.biodata?.birthPlace, before, 'nothing is corrected without the PIN')
    t.same(await (await axeOf(page))('correction'), [])
    await shoot(page, 'correct-biodata')
    await page.setViewportSize({ width: 960, height: 540 })
    await shootOne(page, 'correct-biodata-zoom')
    await page.setViewportSize({ width: 1366, height: 768 })
    await page.keyboard.type('246810')
    await page.keyboard.press('Enter')
    await dialog.waitFor({ state: 'detached' })
    await page.getByText('Tempat lahir sudah dikoreksi.').waitFor()
    await page.getByText('tempat lahir dikoreksi').waitFor()
    t.match(station.document.corrections, [{ field: 'birth_place', before, reason: 'Sesuai akta kelahiran' }])
    await shootOne(page, 'registry-corrected')
  })
  const opening = page.context().waitForEvent('page')
  await page.keyboard.press('p')
  const resident = await opening
  for (const { modality } of station.document.modalities)
    station.move({ is: 'modality_changed', modality, change: { state: 'good', tries: 1, measure: 88 } })
  await resident.setViewportSize({ width: 1280, height: 800 })
  await resident.getByText('tempat lahir dikoreksi').waitFor()
  t.equal(await resident.locator('.data').evaluate(unseenPx), 0, 'all of their data stands on one screen')
  await shootOne(resident, 'resident-corrected')
  await page.bringToFront()
  await page.locator('rekam-review').getByText('tempat lahir dikoreksi').waitFor()
  await page.keyboard.press('k')
  await dialog.getByLabel('Menjadi').fill('SITI RAHMA')
  await dialog.getByLabel('Alasan').press('1')
  await dialog.getByLabel('Jari saya').press('Space')
  await page.keyboard.press('Enter')
  await dialog.getByText('Letakkan telunjuk kanan Anda di kaca pemindai').waitFor()
  await page.keyboard.press('Escape')
  await dialog.getByLabel('Menjadi').waitFor()
  t.ok(station.asked.includes('cancelFinger'), 'Esc ends the waiting, and the form stays')
  await page.keyboard.press('Enter')
  await dialog.getByText('Letakkan telunjuk kanan Anda di kaca pemindai').waitFor()
  await station.picture('index_fingers', 1)
  await untilPainted(page, '')
  station.finger.advise('press_harder')
  await dialog.getByText('Telunjuk kanan: Tekan jari lebih kuat').waitFor()
  await shoot(page, 'correct-by-finger')
  t.equal(await resident.locator('rekam-preview').count(), 0, 'the resident is shown nothing of it')
  station.finger.end(new Fault('operator.wrong_finger'))
  await dialog.getByRole('alert').getByText('Jari tidak cocok').waitFor()
  await page.keyboard.press('Enter')
  await dialog.getByText('Letakkan telunjuk kanan').waitFor()
  station.finger.end()
  await page.locator('rekam-review').getByText('SITI RAHMA dikoreksi').waitFor()
  await page.locator('rekam-side').getByText('SITI RAHMA dikoreksi').waitFor()
  await shootOne(page, 'review-corrected')
  t.same(await overflows(page), [], 'nothing scrolls at 1366 x 768')
  t.same(troubles, [])
}

const unseenPx = ({ scrollHeight, clientHeight }: { scrollHeight: number; clientHeight: number }) => scrollHeight - clientHeight

async function enrols(t: Test, screens: Screens): Promise<void> {
  const { gateway, station } = await counter(t, screens)
  const { page, troubles } = await open(screens.browser, gateway.url)
  const dialog = page.getByRole('dialog')
  await logIn(page)
  await page.keyboard.press('Alt+j')
  await dialog.getByRole('radio', { name: 'Telunjuk kanan', checked: true }).and(page.locator(':focus')).waitFor()
  await page.keyboard.press('ArrowLeft')
  await dialog.getByRole('radio', { name: 'Ibu jari kanan', checked: true }).waitFor()
  await page.keyboard.press('ArrowLeft')
  await dialog.getByRole('radio', { name: 'Ibu jari kiri', checked: true }).waitFor()
  t.same(await (await axeOf(page))('enrolment'), [])
  await shoot(page, 'enrol-finger')
  await page.keyboard.press('Tab')
  await page.keyboard.type('246810')
  await page.keyboard.press('Enter')
  await dialog.getByText('Letakkan ibu jari kiri Anda di kaca pemindai').waitFor()
  await station.picture('index_fingers', 1)
  await untilPainted(page, '')
  station.finger.end(new Fault('operator.finger_unclear'))
  await dialog.getByText('tekan rata, lalu ulangi').waitFor()
  await page.keyboard.type('246810')
  await page.keyboard.press('Enter')
  await dialog.getByText('Letakkan ibu jari kiri Anda').waitFor()
  await shootOne(page, 'enrol-finger-asked')
  station.finger.end()
  await dialog.waitFor({ state: 'detached' })
  await page.getByText('Ibu jari kiri Anda sudah tersimpan').waitFor()
  await shootOne(page, 'enrol-finger-done')
  t.same(troubles, [])
}
