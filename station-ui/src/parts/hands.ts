// Ten fingers on two drawn hands: empty, asked for, live, good, weak with its number, missing, excepted. A sign in every fingertip and another
// outline, so that colour is never alone. With `pick` the fingers can be chosen.

import { css, html, type SVGTemplateResult, svg, type TemplateResult } from 'lit'
import type { CaptureState, CaseState } from '../../../protocol/client.js'
import { StationElement } from '../element.js'
import { looks } from '../looks.js'
import { type FingerLook, type FingerView, fingerView } from '../recording.js'
import { nameOf } from '../words.js'

/** Right hand seen from its back, thumb to the left: root and tip of every finger; the left hand mirrors it. By ISO/IEC 19794-4 position 1 to 5. */
const fingers: readonly { readonly root: readonly [number, number]; readonly tip: readonly [number, number]; readonly width: number }[] = [
  { root: [30, 96], tip: [12, 68], width: 17 },
  { root: [38, 68], tip: [35, 24], width: 16 },
  { root: [56, 64], tip: [56, 14], width: 16 },
  { root: [74, 67], tip: [77, 22], width: 16 },
  { root: [90, 74], tip: [97, 40], width: 14 },
]
const palm = 'M30 68C40 58 84 58 97 70L95 104C92 122 42 124 34 108L24 94Z'
const signs: Readonly<Record<FingerLook, string>> = { empty: '', asked: '?', live: '●', good: '✓', weak: '!', missing: '–', exception: '×' }
const positions: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
/** From left to right. */
const drawn: readonly number[] = [10, 9, 8, 7, 6, 1, 2, 3, 4, 5]
const arrows: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }

export class RekamHands extends StationElement {
  static override properties = {
    ...StationElement.properties,
    of: { attribute: false },
    captures: { attribute: false },
    selected: { attribute: false },
    pick: { attribute: false },
    single: { attribute: false },
  }
  static override styles = [
    looks,
    css`
      :host {
        display: block;
      }
      svg {
        width: 100%;
        height: 100%;
        display: block;
        overflow: visible;
      }
      .palm {
        fill: var(--ground);
        stroke: var(--edge);
        stroke-width: 2;
      }
      line {
        stroke-linecap: round;
      }
      .edge {
        stroke: var(--edge);
      }
      .asked .edge,
      .live .edge {
        stroke: var(--info);
      }
      .missing .edge {
        stroke: var(--bad);
      }
      .weak .edge {
        stroke: var(--warn);
      }
      .empty .skin,
      .asked .skin {
        stroke: var(--ground);
      }
      .live .skin {
        stroke: var(--info);
      }
      .good .skin {
        stroke: var(--ok);
      }
      .weak .skin {
        stroke: var(--warn);
      }
      .missing .skin {
        stroke: var(--bad-tint);
      }
      .exception .skin {
        stroke: var(--paper);
      }
      .exception .edge {
        stroke-dasharray: 4 5;
        stroke-linecap: butt;
      }
      .sign {
        font: 700 12px var(--font);
        text-anchor: middle;
        fill: var(--paper);
      }
      .asked .sign {
        fill: var(--info);
      }
      .missing .sign {
        fill: var(--bad);
      }
      .exception .sign {
        fill: var(--ink);
      }
      .side {
        font: 600 12px var(--font);
        text-anchor: middle;
        fill: var(--muted);
      }
      .digit {
        font: 600 11px var(--font);
        text-anchor: middle;
        fill: var(--ink);
      }
      .pick {
        cursor: pointer;
      }
      .pick:focus-visible {
        outline: none;
      }
      .pick:focus-visible .edge,
      .selected .edge {
        stroke: var(--info);
      }
      .pick:focus-visible .edge {
        stroke-dasharray: 3 2;
      }
      .selected .skin {
        stroke: var(--info);
      }
      .selected .sign {
        fill: var(--on-info);
      }
    `,
  ]
  /** Undefined: hands of nobody whose fingers are known. */
  declare of: CaseState | undefined
  declare captures: readonly CaptureState[]
  declare selected: ReadonlySet<number>
  /** Makes the fingers choosable. */
  declare pick: ((position: number) => void) | undefined
  /** One finger is chosen, by arrows too. */
  declare single: boolean

