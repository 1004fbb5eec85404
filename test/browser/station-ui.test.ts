// The screens in a real browser against a scripted station: log-in, keys, languages, live pictures, faults, layout. station-case.test.ts has the real one.

import t from 'tap'
import { openGateway } from '../../daemon/gateway/gateway.js'
import { roles } from '../../daemon/service/standard.js'
import { idleIssuance, modalities } from '../../daemon/state.js'
import { systemClock } from '../../protocol/clock.js'
import { Fault } from '../../protocol/fault.js'
import { silentLog } from '../../protocol/log.js'
import { need } from '../real-stack/need.js'
import {
  axeOf,
  buildScreens,
  chromiumPath,
  launch,
  nameless,
  open,
  otherLanguage,
  overflows,
  shoot,
  shootOne,
  untilPainted,
} from './browser.js'
import { atRecording, begun, counter, live, logIn, type Screens } from './counter.js'
import { ownHandScenes } from './own-hand-scenes.js'
import { recordingScenes } from './recording-scenes.js'
import { scriptedStation } from './scripted-station.js'

if (!need(t, [chromiumPath])) process.exit(0)

const uiFolder = await buildScreens(t)
const browser = await launch(t)

const screens: Screens = { uiFolder, browser }

t.test('the first administrator claims the station with the launch token and a PIN typed twice', async (t) => {
  const { gateway, station } = await counter(t, screens, { unclaimed: true })
  const { page, troubles } = await open(browser, gateway.url)
  await page.getByLabel('Token pertama').fill(gateway.launchToken ?? '')
  await page.getByLabel('Nama').fill('Kepala')
  await page.getByLabel('PIN (minimal 6 angka)').fill('135790')
  await page.getByLabel('Ulangi PIN').fill('135791')
  await page.keyboard.press('Enter')
  await page.getByText('Kedua PIN tidak sama').waitFor()
  t.equal(station.operators.unclaimed, true, 'nothing was claimed with differing PINs')
  await shoot(page, 'first-start')
  await page.getByLabel('Ulangi PIN').fill('135790')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Petugas' }).waitFor()
  t.equal(await page.getByRole('button', { name: 'Cetak' }).count(), 0, 'an administrator is not offered the making of cards')
  await page.keyboard.press('Alt+6')
  await page.getByRole('heading', { name: 'Petugas stasiun ini' }).waitFor()
  await shoot(page, 'operators')
  t.same(troubles, [])
})

t.test('logs in, refuses a wrong PIN in words, and speaks both languages', async (t) => {
  const { gateway } = await counter(t, screens)
  const { page, troubles } = await open(browser, gateway.url)
  await page.getByLabel('Nama petugas').fill('Sari Dewi')
  await page.getByLabel('PIN').fill('000000')
  await page.keyboard.press('Enter')
  const alert = page.getByRole('alert')
  await alert.getByText('Nama atau PIN salah').waitFor()
  t.match(await alert.textContent(), /operator\.wrong_pin/, 'the code stands beside the words')
  const axe = await axeOf(page)
  t.same(await axe('log-in'), [])
  await shoot(page, 'log-in')
  await otherLanguage(page)
  await alert.getByText('Wrong name or PIN').waitFor()
  t.equal(await page.evaluate('document.documentElement.lang'), 'en')
  await otherLanguage(page)
  await logIn(page)
  t.equal(await alert.count(), 0, 'a success takes the fault away')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Control+l')
  await page.getByRole('heading', { name: 'Layar terkunci' }).waitFor()
  await shoot(page, 'locked')
  t.same(await axe('locked'), [])
  await page.keyboard.type('246810')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Antrian' }).waitFor()
  t.same(await axe('queue'), [])
  await page.setViewportSize({ width: 683, height: 384 })
  await otherLanguage(page)
  t.same(await axe('queue in English at 200 %'), [])
  t.same(troubles, [])
})

