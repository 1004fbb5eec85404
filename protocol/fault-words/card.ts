// Words of the faults of cards: chip, printer, and the holder at the handover. Each code by its words; merged in ../fault-words.ts.

import { text } from './text.js'

export const cardWords = {
  'card.removed': text(
    'Kartu terangkat sebelum selesai',
    'Letakkan kembali kartu yang sama',
    'The card left the reader before the end',
    'Put the same card back',
  ),
  'card.absent': text('Kartu belum ada di pembaca', 'Letakkan kartu di pembaca', 'No card on the reader', 'Put the card on the reader'),
  'card.mute': text(
    'Kartu tidak menjawab',
    'Angkat kartu, lalu letakkan kembali',
    'The card does not answer',
    'Lift the card and put it back',
  ),
  'card.in_use': text('Pembaca kartu sedang dipakai', 'Tunggu sampai selesai', 'The card reader is in use', 'Wait until it is free'),
  'card.terminal_lost': text(
    'Pembaca kartu terputus',
    'Periksa kabel pembaca kartu',
    'The card reader was lost',
    'Check the cable of the card reader',
  ),
  'card.wrong_card': text(
    'Kartu ini bukan kartu yang dikerjakan',
    'Letakkan kartu yang semula',
    'This is not the card of this job',
    'Put back the card it began with',
  ),
  'card.status_word': text(
    'Kartu menolak perintah',
    'Ulangi; bila tetap, catat kartu rusak',
    'The card refused a command',
    'Repeat; if it stays, record the card as spoiled',
  ),
  'card.no_space': text(
    'Data tidak muat di kartu',
    'Hubungi petugas TI: isi kartu terlalu besar',
    'The data do not fit on the card',
    'Call IT: the card image is too large',
  ),
  'card.readback_differs': text(
    'Isi kartu tidak sama dengan yang ditulis',
    'Tulis ulang kartu yang sama',
    'The card reads back differently',
    'Write the same card again',
  ),
  'card.in_doubt': text(
    'Hasil tulis kartu belum pasti',
    'Letakkan kembali kartu untuk diperiksa',
    'It is not certain what the card holds',
    'Put the card back to be checked',
  ),
  'card.spoiled': text(
    'Kartu rusak dan tidak boleh dipakai',
    'Catat kartu rusak, ambil blangko baru',
    'The card is spoiled',
    'Record it as spoiled and take a new blank',
  ),
  'card.unknown_blank': text(
    'Blangko ini tidak tercatat di stok',
    'Kartu dibuang ke kotak tolak; laporkan',
    'This blank is not in stock',
    'It went to the reject box; report it',
  ),
  'printer.feeder_empty': text(
    'Isi blangko di pengumpan kartu',
    'Isi blangko, lalu lanjutkan',
    'The card feeder is empty',
    'Load blank cards, then continue',
  ),
  'printer.ribbon_end': text(
    'Ganti pita printer',
    'Ganti pita, lalu lanjutkan',
    'The ribbon is at its end',
    'Replace the ribbon, then continue',
  ),
  'printer.cover_open': text(
    'Tutup printer terbuka',
    'Tutup printer, lalu lanjutkan',
    'The printer cover is open',
    'Close it, then continue',
  ),
  'printer.jam': text(
    'Kartu macet di printer',
    'Keluarkan kartu dan catat sebagai rusak',
    'A card is jammed',
    'Take the card out and record it as spoiled',
  ),
  'printer.no_card': text(
    'Tidak ada kartu di stasiun chip',
    'Mulai lagi dari blangko berikutnya',
    'No card lies on the chip station',
    'Start again with the next blank',
  ),
  'holder.not_verified': text(
    'Jari tidak cocok dengan kartu',
    'Bersihkan jari dan ulangi dengan jari lain',
    'The finger does not match the card',
    'Clean it and try again, also with the other finger',
  ),
  'holder.attempts_used': text(
    'Kesempatan memeriksa jari sudah habis',
    'Minta keputusan pengawas',
    'No attempts are left to check the finger',
    'Ask a supervisor to decide',
  ),
  'holder.no_template': text(
    'Templat jari kartu ini tidak terbaca',
    'Minta keputusan pengawas',
    'The finger template of this card cannot be read',
    'Ask a supervisor to decide',
  ),
  'holder.supervisor_needed': text(
    'Jari pemegang belum cocok',
    'Periksa jari atau minta keputusan pengawas',
    "The holder's finger is not verified",
    'Check the finger, or ask a supervisor to decide',
  ),
  'holder.second_person': text(
    'Pemeriksa jari tidak boleh memutuskan',
    'Minta keputusan pengawas lain',
    'Whoever checked the finger may not decide',
    'Ask another supervisor',
  ),
} as const
