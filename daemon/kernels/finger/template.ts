// What a finger is to the matcher: its minutiae, nothing of the picture. The one shape that extractor, records, card format and matcher share.

/** One minutia in pixels at 500 ppi, from the top left corner. */
export interface Minutia {
  readonly x: number
  readonly y: number
  /** Direction of ISO/IEC 19794-2 §6.3.3: radians, counter-clockwise from +x (y points down), [0, 2π). */
  readonly angle: number
  /** ISO/IEC 19794-2 §6.3: 1 ridge ending, 2 bifurcation, 0 other or unknown. */
  readonly type: 0 | 1 | 2
  /** 1 to 100, higher is better; 0 = not reported. */
  readonly quality: number
}

export interface FingerTemplate {
  /** Size of the image that it was found in, at 500 ppi. */
  readonly widthPx: number
  readonly heightPx: number
  /** Best first: whoever needs fewer takes the first ones. */
  readonly minutiae: readonly Minutia[]
}