t.test('a person is recorded with the keyboard alone, and the live picture is alive', async (t) => {
  const { gateway, station } = await counter(t, screens)
  const { page, troubles } = await open(browser, gateway.url)
  await logIn(page)
  await shoot(page, 'queue')
  t.same(await nameless(page), [], 'everything in the queue has a name')
  await atRecording(page, (name) => shoot(page, name))
  await shoot(page, 'capture-begin')

  await page.keyboard.press('Enter')
  await begun(page)
  live(station, 35, 'look_at_camera')
  await page.getByText('Lihat lurus ke kamera', { exact: true }).waitFor()
  await station.picture('face', 1)
  const first = await untilPainted(page, '')
  await station.picture('face', 5)
  const second = await untilPainted(page, first)
  t.not(second, first, 'a new picture is painted')
  const guides = station.guides('face')
  const backdrop = { expected: 'red', found: '#0090ff', distance: 61.4, mostDistance: 20, plain: true, ok: false }
  station.capturing({ state: 'live', measure: 38, stableFrames: 0, neededFrames: 3, advice: 'change_backdrop', guides, backdrop })
  await page.getByText('Pasang latar yang diminta').waitFor()
  await page.getByText('belum sesuai').waitFor()
  await page.locator('rekam-preview ellipse').first().waitFor({ state: 'attached' })
  await shootOne(page, 'capture-face-backdrop')
  station.capturing({ advice: '', measure: 84, stableFrames: 2, backdrop: { ...backdrop, found: '#d81a17', distance: 3.2, ok: true } })
  await page.getByText('Bagus, tahan sebentar').waitFor()
  await shoot(page, 'capture-face')
  await page.keyboard.press('Space')
  station.capturing({
    components: [
      { name: 'EyesOpen', scalar: 97, least: 85 },
      { name: 'MouthClosed', scalar: 96, least: 92 },
      { name: 'IlluminationUniformity', scalar: 31, least: 40 },
      { name: 'HeadSize', scalar: 88, least: 0 },
      { name: 'ExpressionNeutrality', least: 0 },
      { name: 'FaceOcclusionPrevention', least: 0 },
    ],
  })
  await page.getByText('Pemohon yang menyetujui').waitFor()
  await page.getByRole('listitem', { name: 'cahaya merata: 31, paling sedikit 40' }).waitFor()
  await page.getByText('Tidak diukur: ekspresi netral, wajah terlihat').waitFor()
  t.same(await overflows(page), [], 'nothing scrolls at 1366 x 768')
  t.ok(station.asked.includes('takeNow'), 'Space takes the picture')
  await shoot(page, 'capture-face-review')
  await page.keyboard.press('r')
  await page.getByText('Perangkat disiapkan').first().waitFor()
  t.ok(station.asked.includes('retake'), 'R takes it again')
  live(station, 84)
  station.capturing({ state: 'review' })
  await page.getByRole('button', { name: 'Pemohon setuju, lanjut: Tanda tangan' }).waitFor()
  await page.keyboard.press('Enter')

  await begun(page)
  live(station, 0)
  await page.getByText('Tanda tangan di papan').first().waitFor()
  await station.picture('signature', 4)
  await station.picture('signature', 9)
  await page.locator('rekam-preview path[d^="M"]').waitFor()
  await shoot(page, 'capture-signature')
  await page.keyboard.press('Backspace')
  await page.keyboard.press('r')
  await page.getByRole('button', { name: 'Tanda tangan ulang' }).waitFor()
  t.ok(station.asked.includes('undoStroke') && station.asked.includes('signAgain'), 'a slip is taken back, or all of it')
  station.capturing({ state: 'review', measure: 100 })
  await page.getByRole('button', { name: 'Terima, lanjut: 4 jari kanan' }).waitFor()
  await page.keyboard.press('Enter')

  await begun(page)
  const boxes = await station.picture('right_four', 0)
  station.capturing({ state: 'live', measure: 78, stableFrames: 2, advice: 'press_harder', boxes })
  await page.getByText('Tekan jari lebih kuat').waitFor()
  await page.locator('rekam-preview').getByText('Telunjuk').waitFor()
  await untilPainted(page, '')
  await shoot(page, 'capture-slap')
  t.same(await nameless(page), [], 'everything in the recording has a name')
  t.same(await overflows(page), [], 'nothing scrolls at 1366 x 768')
  station.refuse('accept', new Fault('capture.weak_needs_reason'))
  station.capturing({ state: 'review', attempt: 3, advice: 'weak', weak: true })
  await page.getByText('Hasil lemah').waitFor()
  await page.getByText('Percobaan 3 dari 3').waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').waitFor()
  await shootOne(page, 'capture-weak-reason')
  await page.keyboard.press('1')
  await page.keyboard.press('Enter')
  await page.getByText('lemah, diterima').first().waitFor()
  t.match(station.document.modalities, [{}, {}, { weakReason: 'Jari aus karena pekerjaan' }], 'a digit picks the reason')

  await page.locator('rekam-tiles .now').getByText('4 jari kiri').waitFor()
  await begun(page)
  live(station, 40)
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Mulai: Empat jari kiri' }).waitFor()
  t.ok(station.asked.includes('cancel'), 'Esc cancels')
  t.same(troubles, [])
})

