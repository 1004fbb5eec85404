// Invented biodata of simulated residents of Makassar: names made of parts, NIK by the rule of its digits. Nobody real is copied.

import type { Random } from '../../protocol/random.js'
import type { Biodata } from './person.js'
import { pick } from './raster.js'

/** Year that the simulation takes for the present when it draws ages. */
const presentYear = 2026

const maleNames = [
  'ANDI',
  'BASO',
  'DARMAN',
  'FIRDAN',
  'HASRUL',
  'IRWANTO',
  'JUMADIN',
  'KAHARUL',
  'LUKMANTO',
  'MANSYAH',
  'NURDAN',
  'RUSLIM',
  'SAMSIR',
  'TAUFAN',
  'WAHYUDIN',
] as const
const femaleNames = [
  'ASMIRA',
  'BUNGAWATI',
  'DARMINA',
  'ERNIANTI',
  'FITRIAH',
  'HASNAWIA',
  'INDRAYATI',
  'JUMRIANA',
  'KARTIKA',
  'MULIANA',
  'NURLELA',
  'RAHMIDA',
  'SITTI',
  'TENRIANA',
  'WAHIDAH',
] as const
const syllablesFirst = ['MA', 'RA', 'SU', 'PA', 'LA', 'BA', 'TA', 'DA', 'WI', 'KA', 'SA', 'MAP', 'PAT', 'SAN'] as const
const syllablesMiddle = ['PA', 'RI', 'LO', 'NA', 'RU', 'TI', 'MA', 'SE', 'DI', 'GA'] as const
const syllablesLast = ['NGI', 'WATI', 'RANG', 'DONG', 'SSE', 'LANG', 'TU', 'RENG', 'KKA', 'NTO', 'RA', 'NI'] as const
const streets = [
  'CENDANA',
  'KENANGA',
  'MELATI',
  'PERINTIS',
  'PELITA',
  'SUNGAI LAMA',
  'BUNGA EJA',
  'KAKATUA',
  'CENDRAWASIH',
  'ANGGREK',
] as const
const occupations = [
  'WIRASWASTA',
  'KARYAWAN SWASTA',
  'PELAJAR/MAHASISWA',
  'NELAYAN/PERIKANAN',
  'PEDAGANG',
  'GURU',
  'BURUH HARIAN LEPAS',
  'MENGURUS RUMAH TANGGA',
] as const
const religions = ['ISLAM', 'ISLAM', 'ISLAM', 'ISLAM', 'ISLAM', 'KRISTEN', 'KATOLIK', 'HINDU', 'BUDDHA', 'KHONGHUCU'] as const
const bloodGroups = ['A', 'B', 'AB', 'O', '-'] as const
/** Districts of Makassar (7371) with one village each. */
const districts = [
  { code: '737101', district: 'MARISO', village: 'BONTORANNU' },
  { code: '737102', district: 'MAMAJANG', village: 'TAMPARANG KEKE' },
  { code: '737107', district: 'TALLO', village: 'RAPPOKALLING' },
  { code: '737109', district: 'PANAKKUKANG', village: 'KARAMPUANG' },
  { code: '737110', district: 'TAMALATE', village: 'MANGASA' },
  { code: '737113', district: 'RAPPOCINI', village: 'BUAKANA' },
] as const

const digits = (value: number, length: number) => String(value).padStart(length, '0')
const upTo = (random: Random, limit: number) => 1 + Math.floor(random.next() * limit)

/** NIK: region of first registration (6), day (+ 40 for women), month, year (2 each), serial (4, from 0001). */
function composeNik(region: string, birthDate: string, sex: 'M' | 'F', serial: number): string {
  const [year = '', month = '', day = ''] = birthDate.split('-')
  return `${region}${digits(Number(day) + (sex === 'F' ? 40 : 0), 2)}${month}${year.slice(2)}${digits(serial, 4)}`
}

/** A name in the manner of the region; syllables make a family part that belongs to nobody. */
function inventName(random: Random, sex: 'M' | 'F'): string {
  const given = pick(random, sex === 'M' ? maleNames : femaleNames)
  const family = pick(random, syllablesFirst) + pick(random, syllablesMiddle) + pick(random, syllablesLast)
  return random.next() < 0.12 ? given : `${given} ${family}`
}

/** @param birthYear by default such that the person is between 17 and 70 */
export function inventBiodata(random: Random, birthYear?: number): Biodata {
  const year = birthYear ?? presentYear - 18 - Math.floor(random.next() * 52)
  const month = upTo(random, 12)
  const day = upTo(random, new Date(Date.UTC(year, month, 0)).getUTCDate())
  const birthDate = `${year}-${digits(month, 2)}-${digits(day, 2)}`
  const sex = random.next() < 0.5 ? 'M' : 'F'
  const home = pick(random, districts)
  const age = presentYear - year
  const married = age >= 21 && random.next() < 0.7
  return {
    nik: composeNik(home.code, birthDate, sex, upTo(random, 9999)),
    name: inventName(random, sex),
    sex,
    birthDate,
    birthPlace: pick(random, ['MAKASSAR', 'MAKASSAR', 'GOWA', 'MAROS', 'TAKALAR', 'PARE-PARE']),
    citizenship: 'WNI',
    address: {
      street: `JL. ${pick(random, streets)} NO. ${upTo(random, 120)}`,
      rtRw: `${digits(upTo(random, 9), 3)}/${digits(upTo(random, 7), 3)}`,
      village: home.village,
      district: home.district,
      regency: 'KOTA MAKASSAR',
      province: 'SULAWESI SELATAN',
    },
    religion: pick(random, religions),
    maritalStatus: married ? 'KAWIN' : 'BELUM KAWIN',
    bloodGroup: pick(random, bloodGroups),
    occupation: age < 22 ? 'PELAJAR/MAHASISWA' : pick(random, occupations),
    familyCardNumber: `${home.code}${digits(upTo(random, 28), 2)}${digits(upTo(random, 12), 2)}${digits(10 + Math.floor(random.next() * 16), 2)}${digits(upTo(random, 9999), 4)}`,
  }
}
