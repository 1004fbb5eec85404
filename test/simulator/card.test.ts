// The simulated card by ISO/IEC 7816-4: commands, refusals, life cycle, and what is left after a torn write.

import fc from 'fast-check'
import t from 'tap'
import { type CardReply, memoryBytes, ReferenceCard } from '../../simulator/model/card/card.js'
import { parseTlvs, tlv } from '../../simulator/model/card/tlv.js'
import { seededRandom } from '../../simulator/seeded-random.js'

const hex = (reply: CardReply): string => (typeof reply === 'string' ? reply : Buffer.from(reply).toString('hex'))
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const send = (card: ReferenceCard, text: string): string => hex(card.process(bytes(text)))

const blank = (seed = 1) => new ReferenceCard({ random: seededRandom(seed) })
const createAdf = '00E00000 1E 621C 820138 8302DF01 840AF04B5450454C52454631 8407A0000002471001'
const createCom = '00E00000 10 620E 820101 8302011E 8801F0 8002000A'
const createDg1 = '00E00000 10 620E 820101 83020101 880108 80020008'
const selectAdf = '00A4040C 0A F04B5450454C52454631'

/** A card in personalisation with EF.COM (10 bytes, SFI 30) and DG1 (8 bytes, SFI 1). */
function begun(seed = 1): ReferenceCard {
  const card = blank(seed)
  for (const command of [createAdf, createCom, createDg1]) if (send(card, command) !== '9000') throw new Error(command)
  return card
}

t.test('answers to reset like a contactless card behind a PC/SC reader', async (t) => {
  const { atr } = blank()
  t.equal(hex(atr.subarray(0, 4)), '3b8c8001')
  t.equal(atr.length, 4 + 12 + 1)
  t.equal(
    atr.subarray(1).reduce((check, byte) => check ^ byte, 0),
    0,
    'TCK makes T0 to TCK zero',
  )
})

t.test('its serial number is its own and comes by the pseudo-APDU of PC/SC part 3', async (t) => {
  const card = blank()
  t.equal(send(card, 'FFCA000000'), `${hex(card.uid)}9000`)
  t.equal(card.uid.length, 7)
  t.not(hex(blank(2).uid), hex(card.uid))
  t.equal(send(card, 'FFCA000004'), '6c07')
  t.equal(send(card, 'FFCA020000'), '6a86')
  t.throws(() => new ReferenceCard({ random: seededRandom(1), uid: new Uint8Array(4) }))
})

t.test('a blank holds the master file only', async (t) => {
  const card = blank()
  t.equal(card.lifeCycle, 'blank')
  t.equal(send(card, selectAdf), '6a82')
  t.equal(send(card, '00A4000C023F00'), '9000')
  t.equal(send(card, '00440000'), '6985', 'a blank cannot be locked')
})

t.test('selects by name, alias, shortened name, identifier and path, and says what it selected', async (t) => {
  const card = begun()
  for (const select of [selectAdf, '00A4040C 07 A0000002471001', '00A4040C 05 F04B545045', '00A4000C 02 DF01', '00A4080C 02 DF01']) {
    t.equal(send(card, '00A4000C023F00'), '9000')
    t.equal(send(card, select), '9000', select)
    t.equal(send(card, '00A4020C020101'), '9000', 'its child is reached')
  }
  t.equal(send(card, '00A4080C 04 DF01 011E'), '9000')
  t.equal(send(card, '00A40304 00'), `${hex(tlv(0x62, bytes('820138 83023F00 8A0103')))}9000`, 'the parent of the ADF')
  t.equal(
    send(card, '00A40004 02 DF01 00'),
    `${hex(tlv(0x62, bytes('820138 8302DF01 840AF04B5450454C52454631 8407A0000002471001 8A0103')))}9000`,
  )
  t.equal(send(card, '00A40204 02 0101 00'), `${hex(tlv(0x62, bytes('820101 83020101 80020008 880108 8A0103')))}9000`)
  t.equal(send(card, '00A40000 00').slice(0, 2), '6f')
  t.equal(send(card, '00A4020C029999'), '6a82')
  t.equal(send(card, '00A4010C020101'), '6a82', 'P1 01 wants a DF')
  t.equal(send(card, '00A4020C0101'), '6700')
  t.equal(send(card, '00A4050C020101'), '6a86')
  t.equal(send(card, '00A4020D020101'), '6a86')
})

