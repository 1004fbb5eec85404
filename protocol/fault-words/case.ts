// Words of the faults in the way of a case: its standard, its steps, the registry. Each code by its words; merged in ../fault-words.ts.

import { text } from './text.js'

export const caseWords = {
  'standard.invalid': text(
    'Berkas standar pelayanan salah',
    'Perbaiki bagian yang ditunjuk',
    'The service standard file is wrong',
    'Correct the field named',
  ),
  'standard.unknown': text(
    'Standar pelayanan tidak dikenal',
    'Pilih standar yang tersedia',
    'Unknown service standard',
    'Choose one that is installed',
  ),
  'case.not_found': text('Berkas pemohon tidak ditemukan', 'Ambil nomor antrian baru', 'No such case', 'Take a new queue ticket'),
  'case.wrong_step': text(
    'Belum saatnya langkah ini',
    'Selesaikan langkah yang ditunjuk',
    "It is not this step's turn",
    'Finish the step named first',
  ),
  'case.papers_missing': text(
    'Persyaratan belum lengkap',
    'Periksa lagi atau kembalikan ke pemohon',
    'Papers are missing',
    'Check them or return the case to the applicant',
  ),
  'case.not_eligible': text(
    'Pemohon belum memenuhi syarat',
    'Jelaskan syaratnya kepada pemohon',
    'The applicant is not eligible',
    'Explain the condition to the applicant',
  ),
  'case.already_recorded': text(
    'Pemohon sudah pernah direkam',
    'Lanjutkan tanpa perekaman baru',
    'This person was recorded before',
    'Go on without a new recording',
  ),
  'case.gate_closed': text(
    'Pusat belum menyatakan siap cetak',
    'Tunggu status pusat atau beri bukti perekaman',
    'The centre has not said print-ready',
    'Wait for the centre or give the receipt',
  ),
  'case.role_required': text(
    'Langkah ini bukan tugas Anda',
    'Minta petugas yang berwenang',
    'This step is not in your role',
    'Ask an officer who may do it',
  ),
  'registry.unreachable': text('SIAK tidak terjangkau', 'Coba lagi sebentar', 'The registry cannot be reached', 'Try again shortly'),
  'registry.no_person': text(
    'NIK tidak ada di SIAK',
    'Periksa NIK di kartu keluarga',
    'The registry knows no such person',
    'Check the NIK on the family card',
  ),
} as const
