// What stands on the card: both sides from their SVG layouts, rastered for a one-colour (black) retransfer panel. Layouts are data beside this file.

import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import { Fault } from '../../protocol/fault.js'
import { jp2Within } from '../kernels/image/budget.js'
import { readRgbImage } from '../kernels/image/codec.js'
import { openJp2Codec } from '../kernels/image/jp2.js'
import type { Biodata } from '../service/case.js'

/** A CR80 card at 300 dpi, lying. */
export const cardPx = { width: 1016, height: 648 } as const
/** One bit a pixel, 1 = ink, most significant bit first; the printer feeds the card upright: 648 wide, 1016 high, 81 bytes a line. */
export const printRaster = { widthPx: 648, heightPx: 1016, lineBytes: 81 } as const

export interface CardPrint {
  readonly biodata: Biodata
  /** JPEG */
  readonly photo: Uint8Array
  /** PNG */
  readonly signature: Uint8Array
  readonly office: string
  readonly issuePlace: string
  readonly issueDate: string
  readonly validUntil: string
  readonly blankSerial: string
  /** Words that mark a card of a simulated station; '' on a real one. */
  readonly simulated: string
}

export interface CardSides {
  readonly front: Uint8Array
  readonly back: Uint8Array
}

/** @returns both sides as print rasters of `printRaster` */
export async function renderCard(print: CardPrint): Promise<CardSides> {
  const toned = { ...print, photo: await toneForBlack(print.photo) }
  const [front, back] = await Promise.all([renderSide('front', toned), renderSide('back', toned)])
  return { front, back }
}

/** One black panel has no colour to tell a face from its backdrop: so all of the tones are used. */
async function toneForBlack(photo: Uint8Array): Promise<Uint8Array> {
  const grey = sharp(photo).greyscale().normalise({ lower: 1, upper: 99 })
  return new Uint8Array(await grey.jpeg({ quality: 92 }).toBuffer())
}

async function renderSide(side: 'front' | 'back', print: CardPrint): Promise<Uint8Array> {
  const layout = await readFile(new URL(`./layout/${side}.svg`, import.meta.url), 'utf8')
  const values = fields(print)
  const svg = layout.replace(/\{\{(\w+)\}\}/g, (_, name: string) => escapeXml(values[name] ?? ''))
  const { data } = await sharp(Buffer.from(svg))
    .flatten({ background: '#fff' })
    .greyscale()
    .rotate(90)
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true })
  return dither(new Uint8Array(data), printRaster.widthPx, printRaster.heightPx)
}

function fields(print: CardPrint): Readonly<Record<string, string>> {
  const { biodata } = print
  const [address1, address2] = wrap(biodata.address.toUpperCase(), 27)
  return {
    headline: 'KARTU TANDA PENDUDUK',
    office: print.office.toUpperCase(),
    nik: biodata.nik,
    name: biodata.name.toUpperCase(),
    birth: `${biodata.birthPlace.toUpperCase()}, ${dayFirst(biodata.birthDate)}`,
    sex: biodata.sex === 'M' ? 'LAKI-LAKI' : 'PEREMPUAN',
    bloodGroup: biodata.bloodGroup,
    address1,
    address2,
    religion: biodata.religion.toUpperCase(),
    maritalStatus: biodata.maritalStatus.toUpperCase(),
    occupation: biodata.occupation.toUpperCase(),
    citizenship: biodata.citizenship,
    validUntil: print.validUntil,
    photo: `data:image/jpeg;base64,${Buffer.from(print.photo).toString('base64')}`,
    signature: `data:image/png;base64,${Buffer.from(print.signature).toString('base64')}`,
    issuePlace: print.issuePlace.toUpperCase(),
    issueDate: dayFirst(print.issueDate),
    blankSerial: print.blankSerial,
    simulated: print.simulated,
  }
}

/** Markup becomes text; characters that XML 1.0 §2.2 cannot hold become spaces. */
const escapeXml = (text: string): string =>
  text.replace(/[<>&"']/g, (ch) => `&#${ch.charCodeAt(0)};`).replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, ' ')

const dayFirst = (iso: string): string => iso.split('-').reverse().join('-')

/** Breaks at the last space before `width`; what does not fit into two lines is cut. */
function wrap(text: string, width: number): readonly [string, string] {
  if (text.length <= width) return [text, '']
  const space = text.lastIndexOf(' ', width)
  const at = space > 0 ? space : width
  return [text.slice(0, at), text.slice(at).trim().slice(0, width)]
}

/** Floyd and Steinberg 1976: grey tones as dots, text stays sharp because it is black or white already. */
function dither(grey: Uint8Array, widthPx: number, heightPx: number): Uint8Array {
  const level = Float32Array.from(grey)
  const out = new Uint8Array(printRaster.lineBytes * heightPx)
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const at = y * widthPx + x
      const value = level[at] ?? 255
      const ink = value < 128
      if (ink) {
        const byte = y * printRaster.lineBytes + (x >> 3)
        out[byte] = (out[byte] ?? 0) | (0x80 >> (x & 7))
      }
      const error = value - (ink ? 0 : 255)
      const give = (to: number, share: number) => {
        level[to] = (level[to] ?? 0) + (error * share) / 16
      }
      if (x + 1 < widthPx) give(at + 1, 7)
      if (y + 1 < heightPx) {
        if (x > 0) give(at + widthPx - 1, 3)
        give(at + widthPx, 5)
        if (x + 1 < widthPx) give(at + widthPx + 1, 1)
      }
    }
  }
  return out
}

/** The raster as a lying picture for people, PNG. */
export async function rasterToPng(raster: Uint8Array): Promise<Uint8Array> {
  const { widthPx, heightPx, lineBytes } = printRaster
  const grey = Buffer.alloc(widthPx * heightPx, 255)
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) if ((raster[y * lineBytes + (x >> 3)] ?? 0) & (0x80 >> (x & 7))) grey[y * widthPx + x] = 0
  }
  const png = await sharp(grey, { raw: { width: widthPx, height: heightPx, channels: 1 } })
    .rotate(270)
    .toColourspace('b-w')
    .png()
    .toBuffer()
  return new Uint8Array(png)
}

/** Widths of the chip's photo, largest first, and the strongest compression at which a face is still a face. */
const chipWidthsPx = [240, 192, 160, 128, 96] as const
const mostRatio = 100

/** The photo as JPEG 2000 (JP2), as good as fits in `maxBytes`, at the largest size that is not compressed to pieces. @throws Fault `card.no_space`, `image.*` */
export async function fitPhoto(photo: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  const { rgb, widthPx, heightPx } = await readRgbImage(photo)
  const whole = { width: widthPx, height: heightPx, channels: 3 } as const
  for (const width of chipWidthsPx) {
    const size = { widthPx: Math.min(width, widthPx), heightPx: Math.round((heightPx * Math.min(width, widthPx)) / widthPx) }
    if (size.widthPx * size.heightPx * 3 > mostRatio * maxBytes) continue
    const pixels = await sharp(rgb, { raw: whole }).resize(size.widthPx, size.heightPx, { fit: 'fill' }).raw().toBuffer()
    return (await jp2Within({ pixels: new Uint8Array(pixels), ...size }, maxBytes, openJp2Codec())).bytes
  }
  throw new Fault('card.no_space', { field: 'photo', limit: maxBytes })
}
