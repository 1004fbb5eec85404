// Finds `key: value` in the YAML that OpenCV writes, without regard of indents, dashes, brackets and tags: in a forest's file the order of
// the keys says all. Works on pieces of any size and keeps no more than one word.

import { Fault } from '../../../../protocol/fault.js'

/** No key and no number is longer. Longer words are cut: no key that counts is among them. */
const longestWord = 64

const newline = 10
const colon = 58

export class KeyScanner {
  /** Counted from 1. */
  line = 1
  private readonly word = new Uint8Array(longestWord)
  private length = 0
  private key = ''
  private readonly emit: (key: string, value: string, line: number) => void

  /** @param emit  called for every key with the word behind it: `-` or empty where a list or a map follows */
  constructor(emit: (key: string, value: string, line: number) => void) {
    this.emit = emit
  }

  /** @throws Fault `input.corrupt` on bytes that no such text has; what `emit` throws */
  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]!
      if (isOfWord(byte)) {
        if (this.length < longestWord) this.word[this.length++] = byte
      } else if (byte === colon) {
        if (this.key !== '') this.emit(this.key, '', this.line)
        this.key = this.takeWord()
      } else {
        if (this.length > 0) this.endValue()
        if (byte === newline) this.line++
        else if (byte > 126 || (byte < 32 && byte !== 9 && byte !== 13)) {
          throw new Fault('input.corrupt', { field: 'nfiq2_model', reason: 'text', line: this.line })
        }
      }
    }
  }

  end(): void {
    if (this.length > 0) this.endValue()
    if (this.key !== '') this.emit(this.key, '', this.line)
    this.key = ''
  }

  private endValue(): void {
    const value = this.takeWord()
    if (this.key === '') return
    const key = this.key
    this.key = ''
    this.emit(key, value, this.line)
  }

  private takeWord(): string {
    let text = ''
    for (let i = 0; i < this.length; i++) text += String.fromCharCode(this.word[i]!)
    this.length = 0
    return text
  }
}

/** Letters, digits and `_ % ! + - .` */
function isOfWord(byte: number): boolean {
  return (
    (byte >= 97 && byte <= 122) ||
    (byte >= 48 && byte <= 57) ||
    (byte >= 65 && byte <= 90) ||
    byte === 95 ||
    byte === 45 ||
    byte === 46 ||
    byte === 43 ||
    byte === 33 ||
    byte === 37
  )
}
