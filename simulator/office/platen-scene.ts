// What lies on a scanner's glass, frame by frame: fingers drawn once a touch, moved and shaded, over what earlier hands left there. It knows
// neither device nor driver.

import type { PlatenImages } from '../model/slap-scanner.js'
import type { HandAdvice } from '../people/advice.js'
import { isThumb } from '../people/hand-layout.js'
import { beginHand, type HandFault, type HandOwner, type HandPose, type HandScript, handAt, hearHand } from '../people/hand-motion.js'
import { type LaidFinger, type Person, platen } from '../people/person.js'
import { remember } from '../people/raster.js'
import { stamp, toneTable } from '../people/sprite.js'
import { type Act, askedFor, mirroredFingers, type Request, type Trick } from './asked.js'
import { Glass } from './glass.js'
import type { Guest } from './guest.js'
import { stillPicture, stillTruth } from './still-platen.js'
import { emptyPlaten, type FrameLog, frameLog, type PlatenTruth } from './truth.js'

interface PlatenDeps {
  readonly nowMs: () => number
  readonly guest: () => Guest | undefined
  readonly trick: () => Trick | undefined
}

/** Fingers as they were last put down; `lies` while they are on the glass. */
interface TouchDown {
  readonly key: string
  readonly number: number
  readonly fingers: readonly LaidFinger[]
  lies: boolean
}

interface Hand {
  readonly mask: number
  readonly person: Person
  script: HandScript
  touch: TouchDown | undefined
  pose: HandPose | undefined
}

/** Skin that was wiped dry gets moist again from capture to capture: an assumption. */
const moistureAgain = (before: Hand | undefined): number => Math.min(1, (before?.script.keys.at(-1)?.plan.moisture ?? 1) + 0.25)
/** Steps in which pressing and lying down are drawn, so that few tables are needed. */
const [pressStep, contactStep] = [0.1, 0.05]
const inSteps = (value: number, step: number): number => Math.round(value / step) * step

