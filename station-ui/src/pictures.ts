// Live pictures beside the state: the newest of every sensor, and the last one of every modality of the person at the counter.
// Nothing is kept when the screen is locked, the operator leaves or another person comes.

import { type CaptureState, Modality, type PreviewFrame } from '../../protocol/client.js'
import { deviceOf, fingersOf } from './flow.js'

/** Pictures of the operator's finger stand beside those of the person, as of a device of their own: nobody else's window shows them. */
export const ownFingerKind = 'own_finger'

export class Pictures {
  readonly #latest = new Map<string, PreviewFrame>()
  /** By modality, then by sensor; of fingers that were asked for once more by attempt: at most eight times eleven pictures. */
  readonly #kept = new Map<Modality, Map<number, PreviewFrame>>()
  readonly #watchers = new Set<(picture: PreviewFrame) => void>()

  /** @param capture what the device is at work for */
  take(picture: PreviewFrame, capture: Pick<CaptureState, 'modality' | 'asked' | 'attempt'> | undefined): void {
    if (!capture || deviceOf[capture.modality] !== picture.deviceKind) {
      this.put(picture)
      return
    }
    const all = fingersOf[capture.modality] ?? []
    // One finger again: the picture of the hand stays beside it.
    const partial = capture.attempt > 1 && capture.asked.length < all.length && this.#kept.get(capture.modality)?.has(0)
    this.put(picture, capture.modality, partial ? capture.attempt : picture.sensor)
  }

  /** @param modality none: shown and not kept */
  put(picture: PreviewFrame, modality: Modality = Modality.MODALITY_UNSPECIFIED, slot = picture.sensor): void {
    this.#latest.set(`${picture.deviceKind}.${picture.sensor}`, picture)
    if (modality !== Modality.MODALITY_UNSPECIFIED) {
      const slots = this.#kept.get(modality) ?? new Map<number, PreviewFrame>()
      this.#kept.set(modality, slots.set(slot, picture))
    }
    for (const watcher of this.#watchers) watcher(picture)
  }

  latest(deviceKind: string, sensor: number): PreviewFrame | undefined {
    return this.#latest.get(`${deviceKind}.${sensor}`)
  }

  /** In the order of sensors, then of attempts. */
  kept(modality: Modality): readonly PreviewFrame[] {
    return this.slots(modality).map(([, picture]) => picture)
  }

  slots(modality: Modality): readonly (readonly [slot: number, picture: PreviewFrame])[] {
    return [...(this.#kept.get(modality) ?? [])].sort(([a], [b]) => a - b)
  }

  /** A new capture begins: what the device showed before belongs to another one. */
  forgetDevice(deviceKind: string): void {
    for (const key of this.#latest.keys()) if (key.startsWith(`${deviceKind}.`)) this.#latest.delete(key)
  }

  clear(): void {
    this.#latest.clear()
    this.#kept.clear()
  }

  watch(watcher: (picture: PreviewFrame) => void): () => void {
    this.#watchers.add(watcher)
    return () => void this.#watchers.delete(watcher)
  }
}
