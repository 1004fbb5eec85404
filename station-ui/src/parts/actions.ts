// The actions bar: what can be done now, with its keys. The primary action is always Enter, always at the same place.

import { css, html, type TemplateResult } from 'lit'
import { StationElement } from '../element.js'
import { looks } from '../looks.js'
import { WindowKeys } from '../window-keys.js'

export interface Action {
  /** KeyboardEvent.key; letters in lower case. */
  readonly key: string
  readonly label: string
  readonly run: () => void
  readonly danger?: boolean
  readonly disabled?: boolean
  /** Only a key, told in the list of keys: no button. */
  readonly silent?: boolean
}

const keyNames: Readonly<Record<string, Readonly<Record<'id' | 'en', string>>>> = {
  ' ': { id: 'Spasi', en: 'Space' },
  Escape: { id: 'Esc', en: 'Esc' },
  Backspace: { id: '⌫', en: '⌫' },
}

export class RekamActions extends StationElement {
  static override properties = { ...StationElement.properties, actions: { attribute: false } }
  static override styles = [
    looks,
    css`
      :host {
        position: relative;
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 6px;
        border-top: 1px solid var(--line);
        padding-top: 12px;
        min-height: 68px;
      }
      button {
        min-height: 48px;
        padding: 0 10px;
        gap: 6px;
        font-size: var(--text-s);
      }
      button.primary {
        font-size: 1.125rem;
        padding: 0 16px;
        min-height: 56px;
      }
      .waiting {
        position: absolute;
        inset-inline-end: 0;
        bottom: 100%;
        background: var(--ground);
        padding: 0 4px;
        visibility: hidden;
      }
      /* Shown when it takes longer than 300 ms. */
      .waiting.shown {
        visibility: visible;
        transition: visibility 0s 300ms;
      }
    `,
  ]
  declare actions: readonly Action[]

  constructor() {
    super()
    this.actions = []
    new WindowKeys(this, (event) => this.#key(event))
  }

  override render(): TemplateResult {
    const { language, waiting } = this.view
    return html`
      ${this.actions
        .filter(({ silent }) => !silent)
        .map(({ key, label, run, danger, disabled }) => {
          const kind = key === 'Enter' ? 'primary' : danger ? 'danger' : ''
          const name = keyNames[key]?.[language] ?? (key.length === 1 ? key.toUpperCase() : key)
          return html`<button class=${kind} ?disabled=${disabled ?? false} @click=${run}>${label}<kbd>${name}</kbd></button>`
        })}
      <span class="waiting small muted ${waiting.length > 0 ? 'shown' : ''}" role="status">
        ${waiting.length > 0 ? this.words.waitingFor : ''}
      </span>
    `
  }

  #key(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return
    if (this.view.dialog || !this.store.working) return
    const target = event.composedPath()[0]
    const typing = target instanceof HTMLInputElement && target.type !== 'checkbox'
    if (typing && event.key !== 'Enter' && event.key !== 'Escape') return
    // A focused button, box or list keeps its own keys.
    const own = target instanceof HTMLButtonElement || target instanceof HTMLSelectElement || target instanceof HTMLAnchorElement
    if (own && (event.key === 'Enter' || event.key === ' ')) return
    if (target instanceof HTMLInputElement && target.type === 'checkbox' && event.key === ' ') return
    const pressed = event.key.length === 1 ? event.key.toLowerCase() : event.key
    const action = this.actions.find(({ key }) => key === pressed)
    if (!action || action.disabled) return
    event.preventDefault()
    action.run()
  }
}
