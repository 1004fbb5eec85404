// Words of the faults of clients and of the people who work here: wire, session, operators. Each code by its words; merged in ../fault-words.ts.

import { text } from './text.js'

export const gatewayWords = {
  'protocol.malformed': text(
    'Pesan tidak dapat dibaca',
    'Perbarui aplikasi atau hubungi petugas TI',
    'A message cannot be read',
    'Update the client or call IT',
  ),
  'protocol.too_large': text('Pesan terlalu besar', 'Kirim data yang lebih kecil', 'A message is too large', 'Send less data'),
  'protocol.version': text(
    'Versi aplikasi tidak cocok',
    'Muat ulang atau perbarui aplikasi',
    'The versions do not match',
    'Reload or update the client',
  ),
  'protocol.unknown_command': text(
    'Perintah tidak dikenal',
    'Muat ulang atau perbarui aplikasi',
    'Unknown command',
    'Reload or update the client',
  ),
  'protocol.connection_lost': text(
    'Sambungan ke stasiun terputus',
    'Tunggu; sambungan dicoba lagi',
    'The connection to the station was lost',
    'Wait; it is tried again',
  ),
  'session.required': text('Belum masuk', 'Masuk dengan nama dan PIN', 'Nobody is logged in', 'Log in with name and PIN'),
  'session.locked': text('Layar terkunci', 'Buka dengan PIN', 'The screen is locked', 'Unlock it with the PIN'),
  'session.role_missing': text(
    'Tugas ini bukan wewenang Anda',
    'Panggil petugas yang berwenang',
    'Your role does not allow this',
    'Call an officer who may do it',
  ),
  'session.already': text('Sudah ada petugas yang masuk', 'Keluar dahulu', 'Somebody is already logged in', 'Log out first'),
  'operator.wrong_pin': text('Nama atau PIN salah', 'Periksa lalu coba lagi', 'Wrong name or PIN', 'Check them and try again'),
  'operator.too_many_tries': text(
    'Terlalu banyak PIN salah',
    'Tunggu waktu yang ditunjuk',
    'Too many wrong PINs',
    'Wait for the time shown',
  ),
  'operator.locked': text('Petugas ini dinonaktifkan', 'Hubungi administrator', 'This operator is locked', 'Call the administrator'),
  'operator.exists': text('Nama petugas sudah dipakai', 'Pilih nama lain', 'This operator name is taken', 'Choose another name'),
  'operator.not_found': text('Petugas tidak ditemukan', 'Periksa nama petugas', 'No such operator', 'Check the name'),
  'operator.weak_pin': text('PIN terlalu pendek', 'Pilih PIN minimal enam angka', 'The PIN is too short', 'Choose at least six digits'),
  'operator.claim_refused': text(
    'Token pertama tidak berlaku',
    'Gunakan token di layar daemon',
    'The launch token is not valid',
    'Use the token that the daemon printed',
  ),
  'operator.wrong_finger': text(
    'Jari tidak cocok dengan jari petugas',
    'Bersihkan jari, ulangi, atau pakai PIN',
    'This is not the finger that the operator enrolled',
    'Clean it and try again, or use the PIN',
  ),
  'operator.no_finger': text(
    'Jari petugas belum direkam',
    'Rekam jari petugas, atau pakai PIN',
    'This operator has no finger enrolled',
    'Enrol the finger, or use the PIN',
  ),
  'operator.finger_unclear': text(
    'Jari petugas kurang jelas untuk disimpan',
    'Bersihkan jari, tekan rata, lalu ulangi',
    'The finger is not clear enough to be kept',
    'Clean it, press evenly and try again',
  ),
  'operator.finger_taken': text(
    'Jari ini sudah direkam untuk petugas lain',
    'Hubungi administrator: satu orang satu nama',
    'This finger is enrolled for another operator',
    'Call the administrator: one person, one name',
  ),
  'operator.last_administrator': text(
    'Administrator terakhir harus tetap ada',
    'Tambah administrator lain dahulu',
    'The last administrator has to stay',
    'Add another administrator first',
  ),
  'gateway.port_taken': text(
    'Port stasiun sudah dipakai',
    'Hentikan program lain atau ganti port',
    'The port is taken',
    'Stop the other program or change the port',
  ),
  'gateway.too_many_requests': text(
    'Terlalu banyak perintah sekaligus',
    'Tunggu jawaban sebelumnya',
    'Too many requests at once',
    'Wait for the earlier answers',
  ),
  'gateway.closing': text('Stasiun sedang berhenti', 'Tunggu stasiun menyala lagi', 'The station is stopping', 'Wait until it runs again'),
  'gateway.not_simulated': text(
    'Stasiun ini bukan simulasi',
    'Panggil pemohon yang sebenarnya',
    'This station is not simulated',
    'Call a real applicant',
  ),
} as const
