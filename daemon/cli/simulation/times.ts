// How long people and machines outside the station take, in virtual milliseconds: the one table of it. What an applicant does before a device
// (laying hands, looking, blinking, signing) takes its time in the simulator's people, not here. Knows no station.

import { operatorMs } from '../../../simulator/people/reaction.js'

/**
 * An operator who knows the screens. `press` and `decide` are the keystroke-level model's K (0.28 s, average typist) and M (1.35 s)
 * of Card, Moran and Newell (The keystroke-level model, CACM 23(7), 1980). The rest are assumptions, said as such.
 */
export const operatorTimes = {
  /** One key. */
  press: 280,
  /** To see what the screen says now and know the answer. */
  decide: 1_350,
  /** To read a word on the screen and begin to say it, and to say it: as in simulator/people/reaction.ts. */
  notice: operatorMs.readsAdvice,
  say: operatorMs.saysAdvice,
  /** Until it is said again: as there. */
  repeat: operatorMs.repeatsAdvice,
  /** To choose a reason from a list: as there. */
  chooseReason: operatorMs.choosesReason,
  /** Assumption: to compare a sheet of paper with its line. */
  readPaper: 8_000,
  /** Assumption: to read out name and birth date and hear a yes. */
  confirmApplicant: 6_000,
  /** To plug in again what fell off the table: as there. */
  replug: operatorMs.replugs,
  /** Assumption: to type a PIN and press Enter, after the station came back. */
  logIn: 3_000,
  /** Until a supervisor stands at the counter and has looked and decided: as there. */
  callSupervisor: operatorMs.callsSecondPerson,
  /** Assumption: a line or a disk that does not answer is tried again this often. */
  tryAgain: 60_000,
} as const

/** The applicant away from devices. All assumptions. */
export const applicantTimes = {
  /** To understand which device is next and turn to it. */
  turnToDevice: 1_200,
  /** To look at one's portrait and nod. */
  approvePortrait: 3_000,
  /** To step aside so that the next one can step up. */
  stepAside: 15_000,
} as const

/** From the death of the process to its next greeting: `RestartSec=5` of docs/operations.md and 0.8 s for the start of the daemon. */
export const restartMs = 5_800
