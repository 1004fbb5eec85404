// Pictures for the tests of the WSQ codec, from a seed, and how two pictures differ.

/** Ridges of about 9 px with a little noise: what the codec is made for. */
export function ridges(widthPx: number, heightPx: number, seed: number): Uint8Array {
  const grey = new Uint8Array(widthPx * heightPx)
  let state = seed | 1
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) | 0
      grey[y * widthPx + x] = 128 + 90 * Math.sin((x + (y * y) / 97) / 1.45 + seed) + ((state >>> 16) & 15)
    }
  }
  return grey
}

export function noise(widthPx: number, heightPx: number, seed: number): Uint8Array {
  let state = seed | 1
  return Uint8Array.from({ length: widthPx * heightPx }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) | 0
    return state >>> 24
  })
}

export const flat = (widthPx: number, heightPx: number, seed: number): Uint8Array => new Uint8Array(widthPx * heightPx).fill(seed)

/** 0 and 255 in turn: all of it lies in the quadrant that the codec never codes. */
export const checkerboard = (widthPx: number, heightPx: number): Uint8Array =>
  Uint8Array.from({ length: widthPx * heightPx }, (_, i) => (((i % widthPx) + Math.floor(i / widthPx)) & 1) * 255)

export const gradient = (widthPx: number, heightPx: number): Uint8Array =>
  Uint8Array.from({ length: widthPx * heightPx }, (_, i) => (255 * ((i % widthPx) + Math.floor(i / widthPx))) / (widthPx + heightPx))

/** White but for one black pixel. */
export function onePixel(widthPx: number, heightPx: number, seed: number): Uint8Array {
  const grey = new Uint8Array(widthPx * heightPx).fill(255)
  grey[(seed >>> 0) % grey.length] = 0
  return grey
}

export function differences(a: Uint8Array, b: Uint8Array): { largest: number; count: number; psnrDb: number; rms: number } {
  let largest = 0
  let count = 0
  let squares = 0
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!)
    if (difference > 0) count++
    largest = Math.max(largest, difference)
    squares += difference * difference
  }
  const psnrDb = squares === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10((255 * 255 * a.length) / squares)
  return { largest, count, psnrDb, rms: Math.sqrt(squares / a.length) }
}
