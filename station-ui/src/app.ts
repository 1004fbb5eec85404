// The frame round the screens: bar, rail, stage, side; log-in before it, the lock over it; the keys that work everywhere.

import { css, html, type PropertyValues, type TemplateResult } from 'lit'
import { StationElement } from './element.js'
import { currentStep, mayOpen, type ScreenName, screenOf, screensFor } from './flow.js'
import { looks } from './looks.js'
import { icon } from './parts/icons.js'
import { WindowKeys } from './window-keys.js'
import { nameOf } from './words.js'

export class RekamApp extends StationElement {
  static override styles = [
    looks,
    css`
      :host {
        display: grid;
        height: 100vh;
        grid-template-rows: auto minmax(0, 1fr);
      }
      .frame {
        display: grid;
        grid-template-columns: 116px minmax(0, 1fr) 320px;
        grid-template-rows: minmax(0, 1fr);
        min-height: 0;
      }
      main {
        display: flex;
        flex-direction: column;
        gap: 12px;
        min-height: 0;
        padding: 16px 16px 12px;
      }
      .screen {
        flex: 1;
        min-height: 0;
      }
      .told {
        display: flex;
        gap: 8px;
        align-items: center;
        background: var(--ok-tint);
        border-inline-start: 6px solid var(--ok);
        border-radius: var(--corner);
        padding: 8px 16px;
      }
      .others {
        display: flex;
        gap: 8px;
        align-items: center;
        background: var(--info-tint);
        border-inline-start: 6px solid var(--info);
        border-radius: var(--corner);
        padding: 8px 16px;
      }
      .door {
        min-height: 0;
        display: grid;
        grid-template-rows: auto 1fr;
      }
      .door rekam-fault {
        margin: 16px;
      }
      .waiting {
        display: grid;
        place-items: center;
        text-align: center;
        padding: 24px;
      }
      @media (max-width: 1100px) {
        /* The side goes below: the page scrolls, the stage does not. */
        :host {
          height: auto;
          min-height: 100vh;
        }
        .frame {
          grid-template-columns: 108px minmax(0, 1fr);
          grid-template-rows: calc(100vh - 56px) auto;
        }
        rekam-side {
          grid-column: 1 / -1;
        }
        main {
          padding: 8px 12px;
        }
        .door {
          min-height: calc(100vh - 56px);
        }
      }
      @media (max-width: 640px) {
        .frame {
          grid-template-columns: minmax(0, 1fr);
          grid-template-rows: auto minmax(calc(100vh - 140px), auto) auto;
        }
      }
    `,
  ]

  constructor() {
    super()
    new WindowKeys(this, (event) => this.#key(event))
  }

  override render(): TemplateResult {
    const { session } = this.view.mirror
    return html`
      <rekam-bar .store=${this.store} role="banner"></rekam-bar>
      ${this.view.link !== 'open' ? this.#waiting() : !session.loggedIn ? this.#door(false) : session.locked ? this.#door(true) : this.#frame()}
      <rekam-dialog .store=${this.store}></rekam-dialog>
    `
  }

  protected override updated(_changed: PropertyValues): void {
    document.documentElement.lang = this.view.language
  }

  #waiting(): TemplateResult {
    const { words } = this
    const lost = this.view.link === 'lost'
    return html`<main class="waiting" role="status"><div class="stack">
      <h1>${lost ? words.connectionLost : words.connecting}</h1>
      ${lost ? html`<p>${words.connectionLostNext}</p>` : ''}
    </div></main>`
  }

  #door(locked: boolean): TemplateResult {
    return html`<main class="door">
      <div><rekam-fault .store=${this.store} .fault=${this.view.notice} .lasting=${false}></rekam-fault></div>
      ${locked ? html`<rekam-lock .store=${this.store}></rekam-lock>` : html`<rekam-log-in .store=${this.store}></rekam-log-in>`}
    </main>`
  }

  #frame(): TemplateResult {
    const { notice, told, language } = this.view
    return html`
      <div class="frame">
        <rekam-rail .store=${this.store}></rekam-rail>
        <main>
          ${notice ? html`<rekam-fault .store=${this.store} .fault=${notice} .lasting=${false}></rekam-fault>` : ''}
          ${told ? html`<p class="told" role="status"><span class="ok">${icon('check')}</span>${told(language)}</p>` : ''}
          ${this.#others()}
          ${this.#screen(this.view.screen)}
        </main>
        <rekam-side .store=${this.store} role="complementary"></rekam-side>
      </div>
    `
  }

  /** The step belongs to somebody else: says to whom, so that nobody waits for nothing. */
  #others(): TemplateResult | string {
    const { words } = this
    const at = this.store.case
    const screen = at ? screenOf(at) : undefined
    const step = currentStep(at)
    if (!step || !screen || mayOpen(screen, this.view.mirror.session.roles)) return ''
    const by = step.roles.map((role) => nameOf(words.roles, role)).join(', ')
    return html`<p class="others">${icon('handOver')}<span><b>${words.nextStep(this.labelOf(step))}.</b> ${words.roleNext(by)}</span></p>`
  }

  #screen(screen: ScreenName): TemplateResult {
    const { store } = this
    switch (screen) {
      case 'queue':
        return html`<rekam-queue class="screen" .store=${store}></rekam-queue>`
      case 'papers':
        return html`<rekam-papers class="screen" .store=${store}></rekam-papers>`
      case 'capture':
        return html`<rekam-capture class="screen" .store=${store}></rekam-capture>`
      case 'send':
        return html`<rekam-send class="screen" .store=${store}></rekam-send>`
      case 'print':
        return html`<rekam-print class="screen" .store=${store}></rekam-print>`
      case 'handOver':
        return html`<rekam-hand-over class="screen" .store=${store}></rekam-hand-over>`
      case 'operators':
        return html`<rekam-operators class="screen" .store=${store}></rekam-operators>`
    }
  }

  #key(event: KeyboardEvent): void {
    if (!this.store.working) return
    if (event.ctrlKey && event.key.toLowerCase() === 'l') {
      event.preventDefault()
      void this.store.run('lock', {})
      return
    }
    if (this.view.dialog) return
    if (event.altKey && event.key.toLowerCase() === 'j') {
      event.preventDefault()
      this.store.ask({ is: 'enrolFinger' })
      return
    }
    if (event.altKey && /^[1-7]$/.test(event.key)) {
      const screen = screensFor(this.view.mirror.session.roles)[Number(event.key) - 1]
      event.preventDefault()
      if (screen) this.store.open(screen)
      return
    }
    const target = event.composedPath()[0]
    const typing = target instanceof HTMLInputElement && target.type !== 'checkbox'
    if (event.key === '?' && !typing) {
      event.preventDefault()
      this.store.ask({ is: 'keys' })
    }
    // The last thing that happened is dismissed first; the screen's own Esc comes with the next press.
    if (event.key === 'Escape' && this.view.notice) {
      event.preventDefault()
      event.stopImmediatePropagation()
      this.store.dismiss()
    }
  }
}
