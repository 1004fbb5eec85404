// Live pictures for one client: the newest of each sensor, sent only while the client keeps up. A slow client loses pictures, never events.

import type { Clock, Timer } from '../../protocol/clock.js'
import { WIRE_LIMITS } from '../../protocol/limits.js'
import type { PreviewPicture } from '../state.js'

/** How soon a held-back picture is tried again. */
const retryMs = 40

export class PreviewFeed {
  readonly #clock: Clock
  readonly #backlogBytes: () => number
  readonly #send: (picture: PreviewPicture) => void
  /** At most one a sensor: devices times sensors. */
  readonly #held = new Map<string, PreviewPicture>()
  #timer: Timer | undefined

  constructor(clock: Clock, backlogBytes: () => number, send: (picture: PreviewPicture) => void) {
    this.#clock = clock
    this.#backlogBytes = backlogBytes
    this.#send = send
  }

  show(picture: PreviewPicture): void {
    this.#held.set(`${picture.deviceKind}.${picture.sensor}`, picture)
    this.#flush()
  }

  stop(): void {
    this.#held.clear()
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #flush(): void {
    for (const [sensor, picture] of this.#held) {
      if (this.#backlogBytes() > WIRE_LIMITS.previewBacklogBytes) {
        this.#timer ??= this.#clock.after(retryMs, () => {
          this.#timer = undefined
          this.#flush()
        })
        return
      }
      this.#held.delete(sensor)
      this.#send(picture)
    }
  }
}
