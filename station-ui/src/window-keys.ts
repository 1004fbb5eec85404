// Keys of the whole window, heard while an element stands in the page: wherever the focus is.

import type { ReactiveController, ReactiveControllerHost } from 'lit'

export class WindowKeys implements ReactiveController {
  readonly #onKey: (event: KeyboardEvent) => void
  readonly #capture: boolean

  /** @param first before anything inside the page hears the key, and may keep it to itself */
  constructor(host: ReactiveControllerHost, onKey: (event: KeyboardEvent) => void, { first = false } = {}) {
    this.#onKey = onKey
    this.#capture = first
    host.addController(this)
  }

  hostConnected(): void {
    window.addEventListener('keydown', this.#onKey, { capture: this.#capture })
  }

  hostDisconnected(): void {
    window.removeEventListener('keydown', this.#onKey, { capture: this.#capture })
  }
}
