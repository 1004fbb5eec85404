// What the comparison of all fingers and the devices found, each with what to do about it.

import { css, html, type TemplateResult } from 'lit'
import type { FindingState } from '../../../protocol/client.js'
import { StationElement } from '../element.js'
import { looks } from '../looks.js'
import { nameOf } from '../words.js'
import { type IconName, icon } from './icons.js'

export class RekamFindings extends StationElement {
  static override properties = { ...StationElement.properties, findings: { attribute: false } }
  static override styles = [
    looks,
    css`
      ul {
        display: grid;
        gap: 8px;
      }
      li {
        display: grid;
        grid-template-columns: max-content 1fr;
        gap: 8px;
        align-items: start;
      }
    `,
  ]
  declare findings: readonly FindingState[]

  override render(): TemplateResult | undefined {
    const { words } = this
    if (this.findings.length === 0) return undefined
    return html`<ul aria-label=${words.findingsTitle}>${this.findings.map((finding) => this.#finding(finding))}</ul>`
  }

  #finding({ code, certainty, ask, positions, retake, reviewed }: FindingState): TemplateResult {
    const { words } = this
    const [sign, tone]: readonly [IconName, string] =
      ask === 'nothing' || reviewed ? ['check', 'ok'] : certainty === 'sure' ? ['cross', 'bad'] : ['warn', 'warn']
    const who = positions.map((position) => words.fingers[position] ?? '').filter((name) => name !== '')
    const again = retake.map((modality) => words.modalities[modality] ?? '').join(', ')
    const todo = reviewed
      ? words.findingReviewed
      : ask === 'retake'
        ? words.findingRetake(again)
        : ask === 'review'
          ? words.findingReview
          : ''
    return html`<li>
      <span class=${tone}>${icon(sign)}</span>
      <span
        ><b>${nameOf(words.findings, code)}</b>${certainty === 'unsure' ? ` (${words.unsure})` : ''}${who.length > 0 ? `: ${who.join(', ')}` : ''}
        ${todo === '' ? '' : html`<br /><span class="small ${tone}">${todo}</span>`}</span
      >
    </li>`
  }
}
