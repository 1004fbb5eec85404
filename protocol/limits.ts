// The versions and sizes of the wire between daemon and clients. Imports nothing, so that the generator of docs/protocol.md can read it.

/** Versions this software speaks, both ends included. The protocol is additive: the number rises only when old clients can no longer follow. */
export const PROTOCOL_VERSION = { min: 1, max: 1 } as const

/** Bounds of the wire. Passing one is a named fault or a close code, never silence. */
export const WIRE_LIMITS = {
  /** Bytes of one message from a client. */
  clientMessageBytes: 65_536,
  /** Bytes of one message from the daemon. */
  serverMessageBytes: 4_194_304,
  /** Characters of a text from a client where no smaller limit is named in `TEXT_LIMITS`. */
  textCharacters: 200,
  /** Entries of a list from a client. */
  listEntries: 64,
  /** Requests of one client that are not answered yet. */
  openRequests: 32,
  /** Messages of one client per second, averaged over five seconds. */
  messagesPerSecond: 40,
  /** Connections at one time. */
  connections: 16,
  /** Bytes waiting for a client above which it gets no previews. */
  previewBacklogBytes: 262_144,
  /** Bytes waiting for a client above which it is disconnected. */
  backlogBytes: 8_388_608,
  /** Time in which a client has to say hello. */
  helloTimeoutMs: 10_000,
} as const

/** Characters of a text from a client, by field. */
export const TEXT_LIMITS: Readonly<Record<string, number>> = {
  nik: 32,
  name: 64,
  pin: 128,
  launchToken: 128,
  client: 64,
  roles: 64,
  shelf: 64,
}

/** Close codes of the websocket: RFC 6455 clause 7.4.1 and the private range 4000 to 4999. */
export const CLOSE_CODES = {
  normal: 1000,
  goingAway: 1001,
  malformed: 1007,
  policy: 1008,
  tooLarge: 1009,
  version: 4001,
  tooSlow: 4002,
  tooFast: 4003,
  tooMany: 4004,
  helloMissing: 4005,
} as const
