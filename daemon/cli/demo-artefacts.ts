// What a demo leaves behind: the records as the centre received them, the packet, the card read back through PC/SC, its two faces as printed, the receipt.

import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openCardTerminal } from '../../drivers/card-terminal/driver.js'
import type { CaseState } from '../../protocol/client.js'
import type { Clock } from '../../protocol/clock.js'
import type { Log } from '../../protocol/log.js'
import { recordingReceipt } from '../documents/receipt.js'
import { rasterToPng } from '../issuance/card-print.js'
import { cardApplication, cardProfile } from '../issuance/profile.js'
import { readCard } from '../issuance/read-card.js'
import { writeWhole } from '../kernels/image/whole-file.js'
import { readFingerImageRecord } from '../record/finger-image.js'
import type { InprocStack, RealStack } from './stacks.js'
import { readerNames } from './stacks.js'

const extensions: Readonly<Record<string, string>> = { FIR: 'fir', IIR: 'iir', FAC: 'fac', SDI: 'sdi', FMR: 'fmr' }

/** @returns the paths written, below `folder` */
export async function writeArtefacts(
  deps: { stack: InprocStack | RealStack; clock: Clock; log: Log },
  folder: string,
  finished: CaseState,
): Promise<readonly string[]> {
  const { office } = deps.stack
  const written: string[] = []
  const put = async (name: string, bytes: Uint8Array | string) => {
    await writeWhole(join(folder, name), typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes)
    written.push(name)
  }
  await mkdir(join(folder, 'records'), { recursive: true })
  await mkdir(join(folder, 'packet'), { recursive: true })
  const packetId = office.centre.packetIds.at(-1) ?? ''
  const { manifest, ciphertext, items } = await office.centre.contentsOf(packetId)
  for (const { type, bytes } of items) {
    if (type === 'captures') await put('captures.json', `${JSON.stringify(JSON.parse(new TextDecoder().decode(bytes)), null, 2)}\n`)
    const extension = extensions[String.fromCharCode(...bytes.subarray(0, 3))]
    if (!extension) continue
    const name = type.replace(/^record\./, '')
    await put(`records/${name}.${extension}`, bytes)
    const image = extension === 'fir' ? readFingerImageRecord(bytes).representations[0]?.image : undefined
    if (image) await put(`records/${name}.wsq`, image)
  }
  await put('packet/manifest.json', `${JSON.stringify(manifest, null, 2)}\n`)
  await put('packet/packet.bin', ciphertext)

  const card = office.printer.output.at(-1)
  if (card) {
    await deps.stack.counter.lay(card)
    await put('card.json', `${JSON.stringify(await dumpCard(deps), null, 2)}\n`)
    if (card.front) await put('card-front.png', await rasterToPng(card.front))
    if (card.back) await put('card-back.png', await rasterToPng(card.back))
  }
  await put('receipt.pdf', await receiptOf(finished, deps.clock))
  return written.map((name) => join(folder, name))
}

/** The finished card lies on the counter's reader and is read there like any card. */
async function dumpCard({ stack, clock, log }: { stack: InprocStack | RealStack; clock: Clock; log: Log }) {
  const terminal = openCardTerminal({ cards: stack.counter.cards, clock, log }, readerNames.counter)
  await terminal.awaitCard(5_000)
  const session = await terminal.open()
  try {
    const files = await readCard(session)
    return {
      profile: cardProfile,
      simulated: true,
      atr: hex(session.atr),
      uid: hex(session.uid),
      application: hex(cardApplication.aid),
      files: files.map(({ name, fid, content }) => ({
        name,
        fid: fid.toString(16).padStart(4, '0').toUpperCase(),
        size: content.length,
        sha256: createHash('sha256').update(content).digest('hex'),
        content: hex(content),
      })),
    }
  } finally {
    await session.end()
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase()

function receiptOf(finished: CaseState, clock: Clock): Promise<Uint8Array> {
  return recordingReceipt({
    office: 'Dinas Dukcapil Kota Makassar (simulasi)',
    number: finished.receiptNumber === '' ? finished.ticket : finished.receiptNumber,
    caseId: finished.caseId,
    ticket: finished.ticket,
    name: finished.applicant?.name ?? '',
    centralStatus: finished.centralStatus,
    issuedAt: new Intl.DateTimeFormat('id-ID', { dateStyle: 'long', timeStyle: 'short', timeZone: 'Asia/Makassar' }).format(clock.nowMs()),
    complaintChannels: ['loket pengaduan', 'telepon', 'SP4N-LAPOR!'],
    simulated: 'SIMULASI - BUKAN DOKUMEN RESMI',
  })
}