t.test('writes and reads by offset and by short identifier, within the file', async (t) => {
  const card = begun()
  t.equal(send(card, '00D68102 03 AABBCC'), '9000')
  t.equal(send(card, '00B0000000'), '0000aabbcc0000009000')
  t.equal(send(card, '00B0810302'), 'bbcc9000')
  t.equal(send(card, '00B19E00 04 54020000 00').slice(-4), '6a82', 'odd read has no such file')
  t.equal(send(card, '00B10101 04 54020002 00'), '5306aabbcc0000009000', 'odd read by identifier')
  t.equal(send(card, '00B10101 04 54020008 00'), '6b00')
  t.equal(send(card, '00B0000009'), '6c08')
  t.equal(send(card, '00B0000800'), '6b00')
  t.equal(send(card, '00B09F0000'), '6a82')
  t.equal(send(card, '00B00000'), '6700')
  t.equal(send(card, '00D60007 02 AABB'), '6a84')
  t.equal(send(card, '00D60009 01 AA'), '6b00')
  t.equal(send(card, '00D60000'), '6700')
  t.equal(send(card, selectAdf), '9000')
  t.equal(send(card, '00B0000000'), '6986')
  t.equal(send(card, '00D60000 01 AA'), '6986')
})

t.test('keeps what does not fit into Le for GET RESPONSE, once', async (t) => {
  const card = begun()
  t.equal(send(card, '00A40204 02 0101'), '6113', 'no Le: all of it waits')
  t.equal(send(card, '00C0000004'), '62118201610f')
  t.equal(send(card, '00C000000F').slice(-4), '9000')
  t.equal(send(card, '00C0000001'), '6985')
  t.equal(send(card, '00A40204 02 0101'), '6113')
  t.equal(send(card, '00B0000001'), '009000')
  t.equal(send(card, '00C0000001'), '6985', 'another command drops it')
})

t.test('refuses to create what is there, does not fit or makes no sense', async (t) => {
  const card = begun()
  t.equal(send(card, createDg1), '6a89')
  t.equal(send(card, '00E00000 10 620E 820101 83020102 880108 80020008'), '6a89', 'short identifier taken')
  t.equal(send(card, '00E00000 0D 620B 820101 83020102 80022000'), '6a84')
  t.equal(send(card, '00E00000 06 6204 83020102'), '6a80')
  t.equal(send(card, '00E00000 10 620E 820101 83020102 8801FA 80020008'), '6a80')
  t.equal(send(card, '00E00000 11 620F 820138 8302DF02 8406F00000000001'), '6985', 'no DF below a DF')
  t.equal(send(card, '00E00100 01 00'), '6a86')
})

t.test('its memory is 8,192 bytes and every one is accounted for', async (t) => {
  const card = blank()
  t.equal(send(card, createAdf), '9000')
  let sizes = 0
  for (let fid = 1; ; fid++) {
    const answer = send(card, `00E00000 0D 620B 820101 8302${fid.toString(16).padStart(4, '0')} 800203E8`)
    if (answer === '6a84') break
    t.equal(answer, '9000')
    sizes += 1000
  }
  t.equal(sizes, 8000)
  t.equal(card.snapshot().length, memoryBytes)
  t.equal(send(card, '00E00000 0D 620B 820101 83021001 80020064'), '6a84')
})

t.test('locked is for ever: reads go on, writes do not, not even after power off', async (t) => {
  const card = begun()
  t.equal(send(card, '00D68100 01 AA'), '9000')
  t.equal(send(card, '00440000'), '6986', 'with an EF selected')
  t.equal(send(card, selectAdf), '9000')
  t.equal(send(card, '0044000001AA'), '6700')
  t.equal(send(card, '00440000'), '9000')
  t.equal(card.lifeCycle, 'locked')
  card.powerOff()
  card.powerOn()
  t.equal(send(card, selectAdf), '9000')
  t.equal(send(card, '00D68100 01 BB'), '6985')
  t.equal(send(card, '00E00000 0D 620B 820101 83020102 80020008'), '6985')
  t.equal(send(card, '00440000'), '6985')
  t.equal(send(card, '00B0810001'), 'aa9000')
})

t.test('power off and reset forget the selection and keep the memory', async (t) => {
  const card = begun()
  t.equal(send(card, '00D68100 01 AA'), '9000')
  for (const interrupt of [() => card.reset(), () => card.powerOff()]) {
    interrupt()
    t.equal(send(card, '00B0000001'), '6986')
    t.equal(send(card, '00C0000001'), '6985')
    t.equal(send(card, selectAdf), '9000')
    t.equal(send(card, '00B0810001'), 'aa9000')
  }
})

t.test('refuses classes, instructions and chaining that it does not have', async (t) => {
  const card = begun()
  t.equal(send(card, '80A4000C023F00'), '6e00')
  t.equal(send(card, '10D6000001AA'), '6884')
  t.equal(send(card, '0020000001AA'), '6d00')
  t.equal(send(card, 'FF82000001AA'), '6d00')
  t.equal(send(card, '00A400'), '6700')
  t.equal(send(card, '00A4000C053F00'), '6700', 'Lc is not what follows')
  t.equal(send(card, '0084000008').length, 20)
  t.not(send(card, '0084000008'), send(card, '0084000008'))
})

