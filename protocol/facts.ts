// The only fields that may leave a room in a fault or a log line. Closed on purpose: no free text from a person, no biometric, no NIK.

/** Allow-listed context of faults and log lines. Add a field here only if its values can never identify a resident. */
export interface Facts {
  readonly device?: string
  readonly serial?: string
  readonly reader?: string
  readonly path?: string
  readonly field?: string
  readonly step?: string
  readonly modality?: string
  readonly caseId?: string
  readonly packetId?: string
  readonly operator?: string
  readonly role?: string
  readonly operation?: string
  readonly reason?: string
  readonly expected?: string | number
  readonly found?: string | number
  readonly limit?: number
  readonly size?: number
  readonly offset?: number
  readonly count?: number
  readonly attempts?: number
  readonly timeoutMs?: number
  readonly retryAfterMs?: number
  readonly durationMs?: number
  readonly statusWord?: string
  readonly version?: string | number
  readonly port?: number
  readonly line?: number
}
