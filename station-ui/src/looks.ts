// Common looks of all elements: type, buttons, fields, panels, focus. Colours and sizes come from tokens.css.

import { css } from 'lit'

export const looks = css`
  :host {
    box-sizing: border-box;
    color: var(--ink);
    font: var(--text) / 1.4 var(--font);
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  [hidden] {
    display: none !important;
  }
  h1,
  h2,
  h3,
  p,
  ul,
  ol,
  dl,
  dd {
    margin: 0;
    padding: 0;
  }
  ul,
  ol {
    list-style: none;
  }
  h1 {
    font-size: var(--text-xl);
    line-height: 1.2;
    font-weight: 650;
  }
  h2 {
    font-size: var(--text-l);
    line-height: 1.25;
    font-weight: 650;
  }
  .small {
    font-size: var(--text-s);
  }
  .muted {
    color: var(--muted);
  }
  .numbers {
    font-variant-numeric: tabular-nums;
  }
  .panel {
    background: var(--paper);
    border: 1px solid var(--line);
    border-radius: var(--corner);
    padding: 16px;
  }
  .stack {
    display: flex;
    flex-direction: column;
    gap: 16px;
  }
  .row {
    display: flex;
    align-items: center;
    gap: 8px;
  }
  .spread {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 16px;
  }
  svg.icon {
    width: 1.25em;
    height: 1.25em;
    flex: none;
    fill: none;
    stroke: currentColor;
    stroke-width: 2;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  .ok {
    color: var(--ok);
  }
  .warn {
    color: var(--warn);
  }
  .bad {
    color: var(--bad);
  }
  .info {
    color: var(--info);
  }
  button {
    font: inherit;
    font-weight: 600;
    color: var(--ink);
    background: var(--paper);
    border: 1px solid var(--edge);
    border-radius: var(--corner);
    min-height: 40px;
    padding: 0 16px;
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 8px;
    cursor: pointer;
  }
  button:hover:not(:disabled) {
    background: var(--info-tint);
  }
  button.primary {
    background: var(--info);
    border-color: var(--info);
    color: var(--on-info);
  }
  button.primary:hover:not(:disabled) {
    background: color-mix(in srgb, var(--info) 88%, var(--ink));
  }
  button.danger {
    color: var(--bad);
    border-color: var(--bad);
  }
  button:disabled {
    color: var(--muted);
    background: transparent;
    border-color: var(--line);
    border-style: dashed;
    cursor: default;
  }
  :focus-visible {
    outline: 3px solid var(--info);
    outline-offset: 2px;
  }
  label {
    display: flex;
    flex-direction: column;
    gap: 4px;
    font-weight: 600;
  }
  label.check {
    flex-direction: row;
    align-items: center;
    gap: 12px;
    font-weight: 400;
  }
  input:not([type='checkbox'], [type='radio']),
  select {
    font: inherit;
    font-size: var(--text-l);
    font-weight: 400;
    color: var(--ink);
    background: var(--paper);
    border: 1px solid var(--edge);
    border-radius: var(--corner);
    padding: 8px 12px;
    min-height: 48px;
    width: 100%;
  }
  select {
    font-size: var(--text);
  }
  input[type='checkbox'],
  input[type='radio'] {
    width: 24px;
    height: 24px;
    margin: 0;
    accent-color: var(--info);
    flex: none;
  }
  kbd {
    font: 600 var(--text-s) / 1 var(--font);
    border: 1px solid currentColor;
    border-radius: 4px;
    padding: 4px 6px;
    min-width: 24px;
    text-align: center;
    opacity: 0.85;
  }
  .corrected {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    color: var(--warn);
    border: 1px solid currentColor;
    border-radius: var(--corner);
    padding: 0 6px;
    font: 600 var(--text-s) / 1.5 var(--font);
    white-space: nowrap;
    vertical-align: middle;
  }
  .unseen {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`

/** A screen fills the stage: what is done now grows, the actions stay at the bottom. */
export const screenLooks = css`
  :host {
    display: flex;
    flex-direction: column;
    gap: 16px;
    height: 100%;
    min-height: 0;
  }
  .content {
    flex: 1;
    min-height: 0;
    overflow: auto;
    /* Room for the focus ring. */
    margin: -4px;
    padding: 4px;
  }
`