/** Hands in motion. */
export class PlatenScene {
  readonly log: FrameLog<PlatenTruth> = frameLog()
  readonly images: PlatenImages = { platen: (mask, frameIndex) => this.#frame(mask, frameIndex) }
  /** Instead of what the next hand would do wrong by chance; undefined: as it comes. */
  fault: HandFault | 'none' | undefined
  readonly #deps: PlatenDeps
  readonly #glass = new Glass()
  readonly #tables = remember<Uint8Array>(24)
  #hand: Hand | undefined
  /** Captures of each set of fingers, by what was asked for. */
  #tries = new Map<string, number>()
  #captures = 0
  #last: { readonly key: string; readonly grey: Uint8Array } | undefined

  constructor(deps: PlatenDeps) {
    this.#deps = deps
  }

  hear(advice: HandAdvice): void {
    if (this.#hand) this.#hand.script = hearHand(this.#hand.script, advice, this.#deps.nowMs())
  }

  /** Somebody else steps up; what was left on the glass stays. */
  change(): void {
    this.#takeAway()
    this.#hand = undefined
    this.#tries = new Map()
    this.#captures = 0
    this.fault = undefined
  }

  async #frame(mask: number, frameIndex: number): Promise<Uint8Array | undefined> {
    const fresh = this.log.begins(0, frameIndex)
    const guest = this.#deps.guest()
    const request = askedFor(mask)
    if (!guest || !request) {
      this.#takeAway()
      this.#hand = undefined
      return this.#nobody(frameIndex)
    }
    if (fresh || !this.#hand || this.#hand.mask !== mask) this.#hand = this.#begin(mask, request, guest)
    const hand = this.#hand
    const pose = handAt(hand.script, this.#deps.nowMs())
    if (!pose) this.#takeAway()
    this.#wipe(hand)
    if (!pose) return this.#nobody(frameIndex)
    hand.pose = pose
    const played = this.#deps.trick()?.(request.asked, request.fingers) ?? { ...request, person: guest.person }
    if ('then' in played) {
      this.log.note(frameIndex, { ...emptyPlaten, known: false })
      return (await played).grey
    }
    if (!played.person.layFingers) {
      this.log.note(frameIndex, stillTruth(played))
      return (await stillPicture(played, this.#captures)).grey
    }
    const laid = this.#touching(hand, played, pose)
    if (laid.length === 0) return this.#nobody(frameIndex)
    this.log.note(frameIndex, {
      ...emptyPlaten,
      person: played.person,
      fingers: laid.map((finger) => truthOf(finger, pose)),
      ghosts: this.#glass.dirty,
    })
    return this.#shown(laid, pose)
  }

  #nobody(frameIndex: number): Uint8Array | undefined {
    this.log.note(frameIndex, { ...emptyPlaten, ghosts: this.#glass.dirty })
    return this.#glass.dirty ? this.#glass.picture().grey : undefined
  }

  #begin(mask: number, { asked, fingers, how }: Request, { person, random }: Guest): Hand {
    this.#takeAway()
    this.#last = undefined
    const tries = this.#tries.get(String(asked)) ?? 0
    this.#tries.set(String(asked), tries + 1)
    const whole = fingers.every(isThumb) ? 'thumbs' : 'hand'
    const whose: HandOwner = {
      random: random.fork(`hand ${++this.#captures}`),
      body: person.body,
      lays: how === 'slap' ? whole : 'single_fingers',
    }
    // What was asked for behind the last capture, as to dry the fingers, is done first.
    const fromMs = Math.max(this.#deps.nowMs(), this.#hand?.script.busyUntilMs ?? 0)
    const script = beginHand(whose, fromMs, { tries, fault: this.fault, moisture: moistureAgain(this.#hand) })
    return { mask, person, script, touch: undefined, pose: undefined }
  }

  /** The hand leaves the glass, and something of it behind. */
  #takeAway(): void {
    const hand = this.#hand
    if (!hand?.touch?.lies || !hand.pose) return
    const { person, touch, pose, script } = hand
    this.#glass.leave(touch.fingers, pose, person.body.skin, script.whose.random.fork(`residue ${touch.number}`))
    touch.lies = false
  }

  #wipe(hand: Hand): void {
    const later = hand.script.wipedMs.filter((atMs) => atMs > this.#deps.nowMs())
    if (later.length === hand.script.wipedMs.length) return
    hand.script = { ...hand.script, wipedMs: later }
    this.#glass.wipe()
  }

  /** Fingers are drawn when they first touch the glass. */
  #touching(hand: Hand, act: Act, pose: HandPose): readonly LaidFinger[] {
    const { number, angleDeg, closeness, moisture, otherHand } = pose.plan
    const key = `${act.person.biodata.nik} ${act.fingers} ${number}`
    if (hand.touch?.key === key) {
      hand.touch.lies = true
      return hand.touch.fingers
    }
    this.#takeAway()
    this.#last = undefined
    const mirrored = otherHand && act.how === 'slap' && !act.fingers.some(isThumb)
    const fingers = mirrored ? mirroredFingers(act.fingers) : act.fingers
    const seed = 100 * this.#captures + number
    const laid = act.person.layFingers?.({ fingers, how: act.how, seed, angleDeg, closeness, moisture }) ?? []
    hand.touch = { key, number, fingers: laid, lies: true }
    return laid
  }

  #shown(laid: readonly LaidFinger[], pose: HandPose): Uint8Array {
    const [dx, dy] = [Math.round(pose.dxPx), Math.round(pose.dyPx)]
    const press = inSteps(pose.press, pressStep)
    // Whoever presses lightly touches with less skin.
    const contact = inSteps(pose.contact * (1 + 0.1 * Math.min(0, press)), contactStep)
    const key = [pose.plan.number, dx, dy, press.toFixed(1), contact.toFixed(2), this.#glass.version].join(' ')
    if (this.#last?.key === key) return this.#last.grey
    const canvas = { ...platen, grey: this.#glass.picture().grey.slice() }
    for (const finger of laid) stamp(canvas, finger.sprite, this.#tableOf(finger, press, contact), dx, dy)
    this.#last = { key, grey: canvas.grey }
    return canvas.grey
  }

  #tableOf(finger: LaidFinger, press: number, contact: number): Uint8Array {
    const pressure = inSteps(finger.pressure + press, pressStep)
    const fog = inSteps(finger.fog, 0.1)
    const key = [pressure.toFixed(1), contact.toFixed(2), fog.toFixed(1)].join(' ')
    return this.#tables(key, () => toneTable({ pressure, contact, fog, strength: 1 }))
  }
}

const truthOf = ({ position, condition, cx, cy }: LaidFinger, pose: HandPose) => ({
  position,
  condition,
  at: { x: cx + pose.dxPx, y: cy + pose.dyPx },
})
