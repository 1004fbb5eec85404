// Every word on the screens, in both languages. `en` has the type of `id`: a missing or a surplus translation is a type error.
// Fault codes have their words in protocol/fault-words.ts; labels of steps and papers come with the service standard.

import { capture } from './words/capture.js'
import { card } from './words/card.js'
import { correction } from './words/correction.js'
import { desk } from './words/desk.js'
import { frame } from './words/frame.js'
import { recording } from './words/recording.js'
import { results } from './words/results.js'

const id = { ...frame.id, ...desk.id, ...capture.id, ...results.id, ...recording.id, ...card.id, ...correction.id }

export type Words = typeof id
export type Language = 'id' | 'en'

const en: Words = { ...frame.en, ...desk.en, ...capture.en, ...results.en, ...recording.en, ...card.en, ...correction.en }

export const wordsOf = (language: Language): Words => (language === 'id' ? id : en)

/** Looks up what a stable name of the daemon is called; a name newer than this software is shown as it is. */
export const nameOf = (table: Readonly<Record<string, string>>, name: string): string => table[name] ?? name
