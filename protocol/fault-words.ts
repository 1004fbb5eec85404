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
} as const

const device = {
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
} as const

const health = {
  'device.overheated': text(
    'Perangkat terlalu panas dan berhenti sendiri',
    'Biarkan dingin beberapa menit; pakai perangkat lain bila ada',
    'The device is too hot and has stopped',
    'Let it cool for some minutes; use another one if there is one',
  ),
} as const

const capture = {
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
} as const

const internal = {
  'internal.unexpected': text(
    'Terjadi kesalahan yang tidak terduga',
    'Ulangi; bila tetap, hubungi petugas TI',
    'Something unexpected happened',
    'Repeat; if it stays, call IT',
  ),
  'internal.limit': text('Batas terlampaui', 'Tunggu sebentar lalu ulangi', 'A limit was passed', 'Wait a moment and repeat'),
} as const

const face = {
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
} as const

const station = {
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
} as const

const card = {
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
} as const

const centre = {
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
} as const

const bundle = {
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
} as const

const packet = {
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

const store = {
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

const protocol = {
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
} as const

const session = {
  'session.required': text('Belum masuk', 'Masuk dengan nama dan PIN', 'Nobody is logged in', 'Log in with name and PIN'),
  'session.locked': text('Layar terkunci', 'Buka dengan PIN', 'The screen is locked', 'Unlock it with the PIN'),
  'session.role_missing': text(
    'Tugas ini bukan wewenang Anda',
    'Panggil petugas yang berwenang',
    'Your role does not allow this',
    'Call an officer who may do it',
  ),
  'session.already': text('Sudah ada petugas yang masuk', 'Keluar dahulu', 'Somebody is already logged in', 'Log out first'),
} as const

const operator = {
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
} as const

const gateway = {
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

const payload = {
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

const simulator = {
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

const printer = {
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
  'card.unknown_blank': text(
    'Blangko ini tidak tercatat di stok',
    'Kartu dibuang ke kotak tolak; laporkan',
    'This blank is not in stock',
    'It went to the reject box; report it',
  ),
} as const

const holder = {
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

export const faultWords = {
  ...input,
  ...device,
  ...internal,
  ...health,
  ...capture,
  ...face,
  ...station,
  ...printer,
  ...card,
  ...centre,
  ...bundle,
  ...holder,
  ...packet,
  ...store,
  ...protocol,
  ...session,
  ...operator,
  ...gateway,
  ...payload,
  ...simulator,
} as const satisfies Record<string, FaultText>
