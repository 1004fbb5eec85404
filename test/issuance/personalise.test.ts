import t from 'tap'
import { directEffects } from '../../daemon/effects.js'
import { personalise } from '../../daemon/issuance/personalise.js'
import { cardApplication, cardFiles, cardMemoryBytes, photoBudget } from '../../daemon/issuance/profile.js'
import { openCardTerminal } from '../../drivers/card-terminal/driver.js'
import { isFault } from '../../protocol/fault.js'
import { silentLog } from '../../protocol/log.js'
import { ReferenceCard } from '../../simulator/model/card/card.js'
import { seededRandom } from '../../simulator/seeded-random.js'
import { inprocCards } from '../../simulator/transport/inproc-card.js'
import { VirtualClock } from '../../simulator/virtual-clock.js'

const reader = 'Printer Contactless Station'
const biodata = {
  nik: '7371015502040001',
  name: 'CONTOH',
  sex: 'F',
  birthDate: '2004-02-15',
  birthPlace: 'MAKASSAR',
  citizenship: 'WNI',
  address: 'JL. CONTOH 1',
  religion: 'ISLAM',
  maritalStatus: 'BELUM KAWIN',
  bloodGroup: 'O',
  occupation: 'PELAJAR',
  familyCardNumber: '-',
} as const
const random = seededRandom(3)
const content = {
  biodata,
  photo: random.bytes(4_000),
  signature: random.bytes(600),
  fingers: [
    { position: 2, template: random.bytes(150) },
    { position: 7, template: random.bytes(150) },
  ],
  validUntil: 'SEUMUR HIDUP',
}
const files = cardFiles(content)

async function attempt(card: ReferenceCard, journal: string[]): Promise<number> {
  const clock = new VirtualClock(0)
  const cards = inprocCards(clock, [reader])
  cards.insert(reader, card)
  const terminal = openCardTerminal({ cards: cards.transport(), clock, log: silentLog }, reader)
  const session = await clock.runUntil(terminal.open())
  const work = personalise(
    {
      card: session,
      effects: directEffects,
      progress: () => {},
      journal: { intend: async (operation) => void journal.push(operation), outcome: async (statusWord) => void journal.push(statusWord) },
    },
    files,
  )
  return clock.runUntil(work)
}

const holdsAll = (card: ReferenceCard): boolean =>
  files.every(({ fid, content: wanted }) => Buffer.from(card.readFile(cardApplication.fid, fid) ?? []).equals(Buffer.from(wanted)))

t.test('a blank becomes a locked card that holds exactly the files, and every changing command was announced', async (t) => {
  const card = new ReferenceCard({ random })
  const journal: string[] = []
  const total = await attempt(card, journal)
  t.equal(
    total,
    files.reduce((sum, file) => sum + file.content.length, 0),
  )
  t.equal(card.lifeCycle, 'locked')
  t.ok(holdsAll(card))
  t.equal(journal.filter((entry) => entry === '9000').length, journal.length / 2)
})

t.test('torn out before, in or after any command, the same card is finished at the next attempt, never written twice', async (t) => {
  const probe = new ReferenceCard({ random })
  await attempt(probe, [])
  const commands = probe.commands
  t.ok(commands > 30, `${commands} commands`)
  let points = 0
  for (let apdu = 1; apdu <= commands; apdu++) {
    for (const tear of [
      (card: ReferenceCard) => card.tearAt({ apdu, afterBytes: 7 }),
      (card: ReferenceCard) => card.loseResponseAt(apdu),
    ]) {
      const card = new ReferenceCard({ random: seededRandom(apdu) })
      tear(card)
      const torn = await attempt(card, []).then(
        () => undefined,
        (error: unknown) => error,
      )
      if (!isFault(torn, 'card.removed')) t.fail(`command ${apdu}: ${String(torn)}`)
      await attempt(card, [])
      if (card.lifeCycle !== 'locked' || !holdsAll(card)) t.fail(`command ${apdu} left the card in doubt`)
      points++
    }
  }
  t.equal(points, commands * 2, `${points} tear points, none in doubt`)
})

t.test('a locked card of somebody else is told apart and never written', async (t) => {
  const card = new ReferenceCard({ random })
  await attempt(card, [])
  const before = card.snapshot()
  const others = cardFiles({ ...content, biodata: { ...biodata, name: 'CONTOS' } })
  const clock = new VirtualClock(0)
  const cards = inprocCards(clock, [reader])
  cards.insert(reader, card)
  const session = await clock.runUntil(openCardTerminal({ cards: cards.transport(), clock, log: silentLog }, reader).open())
  const journal = { intend: async () => {}, outcome: async () => {} }
  await t.rejects(clock.runUntil(personalise({ card: session, effects: directEffects, progress: () => {}, journal }, others)), {
    code: 'card.readback_differs',
  })
  t.strictSame(card.snapshot(), before)
})

t.test('what does not fit is refused before the card is touched', async (t) => {
  const { photo: _photo, ...others } = content
  const room = photoBudget(others)
  t.doesNotThrow(() => cardFiles({ ...content, photo: new Uint8Array(room) }))
  t.throws(() => cardFiles({ ...content, photo: new Uint8Array(room + 16) }), {
    code: 'card.no_space',
    context: { limit: cardMemoryBytes },
  })
})
