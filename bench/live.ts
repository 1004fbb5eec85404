// The live station's figures on this machine: frames to the screen, what they cost, whether the analysis keeps up, start, memory, recovery.
// Devices, people and centre are simulated; the daemon, its threads, drivers, socket and screens are the real ones, on the real clock.

import type { LiveBench, LiveSettings, Measured } from './harness.js'
import { measureMachineTime, measureMemory } from './live/persons.js'
import { measureRecovery } from './live/recovery.js'
import { measureStart } from './live/start.js'
import { measureStreams } from './live/streams.js'

export const bench: LiveBench = {
  name: 'live',
  measure: async function* (settings: LiveSettings): AsyncGenerator<Measured> {
    const wanted = (name: string) => name.includes(settings.only)
    if (['preview', 'clients'].some(wanted)) yield* measureStreams(settings, wanted)
    if (wanted('start')) yield await measureStart()
    if (wanted('recovery')) yield* measureRecovery()
    if (wanted('machine time')) yield await measureMachineTime()
    if (wanted('memory')) yield await measureMemory(settings.persons)
  },
}