t.test('irises stand side by side, the applicant signs what is sealed, and the centre decides about printing', async (t) => {
  const { gateway, station } = await counter(t, screens, { seed: 21 })
  const { page, troubles } = await open(browser, gateway.url)
  await logIn(page)
  await atRecording(page)
  for (const modality of modalities.filter((each) => each !== 'irises')) {
    station.capturing({ caseId: station.document.caseId, modality, state: 'live', neededFrames: 3 })
    await station.picture(modality, 3)
    station.move({ is: 'modality_changed', modality, change: { state: 'good', tries: 1, measure: 88 } })
    station.capturing({ modality, state: 'idle' })
  }
  await page.getByRole('button', { name: 'Mulai: Iris' }).waitFor()
  await page.keyboard.press('Enter')
  await begun(page)
  live(station, 72)
  station.capturing({ guides: station.guides('irises') })
  await station.picture('irises', 1)
  const [right, left] = [await untilPainted(page, '', 0), await untilPainted(page, '', 1)]
  t.not(right, left, 'each eye has its own picture')
  t.equal(await page.locator('rekam-preview ellipse:not(.under)').count(), 4, 'both circles of both eyes are drawn')
  await shoot(page, 'capture-irises')
  const eyes = [
    { eye: 'right', quality: 88, codes: [] },
    { eye: 'left', quality: 41, codes: ['too_little_visible'] },
  ] as const
  station.capturing({ state: 'review', eyes })
  await page.getByText('iris banyak tertutup').waitFor()
  await shootOne(page, 'capture-irises-review')
  await page.getByRole('button', { name: 'Terima' }).waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Pemohon memeriksa' }).waitFor()
  await page.locator('rekam-thumbnails canvas[width="960"]').waitFor()
  await shoot(page, 'review')
  await page.keyboard.press('Enter')
  await page.getByText('Pemohon sudah menandatangani').waitFor()
  await page.keyboard.press('Enter')

  await page.getByRole('heading', { name: 'Pengiriman ke pusat' }).waitFor()
  const outbox = { waiting: 3, oldestAtMs: systemClock.nowMs() - 600_000, reachable: true, bytesSent: 412_000, bytesTotal: 1_250_000 }
  station.state.publish({ is: 'outbox', outbox })
  await page.getByText('412 kB dari 1.250 kB').waitFor()
  station.move({ is: 'central_status', status: 'SENT_FOR_ENROLLMENT' })
  await page.getByText('terkirim ke pusat').first().waitFor()
  await shoot(page, 'send')
  station.move({ is: 'send_window_passed', receiptNumber: 'MKS-01/2026/000123' })
  await page.getByRole('button', { name: 'Bukti sudah diberikan' }).waitFor()
  await shootOne(page, 'receipt')
  await page.keyboard.press('Enter')
  await page.getByText('Pusat belum menyatakan siap cetak.').waitFor()
  station.move({ is: 'central_status', status: 'PRINT_READY_RECORD' })
  await page.getByRole('button', { name: 'Buat kartu' }).waitFor()
  t.same(troubles, [])
})

