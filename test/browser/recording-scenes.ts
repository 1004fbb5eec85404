// The recording's harder moments on the screens: one weak finger, one that is missing, a device that goes away, two captures side by side, the
// resident's window, and everything by keys at 200 % zoom.

import type { Page } from 'playwright-core'
import type { Test } from 'tap'
import { axeOf, open, otherLanguage, overflows, shoot, shootOne, untilPainted } from './browser.js'
import { atRecording, begun, counter, live, logIn, type Screens } from './counter.js'
import type { ScriptedStation } from './scripted-station.js'

export function recordingScenes(t: Test, screens: Screens): void {
  const scenes = { oneFinger, besideEachOther, cannotSign, residentWindow, byKeysAlone }
  for (const [name, scene] of Object.entries(scenes)) t.test(titles[name as keyof typeof scenes], (t) => scene(t, screens))
}

const titles = {
  oneFinger: 'a weak finger is asked for alone, a missing one is excepted in two keys, and what follows is asked for',
  besideEachOther: 'a capture waits for its device, another runs beside it, and nothing that was good is lost',
  cannotSign: 'who cannot sign is excepted while the pad waits, withdrawn when it was a mistake, and approves before a witness',
  residentWindow: 'the resident sees their own mirrored picture, one sentence and their own data, and nothing once the screen is locked',
  byKeysAlone: 'one person is recorded by keys alone at 200 % zoom, in few keys, and axe finds nothing',
} as const

const hand = (qualities: Readonly<Record<number, number>>) =>
  Object.entries(qualities).map(([position, quality]) => ({
    position: Number(position),
    quality,
    codes: quality < 20 ? ['small_foreground'] : [],
  }))

async function oneFinger(t: Test, screens: Screens): Promise<void> {
  const { gateway, station } = await counter(t, screens)
  const { page, troubles } = await open(screens.browser, gateway.url)
  await logIn(page)
  await atRecording(page)
  await page.keyboard.press('3')
  await begun(page)
  t.match(station.state.capture, { modality: 'right_four' }, 'a finger’s digit begins its hand')
  await station.picture('right_four', 0)
  const weak = {
    state: 'review',
    advice: 'weak_fingers',
    fingers: hand({ 2: 71, 3: 64, 4: 52, 5: 14 }),
    again: [5],
    mayAccept: false,
    weak: true,
  } as const
  station.capturing({ ...weak, attempt: 1 })
  await page.getByText('Lemah: kelingking kanan').waitFor()
  await page.getByRole('img', { name: '1 lemah (Kelingking kanan 14)' }).waitFor()
  await shoot(page, 'recording-weak-finger')
  await page.getByRole('button', { name: 'Ulangi kelingking kanan' }).waitFor()
  await page.keyboard.press('Enter')
  await begun(page)
  t.same(station.state.capture.asked, [5], 'only that finger is asked for')
  const [box] = (await station.picture('right_four', 1)).filter(({ position }) => position === 5)
  station.capturing({ state: 'live', measure: 31, advice: 'press_harder', boxes: box ? [box] : [], attempt: 2 })
  await page.getByText('Tekan jari lebih kuat').waitFor()
  await page.getByText('Percobaan 2 dari 3').waitFor()
  await shootOne(page, 'recording-one-finger')

  station.capturing({
    state: 'review',
    advice: 'fingers_missing',
    fingers: hand({ 2: 71, 3: 64, 4: 52 }),
    again: [5],
    attempt: 2,
    mayAccept: false,
    weak: true,
  })
  await page.getByText('Belum terekam: kelingking kanan').waitFor()
  await page.keyboard.press('x')
  await page.getByRole('dialog').getByRole('checkbox', { name: 'Kelingking kanan', checked: true }).waitFor()
  await page.getByRole('button', { name: 'Tidak ada' }).getByText('perlu foto bukti').waitFor()
  t.same(await (await axeOf(page))('exception'), [])
  await shoot(page, 'recording-exception')
  await page.keyboard.press('a')
  await page.getByRole('button', { name: 'Foto bukti' }).waitFor()
  t.match(station.document.exceptions, [{ modality: 'right_four', positions: [5], reason: 'missing' }])
  station.capturing({ state: 'review', advice: '', again: [], attempt: 2, mayAccept: true, weak: false })
  await page.getByRole('img', { name: '1 dikecualikan (Kelingking kanan)' }).waitFor()
  await shootOne(page, 'recording-excepted')
  await page.keyboard.press('Enter')
  await begun(page)
  await page.keyboard.press('Escape')

  await page.getByRole('button', { name: 'Foto bukti' }).click()
  await begun(page)
  live(station, 0)
  await station.picture('evidence', 2)
  await page.getByText('Spasi mengambil foto').waitFor()
  await shootOne(page, 'recording-evidence')
  await page.keyboard.press('Space')
  await page.getByText('Periksa foto').waitFor()
  const cancels = () => station.asked.filter((command) => command === 'cancel').length
  const before = cancels()
  await page.keyboard.press('Backspace')
  await page.keyboard.press('?')
  await page.getByRole('dialog').waitFor()
  await page.keyboard.press('Escape')
  await page.locator('dialog').waitFor({ state: 'detached' })
  t.equal(cancels(), before, 'the key that takes back a stroke drops nothing')
  await page.keyboard.press('Delete')
  await page.getByRole('button', { name: 'Mulai: Foto wajah' }).waitFor()
  t.equal(cancels(), before + 1, 'Delete drops the result')
  t.same(troubles, [])
}

