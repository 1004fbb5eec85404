// The one store of the screens: the station's mirror, fed by the socket, and what this screen adds to it. Carries commands; decides nothing.

import {
  type Answer,
  type CaseState,
  type CommandName,
  connect,
  type Hello,
  Modality,
  type PreviewFrame,
  type StationClient,
} from '../../protocol/client.js'
import { type Clock, sleep } from '../../protocol/clock.js'
import { faultFromReport } from '../../protocol/envelope.js'
import { type Fault, toFault } from '../../protocol/fault.js'
import type { Init, RequestCommand } from '../../protocol/gen/station.js'
import { initialMirror, type StationMirror } from '../../protocol/mirror.js'
import { deviceOf, mayOpen, mayWatch, type ScreenName, screenOf } from './flow.js'
import { type Happening, happenings, keptHappenings } from './happenings.js'
import { ownFingerKind, Pictures } from './pictures.js'
import { capturesOf, cueOf, type Focus } from './recording.js'
import type { Sounds } from './sounds.js'
import { type Language, type Words, wordsOf } from './words.js'

export interface ReasonDialog {
  readonly is: 'reason'
  readonly title: string
  readonly hint: string
  readonly reasons: readonly string[]
  readonly confirm: string
  readonly run: (reason: string) => void
}
export type Dialog =
  | ReasonDialog
  | { readonly is: 'keys' | 'correct' | 'enrolFinger' }
  | { readonly is: 'exception'; readonly modality: Modality }

/** Of this machine, kept over a restart. */
export interface Settings {
  readonly sounds: boolean
  /** The resident's window says its sentences aloud. */
  readonly spoken: boolean
}

export interface View {
  readonly link: 'connecting' | 'open' | 'lost'
  readonly hello: Hello | undefined
  readonly mirror: StationMirror
  readonly language: Language
  readonly screen: ScreenName
  /** The case at this counter, '' when none. */
  readonly caseId: string
  /** The last fault, until it is dismissed or something succeeds. */
  readonly notice: Fault | undefined
  /** One line that something went well. */
  readonly told: ((language: Language) => string) | undefined
  /** Commands that are not answered yet; `caseId` '' where it is not about a person. */
  readonly waiting: readonly { readonly command: CommandName; readonly caseId: string }[]
  readonly dialog: Dialog | undefined
  readonly happenings: readonly Happening[]
  /** What the recording stands at, as far as the operator chose it. */
  readonly focus: Focus
  readonly settings: Settings
  readonly nowMs: number
}

export interface ResidentWindow {
  readonly listening: () => boolean
  readonly open: () => void
}

type Memory = Pick<Storage, 'getItem' | 'setItem'>

export interface StoreDeps {
  readonly clock: Clock
  readonly url: string
  readonly socket: (url: string) => WebSocket
  /** Remembers the case over a reload by its number, never anything about a person; and the language for longer. */
  readonly memory: { readonly page: Memory; readonly machine: Memory }
  readonly sounds?: Sounds
}

const reconnectMs = 1000
const tickMs = 1000
const noFocus: Focus = { chosen: Modality.MODALITY_UNSPECIFIED, aside: new Set() }
const settingKeys = { sounds: 'rekam.sounds', spoken: 'rekam.spoken' } as const

export class Store {
  readonly pictures = new Pictures()
  readonly #deps: StoreDeps
  readonly #listeners = new Set<() => void>()
  #view: View
  #client: StationClient | undefined
  #watching = false
  #resident: ResidentWindow | undefined