t.test(
  'fingers are shown with their quality, a finding with what to do; a supervisor judges it with a reason, then the record is sealed',
  async (t) => {
    const { gateway, station } = await counter(t, screens)
    const { page, troubles } = await open(browser, gateway.url)
    await logIn(page)
    await atRecording(page)
    for (const modality of modalities.slice(0, -1))
      station.move({ is: 'modality_changed', modality, change: { state: 'good', tries: 1, measure: 90 } })
    await page.getByRole('button', { name: 'Mulai: Kedua telunjuk lagi' }).waitFor()
    await page.keyboard.press('Enter')
    await begun(page)
    live(station, 80)
    const boxes = await station.picture('index_fingers', 1)
    const doubt = {
      code: 'recapture_mismatch',
      certainty: 'unsure',
      modalities: ['left_four', 'index_fingers'],
      again: ['index_fingers'],
      positions: [7],
    } as const
    const fingers = [
      { position: 7, quality: 31, codes: ['small_foreground'] },
      { position: 2, quality: 74, codes: [] },
    ]
    station.capturing({ state: 'review', advice: 'recapture_mismatch', boxes, fingers, findings: [{ ...doubt, ask: 'retake' }] })
    await page.getByText('Telunjuk tidak cocok dengan yang pertama').first().waitFor()
    await page.getByText('Ulangi: Kedua telunjuk lagi').waitFor()
    await page.locator('rekam-fingers').getByText('Telunjuk kiri').waitFor()
    await page.locator('rekam-fingers').getByText('bidang jari kecil').waitFor()
    t.equal(
      await page
        .locator('rekam-fingers b')
        .allTextContents()
        .then((all) => all.join(' ')),
      '31 74',
    )
    await shoot(page, 'capture-finding')

    station.capturing({ state: 'idle' })
    const change = { state: 'weak_accepted', tries: 2, fingers } as const
    station.move({ is: 'modality_changed', modality: 'index_fingers', change, findings: [{ ...doubt, ask: 'review' }] })
    await page.getByText('Minta penyelia memeriksa orangnya').waitFor()
    await page.getByRole('button', { name: 'Periksa sebagai penyelia' }).waitFor()
    await shoot(page, 'review-finding')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').getByLabel('Alasan').fill('Jari aus, orangnya sama')
    await page.keyboard.press('Enter')
    await page.getByText('Sudah diperiksa penyelia').waitFor()
    t.match(station.document.findings, [{ review: { reason: 'Jari aus, orangnya sama' } }])
    await page.keyboard.press('Enter')
    await page.getByText('Pemohon sudah menandatangani').waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Pengiriman ke pusat' }).waitFor()
    await otherLanguage(page)
    t.same(troubles, [])
  },
)