async function besideEachOther(t: Test, screens: Screens): Promise<void> {
  const { gateway, station } = await counter(t, screens)
  const { page, troubles } = await open(screens.browser, gateway.url)
  await logIn(page)
  await atRecording(page)
  await page.keyboard.press('2')
  await begun(page)
  live(station, 70)
  const device = station.state.devices.find(({ kind }) => kind === 'slap_scanner')
  if (!device) throw new Error('the scripted station has a scanner')
  station.state.publish({ is: 'device', device: { ...device, conditions: ['platen_dirty'] } })
  await page.locator('rekam-side').getByText('Bersihkan kaca pemindai').waitFor()
  station.state.publish({ is: 'device', device: { ...device, state: 'absent' } })
  station.state.publish({ is: 'fault', fault: { code: 'device.unplugged', context: { device: 'slap_scanner' } } })
  station.capturing({ state: 'waiting', advice: 'device.unplugged' })
  await page.getByText('Pasang kembali kabelnya').waitFor()
  await page.getByText('Perekaman berlanjut sendiri').first().waitFor()
  t.equal(await page.getByRole('alert').count(), 0, 'it is said once')
  await shoot(page, 'recording-waiting')
  await page.keyboard.press('i')
  await page.locator('rekam-tiles .now').getByText('Iris').waitFor()
  await page.locator('rekam-tiles').getByText('menunggu alat').waitFor()
  station.state.publish({ is: 'device', device })
  station.capturing({ modality: 'right_four', state: 'live', measure: 77 })
  station.capturing({ modality: 'irises', state: 'live', measure: 66, advice: 'open_wide' })
  await station.picture('irises', 1)
  await page.getByText('Buka mata lebih lebar').waitFor()
  t.equal(await page.locator('rekam-tiles').getByText('direkam').count(), 2, 'both tiles say that they run')
  await shootOne(page, 'recording-two')
  station.capturing({
    modality: 'irises',
    state: 'review',
    eyes: [
      { eye: 'right', quality: 80, codes: [] },
      { eye: 'left', quality: 71, codes: [] },
    ],
  })
  await page.getByText('kedua mata terbuka').waitFor()
  await page.keyboard.press('Escape')
  await page.locator('rekam-tiles .now').getByText('4 jari kanan').waitFor()
  t.equal(station.state.captures.length, 2, 'what is put aside stays as it is')
  await page.keyboard.press('i')
  await page.getByRole('button', { name: 'Terima' }).waitFor()
  await page.keyboard.press('Enter')
  await page.locator('rekam-tiles').getByText('baik').waitFor()
  t.match(station.state.captures, [{ modality: 'right_four', state: 'live' }], 'the other one goes on')
  t.same(troubles, [])
}

