// The steps of the case with their time against the norm: a thin ring round the step, and the numbers.

import { css, html, svg, type TemplateResult } from 'lit'
import type { CaseState, StepState } from '../../../protocol/client.js'
import { StationElement } from '../element.js'
import { duration } from '../format.js'
import { looks } from '../looks.js'
import { nameOf } from '../words.js'

const around = 2 * Math.PI * 8

export class RekamSteps extends StationElement {
  static override properties = { ...StationElement.properties, of: { attribute: false } }
  static override styles = [
    looks,
    css`
      :host {
        display: block;
      }
      li {
        display: grid;
        grid-template-columns: 22px 1fr auto;
        gap: 8px;
        align-items: center;
        font-size: var(--text-s);
        line-height: 1.25;
        padding: 1px 4px;
        border-radius: var(--corner);
      }
      li.current {
        background: var(--info-tint);
        font-weight: 650;
      }
      li.pending,
      li.skipped {
        color: var(--muted);
      }
      li.skipped .what {
        text-decoration: line-through;
      }
      .what {
        white-space: nowrap;
        overflow: hidden;
        text-overflow: ellipsis;
      }
      svg {
        width: 22px;
        height: 22px;
        display: block;
        fill: none;
      }
      .track {
        stroke: var(--line);
        stroke-width: 2.5;
      }
      .ring {
        stroke: var(--info);
        stroke-width: 2.5;
      }
      .done .ring {
        stroke: var(--ok);
      }
      .over .ring {
        stroke: var(--bad);
      }
      .mark {
        stroke: currentColor;
        stroke-linecap: round;
        stroke-width: 2;
      }
      .time {
        white-space: nowrap;
      }
      .over .time {
        color: var(--bad);
        font-weight: 650;
      }
    `,
  ]
  declare of: CaseState

  override render(): TemplateResult {
    return html`<ol>${this.of.steps.map((step) => this.#step(step))}</ol>`
  }

  #step(step: StepState): TemplateResult {
    const { words } = this
    const endMs = step.endedAtMs || (step.state === 'current' ? this.view.nowMs : 0)
    const tookMs = step.startedAtMs > 0 && endMs > 0 ? Math.max(0, endMs - step.startedAtMs) : undefined
    const share = step.state === 'done' ? 1 : tookMs === undefined || step.normMs === 0 ? 0 : Math.min(1, tookMs / step.normMs)
    const over = tookMs !== undefined && step.normMs > 0 && tookMs > step.normMs
    const norm = step.normMs > 0 ? duration(step.normMs) : ''
    // What was done in time needs no norm beside it: the ring is full and the line stays short.
    const alone = norm === '' || (step.state === 'done' && !over)
    const time = tookMs === undefined ? norm : alone ? duration(tookMs) : `${duration(tookMs)} / ${norm}`
    const said = `${nameOf(words.stepStates, step.state)}${over ? `, ${words.overNorm}` : ''}`
    return html`
      <li class="${step.state} ${over ? 'over' : ''}" aria-current=${step.state === 'current' ? 'step' : 'false'}>
        <svg viewBox="0 0 22 22" aria-hidden="true">
          <circle class="track" cx="11" cy="11" r="8" />
          <circle class="ring" cx="11" cy="11" r="8" transform="rotate(-90 11 11)" stroke-dasharray="${share * around} ${around}" />
          ${step.state === 'done' ? svg`<path class="mark" d="M7.5 11.5l2.5 2.5 4.5-5" />` : ''}
          ${step.state === 'failed' ? svg`<path class="mark" d="M8 8l6 6M14 8l-6 6" />` : ''}
          ${step.state === 'current' ? svg`<circle cx="11" cy="11" r="3" fill="currentColor" />` : ''}
        </svg>
        <span class="what" title=${this.labelOf(step)}>${this.labelOf(step)}<span class="unseen"> (${said})</span></span>
        <span class="time numbers">${over ? '▲ ' : ''}${time}</span>
      </li>
    `
  }
}
