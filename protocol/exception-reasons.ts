// Why something cannot be recorded: the closed lists that station and screens share. What stands behind a reason is protected data.

/** Of fingers, each by itself. `unreadable`: there, and no picture shows ridges. */
const finger = ['missing', 'bandaged', 'unreadable', 'cannot_reach', 'refuses'] as const
/** Of an eye. `blind`: there, and no iris to be seen. */
const eye = ['missing', 'blind', 'bandaged', 'cannot_open', 'cannot_reach', 'refuses'] as const
/** Of a portrait: `cannot_sit` and `unsettled` still take one, as good as it gets; `refuses` takes none. */
const face = ['cannot_sit', 'unsettled', 'refuses'] as const
/** Of a signature. A line is a signature; this is for who cannot or will not draw one. */
const signature = ['cannot_sign', 'refuses'] as const

export const exceptionReasons = { finger, eye, face, signature } as const
export type ExceptionKind = keyof typeof exceptionReasons
export type ExceptionReason = (typeof exceptionReasons)[ExceptionKind][number]

/** Irises have no positions in ISO/IEC 19794-6 but these. */
export const eyePositions = { right: 1, left: 2 } as const
