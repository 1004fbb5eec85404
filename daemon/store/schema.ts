// The tables of the station's store and the ordered list of changes that led to them. Small rows only: images and records lie sealed in blobs/.
// Knows no query: each area writes its own with kysely against `Tables`. JSON columns are text; times are Unix milliseconds.

import type { Generated } from 'kysely'

export interface OperatorsTable {
  id: string
  name: string
  /** JSON array of role names. */
  roles: string
  pin_hash: Uint8Array
  pin_salt: Uint8Array
  failed_attempts: number
  locked_until_ms: number | null
  /** 0 or 1. */
  disabled: number
  created_ms: number
  /** 1, 2, 3 … in the order of joining, for life: stands for the operator in figures. */
  number: number
}

/** An operator's own finger: sealed in a blob of the subject `operator:<id>`, apart from all cases. */
export interface OperatorFingersTable {
  operator_id: string
  /** ISO/IEC 19794-4. */
  position: number
  /** Hash of the blob with the template. */
  blob: string
  enrolled_ms: number
}

/** One try to capture, without identity: no case, no time finer than the hour, and no order, for the ids are random. */
export interface AttemptsTable {
  id: Generated<Uint8Array>
  /** Calendar date and hour of the office. */
  day: string
  hour: number
  modality: string
  device: string
  serial: string
  /** Number of the operator; 0 unknown. */
  operator: number
  try: number
  outcome: string
  /** From start to taken, in steps of 100 ms; null when nothing was taken. */
  taking_ms: number | null
  /** From taken to decided. */
  deciding_ms: number | null
  measure: number
  /** JSON: `{ "finger.2": 61, "eye.left": 70, "face": 80 }`. */
  qualities: string
  /** The advice that was shown longest. */
  advice: string
  frames_dropped: number
  frames_corrupt: number
}

/** One person's recording as a whole, as anonymous as the attempts. */
export interface RecordingsTable {
  id: Generated<Uint8Array>
  day: string
  hour: number
  operator: number
  /** In steps of 5 s. */
  took_ms: number
  tries: number
  weak: number
  exceptions: number
}

export interface CasesTable {
  id: string
  ticket_number: string
  /** ISO 8601 calendar date of the office. */
  ticket_date: string
  /** 0 = ordinary lane; higher is served first. */
  priority: number
  standard_id: string
  standard_version: string
  /** JSON: the whole case document. */
  state: string
  /** Grows by one with each change; update with `where revision = known`. */
  revision: number
  created_ms: number
  updated_ms: number
}

export interface CapturesTable {
  case_id: string
  modality: string
  status: string
  /** JSON: the capture document; images by blob hash only. */
  document: string
  updated_ms: number
}

export interface BlobsTable {
  /** SHA-256 of the sealed file, lower-case hex; also its file name. */
  hash: string
  /** Whose data key seals it: an identifier (case id), never a name or NIK. */
  subject: string
  kind: string
  /** Of the plaintext, in bytes. */
  size: number
  created_ms: number
  /** Set when the file was missing or failed authentication: never served again. */
  quarantined_ms: number | null
}

export interface SubjectKeysTable {
  subject: string
  wrapped_key: Uint8Array
  created_ms: number
}

export interface PacketsTable {
  id: string
  case_id: string
  state: string
  manifest_jws: string
  ciphertext_hash: string
  /** Of the ciphertext, in bytes. */
  size: number
  chunk_size: number
  chunks_acknowledged: number
  receipt_jws: string | null
  created_ms: number
  updated_ms: number
  attempts: number
  next_attempt_ms: number | null
}

export interface BundlesTable {
  id: string
  case_id: string
  /** Hash of the blob that holds the bundle. */
  sealed_blob: string
  received_ms: number
  expires_ms: number
  nonce: string
  state: string
}

export interface BlankCardsTable {
  serial: string
  chip_uid: string | null
  state: string
  case_id: string | null
  reason: string | null
  updated_ms: number
}

export interface CardJournalTable {
  id: Generated<number>
  case_id: string
  serial: string
  seq: number
  operation: string
  /** JSON. */
  detail: string
  outcome: string | null
  at_ms: number
}

export interface CountersTable {
  name: string
  value: number
}

export interface SettingsTable {
  name: string
  value: string
}

/** Written by `Store.commit` alone; UPDATE and DELETE are refused by triggers. */
export interface AuditTable {
  seq: number
  at_ms: number
  monotonic_ms: number
  hash: Uint8Array
  previous: Uint8Array
  /** Canonical JSON that the hash covers. */
  body: string
}

