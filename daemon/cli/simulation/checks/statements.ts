// What must hold at every moment of a simulated day, each statement by its name. Only the words; the looking is in the files beside.

export const statements = {
  accepted_stays: 'what was accepted is kept, byte for byte, until an explicit retake replaces it',
  blobs_open: 'every sealed file that a case names opens and holds what was put into it',
  case_stands: 'after a crash the case stands where the store had last said that it stands',
  right_name: 'no finger is accepted under the name of another one',
  no_silent_gap: 'no finger and no eye is missing from an accepted capture without an exception',
  signed_before_sealed: 'nothing is sealed that is incomplete, unsigned or in doubt',
  packet_complete: 'what the centre opens holds every record, every template, the approval and the judgements, as they were kept',
  packet_order: 'packets arrive in the order in which they were sealed, each once',
  one_record: 'no person has two records',
  audit_chain: 'the audit chain verifies, by the station and by a second reading of it',
  no_identity: 'no number, name or address of a person in logs, faults or audit',
  devices_free: 'no device stays taken when no capture runs',
  fault_named: 'whatever the station tells as a fault is explained by what was done to it',
  fault_ends: 'every inflicted fault ends in one of the states named for it',
  nobody_stuck: 'every person leaves with a record, or with the reason why not',
} as const
export type Statement = keyof typeof statements

export interface Violation {
  readonly statement: Statement
  /** Codes, names of modalities, positions: nothing of a person. */
  readonly what: string
  /** Number of the person in this run, from 1. */
  readonly person: number
  /** The step behind which it was seen. */
  readonly at: string
}
