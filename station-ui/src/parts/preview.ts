// The live picture, as large as it gets: newest wins, both eyes side by side, ink of the pad, finger boxes, iris circles and the face in the picture's own coordinates.
// Canvases are drawn outside Lit's cycle; only the frame's size, boxes and guides go through it.

import { css, html, type PropertyValues, svg, type TemplateResult } from 'lit'
import type { Box, Guide, PreviewFrame } from '../../../protocol/client.js'
import { StationElement } from '../element.js'
import { looks } from '../looks.js'
import { type IconName, icon } from './icons.js'
import { padBounds } from './ink.js'

export class RekamPreview extends StationElement {
  static override properties = {
    ...StationElement.properties,
    kind: { attribute: false },
    boxes: { attribute: false },
    guides: { attribute: false },
    hint: { attribute: false },
    sign: { attribute: false },
    label: { attribute: false },
    live: { attribute: false },
  }
  static override styles = [
    looks,
    css`
      :host {
        display: block;
        position: relative;
        min-height: 0;
        background: var(--glass);
        color: var(--on-glass);
        border-radius: var(--corner);
        overflow: hidden;
        border: 3px solid var(--glass);
      }
      :host([live]) {
        border-color: var(--info);
      }
      .sensors {
        position: absolute;
        inset: 0;
        display: flex;
        gap: 8px;
      }
      /* As in a mirror: who looks sees themselves move the same way, right eye on the right. */
      :host([mirrored]) .sensors {
        transform: scaleX(-1);
      }
      :host([mirrored]) .name {
        display: none;
      }
      .sensor {
        position: relative;
        flex: 1;
        min-width: 0;
      }
      canvas,
      .over {
        position: absolute;
        inset: 0;
        width: 100%;
        height: 100%;
        object-fit: contain;
      }
      .name {
        position: absolute;
        left: 8px;
        top: 8px;
        background: var(--glass);
        border-radius: var(--corner);
        padding: 2px 8px;
        font-size: var(--text-s);
      }
      .pad {
        position: absolute;
        inset: 12px;
        background: #fff;
        border-radius: var(--corner);
      }
      .pad svg {
        width: 100%;
        height: 100%;
      }
      .pad path {
        fill: none;
        stroke: #10202b;
        stroke-linecap: round;
        stroke-linejoin: round;
      }
      .line {
        stroke: #8aa1ad;
        stroke-dasharray: 2 3;
      }
      .hint {
        position: absolute;
        inset: 0;
        display: grid;
        place-items: center;
        text-align: center;
        font-size: var(--text-xl);
        padding: 24px;
      }
      .hint svg.icon {
        width: min(112px, 30vh);
        height: min(112px, 30vh);
        stroke-width: 1;
        color: var(--brand-muted);
        margin-bottom: 8px;
      }
      .box {
        fill: none;
        stroke: #0a78c2;
        stroke-width: 6;
      }
      /* Light on dark, so that it is seen on skin, cloth and pupil alike. */
      .guide {
        fill: none;
        stroke: #7cd4ff;
      }
      .guide.under {
        stroke: #06324f;
      }
      .finger {
        font: 600 44px var(--font);
        text-anchor: middle;
        fill: #06324f;
        stroke: #fff;
        stroke-width: 10;
        paint-order: stroke;
      }
    `,
  ]
  /** Device kind whose pictures are shown; '' shows the hint. */
  declare kind: string
  declare boxes: readonly Box[]
  /** Ellipses in the pixels of one sensor's frame. */
  declare guides: readonly Guide[]
  declare hint: string
  /** Drawn large above the hint. */
  declare sign: IconName
  declare label: string
  declare live: boolean
  #unwatch: (() => void) | undefined
  #size = { widthPx: 0, heightPx: 0 }
  readonly #pending = new Map<number, PreviewFrame>()
  readonly #decoding = new Set<number>()
  #shownKind = ''

  constructor() {
    super()
    this.boxes = []
    this.guides = []
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#unwatch = this.store.pictures.watch((picture) => this.#offer(picture))
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#unwatch?.()
    this.#pending.clear()
  }

  override willUpdate(_changed: PropertyValues): void {
    this.toggleAttribute('live', this.live)
    if (this.kind !== this.#shownKind) {
      this.#shownKind = this.kind
      this.#pending.clear()
      this.#size = { widthPx: 0, heightPx: 0 }
    }
  }

  override updated(_changed: PropertyValues): void {
    // What came before this element stood here.
    for (const sensor of this.#sensors) {
      const latest = this.store.pictures.latest(this.kind, sensor)
      const canvas = this.#canvas(sensor)
      if (latest && canvas && canvas.width === 1) this.#offer(latest)
    }
    if (this.kind === 'signature_pad') {
      const latest = this.store.pictures.latest(this.kind, 0)
      if (latest) this.#ink(latest)
    }
  }

