// What a case has kept, held to what it had kept before: rows, sealed files, the document. Knows statements, no fault and no person.

import { createHash } from 'node:crypto'
import { type KeptCapture, readCaptures } from '../../../capture/kept-captures.js'
import type { CaseDocument } from '../../../service/case.js'
import { isCaptured } from '../../../service/case-engine.js'
import type { Store } from '../../../store/store.js'
import type { Statement } from './statements.js'

export type Complain = (statement: Statement, what: string) => void

export interface Kept {
  readonly row: KeptCapture
  /** SHA-256 of each sealed file's content, by its name. */
  readonly plain: ReadonlyMap<string, string>
}

export interface NewlyKept {
  readonly modality: string
  readonly recordSha256: string
}

/** By modality, `approval` among them. */
export type KeptOfCase = Map<string, Kept>

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

export async function caseIn(store: Store, caseId: string): Promise<CaseDocument> {
  const row = await store.read((db) => db.selectFrom('cases').select('state').where('id', '=', caseId).executeTakeFirstOrThrow())
  return JSON.parse(row.state) as CaseDocument
}

/**
 * @param known what was kept when it was last looked at; brought up to date
 * @param changing what is just being accepted: may be new or replaced
 * @param openAll opens every sealed file, not only the new ones
 * @returns what is new, with the hash of its record before it was sealed
 */
export async function followKept(
  store: Store,
  doc: CaseDocument,
  known: KeptOfCase,
  changing: string | undefined,
  openAll: boolean,
  complain: Complain,
): Promise<readonly NewlyKept[]> {
  const news: NewlyKept[] = []
  const rows = new Map((await readCaptures(store, doc.caseId)).map(({ modality, kept }) => [modality, kept]))
  for (const modality of known.keys()) if (!rows.has(modality)) complain('accepted_stays', `${modality} is gone`)
  for (const [modality, row] of rows) {
    const before = known.get(modality)
    const same = before !== undefined && JSON.stringify(before.row) === JSON.stringify(row)
    if (!same && modality !== changing) complain('accepted_stays', `${modality} ${before ? 'was replaced' : 'appeared'} by itself`)
    if (same && !openAll) continue
    const plain = await openBlobs(store, modality, row, complain)
    if (same && JSON.stringify([...plain]) !== JSON.stringify([...before.plain])) complain('blobs_open', `${modality} holds something else`)
    known.set(modality, { row, plain })
    if (!same) news.push({ modality, recordSha256: plain.get(row.blob) ?? '' })
  }
  for (const each of doc.modalities) {
    if (each.state === 'exception' || isCaptured(each) === rows.has(each.modality)) continue
    complain('accepted_stays', `${each.modality} is ${each.state} in the case, but ${rows.has(each.modality) ? '' : 'not '}kept`)
  }
  return news
}

async function openBlobs(store: Store, modality: string, row: KeptCapture, complain: Complain): Promise<Map<string, string>> {
  const plain = new Map<string, string>()
  for (const hash of [row.blob, row.fingers, row.eyes]) {
    if (hash === undefined) continue
    try {
      plain.set(hash, sha256(await store.blobs.get(hash)))
    } catch {
      complain('blobs_open', `a file of ${modality} does not open`)
    }
  }
  return plain
}
