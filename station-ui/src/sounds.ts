// Three short sounds, made of tones: captured, needs attention, finished. No files; silent where the browser has no sound.

import type { Cue } from './recording.js'

interface Note {
  readonly hz: number
  readonly atMs: number
  readonly lastsMs: number
}

const cues: Readonly<Record<Cue, readonly Note[]>> = {
  captured: [
    { hz: 880, atMs: 0, lastsMs: 80 },
    { hz: 1175, atMs: 90, lastsMs: 110 },
  ],
  attention: [
    { hz: 392, atMs: 0, lastsMs: 160 },
    { hz: 392, atMs: 240, lastsMs: 160 },
  ],
  finished: [
    { hz: 659, atMs: 0, lastsMs: 90 },
    { hz: 784, atMs: 100, lastsMs: 90 },
    { hz: 1047, atMs: 200, lastsMs: 220 },
  ],
}
const loudness = 0.12
/** Without it a tone begins and ends with a click. */
const rampMs = 8

export class Sounds {
  readonly #open: () => AudioContext
  #context: AudioContext | undefined

  constructor(open: () => AudioContext) {
    this.#open = open
  }

  play(cue: Cue): void {
    try {
      this.#context ??= this.#open()
      for (const note of cues[cue]) tone(this.#context, note)
    } catch {
      // A machine without sound: everything is also said in words.
    }
  }
}

function tone(context: AudioContext, { hz, atMs, lastsMs }: Note): void {
  const from = context.currentTime + atMs / 1000
  const to = from + lastsMs / 1000
  const gain = context.createGain()
  gain.gain.setValueAtTime(0, from)
  gain.gain.linearRampToValueAtTime(loudness, from + rampMs / 1000)
  gain.gain.setValueAtTime(loudness, to - rampMs / 1000)
  gain.gain.linearRampToValueAtTime(0, to)
  const oscillator = context.createOscillator()
  oscillator.frequency.value = hz
  oscillator.connect(gain).connect(context.destination)
  oscillator.start(from)
  oscillator.stop(to)
}
