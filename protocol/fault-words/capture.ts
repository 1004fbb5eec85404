// Words of the faults while a person is recorded, and in what was captured. Each code by its words; merged in ../fault-words.ts.

import { text } from './text.js'

export const captureWords = {
  'capture.not_running': text('Tidak ada perekaman berjalan', 'Mulai perekaman', 'No capture is running', 'Start a capture'),
  'capture.running': text(
    'Perekaman lain sedang berjalan',
    'Selesaikan atau batalkan dahulu',
    'Another capture is running',
    'Finish or cancel it first',
  ),
  'capture.nothing_seen': text(
    'Belum ada gambar yang dapat diambil',
    'Minta pemohon menempatkan diri',
    'There is no picture to take yet',
    'Ask the applicant to take position',
  ),
  'capture.incomplete': text('Perekaman belum lengkap', 'Rekam yang belum ada', 'The record is not complete', 'Capture what is missing'),
  'capture.not_signed': text(
    'Pemohon belum menyetujui rekaman',
    'Tunjukkan rekaman, minta persetujuan',
    'The resident has not approved the record',
    'Show the record and ask for approval',
  ),
  'capture.face_not_approved': text(
    'Foto belum disetujui pemohon',
    'Rekam foto dan tunjukkan kepada pemohon lebih dulu',
    'The applicant has not approved the portrait yet',
    'Take the portrait and show it to the applicant first',
  ),
  'capture.biodata_corrected': text(
    'Biodata dikoreksi setelah foto ini diambil',
    'Ambil ulang fotonya',
    'The biodata were corrected after this portrait was taken',
    'Take the portrait again',
  ),
  'capture.weak_needs_reason': text(
    'Hasil lemah perlu alasan',
    'Ulangi atau tulis alasannya',
    'A weak result needs a reason',
    'Retake or give the reason',
  ),
  'capture.excepted': text(
    'Bagian ini dikecualikan',
    'Cabut pengecualian bila ingin merekam',
    'This part is excepted',
    'Withdraw the exception to capture it',
  ),
  'capture.tries_left': text(
    'Masih boleh diulang',
    'Ulangi dulu, terima setelah percobaan habis',
    'There are tries left',
    'Retake first; accept when the tries are used up',
  ),
  'capture.parts_missing': text(
    'Ada jari atau mata yang belum terekam',
    'Ulangi, atau catat pengecualian dengan alasan',
    'A finger or an eye is not in the capture',
    'Retake, or record an exception with its reason',
  ),
  'capture.already_recorded': text(
    'Bagian ini sudah terekam',
    'Ulangi perekamannya bila memang salah',
    'This part is recorded already',
    'Retake it if it is wrong',
  ),
  'capture.needs_witness': text(
    'Pemohon tidak dapat menandatangani',
    'Minta penyelia menyaksikan persetujuan',
    'The applicant cannot sign',
    'Ask a supervisor to witness the approval',
  ),
  'capture.can_sign': text(
    'Pemohon dapat menandatangani sendiri',
    'Minta tanda tangan di papan',
    'The applicant can sign',
    'Ask for the signature on the pad',
  ),
  'capture.finding_open': text(
    'Ada temuan yang belum selesai',
    'Ulangi atau minta periksa penyelia',
    'A finding is still open',
    'Retake, or ask a supervisor to review it',
  ),
  'capture.nothing_to_review': text(
    'Tidak ada temuan untuk penyelia',
    'Ulangi perekaman yang diminta',
    'No finding waits for a supervisor',
    'Retake what is asked for',
  ),
  'capture.second_person': text(
    'Perekam tidak boleh memeriksa sendiri',
    'Minta penyelia lain memeriksa',
    'Whoever captured it may not review it',
    'Ask another supervisor',
  ),
  'capture.presentation_attack': text(
    'Alat menduga jari atau wajah palsu',
    'Bersihkan, periksa orangnya, lalu ulangi',
    'The device suspects an artefact, not a live person',
    'Clean, look at the person, and retake',
  ),
  'capture.earlier_stands': text(
    'Percobaan itu meragukan; yang sebelumnya tetap dipakai',
    'Periksa bagian yang diminta, lalu ulangi atau terima',
    'That attempt is worse or in doubt; the one before it stands',
    'Check the part that is asked for, then retake or accept',
  ),
  'face.networks_missing': text(
    'Jaringan pengenal wajah belum terpasang',
    'Hubungi petugas TI: pasang ulang aplikasi',
    'The face networks are not installed',
    'Call IT: install the application again',
  ),
  'face.networks_damaged': text(
    'Jaringan pengenal wajah rusak',
    'Hubungi petugas TI: pasang ulang aplikasi',
    'The face networks are damaged',
    'Call IT: install the application again',
  ),
  'face.runtime_missing': text(
    'Penjalan jaringan wajah tidak dapat dimuat',
    'Hubungi petugas TI: foto belum dapat diambil',
    'No runtime for the face networks can be loaded',
    'Call IT: no photo can be taken until then',
  ),
  'finger.no_print': text(
    'Tidak terlihat sidik jari pada gambar',
    'Gunakan gambar satu jari yang jelas',
    'No fingerprint is seen in the picture',
    'Use a clear picture of one finger',
  ),
  'iris.not_found': text(
    'Tidak terlihat iris pada gambar',
    'Gunakan gambar inframerah satu mata yang terbuka',
    'No iris is seen in the picture',
    'Use a near infrared picture of one open eye',
  ),
} as const
