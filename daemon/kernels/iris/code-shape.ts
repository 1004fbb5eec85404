// How an iris code is laid out: what code, comparison and template file share.

export const codeColumns = 256
/** Rings from the pupil to the limbus; a bit each in a lane. */
export const codeRows = 16
/** Lanes of 16 bits a column: of each of two bands the signs of the real and of the imaginary part. */
export const codeLanes = 4

/** Column by column, so that a turn of the eye is a shift by whole lanes. Bits that `mask` does not have are 0. */
export interface IrisCode {
  readonly bits: Uint16Array
  readonly mask: Uint16Array
}
