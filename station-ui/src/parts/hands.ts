// Ten fingers on two drawn hands: empty, live, good, weak, exception. A sign in every fingertip, so that colour is never alone.

import { css, html, svg, type TemplateResult } from 'lit'
import { type CaseState, Modality } from '../../../protocol/client.js'
import { StationElement } from '../element.js'
import { fingersOf, modalityOf } from '../flow.js'
import { looks } from '../looks.js'

type FingerLook = 'empty' | 'live' | 'good' | 'weak' | 'exception'

/** Right hand seen from its back, thumb to the left: root and tip of every finger; the left hand mirrors it. By ISO/IEC 19794-4 position 1 to 5. */
const fingers: readonly { readonly root: readonly [number, number]; readonly tip: readonly [number, number]; readonly width: number }[] = [
  { root: [30, 96], tip: [12, 68], width: 17 },
  { root: [38, 68], tip: [35, 24], width: 16 },
  { root: [56, 64], tip: [56, 14], width: 16 },
  { root: [74, 67], tip: [77, 22], width: 16 },
  { root: [90, 74], tip: [97, 40], width: 14 },
]
const palm = 'M30 68C40 58 84 58 97 70L95 104C92 122 42 124 34 108L24 94Z'
const signs: Readonly<Record<FingerLook, string>> = { empty: '', live: '•', good: '✓', weak: '!', exception: '×' }

export class RekamHands extends StationElement {
  static override properties = { ...StationElement.properties, of: { attribute: false }, now: { attribute: false } }
  static override styles = [
    looks,
    css`
      :host {
        display: block;
      }
      svg {
        width: 100%;
        height: auto;
        display: block;
      }
      .palm {
        fill: var(--ground);
        stroke: var(--edge);
        stroke-width: 2;
      }
      .finger {
        stroke-linecap: round;
      }
      .edge {
        stroke: var(--edge);
      }
      .empty {
        stroke: var(--ground);
      }
      .live {
        stroke: var(--info);
      }
      .good {
        stroke: var(--ok);
      }
      .weak {
        stroke: var(--warn);
      }
      .exception {
        stroke: var(--muted);
      }
      .sign {
        font: 700 13px var(--font);
        text-anchor: middle;
        fill: var(--paper);
      }
      .side {
        font: 600 12px var(--font);
        text-anchor: middle;
        fill: var(--muted);
      }
    `,
  ]
  declare of: CaseState
  /** What is being captured now. */
  declare now: Modality

  override render(): TemplateResult {
    const { words } = this
    return html`
      <svg viewBox="0 0 226 138" role="img" aria-label=${words.handsLabel}>
        ${this.#hand(words.leftHand, 5, (x) => 108 - x)} ${this.#hand(words.rightHand, 0, (x) => x + 116)}
      </svg>
    `
  }

  #hand(name: string, firstPosition: number, place: (x: number) => number) {
    const mirrored = firstPosition === 5
    const transform = mirrored ? 'translate(108 0) scale(-1 1)' : 'translate(116 0)'
    return svg`
      <g transform=${transform}><path class="palm" d=${palm} /></g>
      ${fingers.map(({ root, tip, width }, index) => {
        const look = this.#lookOf(firstPosition + index + 1)
        const [x1, y1, x2, y2] = [place(root[0]), root[1], place(tip[0]), tip[1]]
        return svg`
          <line class="finger edge" x1=${x1} y1=${y1} x2=${x2} y2=${y2} stroke-width=${width + 3} />
          <line class="finger ${look}" x1=${x1} y1=${y1} x2=${x2} y2=${y2} stroke-width=${width - 1} />
          <text class="sign" x=${x2} y=${y2 + 5}>${signs[look]}</text>`
      })}
      <text class="side" x=${place(60)} y="100">${name}</text>`
  }

  #lookOf(position: number): FingerLook {
    if (this.now === Modality.INDEX_FINGERS && fingersOf[this.now]?.includes(position)) return 'live'
    for (const modality of [Modality.RIGHT_FOUR, Modality.LEFT_FOUR, Modality.THUMBS]) {
      if (!fingersOf[modality]?.includes(position)) continue
      const { state } = modalityOf(this.of, modality)
      if (this.now === modality) return 'live'
      if (state === 'good') return 'good'
      if (state === 'weak_accepted') return 'weak'
      if (state === 'exception') return 'exception'
    }
    return 'empty'
  }
}
