// Live pictures beside the state: the newest of every sensor, and the last one of every modality of the person at the counter.
// Nothing is kept when the screen is locked, the operator leaves or another person comes.

import type { PreviewFrame } from '../../protocol/client.js'
import { Modality } from '../../protocol/client.js'
import { deviceOf } from './flow.js'

export class Pictures {
  readonly #latest = new Map<string, PreviewFrame>()
  /** By modality, then by sensor: at most seven times two pictures. */
  readonly #kept = new Map<Modality, Map<number, PreviewFrame>>()
  readonly #watchers = new Set<(picture: PreviewFrame) => void>()

  /** @param modality what is being captured now */
  take(picture: PreviewFrame, modality: Modality): void {
    this.#latest.set(`${picture.deviceKind}.${picture.sensor}`, picture)
    if (modality !== Modality.MODALITY_UNSPECIFIED && deviceOf[modality] === picture.deviceKind) {
      const sensors = this.#kept.get(modality) ?? new Map<number, PreviewFrame>()
      this.#kept.set(modality, sensors.set(picture.sensor, picture))
    }
    for (const watcher of this.#watchers) watcher(picture)
  }

  latest(deviceKind: string, sensor: number): PreviewFrame | undefined {
    return this.#latest.get(`${deviceKind}.${sensor}`)
  }

  /** In sensor order. */
  kept(modality: Modality): readonly PreviewFrame[] {
    return [...(this.#kept.get(modality)?.values() ?? [])].sort((a, b) => a.sensor - b.sensor)
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
