// What was recorded of the person at the counter, small: for the review that the applicant signs. Shows only what this screen saw itself.

import { css, html, type PropertyValues, type TemplateResult } from 'lit'
import { type CaseState, Modality, type ModalityState, type PreviewFrame } from '../../../protocol/client.js'
import { StationElement } from '../element.js'
import { isSaved } from '../flow.js'
import { looks } from '../looks.js'
import { nameOf } from '../words.js'
import { icon, modalityIcons } from './icons.js'
import { inkBounds } from './ink.js'

export class RekamThumbnails extends StationElement {
  static override properties = { ...StationElement.properties, of: { attribute: false } }
  static override styles = [
    looks,
    css`
      :host {
        display: grid;
        grid-template-columns: repeat(3, 1fr);
        grid-auto-rows: minmax(min-content, 1fr);
        gap: 12px;
        min-height: 0;
      }
      figure {
        margin: 0;
        min-height: 0;
        display: flex;
        flex-direction: column;
        gap: 4px;
      }
      .picture {
        flex: 1;
        min-height: 72px;
        position: relative;
        display: flex;
        gap: 4px;
        background: var(--glass);
        border-radius: var(--corner);
        overflow: hidden;
        color: var(--on-glass);
        align-items: center;
        justify-content: center;
      }
      .picture.none {
        background: var(--ground);
        color: var(--muted);
        border: 2px dashed var(--edge);
      }
      .picture.ink {
        background: #fff;
      }
      canvas {
        flex: 1;
        min-width: 0;
        width: 100%;
        height: 100%;
        position: relative;
        object-fit: contain;
      }
      .picture > div {
        position: absolute;
        inset: 0;
        display: flex;
        gap: 4px;
      }
      .picture > svg.strokes {
        position: absolute;
        inset: 0;
        width: 100%;
        height: 100%;
      }
      .picture path.stroke {
        fill: none;
        stroke: #10202b;
        stroke-linecap: round;
      }
      @media (max-height: 620px) {
        :host {
          grid-template-columns: repeat(4, 1fr);
          gap: 6px;
        }
        figcaption svg.icon {
          display: none;
        }
      }
      figcaption {
        display: flex;
        gap: 8px;
        font-size: var(--text-s);
        align-items: center;
      }
    `,
  ]
  declare of: CaseState
  /** What each canvas shows, or is about to. */
  readonly #drawn = new WeakMap<HTMLCanvasElement, PreviewFrame>()

  override render(): TemplateResult {
    return html`${this.#shown.map(({ modality, state }) => {
      const tone = state === 'good' ? 'ok' : 'warn'
      return html`<figure>
        ${state === 'exception' ? html`<div class="picture none">${icon('cross')}&nbsp;${this.words.modalityStates['exception']}</div>` : this.#picture(modality)}
        <figcaption>
          <span class=${tone}>${icon(state === 'good' ? 'check' : 'warn')}</span>
          <span>${this.words.modalities[modality]} · ${nameOf(this.words.modalityStates, state)}</span>
        </figcaption>
      </figure>`
    })}`
  }

  get #shown(): readonly ModalityState[] {
    return this.of.modalities.filter(isSaved)
  }

  #picture(modality: Modality): TemplateResult {
    const kept = this.store.pictures.kept(modality)
    const first = kept[0]
    if (!first) return html`<div class="picture">${icon(modalityIcons[modality] ?? 'dot')}&nbsp;${this.words.reviewNoPicture}</div>`
    if (modality === Modality.SIGNATURE) {
      const { x, y, width, height } = inkBounds(first)
      return html`<div class="picture ink"><svg class="strokes" viewBox="${x} ${y} ${width} ${height}">
        <path class="stroke" stroke-width=${width / 120} d=${first.ink} />
      </svg></div>`
    }
    return html`<div class="picture"><div>${kept.map((_, i) => html`<canvas id="kept-${modality}-${i}" width="1" height="1"></canvas>`)}</div></div>`
  }

  override updated(_changed: PropertyValues): void {
    for (const { modality } of this.#shown) {
      if (modality === Modality.SIGNATURE) continue
      for (const [i, picture] of this.store.pictures.kept(modality).entries()) {
        const canvas = this.renderRoot.querySelector<HTMLCanvasElement>(`#kept-${modality}-${i}`)
        if (!canvas || this.#drawn.get(canvas) === picture) continue
        this.#drawn.set(canvas, picture)
        void draw(canvas, picture)
      }
    }
  }
}

async function draw(canvas: HTMLCanvasElement, { picture }: PreviewFrame): Promise<void> {
  try {
    const bitmap = await createImageBitmap(new Blob([new Uint8Array(picture)], { type: 'image/jpeg' }))
    canvas.width = bitmap.width
    canvas.height = bitmap.height
    canvas.getContext('2d')?.drawImage(bitmap, 0, 0)
    bitmap.close()
  } catch {
    // The record itself is with the daemon; this is only a reminder of it.
  }
}
