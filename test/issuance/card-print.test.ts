// The print of a card: rasters of the right size with ink where it belongs, whatever stands in the biodata; the photo within the chip's room.

import sharp from 'sharp'
import t from 'tap'
import { type CardPrint, cardPx, fitPhoto, printRaster, rasterToPng, renderCard } from '../../daemon/issuance/card-print.js'
import { decodeJp2 } from '../../daemon/kernels/image/jp2.js'
import { seededRandom } from '../../simulator/seeded-random.js'

/** A picture that JPEG cannot make small. */
const busyPhoto = sharp(Buffer.from(seededRandom(5).bytes(240 * 320 * 3)), { raw: { width: 240, height: 320, channels: 3 } })
  .jpeg({ quality: 95 })
  .toBuffer()
const darkPhoto = sharp({ create: { width: 240, height: 320, channels: 3, background: '#101010' } })
  .jpeg()
  .toBuffer()
const pen = sharp(
  Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="160"><path d="M20 120C90 10 150 160 220 60S350 30 380 110" fill="none" stroke="#000" stroke-width="6"/></svg>',
  ),
)
  .flatten({ background: '#fff' })
  .png()
  .toBuffer()

async function printOf(over: Partial<CardPrint['biodata']> = {}, photo = darkPhoto): Promise<CardPrint> {
  return {
    biodata: {
      nik: '7371015502040001',
      name: 'SITI AMINAH',
      sex: 'F',
      birthDate: '2004-02-15',
      birthPlace: 'MAKASSAR',
      citizenship: 'WNI',
      address: 'JL. CONTOH 1 RT 003/RW 007 KEL. CONTOH KEC. CONTOH',
      religion: 'ISLAM',
      maritalStatus: 'BELUM KAWIN',
      bloodGroup: 'O',
      occupation: 'PELAJAR',
      familyCardNumber: '7371010101010001',
      ...over,
    },
    photo: new Uint8Array(await photo),
    signature: new Uint8Array(await pen),
    office: 'Dinas Dukcapil',
    issuePlace: 'Makassar',
    issueDate: '2026-01-05',
    validUntil: 'SEUMUR HIDUP',
    blankSerial: 'SIM-7-000001',
    simulated: 'SIMULASI',
  }
}

/** Share of ink in a box of the lying card, 0 to 1. */
async function inkIn(raster: Uint8Array, left: number, top: number, width: number, height: number): Promise<number> {
  const { data } = await sharp(await rasterToPng(raster))
    .extract({ left, top, width, height })
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true })
  return data.filter((grey) => grey < 128).length / data.length
}

t.test('both sides are rasters of 648 × 1016 dots that lie as a CR80 card', async (t) => {
  const { front, back } = await renderCard(await printOf())
  t.equal(front.length, printRaster.lineBytes * printRaster.heightPx)
  t.equal(back.length, front.length)
  const { width, height } = await sharp(await rasterToPng(front)).metadata()
  t.strictSame({ width, height }, cardPx)
  t.not(Buffer.compare(front, back), 0, 'two sides')
})

t.test('ink is where text, photo and signature stand, and nowhere else', async (t) => {
  const { front, back } = await renderCard(await printOf())
  const nik = await inkIn(front, 40, 120, 500, 36)
  t.ok(nik > 0.08 && nik < 0.5, `NIK ${nik.toFixed(2)}`)
  t.ok((await inkIn(front, 290, 178, 300, 26)) > 0.05, 'name')
  t.ok((await inkIn(front, 770, 150, 190, 250)) > 0.85, 'a dark photo is dark')
  const signature = await inkIn(front, 769, 500, 200, 90)
  t.ok(signature > 0.01 && signature < 0.3, `signature ${signature.toFixed(3)}`)
  t.ok((await inkIn(front, 40, 582, 300, 30)) > 0.05, 'the mark of a simulated station')
  t.equal(await inkIn(front, 600, 560, 150, 60), 0, 'paper')
  t.equal(await inkIn(front, 0, 0, 1016, 6), 0, 'edge')
  t.ok((await inkIn(back, 0, 0, 1016, 648)) > 0.001, 'the back has the number of the blank')
  const unmarked = await renderCard({ ...(await printOf()), simulated: '' })
  t.equal(await inkIn(unmarked.front, 40, 582, 300, 30), 0, 'no mark on a real station')
})

t.test('a grey photo is printed as dots of the same mean', async (t) => {
  for (const level of [64, 128, 192]) {
    const grey = sharp({ create: { width: 240, height: 320, channels: 3, background: { r: level, g: level, b: level } } })
      .jpeg()
      .toBuffer()
    const { front } = await renderCard(await printOf({}, grey))
    const ink = await inkIn(front, 780, 160, 180, 240)
    t.ok(Math.abs(ink - (1 - level / 255)) < 0.03, `grey ${level}: ${ink.toFixed(3)}`)
  }
})

t.test('names are text: markup, quotes, placeholders and control characters change nothing else on the card', async (t) => {
  const plain = await renderCard(await printOf({ name: 'X' }))
  const hostile = [
    '<script>alert("&")</script>',
    `"/><rect width='1016' height='648' fill="#000"/>`,
    '{{nik}}{{photo}}',
    '&lt;&#0;&nosuchentity;',
    'A\u0000B\u0007C\u001bD\ufffe',
    '\ud800 LONE',
    ']]><!--',
  ]
  for (const name of hostile) {
    const { front, back } = await renderCard(await printOf({ name }))
    t.ok((await inkIn(front, 290, 178, 300, 26)) > 0.01, `${JSON.stringify(name)} is written as it is`)
    for (const [what, box] of Object.entries({ nik: [40, 120, 600, 40], below: [40, 216, 700, 330], corner: [600, 560, 150, 60] })) {
      const [left = 0, top = 0, width = 0, height = 0] = box
      // The dots of the dither shift a little with what is printed before them.
      const change = Math.abs((await inkIn(front, left, top, width, height)) - (await inkIn(plain.front, left, top, width, height)))
      t.ok(change < 0.002, `${what} is as before: ${change.toFixed(4)}`)
    }
    t.equal(Buffer.compare(back, plain.back), 0)
  }
})

t.test('a photo is made to fit, or refused', async (t) => {
  for (const budget of [20_000, 6_000, 3_000]) {
    const jp2 = await fitPhoto(new Uint8Array(await busyPhoto), budget)
    t.ok(jp2.length > budget * 0.9 && jp2.length <= budget, `${jp2.length} of ${budget} bytes`)
    t.match(await decodeJp2(jp2), { channels: 3, widthPx: 240 })
  }
  const roomy = await fitPhoto(new Uint8Array(await darkPhoto), 100_000)
  t.equal((await decodeJp2(roomy)).widthPx, 240, 'not shrunk without need')
  t.ok((await decodeJp2(await fitPhoto(new Uint8Array(await busyPhoto), 1_000))).widthPx < 240, 'smaller before it falls to pieces')
  await t.rejects(fitPhoto(new Uint8Array(await busyPhoto), 200), { code: 'card.no_space', context: { field: 'photo', limit: 200 } })
})
