// Between the operator's window and the resident's: scenes and pictures one way, a greeting the other. Same origin, a name that only both know; no session.

import type { PreviewFrame } from '../../../protocol/client.js'
import { Modality } from '../../../protocol/client.js'
import type { Pictures } from '../pictures.js'
import type { Scene } from './scene.js'

type ToResident =
  | { readonly is: 'scene'; readonly scene: Scene }
  | { readonly is: 'picture'; readonly picture: PreviewFrame; readonly modality: Modality; readonly slot: number }
  /** All pictures go: another person, or another capture. */
  | { readonly is: 'forget' }
  /** The operator's window is new, or was loaded again: who listens? */
  | { readonly is: 'ask' }
type ToOperator = { readonly is: 'here' | 'gone' }

/** What both need of a BroadcastChannel. */
export type ChannelLike = Pick<BroadcastChannel, 'postMessage' | 'onmessage' | 'close'>

/** After so long without a word from the operator's window the resident's shows nothing any more. */
export const silenceMs = 5_000

/** The operator's end. Speaks only once a window has said that it is there. */
export class ResidentLink {
  readonly #channel: ChannelLike
  readonly #pictures: Pictures
  #listening = false
  #scene: Scene | undefined
  #told = ''

  constructor(channel: ChannelLike, pictures: Pictures, now: () => Scene) {
    this.#channel = channel
    this.#pictures = pictures
    channel.onmessage = ({ data }: MessageEvent<ToOperator>) => {
      this.#listening = data?.is === 'here'
      if (!this.#listening) return
      // It may have been loaded again: everything anew, pictures too.
      this.#told = ''
      this.#scene = undefined
      this.tell(now())
    }
    this.#post({ is: 'ask' })
    pictures.watch((picture) => this.#pass(picture))
  }

  get listening(): boolean {
    return this.#listening
  }

  /** @param alive said again although nothing changed */
  tell(scene: Scene, alive = false): void {
    if (!this.#listening) return
    const before = this.#scene
    const text = JSON.stringify(scene)
    if (text === this.#told && !alive) return
    this.#told = text
    this.#scene = scene
    if (before?.at?.caseId !== scene.at?.caseId || before?.modality !== scene.modality || before?.shows !== scene.shows)
      this.#post({ is: 'forget' })
    this.#post({ is: 'scene', scene })
    if (before?.shows === scene.shows && before.modality === scene.modality) return
    if (scene.shows === 'review') this.#passKept(scene)
    if (scene.capture?.state === 'review') for (const picture of this.#pictures.kept(scene.modality)) this.#pass(picture)
  }

  #passKept({ at }: Scene): void {
    for (const { modality } of at?.modalities ?? [])
      for (const [slot, picture] of this.#pictures.slots(modality)) this.#post({ is: 'picture', picture, modality, slot })
  }

  #pass(picture: PreviewFrame): void {
    if (!this.#listening || !this.#scene) return
    const { shows, modality, capture } = this.#scene
    if (shows === 'approve' ? picture.ink !== '' : capture && picture.deviceKind === kindOf(this.#scene)) {
      const { sensor: slot } = picture
      this.#post({ is: 'picture', picture, slot, modality: shows === 'approve' ? Modality.MODALITY_UNSPECIFIED : modality })
    }
  }

  #post(message: ToResident): void {
    this.#channel.postMessage(message)
  }
}

const kindOf = ({ at, modality }: Scene): string => at?.modalities.find((each) => each.modality === modality)?.deviceKind ?? ''

/** The resident's end. */
export function listenToOperator(
  channel: ChannelLike,
  on: { scene(scene: Scene): void; picture(picture: PreviewFrame, modality: Modality, slot: number): void; forget(): void },
): void {
  const say = (message: ToOperator) => channel.postMessage(message)
  channel.onmessage = ({ data }: MessageEvent<ToResident>) => {
    if (data.is === 'scene') on.scene(data.scene)
    else if (data.is === 'picture') on.picture(data.picture, data.modality, data.slot)
    else if (data.is === 'ask') say({ is: 'here' })
    else on.forget()
  }
  addEventListener('pagehide', () => say({ is: 'gone' }))
  say({ is: 'here' })
}
