// Words of the faults between the station and the centre: line, packets, bundles for cards. Each code by its words; merged in ../fault-words.ts.

import { text } from './text.js'

export const centreWords = {
  'centre.unreachable': text(
    'Pusat data tidak terjangkau',
    'Lanjutkan; paket dikirim saat tersambung',
    'The centre cannot be reached',
    'Go on; packets are sent when the link is back',
  ),
  'centre.refused': text(
    'Pusat data menolak permintaan',
    'Hubungi petugas TI dengan alasan ini',
    'The centre refused the request',
    'Call IT with the reason shown',
  ),
  'centre.protocol': text('Jawaban pusat data tidak sesuai', 'Hubungi petugas TI', 'The answer of the centre is malformed', 'Call IT'),
  'centre.insecure': text(
    'Alamat pusat data tidak aman',
    'Gunakan alamat https',
    'The address of the centre is not secure',
    'Use an https address',
  ),
  'centre.receipt_forged': text(
    'Tanda terima pusat tidak sah',
    'Hentikan pengiriman, lapor petugas keamanan',
    'The receipt of the centre is not genuine',
    'Stop sending and report it to security',
  ),
  'bundle.missing': text(
    'Data penerbitan belum ada di stasiun',
    'Ambil data penerbitan dari pusat',
    'The station holds no issuance bundle',
    'Fetch it from the centre',
  ),
  'bundle.expired': text(
    'Data penerbitan kedaluwarsa',
    'Ambil data penerbitan yang baru',
    'The issuance bundle has expired',
    'Fetch a new one',
  ),
  'bundle.replayed': text(
    'Data penerbitan ini sudah pernah dipakai',
    'Ambil yang baru, lapor petugas keamanan',
    'This issuance bundle was used before',
    'Fetch a new one and report it to security',
  ),
  'bundle.wrong_person': text(
    'Data penerbitan milik orang lain',
    'Hentikan, lapor petugas keamanan',
    'The issuance bundle is for another person',
    'Stop and report it to security',
  ),
  'bundle.wrong_station': text(
    'Data penerbitan untuk stasiun lain',
    'Ambil data penerbitan untuk stasiun ini',
    'The issuance bundle is for another station',
    'Fetch one for this station',
  ),
  'bundle.forged': text(
    'Data penerbitan tidak sah',
    'Hentikan, lapor petugas keamanan',
    'The issuance bundle is not genuine',
    'Stop and report it to security',
  ),
  'packet.too_large': text('Rekaman terlalu besar untuk dikirim', 'Hubungi petugas TI', 'The record is too large to send', 'Call IT'),
  'packet.corrupt': text(
    'Paket tersimpan rusak',
    'Hubungi petugas TI; jangan hapus berkas',
    'A stored packet is damaged',
    'Call IT; do not delete the case',
  ),
  'packet.outbox_full': text(
    'Paket tertunda terlalu banyak',
    'Sambungkan ke pusat sebelum merekam lagi',
    'Too many packets wait to be sent',
    'Connect to the centre before recording more',
  ),
  'packet.overdue': text(
    'Paket tertunda terlalu lama',
    'Sambungkan ke pusat sebelum merekam lagi',
    'A packet has waited too long',
    'Connect to the centre before recording more',
  ),
} as const
