// Words of the faults of capture devices and of their simulators. Each code by its words; merged in ../fault-words.ts.

import { text } from './text.js'

export const devicesWords = {
  'device.unplugged': text(
    'Perangkat tercabut',
    'Pasang kembali; langkah ini diulang',
    'A device was unplugged',
    'Plug it in again; only this step is repeated',
  ),
  'device.timeout': text(
    'Perangkat tidak menjawab',
    'Tunggu; stasiun membuka ulang perangkat',
    'A device did not answer in time',
    'Wait; the station re-opens it',
  ),
  'device.stall': text('Perangkat menolak perintah', 'Coba lagi', 'The device refused a command', 'Try again'),
  'device.unknown': text(
    'Perangkat tidak dikenal dan ditolak',
    'Hubungi petugas TI untuk mendaftarkannya',
    'Unknown device, refused',
    'Ask IT to register it',
  ),
  'device.busy': text('Perangkat sedang dipakai', 'Tunggu sampai selesai', 'The device is in use', 'Wait until it is free'),
  'device.absent': text('Perangkat belum terpasang', 'Pasang perangkat', 'The device is not connected', 'Connect the device'),
  'device.protocol': text(
    'Jawaban perangkat tidak sesuai',
    'Cabut dan pasang kembali perangkat',
    'The device broke its protocol',
    'Unplug and plug in the device',
  ),
  'device.frames_corrupt': text(
    'Gambar dari perangkat rusak terus-menerus',
    'Periksa kabel, lalu ulangi langkah ini',
    'Frames stay corrupt',
    'Check the cable, then repeat this step',
  ),
  'device.frames_missing': text(
    'Tidak ada gambar dari perangkat',
    'Periksa kabel, lalu ulangi langkah ini',
    'No frames arrive',
    'Check the cable, then repeat this step',
  ),
  'device.access': text(
    'Perangkat tidak boleh dibuka',
    'Hubungi petugas TI: izin perangkat',
    'No permission to open the device',
    'Ask IT: device permissions',
  ),
  'device.overheated': text(
    'Perangkat terlalu panas dan berhenti sendiri',
    'Biarkan dingin beberapa menit; pakai perangkat lain bila ada',
    'The device is too hot and has stopped',
    'Let it cool for some minutes; use another one if there is one',
  ),
  'device.frames_frozen': text(
    'Gambar dari perangkat membeku',
    'Cabut dan pasang kembali perangkat',
    'The device keeps sending the same frame',
    'Unplug and plug in the device',
  ),
  'device.line_noise': text(
    'Data dari papan tanda tangan rusak',
    'Periksa kabel, lalu ulangi tanda tangan',
    'The signature pad sends garbled data',
    'Check the cable, then sign again',
  ),
  'simulator.missing_program': text(
    'Program untuk simulator tidak ada',
    'Pasang program yang disebut',
    'A program that the simulator needs is missing',
    'Install the program named',
  ),
  'simulator.unreachable': text(
    'Tidak ada stasiun simulasi yang berjalan dengan folder data ini',
    'Jalankan rekam station --simulate dengan folder data yang sama',
    'No simulated station runs with this data folder',
    'Start rekam station --simulate with the same data folder',
  ),
  'simulator.refused': text(
    'Simulator tidak menerima permintaan ini',
    'Pakai kunci dari simulator.json di folder data stasiun',
    'The simulator does not accept this request',
    'Use the token from simulator.json in the data folder of the station',
  ),
  'simulator.version': text(
    'Simulator berbicara versi antarmuka yang lain',
    'Pakai rekam sim dari versi yang sama dengan stasiun',
    'The simulator speaks another version of the interface',
    'Use rekam sim of the same version as the station',
  ),
} as const
