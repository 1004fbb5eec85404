// Every fault code with its words: `what` happened, what to do `next`. Indonesian of the counter first, English second. The keys are the closed set.

interface Words {
  readonly id: string
  readonly en: string
}
interface FaultText {
  readonly what: Words
  readonly next: Words
}

const text = (idWhat: string, idNext: string, enWhat: string, enNext: string): FaultText => ({
  what: { id: idWhat, en: enWhat },
  next: { id: idNext, en: enNext },
})

const input = {
  'input.unknown_key': text('Ada kunci konfigurasi yang tidak dikenal', 'Hapus atau perbaiki kunci itu', 'Unknown configuration key', 'Remove or correct the key'),
  'input.invalid': text('Isian tidak sesuai', 'Perbaiki isian yang ditunjuk', 'A value is not acceptable', 'Correct the field named'),
  'input.not_found': text('Data atau berkas tidak ditemukan', 'Periksa nama dan coba lagi', 'Not found', 'Check the name and try again'),
  'input.too_large': text('Data terlalu besar', 'Kirim data yang lebih kecil', 'Too large', 'Send less data'),
  'input.corrupt': text('Berkas rusak atau terpotong', 'Gunakan berkas yang utuh', 'The data are corrupt or cut short', 'Use an intact file'),
  'input.unsupported': text('Bentuk data tidak didukung', 'Gunakan bentuk yang didukung', 'This form of data is not supported', 'Use a supported form'),
} as const

const device = {
  'device.unplugged': text('Perangkat tercabut', 'Pasang kembali; langkah ini diulang', 'A device was unplugged', 'Plug it in again; only this step is repeated'),
  'device.timeout': text('Perangkat tidak menjawab', 'Tunggu; stasiun membuka ulang perangkat', 'A device did not answer in time', 'Wait; the station re-opens it'),
  'device.stall': text('Perangkat menolak perintah', 'Coba lagi', 'The device refused a command', 'Try again'),
  'device.unknown': text('Perangkat tidak dikenal dan ditolak', 'Hubungi petugas TI untuk mendaftarkannya', 'Unknown device, refused', 'Ask IT to register it'),
  'device.busy': text('Perangkat sedang dipakai', 'Tunggu sampai selesai', 'The device is in use', 'Wait until it is free'),
  'device.absent': text('Perangkat belum terpasang', 'Pasang perangkat', 'The device is not connected', 'Connect the device'),
  'device.protocol': text('Jawaban perangkat tidak sesuai', 'Cabut dan pasang kembali perangkat', 'The device broke its protocol', 'Unplug and plug in the device'),
  'device.frames_corrupt': text('Gambar dari perangkat rusak terus-menerus', 'Periksa kabel, lalu ulangi langkah ini', 'Frames stay corrupt', 'Check the cable, then repeat this step'),
  'device.frames_missing': text('Tidak ada gambar dari perangkat', 'Periksa kabel, lalu ulangi langkah ini', 'No frames arrive', 'Check the cable, then repeat this step'),
  'device.access': text('Perangkat tidak boleh dibuka', 'Hubungi petugas TI: izin perangkat', 'No permission to open the device', 'Ask IT: device permissions'),
} as const

const internal = {
  'internal.unexpected': text('Terjadi kesalahan yang tidak terduga', 'Ulangi; bila tetap, hubungi petugas TI', 'Something unexpected happened', 'Repeat; if it stays, call IT'),
  'internal.limit': text('Batas terlampaui', 'Tunggu sebentar lalu ulangi', 'A limit was passed', 'Wait a moment and repeat'),
} as const

export const faultWords = { ...input, ...device, ...internal } as const satisfies Record<string, FaultText>