export interface Tables {
  operators: OperatorsTable
  operator_fingers: OperatorFingersTable
  attempts: AttemptsTable
  recordings: RecordingsTable
  cases: CasesTable
  captures: CapturesTable
  blobs: BlobsTable
  subject_keys: SubjectKeysTable
  packets: PacketsTable
  bundles: BundlesTable
  blank_cards: BlankCardsTable
  card_journal: CardJournalTable
  counters: CountersTable
  settings: SettingsTable
  audit: AuditTable
}

export interface Migration {
  /** `user_version` after it; 1, 2, 3 … without gaps. */
  readonly version: number
  readonly statements: readonly string[]
}

/** Additive only: a published migration is never edited, the next change is a new entry. */
export const migrations: readonly Migration[] = [
  {
    version: 1,
    statements: [
      `create table operators (
        id text primary key, name text not null unique, roles text not null, pin_hash blob not null, pin_salt blob not null,
        failed_attempts integer not null default 0, locked_until_ms integer, disabled integer not null default 0, created_ms integer not null
      ) strict`,
      `create table cases (
        id text primary key, ticket_number text not null, ticket_date text not null, priority integer not null default 0,
        standard_id text not null, standard_version text not null, state text not null, revision integer not null,
        created_ms integer not null, updated_ms integer not null, unique (ticket_date, ticket_number)
      ) strict`,
      `create table captures (
        case_id text not null, modality text not null, status text not null, document text not null, updated_ms integer not null,
        primary key (case_id, modality)
      ) strict`,
      `create table subject_keys (subject text primary key, wrapped_key blob not null, created_ms integer not null) strict`,
      `create table blobs (
        hash text primary key, subject text not null references subject_keys (subject), kind text not null, size integer not null,
        created_ms integer not null, quarantined_ms integer
      ) strict`,
      'create index blobs_by_subject on blobs (subject)',
      `create table packets (
        id text primary key, case_id text not null unique, state text not null, manifest_jws text not null, ciphertext_hash text not null,
        size integer not null, chunk_size integer not null, chunks_acknowledged integer not null default 0, receipt_jws text,
        created_ms integer not null, updated_ms integer not null, attempts integer not null default 0, next_attempt_ms integer
      ) strict`,
      'create index packets_by_state on packets (state, created_ms)',
      `create table bundles (
        id text primary key, case_id text not null, sealed_blob text not null, received_ms integer not null, expires_ms integer not null,
        nonce text not null unique, state text not null
      ) strict`,
      'create index bundles_by_case on bundles (case_id)',
      `create table blank_cards (
        serial text primary key, chip_uid text, state text not null, case_id text, reason text, updated_ms integer not null
      ) strict`,
      'create index blank_cards_by_state on blank_cards (state)',
      `create table card_journal (
        id integer primary key, case_id text not null, serial text not null, seq integer not null, operation text not null,
        detail text not null, outcome text, at_ms integer not null, unique (case_id, serial, seq)
      ) strict`,
      'create table counters (name text primary key, value integer not null) strict',
      'create table settings (name text primary key, value text not null) strict',
      `create table audit (
        seq integer primary key, at_ms integer not null, monotonic_ms integer not null, hash blob not null, previous blob not null,
        body text not null
      ) strict`,
      `create trigger audit_no_update before update on audit begin select raise(abort, 'audit is append-only'); end`,
      `create trigger audit_no_delete before delete on audit begin select raise(abort, 'audit is append-only'); end`,
    ],
  },
  {
    version: 2,
    statements: [
      'alter table operators add column number integer not null default 0',
      'update operators set number = (select count(*) from operators as other where other.rowid <= operators.rowid)',
      'create unique index operators_by_number on operators (number)',
      `create table operator_fingers (
        operator_id text primary key references operators (id), position integer not null, blob text not null, enrolled_ms integer not null
      ) strict`,
      // Neither rowid nor a counter: the order of persons must not be kept.
      `create table attempts (
        id blob primary key default (randomblob(8)), day text not null, hour integer not null, modality text not null, device text not null,
        serial text not null, operator integer not null, try integer not null, outcome text not null, taking_ms integer, deciding_ms integer,
        measure integer not null, qualities text not null, advice text not null, frames_dropped integer not null,
        frames_corrupt integer not null
      ) strict, without rowid`,
      'create index attempts_by_day on attempts (day)',
      `create table recordings (
        id blob primary key default (randomblob(8)), day text not null, hour integer not null, operator integer not null,
        took_ms integer not null, tries integer not null, weak integer not null, exceptions integer not null
      ) strict, without rowid`,
      'create index recordings_by_day on recordings (day)',
    ],
  },
]

export const schemaVersion = migrations.length
