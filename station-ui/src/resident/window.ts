// The two ends of the resident's window in the browser: how the operator's page opens and feeds it, and how it begins its own life.

import type { Clock } from '../../../protocol/clock.js'
import { initialMirror } from '../../../protocol/mirror.js'
import { RekamResident } from '../screens/resident.js'
import type { ResidentWindow, Store } from '../store.js'
import { listenToOperator, ResidentLink, silenceMs } from './channel.js'
import { type Scene, sceneOf } from './scene.js'

const channelName = (pair: string): string => `rekam.resident.${pair}`

/** @param pair known to this window and the one that it opens, to no other */
export function feedResident(store: Store, pair: string): ResidentWindow {
  const now = () => sceneOf(store.view, store.case, store.isWaiting('signRecord'))
  const link = new ResidentLink(new BroadcastChannel(channelName(pair)), store.pictures, now)
  let toldAtMs = 0
  store.subscribe(() => {
    const alive = store.view.nowMs !== toldAtMs
    toldAtMs = store.view.nowMs
    if (!link.listening) return
    link.tell(now(), alive)
  })
  return {
    listening: () => link.listening,
    open: () => void window.open(`/?view=resident#${pair}`, 'rekam-resident', 'popup,width=1280,height=800'),
  }
}

/** The page as the resident's window. @param store without a connection: it only holds what the operator's window says */
export function residentApp(store: Store, clock: Clock, pair: string): RekamResident {
  const app = new RekamResident()
  app.store = store
  let silence = clock.after(silenceMs, () => {})
  const hear = (scene: Scene | undefined) => {
    const before = app.scene
    app.scene = scene
    const { caseId, settings } = store.view
    const cases = scene?.at ? [scene.at] : []
    const captures = scene?.capture ? [scene.capture] : []
    const language = scene?.language ?? store.view.language
    store.show({ mirror: { ...initialMirror, cases, captures }, language, settings, caseId: scene?.at?.caseId ?? caseId })
    if (!scene || (before && scene.shows === 'away')) store.pictures.clear()
  }
  listenToOperator(new BroadcastChannel(channelName(pair)), {
    scene: (scene) => {
      silence.cancel()
      silence = clock.after(silenceMs, () => hear(undefined))
      hear(scene)
    },
    picture: (picture, modality, slot) => {
      store.pictures.put(picture, modality, slot)
      // What is kept is drawn with the page, not by the live preview.
      if (app.scene?.shows === 'review') hear(app.scene)
    },
    forget: () => store.pictures.clear(),
  })
  return app
}