t.test('a card that is torn out is told in three parts and goes on; the card is handed over and filed', async (t) => {
  const { gateway, station } = await counter(t, screens)
  const { page, troubles } = await open(browser, gateway.url)
  await logIn(page)
  await atRecording(page)
  for (const modality of modalities) station.move({ is: 'modality_changed', modality, change: { state: 'good', tries: 1, measure: 90 } })
  station.move({ is: 'record_signed' })
  station.move({ is: 'sealed', packetId: 'p1' })
  station.move({ is: 'central_status', status: 'PRINT_READY_RECORD' })
  await page.getByRole('button', { name: 'Buat kartu' }).waitFor()
  await page.keyboard.press('Enter')
  const { caseId } = station.document
  const card = { ...idleIssuance, caseId, blankSerial: 'BLK-0000417', bytesWritten: 5120, bytesTotal: 8192 }
  station.move({ is: 'blank_bound', serial: card.blankSerial })
  station.state.publish({ is: 'issuance', issuance: { ...card, state: 'writing' } })
  await page.getByText('5.120 dari 8.192 bita').waitFor()
  await shootOne(page, 'print-writing')
  station.state.publish({ is: 'issuance', issuance: { ...card, state: 'attention', fault: { code: 'card.removed', context: {} } } })
  const alert = page.getByRole('alert')
  await alert.getByText('Letakkan kembali kartu yang sama').waitFor()
  const told = (await alert.textContent()) ?? ''
  for (const part of ['Yang terjadi', 'Yang aman', 'Sekarang', 'card.removed']) t.match(told, new RegExp(part))
  await shoot(page, 'print-attention')
  const axe = await axeOf(page)
  t.same(await axe('print'), [])
  await page.setViewportSize({ width: 683, height: 384 })
  t.same(await axe('print at 200 %'), [])
  await page.setViewportSize({ width: 1366, height: 768 })
  t.same(await nameless(page), [], 'everything at the card has a name')
  await page.keyboard.press('x')
  await page.getByRole('dialog').waitFor()
  await shootOne(page, 'spoil-reason')
  await page.keyboard.press('Escape')
  await page.locator('dialog').waitFor({ state: 'detached' })
  t.notOk(station.asked.includes('spoil'), 'leaving the dialog spoils nothing')
  await page.keyboard.press('Enter')
  station.state.publish({ is: 'issuance', issuance: { ...card, bytesWritten: 8192, state: 'printing' } })
  station.move({ is: 'card_encoded' })
  await page.getByText('Kartu dicetak').first().waitFor()
  t.ok(station.asked.includes('resumeIssuance'), 'Enter goes on with the same card')
  station.state.publish({ is: 'issuance', issuance: { ...card, bytesWritten: 8192, state: 'ready' } })
  station.move({ is: 'card_printed' })

  await page.getByRole('heading', { name: 'Penyerahan kartu' }).waitFor()
  await shoot(page, 'hand-over')
  t.same(await axe('hand-over'), [])
  await page.setViewportSize({ width: 683, height: 384 })
  t.same(await axe('hand-over at 200 %'), [])
  await page.setViewportSize({ width: 1366, height: 768 })
  station.refuse('verifyHolder', new Fault('holder.not_verified', { attempts: 1, limit: 3 }))
  await page.keyboard.press('Enter')
  const refused = { verified: false, attempts: 1, position: 2, band: 'low', threshold: 'fmr1in1000', by: 'op-9' } as const
  station.move({ is: 'holder_checked', check: refused })
  await page.getByText('Telunjuk kanan tidak cocok dengan kartu. Bersihkan dan ulangi, sisa 2 kali.').waitFor()
  t.equal(await page.getByRole('alert').count(), 0, 'it is said once')
  await shootOne(page, 'hand-over-refused')
  station.move({ is: 'holder_checked', check: { ...refused, verified: true, attempts: 2, position: 7, band: 'match' } })
  await page.getByText('Telunjuk kiri cocok dengan kartu.').waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Pemohon sudah menerima' }).waitFor()
  await page.keyboard.press('Enter')
  await page.getByLabel('Rak arsip').fill('A-12')
  await shoot(page, 'archive')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Selesai' }).waitFor()
  t.equal(station.document.state, 'archived')
  t.same(troubles, [])
})

t.test('a step of somebody else is said to be theirs, and the keys are told', async (t) => {
  const { gateway, station } = await counter(t, screens)
  station.operators.hire('Budi', ['counter_officer'], '112233')
  const { page, troubles } = await open(browser, gateway.url)
  await page.getByLabel('Nama petugas').fill('Budi')
  await page.getByLabel('PIN').fill('112233')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Panggil orang simulasi' }).click()
  await page.getByText('datang ke loket').waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Persyaratan' }).waitFor()
  station.move({ is: 'requirement_checked', requirementId: 'family_card_copy', satisfied: true })
  station.move({ is: 'step_completed', stepId: 'examine' })
  await page.getByRole('button', { name: 'Periksa ke SIAK' }).waitFor()
  await page.keyboard.press('Enter')
  await page.getByText('Cocokkan data').waitFor()
  await page.keyboard.press('Enter')
  await page.getByText('Langkah ini dikerjakan oleh: Perekaman.').waitFor()
  t.equal(await page.getByRole('button', { name: 'Perekaman' }).count(), 0, 'the recording is not offered')
  await shoot(page, 'others-step')
  await page.keyboard.press('?')
  await page.getByRole('dialog').getByText('Semua tombol').first().waitFor()
  await shoot(page, 'keys')
  await page.keyboard.press('Escape')
  await page.locator('dialog').waitFor({ state: 'detached' })
  t.same(troubles, [])
})

recordingScenes(t, screens)
ownHandScenes(t, screens)

t.test('the screen connects again after the station went away', async (t) => {
  const { gateway } = await counter(t, screens)
  const { page } = await open(browser, gateway.url)
  await logIn(page)
  await gateway.close()
  await page.getByText('Sambungan ke stasiun terputus').waitFor()
  const station = await scriptedStation(systemClock, 3)
  station.operators.hire('Sari Dewi', roles, '246810')
  const again = await openGateway({ station, port: gateway.port, uiFolder, clock: systemClock, log: silentLog, audit: async () => {} })
  t.teardown(() => again.close())
  await page.getByRole('heading', { name: 'Masuk' }).waitFor()
})
