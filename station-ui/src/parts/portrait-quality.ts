// The portrait as the standard's components see it: a bar each with its threshold, what could not be measured by name, and the backdrop's colour.

import { css, html, svg, type TemplateResult } from 'lit'
import type { BackdropState, QualityComponent } from '../../../protocol/client.js'
import { StationElement } from '../element.js'
import { looks } from '../looks.js'
import { nameOf } from '../words.js'
import { icon } from './icons.js'

export class RekamPortraitQuality extends StationElement {
  static override properties = { ...StationElement.properties, components: { attribute: false }, backdrop: { attribute: false } }
  static override styles = [
    looks,
    css`
      :host {
        display: flex;
        flex-direction: column;
        gap: 8px;
        text-align: start;
        font-size: var(--text-s);
        overflow: auto;
      }
      .bars {
        display: grid;
        grid-template-columns: 1fr 64px 2.4em 18px;
        gap: 2px 8px;
        align-items: center;
        line-height: 1.2;
      }
      .bars svg {
        width: 64px;
        height: 12px;
      }
      .bars svg.icon,
      .cloth svg.icon {
        width: 16px;
        height: 16px;
      }
      .track {
        fill: var(--ground);
        stroke: var(--edge);
      }
      .fill {
        fill: var(--info);
      }
      .least {
        stroke: var(--ink);
        stroke-width: 2;
      }
      .number {
        text-align: end;
      }
      .cloth {
        display: flex;
        flex-wrap: wrap;
        gap: 4px 8px;
        align-items: center;
      }
      .swatch {
        width: 20px;
        height: 20px;
        border: 1px solid var(--edge);
        border-radius: 3px;
      }
    `,
  ]
  declare components: readonly QualityComponent[]
  declare backdrop: BackdropState | undefined

  constructor() {
    super()
    this.components = []
  }

  override render(): TemplateResult {
    const { words } = this
    const asked = this.components.filter(({ measured, least }) => measured && least > 0)
    const unmeasured = this.components.filter(({ measured }) => !measured).map(({ name }) => nameOf(words.portraitComponents, name))
    return html`
      ${this.backdrop ? this.#cloth(this.backdrop) : ''}
      ${asked.length > 0 ? html`<div class="bars" role="list" aria-label=${words.portraitQuality}>${asked.map((each) => this.#bar(each))}</div>` : ''}
      ${unmeasured.length > 0 ? html`<span class="muted">${words.notMeasured}: ${unmeasured.join(', ')}</span>` : ''}
    `
  }

  #bar({ name, scalar, least }: QualityComponent): TemplateResult {
    const good = scalar >= least
    const label = nameOf(this.words.portraitComponents, name)
    return html`
      <span role="listitem" aria-label="${label}: ${scalar}, ${this.words.leastOf(least)}">${label}</span>
      <svg viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">
        <rect class="track" width="100" height="12" />
        <rect class="fill" width=${scalar} height="12" />
        ${svg`<line class="least" x1=${least} x2=${least} y1="0" y2="12" />`}
      </svg>
      <b class="numbers number" aria-hidden="true">${scalar}</b>
      <span class=${good ? 'ok' : 'warn'} aria-hidden="true">${icon(good ? 'check' : 'warn')}</span>
    `
  }

  #cloth({ expected, found, distance, mostDistance, plain, ok }: BackdropState): TemplateResult {
    const { words } = this
    const verdict = ok ? words.backdropGood : plain ? words.backdropWrong : words.backdropUneven
    const numbers = `ΔE ${distance.toFixed(0)} / ${mostDistance.toFixed(0)}`
    return html`<div class="cloth">
      <svg class="swatch" viewBox="0 0 20 20" aria-hidden="true"><rect width="20" height="20" fill=${found} /></svg>
      <span>${expected === '' ? words.backdropAny : words.backdrop(nameOf(words.colours, expected))}</span>
      <span class="numbers muted" title=${words.colourDistance}>${numbers}</span>
      <span class=${ok ? 'ok' : 'warn'}>${icon(ok ? 'check' : 'warn')} ${verdict}</span>
    </div>`
  }
}
