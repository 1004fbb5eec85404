// Wire constants of the open USB capture-device protocol, version 1.2 (docs/devices.md). Numbers only: each side has its own parser on purpose.

/** All integers on the wire are little-endian. */
export const captureProtocol = { major: 1, minor: 2 } as const

/** Shared pid.codes vendor id. The product ids are test ids: see docs/devices.md §2 before shipping hardware. */
export const captureVendorId = 0x1209
export const captureProductIds = { slapScanner: 0x0001, irisCamera: 0x0002, faceCamera: 0x0003 } as const

export const captureInterface = { number: 0, class: 0xff, subclass: 0x52, protocol: 0x01, bulkIn: 0x81 } as const

export type CaptureKind = 'slap_scanner' | 'iris_camera' | 'face_camera'
export const captureKindCodes = { slap_scanner: 1, iris_camera: 2, face_camera: 3 } as const satisfies Record<CaptureKind, number>

/** bRequest of vendor requests to the interface (bmRequestType 0xC1 in, 0x41 out). */
export const captureRequests = {
  getInfo: 0x01,
  start: 0x02,
  stop: 0x03,
  setGain: 0x04,
  setLight: 0x05,
  setIndicator: 0x06,
  challenge: 0x07,
  readProof: 0x08,
  getStatus: 0x09,
  getKeyId: 0x0a,
} as const

/** GET_INFO: header, then one entry a sensor. Both lengths are on the wire, so that later minor versions can append. */
export const infoLayout = {
  totalBytes: 0, // u16
  major: 2, // u8
  minor: 3, // u8
  kind: 4, // u8
  sensorCount: 5, // u8
  headerBytes: 6, // u8
  sensorBytes: 7, // u8
  firmwareMajor: 8, // u16
  firmwareMinor: 10, // u16
  firmwarePatch: 12, // u16
  features: 14, // u16
  size: 16,
  maxBytes: 256,
  maxSensors: 4,
} as const

export const infoFeatures = { gain: 1, light: 2, indicator: 4 } as const

export const sensorLayout = {
  sensor: 0, // u8
  format: 1, // u8
  bitsPerPixel: 2, // u8
  widthPx: 4, // u16
  heightPx: 6, // u16
  ppi: 8, // u16, 0 no fixed scale
  maxFps: 10, // u16
  maxPayloadBytes: 12, // u32
  size: 16,
} as const

/** START: OUT data stage. */
export const startLayout = {
  sensorMask: 0, // u8, bit n = sensor n
  maxFps: 1, // u8, 0 = as fast as the device can
  session: 2, // u16, echoed in every frame
  size: 4,
} as const

/** CHALLENGE: OUT data stage. */
export const challengeLayout = { nonce: 0, nonceBytes: 32, hostContext: 32, hostContextBytes: 32, size: 64 } as const

/** READ_PROOF: IN data stage. Signature is ECDSA P-256, r then s, 32 bytes each, big-endian (IEEE P1363). */
export const proofLayout = { state: 0, signature: 4, signatureBytes: 64, size: 68 } as const
export const proofStates = { none: 0, pending: 1, ready: 2 } as const

/** First bytes of the signed message, then: nonce, hostContext, kind u8, firmware 3 × u16, serial length u8, serial in UTF-8. Hash SHA-256. */
export const proofDomain = 'rekam capture device proof v1\0'

/** GET_STATUS: IN data stage. */
export const statusLayout = {
  state: 0, // u8
  lastError: 1, // u8, cleared by reading
  temperatureDeciC: 2, // i16
  uptimeMs: 4, // u32
  framesSent: 8, // u32
  framesLost: 12, // u32, exposures that found no room in the device
  conditions: 16, // u32, since 1.2
  /** Of 1.0 and 1.1; what they do not send is zero. */
  leastSize: 16,
  size: 20,
} as const
/** `warming` since 1.2. */
export const statusStates = { idle: 0, streaming: 1, failed: 2, warming: 3 } as const
/** What the device itself finds wrong while it still works; bits of GET_STATUS. */
export const conditionBits = { platenDirty: 1, lightWeak: 2, needsRecalibration: 4, overheated: 8 } as const
/** Level of the empty platen at light and gain 128 with a lamp as new; what the host sets the light to (docs/devices.md §4). */
export const emptyPlatenLevel = 248
export const deviceErrors = {
  none: 0,
  badRequest: 1,
  badLength: 2,
  badValue: 3,
  badState: 4,
  sensor: 5,
  overrun: 6,
  overheated: 7,
} as const

/** GET_KEY_ID: SHA-256 of the device's public key as DER SubjectPublicKeyInfo. */
export const keyIdBytes = 32

/** Frame header on the bulk endpoint, then the payload. */
export const frameLayout = {
  magic: 0, // 'RKCF'
  headerVersion: 4, // u8, 1
  headerBytes: 5, // u8, 64
  flags: 6, // u16
  sensor: 8, // u8
  format: 9, // u8
  session: 10, // u16
  sequence: 12, // u32, per sensor, counts exposures since START
  widthPx: 16, // u16
  heightPx: 18, // u16
  ppi: 20, // u16
  deviceTimeUs: 24, // u64, middle of the exposure
  payloadBytes: 32, // u32
  payloadCrc32: 36, // u32
  attackVerdict: 40, // u8, since 1.1
  attackScore: 41, // u8, since 1.1: 0..100, read only with a verdict
  headerCrc32: 60, // u32, over bytes 0..59
  size: 64,
} as const
/** 'RKCF' read as a little-endian u32. */
export const frameMagic = 0x46434b52
export const frameHeaderVersion = 1
export const frameFlags = { exposuresLost: 1 } as const
/** A device's own word on presentation attacks; whatever else stands there is no verdict. */
export const attackVerdicts = { none: 0, bonaFide: 1, attack: 2 } as const
export const attackScore = { most: 100, none: 255 } as const
export const frameFormats = { grey8: 1, mjpeg: 2 } as const

/** SET_INDICATOR masks. Slap scanner: bit p-1 asks for finger position p (ISO/IEC 19794-4, 1 right thumb … 10 left little). */
export const eyeIndicators = { right: 1, left: 2 } as const
export const faceIndicators = { ready: 1 } as const
/** Bits a device of the kind accepts; anything else is refused with badValue. */
export const indicatorBits = { slap_scanner: 0x3ff, iris_camera: 0x3, face_camera: 0x1 } as const satisfies Record<CaptureKind, number>
