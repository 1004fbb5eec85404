// A store that lies: `commit` answers before the data are durable and finishes only when it is next spoken to.
// Crash tests run against it to prove that they notice. Never part of the product.

import type { Effects } from '../../daemon/effects.js'
import type { Store } from '../../daemon/store/store.js'

/**
 * @param inner opened with `directEffects`: its last transaction stays open on purpose, which must not count as work in flight
 * @param effects the test's own seam; commits and reads pass through it as they do in the real store
 */
export function brokenStore(inner: Store, effects: Effects): Store {
  let release = () => {}
  let late: Promise<unknown> = Promise.resolve()
  const settle = async () => {
    release()
    await late
  }
  const commit: Store['commit'] = (audit, act) =>
    effects.perform('store.commit', async () => {
      await settle()
      return new Promise((resolve, reject) => {
        late = inner
          .commit(audit, async (trx) => {
            const result = await act(trx)
            const released = new Promise<void>((go) => {
              release = go
            })
            resolve(result)
            await released
            return result
          })
          .catch(reject)
      })
    })
  const after =
    <A extends readonly unknown[], T>(act: (...args: A) => Promise<T>) =>
    async (...args: A): Promise<T> => {
      await settle()
      return act(...args)
    }
  return {
    ...inner,
    commit,
    read: (query) =>
      effects.perform(
        'store.read',
        after(() => inner.read(query)),
      ),
    blobs: {
      put: after((subject, kind, bytes) => inner.blobs.put(subject, kind, bytes)),
      record: (trx, blob) => inner.blobs.record(trx, blob),
      get: after((hash) => inner.blobs.get(hash)),
      eraseSubject: after((subject, audit, also) => inner.blobs.eraseSubject(subject, audit, also)),
    },
    audit: { verify: after((witness) => inner.audit.verify(witness)), head: after(() => inner.audit.head()) },
    integrityCheck: after(() => inner.integrityCheck()),
    close: after(() => inner.close()),
  }
}
