// Where the page starts: the elements get their names, the store its socket, and the app stands in the page.

import { systemClock } from '../../protocol/clock.js'
import { RekamApp } from './app.js'
import { RekamActions } from './parts/actions.js'
import { RekamBar } from './parts/bar.js'
import { RekamChipBar } from './parts/chip-bar.js'
import { RekamCorrect } from './parts/correct-dialog.js'
import { RekamDialog } from './parts/dialog.js'
import { RekamEnrolFinger } from './parts/enrol-finger.js'
import { RekamException } from './parts/exception-dialog.js'
import { RekamEyes } from './parts/eyes.js'
import { RekamFault } from './parts/fault-box.js'
import { RekamFindings } from './parts/findings.js'
import { RekamFingers } from './parts/fingers.js'
import { RekamHands } from './parts/hands.js'
import { RekamMeasure } from './parts/measure.js'
import { RekamNorms } from './parts/norms.js'
import { RekamOwnFinger } from './parts/own-finger.js'
import { RekamPerson } from './parts/person.js'
import { RekamPortraitQuality } from './parts/portrait-quality.js'
import { RekamPreview } from './parts/preview.js'
import { RekamRail } from './parts/rail.js'
import { RekamReview } from './parts/review.js'
import { RekamSide } from './parts/side.js'
import { RekamStage } from './parts/stage.js'
import { RekamSteps } from './parts/steps.js'
import { RekamThumbnails } from './parts/thumbnails.js'
import { RekamTiles } from './parts/tiles.js'
import { feedResident, residentApp } from './resident/window.js'
import { RekamCapture } from './screens/capture.js'
import { RekamHandOver } from './screens/hand-over.js'
import { RekamLock } from './screens/lock.js'
import { RekamLogIn } from './screens/log-in.js'
import { RekamOperators } from './screens/operators.js'
import { RekamPapers } from './screens/papers.js'
import { RekamPrint } from './screens/print.js'
import { RekamQueue } from './screens/queue.js'
import { RekamResident } from './screens/resident.js'
import { RekamSend } from './screens/send.js'
import { Sounds } from './sounds.js'
import { Store } from './store.js'

const elements: Readonly<Record<string, CustomElementConstructor>> = {
  'rekam-app': RekamApp,
  'rekam-actions': RekamActions,
  'rekam-bar': RekamBar,
  'rekam-chip-bar': RekamChipBar,
  'rekam-correct': RekamCorrect,
  'rekam-dialog': RekamDialog,
  'rekam-enrol-finger': RekamEnrolFinger,
  'rekam-exception': RekamException,
  'rekam-eyes': RekamEyes,
  'rekam-fault': RekamFault,
  'rekam-findings': RekamFindings,
  'rekam-fingers': RekamFingers,
  'rekam-hands': RekamHands,
  'rekam-measure': RekamMeasure,
  'rekam-norms': RekamNorms,
  'rekam-own-finger': RekamOwnFinger,
  'rekam-person': RekamPerson,
  'rekam-portrait-quality': RekamPortraitQuality,
  'rekam-preview': RekamPreview,
  'rekam-rail': RekamRail,
  'rekam-review': RekamReview,
  'rekam-side': RekamSide,
  'rekam-stage': RekamStage,
  'rekam-steps': RekamSteps,
  'rekam-thumbnails': RekamThumbnails,
  'rekam-tiles': RekamTiles,
  'rekam-capture': RekamCapture,
  'rekam-hand-over': RekamHandOver,
  'rekam-lock': RekamLock,
  'rekam-log-in': RekamLogIn,
  'rekam-operators': RekamOperators,
  'rekam-papers': RekamPapers,
  'rekam-print': RekamPrint,
  'rekam-queue': RekamQueue,
  'rekam-resident': RekamResident,
  'rekam-send': RekamSend,
}
for (const [name, element] of Object.entries(elements)) customElements.define(name, element)

const store = new Store({
  clock: systemClock,
  url: `ws://${location.host}/ws`,
  socket: (url) => new WebSocket(url),
  memory: { page: sessionStorage, machine: localStorage },
  sounds: new Sounds(() => new AudioContext()),
})
if (new URLSearchParams(location.search).get('view') === 'resident') {
  document.body.append(residentApp(store, systemClock, location.hash.slice(1)))
} else {
  const app = new RekamApp()
  app.store = store
  document.body.append(app)
  store.attachResident(feedResident(store, pairOf(sessionStorage)))
  void store.start()
}

/**
 * Known to this window and the one it opens; survives a reload, so that the window beside it goes on. Only a reload: a tab that was doubled begins
 * with a copy of this memory, and would speak to the same resident.
 */
function pairOf(memory: Storage): string {
  const key = 'rekam.resident'
  const [arrival] = performance.getEntriesByType('navigation')
  const reloaded = arrival instanceof PerformanceNavigationTiming && arrival.type === 'reload'
  const pair = (reloaded ? memory.getItem(key) : null) ?? crypto.randomUUID()
  memory.setItem(key, pair)
  return pair
}
