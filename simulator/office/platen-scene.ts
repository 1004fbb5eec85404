// What lies on a scanner's glass, frame by frame: fingers drawn once a touch, moved and shaded, over what earlier hands left there. It knows
// neither device nor driver.

import type { PlatenImages } from '../model/slap-scanner.js'
import type { HandAdvice } from '../people/advice.js'
import { beginHand, type HandFault, type HandPose, type HandScript, handAt, hearHand } from '../people/hand-motion.js'
import { emptyGlass } from '../people/hands.js'
import { type GreyImage, type LaidFinger, type Person, platen } from '../people/person.js'
import { remember } from '../people/raster.js'
import { stamp, toneTable } from '../people/sprite.js'
import { type Act, askedFor, mirroredFingers, type Request, type Trick } from './asked.js'
import type { Guest } from './guest.js'
import { stillPicture, stillTruth } from './still-platen.js'
import { emptyPlaten, type FrameLog, frameLog, type PlatenTruth } from './truth.js'

export interface PlatenScene {
  readonly images: PlatenImages
  readonly log: FrameLog<PlatenTruth>
  hear(advice: HandAdvice): void
  /** Instead of what the next touches would do wrong by chance; undefined: as it comes. */
  fault: HandFault | 'none' | undefined
  /** Somebody else steps up; what was left on the glass stays. */
  change(): void
}

interface PlatenDeps {
  readonly nowMs: () => number
  readonly guest: () => Guest | undefined
  readonly trick: () => Trick | undefined
}

/** A finger as it was left, for the glass to remember. */
interface Left {
  readonly finger: LaidFinger
  readonly dxPx: number
  readonly dyPx: number
  readonly strength: number
}

interface Hand {
  readonly mask: number
  readonly person: Person
  script: HandScript
  /** Fingers as they were last put down; `lies` while they are on the glass. */
  touch: { readonly key: string; readonly number: number; readonly fingers: readonly LaidFinger[]; lies: boolean } | undefined
  pose: HandPose | undefined
}

/** One touch in so many of normal skin is left to be seen, every one of moist skin, none of dry: ASSUMPTIONS. */
const residueShare = { normal: 0.1, wet: 1, dry: 0 } as const
/** Touches that the glass remembers: a new one lies over the oldest. */
const rememberedTouches = 2
/** Skin that was wiped dry gets moist again from capture to capture: an assumption. */
const moistureAgain = (before: Hand | undefined): number => Math.min(1, (before?.pose?.plan.moisture ?? 1) + 0.25)
/** Steps in which pressing and lying down are drawn, so that few tables are needed. */
const [pressStep, contactStep] = [0.1, 0.05]

