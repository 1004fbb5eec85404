// A second reading of the audit chain, entry by entry as it grows, sharing no code with the station that writes it. Remembers the head over restarts:
// what was once in the chain must stay in it.

import { createHash } from 'node:crypto'
import type { Store } from '../../../store/store.js'

export interface AuditTail {
  /** Reads on from where it stood. @returns bodies of the new entries and what is wrong, '' when nothing */
  follow(store: Store): Promise<{ readonly bodies: readonly string[]; readonly wrong: string }>
}

export function auditTail(): AuditTail {
  let seq = 0
  let head = Buffer.alloc(32)
  return {
    follow: async (store) => {
      const rows = await store.read((db) => db.selectFrom('audit').selectAll().where('seq', '>=', seq).orderBy('seq').execute())
      const bodies: string[] = []
      if (seq > 0) {
        const known = rows.shift()
        if (known?.seq !== seq || !head.equals(known.hash)) return { bodies, wrong: `entry ${seq} is not what it was` }
      }
      for (const row of rows) {
        const number = Buffer.alloc(9)
        number.writeBigUInt64BE(BigInt(seq + 1), 0)
        const hash = createHash('sha256')
          .update(Buffer.from([0]))
          .update(head)
          .update(number.subarray(0, 8))
          .update(row.body)
          .digest()
        if (row.seq !== seq + 1 || !hash.equals(row.hash) || !head.equals(row.previous))
          return { bodies, wrong: `entry ${row.seq} breaks the chain` }
        seq = row.seq
        head = hash
        bodies.push(row.body)
      }
      return { bodies, wrong: '' }
    },
  }
}
