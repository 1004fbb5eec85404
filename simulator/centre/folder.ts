// A folder in which a simulated centre lives on over restarts: its keys, stations, records. Uploads without a commit are lost, as a cut line loses them.
// Simulated keys and synthetic persons only: nothing here is encrypted.

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import type { CentreBiodata } from '../../protocol/hardware/centre.js'
import type { KeptPeople } from './population.js'
import type { CentreMemory } from './state.js'

export interface CentreFolder {
  /** What an earlier centre left here. */
  readonly memory: CentreMemory | undefined
  /** Keeps what it remembers now; a packet's ciphertext is written once. */
  keep(memory: CentreMemory): void
  /** The registry's people live on too: a case that is still open needs its person. */
  readonly people?: KeptPeople
}

/** @throws Error when the folder cannot be used or holds something else */
export function openCentreFolder(folder: string): CentreFolder {
  const bodies = join(folder, 'packets')
  const index = join(folder, 'centre.v8')
  const registry = join(folder, 'people.v8')
  mkdirSync(bodies, { recursive: true, mode: 0o700 })
  const written = new Set<string>()
  const write = (path: string, bytes: Uint8Array) => {
    writeFileSync(`${path}.tmp`, bytes, { mode: 0o600 })
    renameSync(`${path}.tmp`, path)
  }
  const read = (): CentreMemory | undefined => {
    const bytes = readIfThere(index)
    if (!bytes) return undefined
    const memory = deserialize(bytes) as CentreMemory
    for (const [packetId, packet] of memory.packets) {
      memory.packets.set(packetId, { ...packet, ciphertext: readFileSync(join(bodies, `${packetId}.bin`)) })
      written.add(packetId)
    }
    return memory
  }
  const people = readIfThere(registry)
  return {
    memory: read(),
    people: {
      known: people ? (deserialize(people) as CentreBiodata[]) : [],
      keep: (all) => write(registry, serialize(all)),
    },
    keep: (memory) => {
      for (const [packetId, { ciphertext }] of memory.packets) {
        if (written.has(packetId)) continue
        write(join(bodies, `${packetId}.bin`), ciphertext)
        written.add(packetId)
      }
      const light = [...memory.packets].map(([packetId, packet]) => [packetId, { ...packet, ciphertext: new Uint8Array(0) }] as const)
      write(index, serialize({ ...memory, uploads: new Map(), packets: new Map(light) }))
    },
  }
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