/** Hands in motion. */
export function platenScene(deps: PlatenDeps): PlatenScene {
  const log = frameLog<PlatenTruth>()
  const tables = remember<Uint8Array>(24)
  const glasses = remember<GreyImage>(1)
  let hand: Hand | undefined
  let left: readonly (readonly Left[])[] = []
  let leftVersion = 0
  let tries = new Map<string, number>()
  let captures = 0
  let last: { readonly key: string; readonly grey: Uint8Array } | undefined

  const tableOf = (finger: LaidFinger, press: number, contact: number, strength = 1) => {
    const pressure = Math.round((finger.pressure + press) / pressStep) * pressStep
    const fog = Math.round(finger.fog * 10) / 10
    return tables([pressure.toFixed(1), contact.toFixed(2), fog, strength].join(' '), () => toneTable({ pressure, contact, fog, strength }))
  }
  const glass = (): GreyImage =>
    glasses(String(leftVersion), () => {
      const empty = emptyGlass(platen, 1)
      for (const { finger, dxPx, dyPx, strength } of left.flat())
        stamp(empty, finger.sprite, toneTable({ pressure: 0, contact: 1, fog: 0, strength }), dxPx, dyPx)
      return empty
    })
  const setLeft = (now: readonly (readonly Left[])[]) => {
    if (now.length === 0 && left.length === 0) return
    left = now
    leftVersion++
  }
  /** The hand is taken away: what it leaves. */
  const takeAway = () => {
    if (!hand?.touch?.lies || !hand.pose) return
    const { person, touch, pose, script } = hand
    const random = script.whose.random.fork(`residue ${touch.number}`)
    const stays = random.next() < residueShare[person.body.skin]
    const strength = 0.07 + 0.06 * random.next()
    const residue = touch.fingers
      .filter(({ condition }) => condition !== 'bandaged')
      .map((finger) => ({ finger, dxPx: Math.round(pose.dxPx), dyPx: Math.round(pose.dyPx), strength }))
    if (stays && residue.length > 0) setLeft([...left, residue].slice(-rememberedTouches))
    touch.lies = false
  }

  const begin = (mask: number, request: Request, { person, random }: Guest): Hand => {
    takeAway()
    last = undefined
    const name = String(request.asked)
    const before = tries.get(name) ?? 0
    tries.set(name, before + 1)
    const whose = {
      random: random.fork(`hand ${++captures}`),
      body: person.body,
      lays: request.how !== 'slap' ? 'single_fingers' : request.asked === 'thumbs' ? 'thumbs' : 'hand',
    } as const
    return {
      mask,
      person,
      script: beginHand(whose, deps.nowMs(), { tries: before, fault: scene.fault, moisture: moistureAgain(hand) }),
      touch: undefined,
      pose: undefined,
    }
  }

  /** Fingers are drawn when they first touch the glass. */
  const touching = (now: Hand, act: Act, pose: HandPose): readonly LaidFinger[] => {
    const key = `${act.person.biodata.nik} ${act.fingers} ${pose.plan.number}`
    if (now.touch?.key === key) {
      now.touch.lies = true
      return now.touch.fingers
    }
    takeAway()
    last = undefined
    const { number, angleDeg, closeness, moisture, otherHand } = pose.plan
    const mirrored = otherHand && act.how === 'slap' && !act.fingers.some((position) => position === 1 || position === 6)
    const fingers = mirrored ? mirroredFingers(act.fingers) : act.fingers
    const laid = act.person.layFingers?.({ fingers, how: act.how, seed: 100 * captures + number, angleDeg, closeness, moisture }) ?? []
    now.touch = { key, number, fingers: laid, lies: true }
    return laid
  }

  const shown = (laid: readonly LaidFinger[], pose: HandPose): Uint8Array => {
    const [dx, dy] = [Math.round(pose.dxPx), Math.round(pose.dyPx)]
    const press = Math.round(pose.press / pressStep) * pressStep
    // Whoever presses lightly touches with less skin.
    const contact = Math.round((pose.contact * (1 + 0.1 * Math.min(0, press))) / contactStep) * contactStep
    const key = [captures, pose.plan.number, dx, dy, press.toFixed(1), contact.toFixed(2), leftVersion].join(' ')
    if (last?.key === key) return last.grey
    const canvas = { ...platen, grey: glass().grey.slice() }
    for (const finger of laid) stamp(canvas, finger.sprite, tableOf(finger, press, contact), dx, dy)
    last = { key, grey: canvas.grey }
    return canvas.grey
  }

  const truthOf = (person: Person, laid: readonly LaidFinger[], pose: HandPose): PlatenTruth => ({
    person: laid.length > 0 ? person : undefined,
    fingers: laid.map(({ position, condition, cx, cy }) => ({ position, condition, at: { x: cx + pose.dxPx, y: cy + pose.dyPx } })),
    ghosts: left.length > 0,
    known: true,
  })

  const frame = async (mask: number, frameIndex: number): Promise<Uint8Array | undefined> => {
    const fresh = log.begins(0, frameIndex)
    const guest = deps.guest()
    const request = askedFor(mask)
    const nobody = () => {
      log.note(frameIndex, { ...emptyPlaten, ghosts: left.length > 0 })
      return left.length > 0 ? glass().grey : undefined
    }
    if (!guest || !request) {
      takeAway()
      hand = undefined
      return nobody()
    }
    if (fresh || !hand || hand.mask !== mask || hand.person !== guest.person) hand = begin(mask, request, guest)
    const pose = handAt(hand.script, deps.nowMs())
    const wiped = hand.script.wipedMs.some((atMs) => atMs <= deps.nowMs())
    if (!pose) takeAway()
    if (wiped) {
      hand.script = { ...hand.script, wipedMs: hand.script.wipedMs.filter((atMs) => atMs > deps.nowMs()) }
      setLeft([])
    }
    if (!pose) return nobody()
    hand.pose = pose
    const played = deps.trick()?.(request.asked, request.fingers) ?? { person: guest.person, fingers: request.fingers, how: request.how }
    if ('then' in played) {
      log.note(frameIndex, { ...emptyPlaten, known: false })
      return (await played).grey
    }
    if (!played.person.layFingers) {
      const image = await stillPicture(played, captures)
      log.note(frameIndex, stillTruth(played))
      return image.grey
    }
    const laid = touching(hand, played, pose)
    log.note(frameIndex, truthOf(played.person, laid, pose))
    return laid.length === 0 ? nobody() : shown(laid, pose)
  }

  const scene: PlatenScene = {
    images: { platen: frame },
    log,
    fault: undefined,
    hear: (advice) => {
      if (hand) hand.script = hearHand(hand.script, advice, deps.nowMs())
    },
    change: () => {
      takeAway()
      hand = undefined
      tries = new Map()
      captures = 0
      scene.fault = undefined
    },
  }
  return scene
}
