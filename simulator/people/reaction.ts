// How long people take, in milliseconds: one table for everybody who simulates them, in frames or in virtual time.

/**
 * What it rests on. Only the reflex is measured by others: simple reaction to a light or a word takes a fifth to a quarter of a second in any
 * textbook of human factors. The recording as a whole is bounded by the field (domain handbook §6: 3 to 5 minutes on good days, a norm of 3).
 * Every other number is an ASSUMPTION of somebody practised at the counter and somebody willing before it; a body's `pace` stretches those of the
 * person, never those of the operator.
 */
export const personMs = {
  /** From a lamp that lights up beside the glass to a hand on its way: seen (250) and understood. Assumption. */
  seesLamp: 900,
  /** From a spoken word to the first movement: heard to its end and understood. Assumption. */
  hears: 700,
  /** The hand comes down: first contact to all fingers flat. Assumption. */
  laysHand: 500,
  /** A hand on the glass slides or presses otherwise. Assumption. */
  adjusts: 400,
  /** Lifts, turns or spreads, and lies down again. Assumption. */
  laysAgain: 1_200,
  /** Wipes moist fingers on a cloth. Assumption. */
  driesFingers: 3_000,
  /** Leans nearer, turns the head, opens the eyes. Assumption. */
  movesHead: 600,
  /** Takes off glasses. Assumption. */
  takesGlassesOff: 2_500,
  /** A blink: lids down and up, a tenth to four tenths of a second in textbooks. */
  blinks: 150,
  /** Between two blinks at rest, about four seconds in textbooks. */
  betweenBlinks: 4_000,
  /** From the cleared display of a pad to the pen on it. Assumption. */
  takesPen: 400,
  /** Understands which device is next and turns to it. Assumption. */
  turnsToDevice: 1_200,
  /** Looks at the own portrait and nods. Assumption. */
  approvesPortrait: 3_000,
  /** Steps aside so that the next one can step up. Assumption. */
  stepsAside: 15_000,
} as const

/**
 * Those of whoever works the station and knows its screens. `presses` and `decides` are the keystroke-level model's K (0.28 s, average typist) and
 * M (1.35 s) of Card, Moran and Newell (The keystroke-level model, CACM 23(7), 1980). The rest are assumptions.
 */
export const operatorMs = {
  /** One key. */
  presses: 280,
  /** Sees what the screen says now and knows the answer. */
  decides: 1_350,
  /** Reads a word on the screen and begins to say it. */
  readsAdvice: 500,
  /** Says it: about three words. */
  saysAdvice: 800,
  /** Says it again when nothing has come of it: whoever was still busy did not hear it. */
  repeatsAdvice: 2_000,
  /** Wipes the glass while the person lifts the hand. */
  wipesGlass: 3_500,
  /** Turns a lamp or moves a chair. */
  setsLamp: 4_000,
  /** Hangs the cloth of the birth year. */
  hangsCloth: 8_000,
  /** Chooses a reason from a list. */
  choosesReason: 2_000,
  /** Compares a sheet of paper with its line. */
  readsPaper: 8_000,
  /** Reads out name and birth date and hears a yes. */
  confirmsApplicant: 6_000,
  /** Calls somebody over, who looks and decides. */
  callsSecondPerson: 12_000,
  /** Plugs in again what fell off the table. */
  replugs: 5_000,
  /** Types a PIN and presses Enter, after the station came back. */
  logsIn: 3_000,
  /** A line or a disk that does not answer is tried again this often. */
  triesAgain: 60_000,
} as const