  constructor(deps: StoreDeps) {
    this.#deps = deps
    this.#view = {
      link: 'connecting',
      hello: undefined,
      mirror: initialMirror,
      language: deps.memory.machine.getItem('rekam.language') === 'en' ? 'en' : 'id',
      screen: 'queue',
      caseId: deps.memory.page.getItem('rekam.case') ?? '',
      notice: undefined,
      told: undefined,
      waiting: [],
      dialog: undefined,
      happenings: [],
      focus: noFocus,
      settings: {
        sounds: deps.memory.machine.getItem(settingKeys.sounds) !== 'off',
        spoken: deps.memory.machine.getItem(settingKeys.spoken) === 'on',
      },
      nowMs: deps.clock.nowMs(),
    }
  }

  get view(): View {
    return this.#view
  }
  get words(): Words {
    return wordsOf(this.#view.language)
  }
  get case(): CaseState | undefined {
    const { caseId, mirror } = this.#view
    return mirror.cases.find((each) => each.caseId === caseId)
  }
  /** How the resident's window is opened; nothing where there is none, as in that window itself. */
  attachResident(resident: ResidentWindow): void {
    this.#resident = resident
  }
  get residentListening(): boolean {
    return this.#resident?.listening() ?? true
  }
  openResident(): void {
    this.#resident?.open()
  }
  get working(): boolean {
    const { loggedIn, locked } = this.#view.mirror.session
    return this.#view.link === 'open' && loggedIn && !locked
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Connects and connects again, as long as the page is open. */
  async start(): Promise<never> {
    this.#tick()
    for (;;) {
      await this.#connection().catch(() => {})
      this.#client = undefined
      this.#watching = false
      this.pictures.clear()
      this.#set({ link: 'lost', mirror: initialMirror, waiting: [], dialog: undefined })
      await sleep(this.#deps.clock, reconnectMs)
    }
  }

  async #connection(): Promise<void> {
    const { clock, url, socket } = this.#deps
    const client = await connect({ url, socket, client: 'station-ui', clock })
    this.#client = client
    client.onPreview((picture) => this.#see(picture))
    this.#set({ link: 'open', hello: client.hello, notice: undefined, focus: noFocus })
    this.#mirror(client.state)
    await new Promise<void>((resolve) => {
      client.on((event) => {
        if (event.is === 'closed') resolve()
        else {
          if (event.event?.body === 'fault') this.#set({ notice: faultFromReport(event.event.fault) })
          this.#mirror(event.state)
        }
      })
    })
  }

  /** Nothing is kept behind a locked screen, and nothing of anybody but the person at the counter. */
  #see(picture: PreviewFrame): void {
    if (!this.working) return
    const { deviceKind } = picture
    const of = this.#view.mirror.captures.find(({ modality }) => deviceOf[modality] === deviceKind)
    const atWork = of?.state === 'opening' || of?.state === 'live'
    // Also beside a capture under review, which has given the scanner back.
    if (deviceKind === 'slap_scanner' && !atWork && this.isWaiting('correctBiodata', 'enrolOperatorFinger')) {
      this.pictures.put({ ...picture, deviceKind: ownFingerKind })
      return
    }
    if (of && of.caseId !== this.#view.caseId) return
    // The ink of the approval is not the signature of the record.
    const approval = deviceKind === deviceOf[Modality.SIGNATURE] && this.isWaiting('signRecord')
    // What was taken is shown once more under review: the picture that is kept.
    this.pictures.take(picture, approval ? undefined : of)
  }

  /** Sends a command. A refusal becomes the notice; `fallback` may take it first and say that it is dealt with. */
  async run<K extends CommandName>(
    command: K,
    fields: Init<RequestCommand[K]>,
    fallback?: (fault: Fault) => boolean,
  ): Promise<Answer<K> | undefined> {
    if (!this.#client) return undefined
    const sent = { command, caseId: 'caseId' in fields ? String(fields.caseId) : '' }
    this.#set({ waiting: [...this.#view.waiting, sent], told: undefined })
    try {
      const answer = await this.#client.request(command, fields)
      this.#set({ notice: undefined })
      return answer
    } catch (error) {
      const fault = toFault(error)
      if (!fallback?.(fault)) this.#set({ notice: fault })
      return undefined
    } finally {
      this.#set({ waiting: this.#view.waiting.filter((each) => each !== sent) })
    }
  }

  /** One of them is not answered yet; what is about another person than the one at the counter does not count. */
  isWaiting(...commands: readonly CommandName[]): boolean {
    const { waiting, caseId } = this.#view
    return waiting.some((sent) => commands.includes(sent.command) && (sent.caseId === '' || sent.caseId === caseId))
  }

  open(screen: ScreenName): void {
    this.#set({ screen, told: undefined })
    this.#watchIfNeeded()
  }

  /** The person at the counter changes. */
  serve(caseId: string): void {
    if (caseId === this.#view.caseId) return
    this.#deps.memory.page.setItem('rekam.case', caseId)
    this.pictures.clear()
    this.#set({ caseId, happenings: [], focus: noFocus })
  }

  /** What the stage shows; unspecified: what runs, or what comes next. */
  choose(chosen: Modality): void {
    const aside = new Set([...this.#view.focus.aside].filter((each) => each !== chosen))
    this.#set({ focus: { chosen, aside } })
  }

  /** A result that is judged later: it stays as it is. */
  putAside(modality: Modality): void {
    this.#set({ focus: { chosen: Modality.MODALITY_UNSPECIFIED, aside: new Set([...this.#view.focus.aside, modality]) } })
  }

  keep(setting: keyof Settings, on: boolean): void {
    this.#deps.memory.machine.setItem(settingKeys[setting], on ? 'on' : 'off')
    this.#set({ settings: { ...this.#view.settings, [setting]: on } })
  }

  /** Of a window without a connection of its own: what the other window says. */
  show(change: Pick<View, 'mirror' | 'language' | 'caseId' | 'settings'>): void {
    this.#set({ ...change, link: 'open' })
  }

  /** Opens the screen of the case's step, where the operator may. */
  follow(each: CaseState): void {
    const screen = screenOf(each)
    if (screen && mayOpen(screen, this.#view.mirror.session.roles)) this.open(screen)
  }

  tell(told: (language: Language) => string): void {
    this.#set({ told })
  }

  ask(dialog: Dialog | undefined): void {
    this.#set({ dialog })
    this.#watchIfNeeded()
  }

  dismiss(): void {
    this.#set({ notice: undefined })
  }

  speak(language: Language): void {
    this.#deps.memory.machine.setItem('rekam.language', language)
    this.#set({ language })
  }

  #mirror(next: StationMirror): void {
    const before = this.#view.mirror
    const { caseId } = this.#view
    const wasWorking = before.session.loggedIn && !before.session.locked
    const isWorking = next.session.loggedIn && !next.session.locked
    // A snapshot tells a state, not what happened.
    const news = wasWorking && isWorking ? happenings(before, next, caseId, this.#deps.clock.nowMs()) : []
    const all = [...news, ...this.#view.happenings].slice(0, keptHappenings)
    for (const { modality, state } of next.captures) {
      const was = before.captures.find((each) => each.modality === modality)
      if (!was || (state === 'opening' && was.state !== 'opening')) this.pictures.forgetDevice(deviceOf[modality])
    }
    if (wasWorking && !isWorking) {
      this.pictures.clear()
      // A dialog would stand over the lock, with what it knows of the person.
      this.#set({ dialog: undefined, told: undefined })
    }
    this.#leaveEnded(before, next)
    // The stage says it itself, with what to do: twice would only take its place.
    const { notice } = this.#view
    if (notice && capturesOf(next, caseId).some(({ state, advice }) => state === 'waiting' && advice === notice.code)) this.dismiss()
    const cue = wasWorking && isWorking && this.#view.settings.sounds ? cueOf(before, next, caseId) : undefined
    if (cue) this.#deps.sounds?.play(cue)
    const { hello } = this.#view
    // Said at the greeting; whoever logged in since is the proof that somebody works here.
    const known = hello && next.session.loggedIn ? { ...hello, unclaimed: false } : hello
    this.#set({ mirror: next, happenings: all, hello: known })
    if (!next.session.loggedIn) {
      this.#watching = false
      if (before.session.loggedIn) this.#set({ happenings: [], notice: undefined, focus: noFocus })
    } else if (!before.session.loggedIn) this.#arrive()
    else this.#followStep(before, next, caseId)
    this.#watchIfNeeded()
  }

  /** A capture that ended leaves the stage, however it ended. */
  #leaveEnded(before: StationMirror, next: StationMirror): void {
    const { chosen, aside } = this.#view.focus
    const ended = (modality: Modality) => {
      const runs = (each: { readonly modality: Modality }) => each.modality === modality
      return before.captures.some(runs) && !next.captures.some(runs)
    }
    if (!ended(chosen) && ![...aside].some(ended)) return
    const still = new Set([...aside].filter((each) => !ended(each)))
    this.#set({ focus: { chosen: ended(chosen) ? Modality.MODALITY_UNSPECIFIED : chosen, aside: still } })
  }

  /** Somebody logged in: the screen they need. */
  #arrive(): void {
    const { roles } = this.#view.mirror.session
    const each = this.case
    const wanted = each ? screenOf(each) : undefined
    const screens = [wanted, 'queue', 'operators'] as const
    this.#set({ screen: screens.find((screen) => screen !== undefined && mayOpen(screen, roles)) ?? 'queue', notice: undefined })
  }

  #followStep(before: StationMirror, next: StationMirror, caseId: string): void {
    const was = before.cases.find((each) => each.caseId === caseId)
    const is = next.cases.find((each) => each.caseId === caseId)
    if (was && is && is.currentStepId !== was.currentStepId) this.follow(is)
  }

  #watchIfNeeded(): void {
    const { roles } = this.#view.mirror.session
    const { screen, dialog } = this.#view
    const shows = screen === 'capture' || screen === 'handOver' || dialog?.is === 'correct' || dialog?.is === 'enrolFinger'
    const wanted = this.working && mayWatch(roles) && shows
    if (wanted === this.#watching || !this.working) return
    this.#watching = wanted
    // No pictures is no reason to stop the operator: what runs is told by the state.
    this.#client?.request('watchPreview', { on: wanted }).catch(() => {
      this.#watching = !wanted
    })
  }

  #tick(): void {
    this.#deps.clock.after(tickMs, () => {
      this.#set({ nowMs: this.#deps.clock.nowMs() })
      this.#tick()
    })
  }

  #set(change: Partial<View>): void {
    this.#view = { ...this.#view, ...change }
    for (const listener of this.#listeners) listener()
  }
}