t.test('whatever is sent, it answers with a status word and keeps the files it has', async () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 30 }), (commands) => {
      const card = begun()
      return commands.every((command) => {
        const reply = card.process(command)
        return (
          typeof reply !== 'string' &&
          reply.length >= 2 &&
          reply.length <= 65_538 &&
          card.readFile(0xdf01, 0x011e)?.length === 10 &&
          card.readFile(0xdf01, 0x0101)?.length === 8
        )
      })
    }),
  )
})

t.test('torn at every byte of a write, the file holds the first of the new and the rest of the old', async (t) => {
  for (let afterBytes = 0; afterBytes <= 8; afterBytes++) {
    const card = begun()
    t.equal(send(card, '00D68100 08 1111111111111111'), '9000')
    card.tearAt({ apdu: 2, afterBytes })
    t.equal(send(card, '00B0000008').slice(-4), '9000', 'the one before is answered')
    t.equal(send(card, '00D60000 08 2222222222222222'), 'gone')
    t.equal(hex(card.readFile(0xdf01, 0x0101)!), '22'.repeat(afterBytes) + '11'.repeat(8 - afterBytes))
    t.equal(send(card, '00B0000001'), '6986', 'and it lost its power')
  }
})

t.test('torn at every byte of CREATE FILE, the file is there whole or not at all, and can be created again', async (t) => {
  let whole = 0
  for (let afterBytes = 0; afterBytes < 40; afterBytes++) {
    const card = begun()
    card.tearAt({ apdu: 1, afterBytes })
    t.equal(send(card, '00E00000 0D 620B 820101 83020102 80020010'), 'gone')
    t.equal(send(card, selectAdf), '9000')
    const again = send(card, '00E00000 0D 620B 820101 83020102 80020010')
    t.match(again, /^(9000|6a89)$/)
    if (again === '6a89') whole++
    t.equal(hex(card.readFile(0xdf01, 0x0102)!), '00'.repeat(16))
    t.equal(hex(card.readFile(0xdf01, 0x0101)!), '00'.repeat(8), 'its neighbour is untouched')
  }
  t.ok(whole > 0 && whole < 40)
})

t.test('a lost response has its effect, a failed write has none, a torn lock is either', async (t) => {
  const card = begun()
  card.loseResponseAt(1)
  t.equal(send(card, '00D68100 01 AA'), 'gone')
  t.equal(hex(card.readFile(0xdf01, 0x0101)!).slice(0, 2), 'aa')
  t.equal(send(card, selectAdf), '9000')
  card.failWriteAt(1)
  t.equal(send(card, '00D68100 01 BB'), '6581')
  t.equal(hex(card.readFile(0xdf01, 0x0101)!).slice(0, 2), 'aa')
  t.equal(send(card, '00D68100 01 BB'), '9000', 'once')
  for (const [afterBytes, state] of [
    [0, 'in_personalisation'],
    [1, 'locked'],
  ] as const) {
    const torn = begun()
    t.equal(send(torn, selectAdf), '9000')
    torn.tearAt({ apdu: 1, afterBytes })
    t.equal(send(torn, '00440000'), 'gone')
    t.equal(torn.lifeCycle, state)
  }
})

t.test('mute until powered off; a snapshot brings back its memory', async (t) => {
  const card = begun()
  const before = card.snapshot()
  t.equal(send(card, '00D68100 01 AA'), '9000')
  card.mute()
  t.equal(send(card, 'FFCA000000'), 'mute')
  card.powerOff()
  t.equal(send(card, 'FFCA000000').slice(-4), '9000')
  card.restore(before)
  t.equal(hex(card.readFile(0xdf01, 0x0101)!), '00'.repeat(8))
  t.throws(() => card.restore(new Uint8Array(1)))
  t.equal(card.readFile(0xdf01, 0x9999), undefined)
})

t.test('data objects: what is written is read, what is cut short is refused', async (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), fc.uint8Array({ maxLength: 700 }), fc.nat(), (tag, value, cut) => {
      const whole = tlv(tag, value)
      const [read, ...rest] = parseTlvs(whole) ?? []
      const shorter = whole.subarray(0, 1 + (cut % (whole.length - 1)))
      const same = read?.tag === tag && Buffer.from(read.value).equals(value) && rest.length === 0
      return same && (shorter.length === whole.length || parseTlvs(shorter) === null)
    }),
  )
  t.equal(parseTlvs(tlv(0x7f60, [1]))?.[0]?.tag, 0x7f60)
  t.equal(parseTlvs(bytes('5F')), null)
  t.equal(parseTlvs(bytes('5FFF8101')), null)
  t.equal(parseTlvs(bytes('53830000')), null)
})
