// A worker for the test of the worker line: answers, throws, or dies, as asked.

import { serveWorkerLine } from '../../daemon/capture/worker-line.js'
import { Fault } from '../../protocol/fault.js'

serveWorkerLine(async (ask: string, tell: (part: string) => void) => {
  if (ask === 'parts') for (const part of ['one', 'two']) tell(part)
  if (ask === 'die') process.exit(3)
  if (ask === 'fault') throw new Fault('record.unsupported', { field: 'secret' })
  if (ask === 'error') throw new TypeError('personal text')
  if (ask === 'never') return new Promise<never>(() => {})
  return `${ask}!`
})
