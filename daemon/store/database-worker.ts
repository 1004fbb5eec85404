// The thread that owns the one SQLite connection. A thin shell around sqlite-session.ts: messages in, messages out, in order.

import { parentPort, workerData } from 'node:worker_threads'
import { type DatabaseOpening, failure, openSession, type Reply, type Request } from './sqlite-session.js'

const port = parentPort
if (!port) throw new Error('database-worker runs only as a worker thread')
try {
  const answer = openSession(workerData as DatabaseOpening)
  port.on('message', (request: Request) => {
    port.postMessage(answer(request))
    if (request.do === 'close') port.close()
  })
  port.postMessage({ id: 0, ok: true, rows: [] } satisfies Reply)
} catch (error) {
  port.postMessage(failure(0, error))
}
