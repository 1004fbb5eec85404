// Worker entry: a thin shell around make-record.ts, so that compressing a slap never holds up the station.

import { makeRecord } from './make-record.js'
import { serveWorkerLine } from './worker-line.js'

serveWorkerLine(makeRecord)