  get #sensors(): readonly number[] {
    return this.kind === 'iris_camera' ? [0, 1] : [0]
  }

  override render(): TemplateResult {
    const seen = this.store.pictures.latest(this.kind, 0) !== undefined || this.store.pictures.latest(this.kind, 1) !== undefined
    const hint = seen ? '' : html`<div class="hint"><div>${icon(this.sign)}<p>${this.hint}</p></div></div>`
    if (this.kind === 'signature_pad') {
      return html`<div class="pad" role="img" aria-label=${this.label} ?hidden=${!seen}><svg><path /></svg></div>${hint}`
    }
    return html`
      <div class="sensors" role="img" aria-label=${this.label} ?hidden=${!seen}>
        ${this.#sensors.map(
          (sensor) => html`<div class="sensor">
          ${this.kind ? html`<canvas id="sensor-${this.kind}-${sensor}" width="1" height="1"></canvas>` : ''}
          ${this.#overlay(sensor)}
          ${this.kind === 'iris_camera' ? html`<span class="name">${sensor === 0 ? this.words.rightEye : this.words.leftEye}</span>` : ''}
        </div>`,
        )}
      </div>
      ${hint}
    `
  }

  #overlay(sensor: number): TemplateResult | string {
    const { widthPx, heightPx } = this.#size
    const boxes = sensor === 0 ? this.boxes : []
    const guides = this.guides.filter((guide) => guide.sensor === sensor)
    if (widthPx === 0 || boxes.length + guides.length === 0) return ''
    const names = boxes.length > 2 ? this.words.fingersShort : this.words.fingers
    return html`<svg class="over" viewBox="0 0 ${widthPx} ${heightPx}" aria-hidden="true">
      ${boxes.map(
        ({ position, cx, cy, width, height, angleDeg }) => svg`
          <g transform="rotate(${angleDeg} ${cx} ${cy})">
            <rect class="box" x=${cx - width / 2} y=${cy - height / 2} width=${width} height=${height} rx="24" />
          </g>
          <text class="finger" x=${cx} y=${Math.max(48, cy - height / 2 - 18)}>${names[position] ?? ''}</text>`,
      )}
      ${guides.map(
        ({ cx, cy, width, height }) => svg`
          <ellipse class="guide under" cx=${cx} cy=${cy} rx=${width / 2} ry=${height / 2} stroke-width=${widthPx / 160} />
          <ellipse class="guide" cx=${cx} cy=${cy} rx=${width / 2} ry=${height / 2} stroke-width=${widthPx / 320} />`,
      )}
    </svg>`
  }

  /** Latest wins: while one picture of a sensor is decoded, only the newest of those that come is kept. */
  #offer(picture: PreviewFrame): void {
    if (picture.deviceKind !== this.kind) return
    const first = this.#pending.size === 0 && this.#size.widthPx === 0
    if (picture.widthPx !== this.#size.widthPx || picture.heightPx !== this.#size.heightPx) {
      this.#size = { widthPx: picture.widthPx, heightPx: picture.heightPx }
      this.requestUpdate()
    }
    if (first) this.requestUpdate()
    if (this.kind === 'signature_pad') {
      requestAnimationFrame(() => this.#ink(picture))
      return
    }
    this.#pending.set(picture.sensor, picture)
    if (!this.#decoding.has(picture.sensor)) void this.#draw(picture.sensor)
  }

  async #draw(sensor: number): Promise<void> {
    this.#decoding.add(sensor)
    try {
      for (let next = this.#pending.get(sensor); next; next = this.#pending.get(sensor)) {
        this.#pending.delete(sensor)
        const bitmap = await createImageBitmap(new Blob([new Uint8Array(next.picture)], { type: 'image/jpeg' }))
        const canvas = next.deviceKind === this.kind ? this.#canvas(sensor) : undefined
        if (canvas) {
          if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) {
            canvas.width = bitmap.width
            canvas.height = bitmap.height
          }
          canvas.getContext('2d')?.drawImage(bitmap, 0, 0)
        }
        bitmap.close()
        // At most one picture a screen refresh.
        await new Promise<void>((resolve) => requestAnimationFrame(() => resolve()))
      }
    } catch {
      // A picture that cannot be decoded is one picture lost; the next one comes.
    } finally {
      this.#decoding.delete(sensor)
    }
  }

  #canvas(sensor: number): HTMLCanvasElement | undefined {
    return this.renderRoot.querySelector<HTMLCanvasElement>(`#sensor-${this.kind}-${sensor}`) ?? undefined
  }

  #ink(picture: PreviewFrame): void {
    const drawing = this.renderRoot.querySelector('.pad svg')
    if (!drawing) return
    const { x, y, width, height } = padBounds(picture)
    drawing.setAttribute('viewBox', `${x} ${y} ${width} ${height}`)
    const path = drawing.querySelector('path')
    path?.setAttribute('d', picture.ink)
    path?.setAttribute('stroke-width', String(width / 160))
  }
}