  constructor() {
    super()
    this.captures = []
    this.selected = new Set()
    this.single = false
  }

  override render(): TemplateResult {
    const { words } = this
    const hands = svg`${this.#hand(words.leftHand, 5, (x) => 108 - x)} ${this.#hand(words.rightHand, 0, (x) => x + 116)}`
    return this.pick
      ? html`<svg viewBox="0 -10 226 148" role=${this.single ? 'radiogroup' : 'group'}
          aria-label=${this.single ? words.ownFingerWhich : words.exceptionParts}>${hands}</svg>`
      : html`<svg viewBox="0 0 226 138" role="img" aria-label=${this.#summary()}>${hands}</svg>`
  }

  #view(position: number): FingerView {
    return this.of ? fingerView(this.of, this.captures, position) : { look: 'empty' }
  }

  /** From one finger to the next as they are drawn, and from the last to the first. */
  #move(position: number, by: number): void {
    const next = drawn[(drawn.indexOf(position) + by + drawn.length) % drawn.length] ?? position
    this.pick?.(next)
    this.renderRoot.querySelector<SVGElement>(`#finger-${next}`)?.focus()
  }

  /** In words what the drawing shows: counts, and the names of those that are not simply good. */
  #summary(): string {
    const { words } = this
    const byLook = new Map<FingerLook, string[]>()
    for (const position of positions) {
      const { look, quality } = this.#view(position)
      const name = `${words.fingers[position] ?? ''}${look === 'weak' && quality !== undefined ? ` ${quality}` : ''}`
      byLook.set(look, [...(byLook.get(look) ?? []), name])
    }
    const told = [...byLook].map(([look, names]) => {
      const plain = look === 'good' || look === 'empty'
      return `${names.length} ${nameOf(words.fingerLooks, look)}${plain ? '' : ` (${names.join(', ')})`}`
    })
    return words.fingersSummary(told.join(', '))
  }

  #hand(name: string, firstPosition: number, place: (x: number) => number): SVGTemplateResult {
    const transform = firstPosition === 5 ? 'translate(108 0) scale(-1 1)' : 'translate(116 0)'
    return svg`
      <g transform=${transform}><path class="palm" d=${palm} /></g>
      ${fingers.map((_, index) => this.#finger(firstPosition + index + 1, index, place))}
      <text class="side" x=${place(60)} y="100">${name}</text>`
  }

  #finger(position: number, index: number, place: (x: number) => number): SVGTemplateResult {
    const { root, tip, width } = fingers[index] ?? { root: [0, 0], tip: [0, 0], width: 0 }
    const { look, quality } = this.#view(position)
    const [x1, y1, x2, y2] = [place(root[0]), root[1], place(tip[0]), tip[1]]
    const selected = this.selected.has(position)
    const sign = selected ? '✓' : look === 'weak' && quality !== undefined ? String(quality) : signs[look]
    const drawn = svg`
      <line class="edge" x1=${x1} y1=${y1} x2=${x2} y2=${y2} stroke-width=${width + (selected ? 5 : 3)} />
      <line class="skin" x1=${x1} y1=${y1} x2=${x2} y2=${y2} stroke-width=${width - 1} />
      <text class="sign" x=${x2} y=${y2 + 5}>${sign}</text>`
    const { pick } = this
    if (!pick) return svg`<g class=${look}>${drawn}</g>`
    const toggle = (event: KeyboardEvent) => {
      const by = arrows[event.key]
      if (event.key !== ' ' && (!this.single || by === undefined)) return
      event.preventDefault()
      if (event.key === ' ') pick(position)
      else this.#move(position, by ?? 0)
    }
    const label = `${this.words.fingers[position] ?? ''}${this.of ? `, ${nameOf(this.words.fingerLooks, look)}` : ''}`
    const role = this.single ? 'radio' : 'checkbox'
    const reach = this.single && !selected ? -1 : 0
    return svg`<g class="pick ${look} ${selected ? 'selected' : ''}" id=${`finger-${position}`} role=${role} tabindex=${reach} aria-checked=${selected ? 'true' : 'false'}
      aria-label=${label} @click=${() => pick(position)} @keydown=${toggle}>${drawn}
      ${this.single ? '' : svg`<text class="digit" x=${x2} y=${y2 - 14} aria-hidden="true">${position % 10}</text>`}</g>`
  }
}
