// Every fault code with its words: `what` happened, what to do `next`. Indonesian of the counter first, English second. The keys are the closed set.
// The words themselves are in fault-words/, a file an area.

import { captureWords } from './fault-words/capture.js'
import { cardWords } from './fault-words/card.js'
import { caseWords } from './fault-words/case.js'
import { centreWords } from './fault-words/centre.js'
import { devicesWords } from './fault-words/devices.js'
import { gatewayWords } from './fault-words/gateway.js'
import { inputWords } from './fault-words/input.js'
import { stationWords } from './fault-words/station.js'
import type { FaultText } from './fault-words/text.js'

export const faultWords = {
  ...inputWords,
  ...devicesWords,
  ...captureWords,
  ...caseWords,
  ...cardWords,
  ...centreWords,
  ...stationWords,
  ...gatewayWords,
} as const satisfies Record<string, FaultText>
