// The data centre as the station sees it: a request line, and the words on it. Shared by the station's client and by the simulated centre.
// The real interfaces of SIAK and the data centre are not public: these words are rekam's own open default, spoken by simulator/centre/

/** A NIK never stands in `path`: look-ups are POST bodies. */
export interface CentreRequest {
  readonly method: 'GET' | 'PUT' | 'POST'
  /** Absolute path, e.g. `/packets/{id}/chunks/0`; no query. */
  readonly path: string
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  /** The whole exchange, answer included. */
  readonly timeoutMs: number
}

export interface CentreResponse {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

export interface CentreTransport {
  /** @throws Fault `centre.unreachable` (context.reason: no answer, cut, timeout); the request may have had its effect all the same */
  request(request: CentreRequest): Promise<CentreResponse>
}

/** Limits both sides hold each other to. */
export const centreLimits = {
  /** Of one answer and of one request that is not a chunk. */
  messageBytes: 4 * 1024 * 1024,
  /** Of one chunk of a packet's ciphertext; also the default size. */
  chunkBytes: 256 * 1024,
  /** Of one packet's ciphertext. */
  packetBytes: 64 * 1024 * 1024,
} as const

export const centreHeaders = { chunkSha256: 'x-rekam-chunk-sha256' } as const

/** `typ` of each JWS, so that one signed thing can never be taken for another (RFC 8725 §3.11). */
export const jwsTypes = { manifest: 'rekam-manifest+jws', receipt: 'rekam-receipt+jws', bundle: 'rekam-bundle+jws' } as const

/** Layout of a sealed packet (docs in daemon/packet/segments.ts). The two sides implement it apart. */
export const packetFormat = {
  /** ASCII, first bytes of the ciphertext file. */
  magic: 'RKMPKT01',
  /** ASCII, first bytes of the plain body. */
  bodyMagic: 'RKMBODY1',
  segmentBytes: 64 * 1024,
  saltBytes: 32,
} as const

/** Central status of a record, names as the centre writes them. Unknown values are kept as they come. */
export const centralStatuses = [
  'UNREGISTERED',
  'BIO_CAPTURED',
  'PROCESSING',
  'SENT_FOR_ENROLLMENT',
  'RECEIVED_AT_CENTRAL',
  'ENROLL_FAILURE_AT_CENTRAL',
  'ENROLL_FAILURE_AT_REGIONAL',
  'SEARCH_FAILURE_AT_CENTRAL',
  'ADJUDICATE_RECORD',
  'REQUEST_VALIDATION',
  'DUPLICATE_RECORD',
  'PRINT_READY_RECORD',
  'SENT_FOR_CARD_PRINTING',
  'CARD_PRINTED',
  'CARD_SHIPPED',
  'CARD_ISSUED',
] as const
export type CentralStatus = (typeof centralStatuses)[number]

/** Head of the station's audit chain. The centre that echoes it is its witness. */
export interface WitnessedHead {
  readonly seq: number
  /** Lower-case hex, 64 digits. */
  readonly hash: string
}

/** What the station signs about a packet (JWS payload). No name, no NIK. */
export interface PacketManifest {
  readonly version: 1
  readonly packetId: string
  readonly caseId: string
  readonly sessionId: string
  readonly stationId: string
  readonly createdAtMs: number
  readonly createdMonotonicMs: number
  readonly softwareVersion: string
  readonly devices: readonly { readonly kind: string; readonly serial: string; readonly version: string }[]
  /**
   * SHA-256 over the salt at the head of the sealed body, then the item's bytes: without the key nobody can try out
   * whose biodata a manifest speaks of.
   */
  readonly items: readonly { readonly type: string; readonly length: number; readonly saltedSha256: string }[]
  readonly ciphertext: { readonly sha256: string; readonly length: number }
  /** Key ids that can open the body. */
  readonly recipients: readonly string[]
  readonly auditHead: WitnessedHead
}

/** What the centre signs when it holds a packet (JWS payload). */
export interface PacketReceipt {
  readonly packetId: string
  readonly ciphertextSha256: string
  readonly receivedAtMs: number
  readonly centreKeyId: string
  readonly receiptNumber: string
  readonly auditHead: WitnessedHead
}

/** An EC P-256 public key (RFC 7517, RFC 7518 §6.2). */
export interface PublicJwk {
  readonly kty: 'EC'
  readonly crv: 'P-256'
  readonly x: string
  readonly y: string
  readonly kid: string
}

/** A public key of the centre and when it may be used. */
export interface CentreKey {
  readonly jwk: PublicJwk
  readonly notBeforeMs: number
  readonly notAfterMs: number
}

/** One key set a purpose: sealing packets to the centre, its receipts, its issuance bundles. */
export interface CentreKeySet {
  readonly sealing: readonly CentreKey[]
  readonly receipts: readonly CentreKey[]
  readonly issuing: readonly CentreKey[]
}

/** What a station gives at its installation: signing its manifests, and opening what is sealed for it. */
export interface StationPublicKeys {
  readonly stationId: string
  readonly signing: PublicJwk
  readonly sealing: PublicJwk
}

/** Biodata as the registry gives them. Never in a log, a URL, a file name or a fault. */
export interface CentreBiodata {
  readonly nik: string
  readonly name: string
  readonly sex: 'M' | 'F'
  /** ISO 8601 calendar date. */
  readonly birthDate: string
  readonly birthPlace: string
  readonly citizenship: string
  readonly address: string
  readonly religion: string
  readonly maritalStatus: string
  readonly bloodGroup: string
  readonly occupation: string
  readonly familyCardNumber: string
}

/** What a card is made of: payload of the JWE inside the centre's signed bundle, as JSON. */
export interface BundleContent {
  readonly bundleId: string
  readonly packetId: string
  readonly stationId: string
  /** The one the station sent with its request. */
  readonly nonce: string
  readonly nik: string
  readonly issuedAtMs: number
  readonly expiresAtMs: number
  readonly biodata: CentreBiodata
  /** Base64 of a JPEG. */
  readonly photo: string
  /** Base64 of a PNG. */
  readonly signature: string
  /** Two fingers: ISO/IEC 19794-4 position, base64 of ISO/IEC 19794-2 compact card minutiae (3 bytes each). */
  readonly fingers: readonly { readonly position: number; readonly format: 'iso-19794-2-compact'; readonly template: string }[]
  readonly centreKeyId: string
}