async function cannotSign(t: Test, screens: Screens): Promise<void> {
  const { gateway, station } = await counter(t, screens)
  const { page, troubles } = await open(screens.browser, gateway.url)
  await logIn(page)
  await atRecording(page)
  const except = async () => {
    await page.keyboard.press('t')
    await begun(page)
    live(station, 0)
    await page.getByText('Tanda tangan di papan').first().waitFor()
    await page.keyboard.press('x')
    await page.getByRole('dialog').getByRole('button', { name: 'Tidak dapat menandatangani' }).getByText('penyelia menyaksikan').waitFor()
    await page.keyboard.press('a')
    await page.locator('rekam-tiles').getByText('pengecualian').waitFor()
    t.same(station.state.captures, [], 'the pad is free again')
  }
  await except()
  await page.keyboard.press('t')
  await page.getByRole('dialog').getByText('Sudah dicatat: tanda tangan: tidak dapat menandatangani').waitFor()
  await page.keyboard.press('w')
  await page.locator('rekam-tiles').getByText('pengecualian').waitFor({ state: 'detached' })
  t.same(station.document.exceptions, [])
  await except()
  for (const { modality } of station.document.modalities.filter(({ state }) => state !== 'exception'))
    station.move({ is: 'modality_changed', modality, change: { state: 'good', tries: 1, measure: 88 } })
  await page.getByRole('button', { name: 'Saksikan persetujuan' }).waitFor()
  await shootOne(page, 'review-witness')
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').waitFor()
  await page.keyboard.press('1')
  await page.keyboard.press('Enter')
  await page.getByText('Penyelia menyaksikan persetujuan').waitFor()
  t.match(station.document.witness, { reason: 'Pemohon menyetujui secara lisan' })
  t.same(troubles, [])
}

async function residentWindow(t: Test, screens: Screens): Promise<void> {
  const { gateway, station } = await counter(t, screens)
  const { page, troubles } = await open(screens.browser, gateway.url)
  await logIn(page)
  await atRecording(page)
  const opening = page.context().waitForEvent('page')
  await page.keyboard.press('p')
  const resident = await opening
  await resident.setViewportSize({ width: 1280, height: 800 })
  await resident.getByRole('heading', { name: 'Perekaman KTP-el' }).waitFor()
  await shootResident(resident, 'notice')
  const { name } = station.document.biodata ?? { name: '-' }
  t.equal(await resident.getByText(name).count(), 0, 'no name before the review')
  await page.keyboard.press('Enter')
  await begun(page)
  live(station, 35, 'come_closer')
  await station.picture('face', 1)
  await resident.getByRole('heading', { name: 'Maju sedikit ke kamera' }).waitFor()
  await untilPainted(resident, '')
  const mirrored = await resident.evaluate(mirrorOf)
  t.match(String(mirrored), /^matrix\(-1/, 'as in a mirror')
  await shootResident(resident, 'face')
  await page.keyboard.press('Escape')
  await page.keyboard.press('2')
  await begun(page)
  const boxes = await station.picture('right_four', 0)
  station.capturing({ state: 'live', measure: 40, advice: 'press_harder', boxes })
  await resident.getByRole('heading', { name: 'Tekan jari lebih kuat' }).waitFor()
  await shootResident(resident, 'slap')
  station.capturing({ state: 'idle' })
  for (const { modality } of station.document.modalities)
    station.move({ is: 'modality_changed', modality, change: { state: 'good', tries: 1, measure: 88 } })
  await resident.getByText(name).waitFor()
  await resident.locator('rekam-thumbnails canvas').first().waitFor()
  await shootResident(resident, 'review')
  const axe = await axeOf(resident)
  t.same(await axe('resident review'), [])
  await resident.setViewportSize({ width: 640, height: 400 })
  await otherLanguage(page)
  await resident.getByRole('heading', { name: 'Read your data' }).waitFor()
  t.same(await axe('resident review in English at 200 %'), [])
  await shootOne(resident, 'resident-zoom-200')
  await otherLanguage(page)
  await page.keyboard.press('Control+l')
  await page.getByRole('heading', { name: 'Layar terkunci' }).waitFor()
  await resident.getByRole('heading', { name: 'Selamat datang' }).waitFor()
  t.equal(await resident.getByText(name).count(), 0, 'a locked screen shows nothing of the person')
  t.same(troubles, [])
}

async function shootResident(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await shootOne(page, `resident-${name}-${colorScheme}`)
  }
}

