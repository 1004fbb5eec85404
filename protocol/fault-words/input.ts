// Words of the faults in what is given to the station: configuration, files, pictures, records. Each code by its words; merged in ../fault-words.ts.

import { text } from './text.js'

export const inputWords = {
  'input.unknown_key': text(
    'Ada kunci konfigurasi yang tidak dikenal',
    'Hapus atau perbaiki kunci itu',
    'Unknown configuration key',
    'Remove or correct the key',
  ),
  'input.invalid': text('Isian tidak sesuai', 'Perbaiki isian yang ditunjuk', 'A value is not acceptable', 'Correct the field named'),
  'input.not_found': text('Data atau berkas tidak ditemukan', 'Periksa nama dan coba lagi', 'Not found', 'Check the name and try again'),
  'input.too_large': text('Data terlalu besar', 'Kirim data yang lebih kecil', 'Too large', 'Send less data'),
  'input.corrupt': text(
    'Berkas rusak atau terpotong',
    'Gunakan berkas yang utuh',
    'The data are corrupt or cut short',
    'Use an intact file',
  ),
  'input.unsupported': text(
    'Bentuk data tidak didukung',
    'Gunakan bentuk yang didukung',
    'This form of data is not supported',
    'Use a supported form',
  ),
  'wsq.corrupt': text('Berkas WSQ rusak', 'Gunakan berkas yang utuh', 'The WSQ stream is corrupt', 'Use an intact file'),
  'wsq.unsupported': text(
    'Bentuk WSQ tidak didukung',
    'Periksa ukuran dan laju bit',
    'This form of WSQ is not supported',
    'Check size and bit rate',
  ),
  'image.corrupt': text('Gambar rusak', 'Gunakan gambar yang utuh', 'The image is corrupt', 'Use an intact image'),
  'image.unsupported': text(
    'Bentuk gambar tidak didukung',
    'Gunakan PNG, PGM atau grey',
    'This form of image is not supported',
    'Use PNG, PGM or raw grey',
  ),
  'image.over_budget': text(
    'Gambar tidak muat dalam ukuran yang diminta',
    'Beri tempat lebih besar atau gambar lebih kecil',
    'The image does not fit into the size asked for',
    'Allow more bytes or use a smaller image',
  ),
  'record.corrupt': text('Rekaman biometrik rusak', 'Gunakan rekaman yang utuh', 'The biometric record is corrupt', 'Use an intact record'),
  'record.unsupported': text(
    'Bentuk rekaman tidak didukung',
    'Gunakan edisi yang didukung',
    'This form of record is not supported',
    'Use a supported edition',
  ),
} as const
