// Proof of recording (bukti perekaman) as PDF: number, status, where to complain, a QR with the case id. No NIK on it, none in the QR.

import { PDFDocument, type PDFFont, rgb, StandardFonts } from 'pdf-lib'
import QRCode from 'qrcode'

export interface RecordingReceipt {
  readonly office: string
  readonly number: string
  readonly caseId: string
  readonly ticket: string
  readonly name: string
  /** As the centre names it. */
  readonly centralStatus: string
  readonly issuedAt: string
  readonly complaintChannels: readonly string[]
  /** '' on a real station. */
  readonly simulated: string
}

/** A6 upright, in points. */
const page = { width: 298, height: 420, margin: 24 } as const
const ink = rgb(0.1, 0.1, 0.12)

export async function recordingReceipt(receipt: RecordingReceipt): Promise<Uint8Array> {
  const pdf = await PDFDocument.create()
  pdf.setTitle(`Bukti perekaman ${receipt.number}`)
  pdf.setLanguage('id-ID')
  const sheet = pdf.addPage([page.width, page.height])
  const plain = await pdf.embedFont(StandardFonts.Helvetica)
  const bold = await pdf.embedFont(StandardFonts.HelveticaBold)
  let y = page.height - page.margin
  const write = (text: string, size: number, font: PDFFont = plain) => {
    for (const line of wrap(latin(text), font, size, page.width - 2 * page.margin)) {
      y -= size * 1.35
      sheet.drawText(line, { x: page.margin, y, size, font, color: ink })
    }
  }
  write(receipt.office, 9)
  y -= 6
  write('BUKTI PEREKAMAN KTP-EL', 16, bold)
  y -= 6
  for (const [label, value] of [
    ['Nomor', receipt.number],
    ['Antrian', receipt.ticket],
    ['Nama', receipt.name],
    ['Status pusat', receipt.centralStatus],
    ['Tanggal', receipt.issuedAt],
  ]) {
    write(`${label}: ${value}`, 11)
  }
  const qr = await pdf.embedPng(await QRCode.toBuffer(receipt.caseId, { errorCorrectionLevel: 'M', margin: 1, width: 240 }))
  sheet.drawImage(qr, { x: (page.width - 120) / 2, y: y - 134, width: 120, height: 120 })
  y -= 144
  write('Bawa bukti ini saat mengambil kartu.', 10, bold)
  write(`Pengaduan: ${receipt.complaintChannels.join(', ')}`, 8)
  if (receipt.simulated !== '') write(receipt.simulated, 9, bold)
  return pdf.save()
}

/** The standard fonts know Latin-1 only. */
const latin = (text: string): string => text.replace(/[^\x20-\xff]/g, '?')

function wrap(text: string, font: PDFFont, size: number, width: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line !== '' && font.widthOfTextAtSize(longer, size) > width) {
      lines.push(line)
      line = word
    } else line = longer
  }
  return [...lines, line]
}