async function byKeysAlone(t: Test, screens: Screens): Promise<void> {
  const { gateway, station } = await counter(t, screens)
  const { page, troubles } = await open(screens.browser, gateway.url, { width: 960, height: 540 })
  await logIn(page)
  const axe = await axeOf(page)
  await atRecording(page, async (name) => void t.same(await axe(name), []))
  t.same(await axe('begin'), [])
  let keys = 0
  const press = async (key: string) => {
    keys++
    await page.keyboard.press(key)
  }
  await press('Enter')
  for (const { modality } of station.document.modalities) {
    await begun(page)
    await recorded(station, modality)
    await page.getByRole('button', { name: modality === 'face' ? 'Pemohon setuju' : 'Terima' }).waitFor()
    const bottom = await page.locator('rekam-actions').evaluate((actions) => actions.getBoundingClientRect().bottom)
    t.ok(bottom <= 540, `the keys of ${modality} are on the first screen (${bottom})`)
    if (modality === 'face' || modality === 'right_four' || modality === 'irises') t.same(await axe(`${modality} review`), [])
    if (modality === 'right_four') await shoot(page, 'zoom-200')
    await press('Enter')
  }
  await page.getByRole('button', { name: 'Pemohon menandatangani' }).waitFor()
  t.same(await axe('review'), [])
  await shootOne(page, 'zoom-200-review')
  await press('Enter')
  await page.getByText('Pemohon sudah menandatangani').waitFor()
  await press('Enter')
  await page.getByRole('heading', { name: 'Pengiriman ke pusat' }).waitFor()
  t.ok(keys <= 10, `${keys} keys from the first capture to the sealed record`)
  await page.keyboard.press('?')
  await page.getByRole('dialog').waitFor()
  t.same(await axe('keys'), [])
  await page.keyboard.press('Escape')
  t.same(
    (await overflows(page)).filter((each) => each.startsWith('sideways')),
    [],
    'nothing scrolls sideways',
  )
  t.same(troubles, [])
}

/** One capture as it goes: a picture, live, good. */
async function recorded(station: ScriptedStation, modality: ScriptedStation['document']['modalities'][number]['modality']): Promise<void> {
  live(station, 78, 'hold_still')
  await station.picture(modality, 2)
  const asked = station.state.capture.asked
  const fingers = modality === 'irises' ? [] : asked.map((position) => ({ position, quality: 70 - position, codes: [] }))
  const eyes = modality === 'irises' ? (['right', 'left'] as const).map((eye) => ({ eye, quality: 77, codes: [] })) : []
  station.capturing({ state: 'review', advice: '', fingers, eyes })
}

/** How the picture is turned, looked for through the shadow roots. */
const mirrorOf =
  "getComputedStyle(document.querySelector('rekam-resident').shadowRoot.querySelector('rekam-preview').shadowRoot.querySelector('.sensors')).transform"
