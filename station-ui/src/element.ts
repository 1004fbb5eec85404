// What every element of the station shares: the store, drawing again when it changes, and the common looks.

import { LitElement, type PropertyDeclarations } from 'lit'
import type { Store, View } from './store.js'
import type { Words } from './words.js'

export abstract class StationElement extends LitElement {
  static override properties: PropertyDeclarations = { store: { attribute: false } }
  // `declare`: a class field of its own would shadow Lit's accessor.
  declare store: Store
  #unsubscribe: (() => void) | undefined

  override connectedCallback(): void {
    super.connectedCallback()
    this.#unsubscribe = this.store.subscribe(() => this.requestUpdate())
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#unsubscribe?.()
  }

  protected get view(): View {
    return this.store.view
  }
  protected get words(): Words {
    return this.store.words
  }
  /** A label that came with the service standard. */
  protected labelOf(each: { readonly labelId: string; readonly labelEn: string }): string {
    return this.view.language === 'id' ? each.labelId : each.labelEn
  }
}
