// Words of the faults of the station itself: its store, and what nobody foresaw. Each code by its words; merged in ../fault-words.ts.

import { text } from './text.js'

export const stationWords = {
  'internal.unexpected': text(
    'Terjadi kesalahan yang tidak terduga',
    'Ulangi; bila tetap, hubungi petugas TI',
    'Something unexpected happened',
    'Repeat; if it stays, call IT',
  ),
  'internal.limit': text('Batas terlampaui', 'Tunggu sebentar lalu ulangi', 'A limit was passed', 'Wait a moment and repeat'),
  'store.locked': text(
    'Folder data sedang dipakai stasiun lain',
    'Tutup stasiun yang lain',
    'Another station has the data folder open',
    'Stop the other station',
  ),
  'store.full': text(
    'Ruang penyimpanan hampir habis',
    'Hubungi petugas TI: kosongkan ruang',
    'The disk is nearly full',
    'Call IT: free some space',
  ),
  'store.corrupt': text('Data tersimpan rusak', 'Hentikan kerja, hubungi petugas TI', 'Stored data are damaged', 'Stop and call IT'),
  'store.blob_unknown': text(
    'Data tidak ada atau sudah dihapus',
    'Muat ulang berkas pemohon',
    'No such stored data, or erased',
    'Reload the case',
  ),
  'store.key_wrong': text(
    'Kunci penyimpanan tidak cocok',
    'Hubungi petugas TI: pulihkan kunci',
    'The store key does not fit',
    'Call IT: restore the key',
  ),
  'store.key_missing': text(
    'Kunci penyimpanan tidak ada',
    'Hubungi petugas TI: pulihkan kunci',
    'The store key is missing',
    'Call IT: restore the key',
  ),
  'store.version_newer': text(
    'Data dibuat oleh versi lebih baru',
    'Pasang versi rekam terbaru',
    'The data come from a newer version',
    'Install the newer version of rekam',
  ),
  'store.read_only': text(
    'Folder data tidak dapat ditulis',
    'Hubungi petugas TI: izin folder',
    'The data folder cannot be written',
    'Call IT: folder permissions',
  ),
  'store.folder_unsafe': text(
    'Folder data terbuka bagi orang lain',
    'Pilih folder kosong atau pribadi',
    'Others can enter this data folder',
    'Choose an empty or private folder',
  ),
  'store.io': text('Media penyimpanan gagal', 'Hentikan kerja, hubungi petugas TI', 'The disk failed', 'Stop and call IT'),
  'store.closed': text('Penyimpanan sudah ditutup', 'Mulai ulang stasiun', 'The store is closed', 'Restart the station'),
} as const
