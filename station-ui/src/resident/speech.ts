// Says a sentence aloud where the browser can; the newest silences the one before.

import type { Language } from '../words.js'

const tags: Readonly<Record<Language, string>> = { id: 'id-ID', en: 'en-GB' }

export function say(sentence: string, language: Language): void {
  if (!('speechSynthesis' in globalThis)) return
  const utterance = new SpeechSynthesisUtterance(sentence)
  utterance.lang = tags[language]
  speechSynthesis.cancel()
  speechSynthesis.speak(utterance)
}
