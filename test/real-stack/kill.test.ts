// SIGKILL of a station on the real stacks, again and again in one person's case, and a new one on the same data each time: the case goes on, nothing
// that was accepted is lost, nothing is done twice to the world.

import t, { type Test } from 'tap'
import { directEffects } from '../../daemon/effects.js'
import type { CaseDocument } from '../../daemon/service/case.js'
import { modalities } from '../../daemon/state.js'
import { loadStoreKey } from '../../daemon/store/keys.js'
import { openStore } from '../../daemon/store/store.js'
import { Modality, type StationMirror } from '../../protocol/client.js'
import { systemClock } from '../../protocol/clock.js'
import { isFault } from '../../protocol/fault.js'
import { escapeByte, printBitmap, printerCommands } from '../../protocol/hardware/card-printer.js'
import { silentLog } from '../../protocol/log.js'
import { systemRandom } from '../../protocol/random.js'
import { canRun, ownTemporaryFolder, type RealOffice, realOffice } from './real-office.js'

t.setTimeout(600_000)

/** What can be seen from outside the station at one instant. */
interface Scene {
  step: string
  state: StationMirror | undefined
  /** That reached the printer so far. */
  printerBytes: number
  /** The last thing that a device or the centre was asked for, and that it has done. */
  world: string
}

interface Moment {
  readonly name: string
  readonly when: (scene: Scene) => boolean
}

const begins = (step: string): Moment => ({ name: `${step} just asked for`, when: (scene) => scene.step === step })
const capture = (name: string, state: string, modality: Modality): Moment => ({
  name,
  when: ({ state: now }) => now?.capture.state === state && now.capture.modality === modality,
})
const accepted = (state: StationMirror | undefined): Modality[] =>
  (state?.cases[0]?.modalities ?? []).flatMap(({ modality, state: is }) => (is === 'good' || is === 'weak_accepted' ? [modality] : []))
const issuing = (name: string, when: (issuance: StationMirror['issuance']) => boolean): Moment => ({
  name,
  when: ({ state }) => state !== undefined && when(state.issuance),
})

/** In the order in which a case meets them. */
const moments: readonly Moment[] = [
  begins('take_ticket'),
  begins('registry'),
  capture('the face is live', 'live', Modality.FACE),
  { name: 'the face was accepted', when: ({ state }) => accepted(state).includes(Modality.FACE) },
  capture('the pen is writing', 'live', Modality.SIGNATURE),
  capture('a slap waits for review', 'review', Modality.RIGHT_FOUR),
  begins('sign_record'),
  begins('seal'),
  { name: 'the centre holds a chunk', when: ({ world }) => world === 'chunk held' },
  { name: 'the packet is committed, its receipt under way', when: ({ world }) => world === 'packet committed' },
  issuing('a blank is bound', ({ state }) => state === 'binding'),
  issuing('the chip is half written', ({ bytesWritten, bytesTotal }) => bytesWritten > bytesTotal / 2),
  issuing('the chip is read back', ({ state }) => state === 'reading_back'),
  { name: 'one side is in the printer', when: ({ printerBytes }) => printerBytes > printBitmap.bytes },
  { name: 'the printer prints', when: ({ world }) => world === 'printing' },
  begins('hand_over'),
  begins('acknowledge'),
]

/** Tells what reaches the printer and the centre, when it has got there. */
function watchWorld({ stack }: RealOffice, tell: (change: Partial<Scene>) => Promise<void>): void {
  const { printer, centre } = stack.office
  const out = printer.out.bind(printer)
  let bytes = 0
  printer.out = (endpoint, data) => {
    const taken = out(endpoint, data)
    bytes += data.length
    const end = Buffer.from(data).includes(`${String.fromCharCode(escapeByte)}${printerCommands.end}\r`)
    void tell({ printerBytes: bytes, ...(end && { world: 'printing' }) })
    return taken
  }
  const exchange = centre.link.exchange.bind(centre.link)
  Object.assign(centre.link, {
    exchange: async (request: Parameters<typeof exchange>[0]) => {
      const answer = await exchange(request)
      if (request.method === 'PUT') await tell({ world: 'chunk held' })
      if (request.path.endsWith('/commit')) await tell({ world: 'packet committed' })
      return answer
    },
  })
}

