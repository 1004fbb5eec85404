// What the digest is made of: the ordered outcomes of a run. Left out, because the platform draws them anew each time whatever the seed: keys of devices,
// station and centre, signatures (ECDSA), what is encrypted under ephemeral keys, and with them names and hashes of sealed files.

import { createHash } from 'node:crypto'
import type { CaseDocument, ModalityRecord } from '../../service/case.js'
import type { ArrivedItem } from './checks/packet.js'

export class Journal {
  readonly #hash = createHash('sha256')

  /** @param recordSha256 of the record before it is sealed */
  accepted(person: number, atMs: number, record: ModalityRecord, recordSha256: string): void {
    const { modality, state, tries, measure, fingers, eyes, components } = record
    this.#add(['accepted', person, atMs, modality, state, tries, measure, fingers, eyes, components, recordSha256])
  }

  left(person: number, atMs: number, how: string, keys: number, doc: CaseDocument | undefined): void {
    this.#add(['left', person, atMs, how, keys, doc?.ticket, doc?.revision, doc?.findings])
  }

  arrived(person: number, atMs: number, items: readonly ArrivedItem[]): void {
    this.#add(['arrived', person, atMs, items.map(({ type, sha256 }) => [type, sha256])])
  }

  fault(person: number, name: string, end: string, told: readonly string[]): void {
    this.#add(['fault', person, name, end, [...told].sort()])
  }

  /** Of all that was added, lower-case hex. */
  digest(): string {
    return this.#hash.copy().digest('hex')
  }

  #add(line: readonly unknown[]): void {
    this.#hash.update(`${JSON.stringify(line)}\n`)
  }
}
