// Petugas: who may work at this station and on what.

import { css, html, type PropertyValues, type TemplateResult } from 'lit'
import type { OperatorState } from '../../../protocol/client.js'
import { StationElement } from '../element.js'
import { looks, screenLooks } from '../looks.js'
import { icon } from '../parts/icons.js'
import { nameOf, wordsOf } from '../words.js'

const tasks = [
  ...['information_desk', 'counter_officer', 'recording_operator', 'print_operator', 'encode_operator', 'distribution_officer'],
  ...['archive_officer', 'supervisor', 'database_admin', 'auditor'],
] as const

export class RekamOperators extends StationElement {
  static override properties = { ...StationElement.properties, people: { attribute: false } }
  static override styles = [
    looks,
    screenLooks,
    css`
      .content {
        display: grid;
        grid-template-columns: 3fr 2fr;
        gap: 16px;
        align-items: start;
      }
      li {
        display: grid;
        grid-template-columns: auto 1fr auto;
        gap: 4px 12px;
        align-items: center;
        padding: 8px 0;
        border-top: 1px solid var(--line);
      }
      fieldset {
        border: 0;
        margin: 0;
        padding: 0;
        display: grid;
        grid-template-columns: 1fr 1fr;
        gap: 8px;
      }
      legend {
        padding: 0 0 4px;
        font-weight: 600;
      }
      @media (max-width: 780px) {
        .content {
          grid-template-columns: 1fr;
        }
      }
    `,
  ]
  declare people: readonly OperatorState[]

  constructor() {
    super()
    this.people = []
  }

  protected override firstUpdated(_changed: PropertyValues): void {
    void this.#load()
  }

  override render(): TemplateResult {
    const { words } = this
    return html`
      <h1>${words.screens.operators}</h1>
      <div class="content">
        <section class="panel">
          <h2>${words.operatorsTitle}</h2>
          <ul>${this.people.map((each) => this.#person(each))}</ul>
        </section>
        <form class="panel stack" @submit=${(event: SubmitEvent) => this.#add(event)}>
          <h2>${words.addOperator}</h2>
          <label>${words.newName}<input name="name" maxlength="64" autocomplete="off" required /></label>
          <label>${words.newPin}<input name="pin" type="password" maxlength="128" autocomplete="new-password" required /></label>
          <fieldset><legend>${words.tasks}</legend>
            ${tasks.map((role) => html`<label class="check"><input type="checkbox" name="role" value=${role} />${nameOf(words.roles, role)}</label>`)}
          </fieldset>
          <button class="primary">${words.addOperator}</button>
        </form>
      </div>
    `
  }

  #person({ name, roles, locked }: OperatorState): TemplateResult {
    const { words } = this
    const set = async () => {
      await this.store.run('lockOperator', { name, locked: !locked })
      await this.#load()
    }
    return html`
      <li>
        <span class=${locked ? 'muted' : 'ok'}>${icon(locked ? 'cross' : 'check')}</span>
        <span><b>${name}</b> <span class="small ${locked ? 'bad' : 'muted'}">${locked ? words.operatorLocked : words.operatorActive}</span>
          <br /><span class="small muted">${roles.map((role) => nameOf(words.roles, role)).join(', ')}</span></span>
        <button @click=${() => void set()}>${locked ? words.activate : words.deactivate}<span class="unseen"> ${name}</span></button>
      </li>
    `
  }

  async #load(): Promise<void> {
    this.people = (await this.store.run('listOperators', {}))?.operators ?? this.people
  }

  #add(event: SubmitEvent): void {
    event.preventDefault()
    const form = event.target
    if (!(form instanceof HTMLFormElement)) return
    const data = new FormData(form)
    const name = String(data.get('name') ?? '').trim()
    const fields = { name, pin: String(data.get('pin') ?? ''), roles: data.getAll('role').map(String) }
    void this.store.run('addOperator', fields).then(async (done) => {
      if (!done) return
      form.reset()
      await this.#load()
      this.store.tell((language) => wordsOf(language).added(name))
    })
  }
}