t.test('a station killed at any moment goes on with the case', async (t) => {
  if (!canRun(t)) return
  await ownTemporaryFolder(t)
  const office = await realOffice(t, { seed: 11 })
  let atScene: (change: Partial<Scene>) => Promise<void> = async () => {}
  watchWorld(office, (change) => atScene(change))
  const kept = new Set<Modality>()
  let finished = false
  let reached = 0

  /** One life of the station. @returns whether the moment came */
  const live = async (moment: Moment | undefined): Promise<boolean> => {
    const scene: Scene = { step: '', state: undefined, printerBytes: 0, world: '' }
    const station = await office.startStation()
    let death: Promise<void> | undefined
    atScene = async (change) => {
      Object.assign(scene, change)
      if (moment?.when(scene)) {
        // One turn later: what was asked for is then on its way.
        death ??= new Promise<void>((resolve) => setImmediate(resolve)).then(() => station.child.kill())
      }
      await death
    }
    const walked = station.walk({
      step: (step) => void atScene({ step }),
      changed: (state) => {
        if (!state.cases[0]) return
        const lost = [...kept].filter((modality) => !accepted(state).includes(modality))
        if (lost.length > 0) t.fail('an accepted modality is lost', { lost, moment: moment?.name })
        for (const modality of accepted(state)) kept.add(modality)
        void atScene({ state })
      },
    })
    try {
      finished = (await walked).state === 'archived'
    } catch (error) {
      // A dead station's commands are answered by the line alone; anything else is a refusal.
      if (!death || !isFault(error, 'protocol.connection_lost')) throw error
    }
    await death
    if (!death) await station.child.stop()
    return death !== undefined
  }

  const started = systemClock.monotonicMs()
  for (const moment of moments) {
    if (finished) break
    const before = systemClock.monotonicMs()
    if (await live(moment)) reached++
    t.comment(`${moment.name}: ${((systemClock.monotonicMs() - before) / 1000).toFixed(1)} s`)
  }
  if (!finished) await live(undefined)
  t.comment(`${reached} of ${moments.length} moments reached, ${((systemClock.monotonicMs() - started) / 1000).toFixed(0)} s`)
  t.equal(reached, moments.length, 'the station was killed at every moment')
  await t.test('what is left of it', (t) => examine(t, office, kept))
})

async function examine(t: Test, office: RealOffice, kept: ReadonlySet<Modality>): Promise<void> {
  const { centre, printer } = office.stack.office
  t.equal(centre.packetIds.length, 1, 'the centre holds one packet')
  t.equal(printer.output.length, 1, 'one card was printed')
  t.equal(printer.printed, 1)
  t.same([printer.rejected.length, printer.station], [0, undefined], 'no card was thrown away, none is stuck')
  t.equal(kept.size, modalities.length, 'every modality was accepted')
  const { items } = await centre.contentsOf(centre.packetIds[0] ?? '')
  const records = items.map(({ type }) => type).filter((type) => type.startsWith('record.'))
  t.same(records.sort(), modalities.map((name) => `record.${name}`).sort())

  const { key } = await loadStoreKey(office.data, process.env, systemRandom)
  const folder = office.data
  const store = await openStore({ folder, key, effects: directEffects, clock: systemClock, random: systemRandom, log: silentLog })
  try {
    const cases = await store.read((db) => db.selectFrom('cases').select('state').execute())
    t.equal(cases.length, 1, 'one case')
    const doc = JSON.parse(cases[0]?.state ?? '{}') as CaseDocument
    t.equal(doc.state, 'archived')
    t.equal(doc.blankSerial, printer.output[0]?.serial, 'the card in the hopper is the one in the case')
    t.same(await store.integrityCheck(), { ok: true, problems: [] })
    const verdict = await store.audit.verify()
    t.equal(verdict.ok, true, 'the audit chain is whole')
    const rows = await store.read((db) => db.selectFrom('audit').select('body').execute())
    const acts = rows.map(({ body }) => (JSON.parse(body) as { act: string }).act)
    const count = (act: string) => acts.filter((each) => each === act).length
    t.equal(count('capture.accepted') + count('face.approved'), modalities.length, 'nothing accepted was recorded again')
    for (const act of [
      'case.opened',
      'record.signed',
      'record.sealed',
      'card.bound',
      'card.encoded',
      'card.printed',
      'card.handed_over',
      'case.archived',
    ])
      t.equal(count(act), 1, `${act} once`)
    const blanks = await store.read((db) =>
      db.selectFrom('blank_cards').select('state').where('state', '!=', 'issued_to_station').execute(),
    )
    t.same(blanks, [{ state: 'handed_over' }], 'one blank was used')
  } finally {
    await store.close()
  }
}
