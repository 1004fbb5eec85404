// The picture while it is painted: light in real numbers, what each pixel shows, and what lies in front of the iris. It knows no eye.

/** `hazed`: iris behind a clouded cornea. */
export const region = { skin: 0, sclera: 1, iris: 2, pupil: 3, hazed: 4 } as const

export interface Canvas {
  readonly widthPx: number
  readonly heightPx: number
  /** Grey levels; highlights go beyond 255 so that a blurred one stays white. */
  readonly light: Float32Array
  /** One of `region`. */
  readonly region: Uint8Array
  /** 255 where something stands in front: lash, highlight, glasses, border. */
  readonly covered: Uint8Array
}

export function createCanvas(widthPx: number, heightPx: number): Canvas {
  const size = widthPx * heightPx
  return { widthPx, heightPx, light: new Float32Array(size), region: new Uint8Array(size), covered: new Uint8Array(size) }
}

/** Calls for every pixel of a box that lies in the picture, with its index. */
export function eachPixel(
  { widthPx, heightPx }: { readonly widthPx: number; readonly heightPx: number },
  box: { readonly x: number; readonly y: number; readonly halfX: number; readonly halfY: number },
  visit: (index: number, dx: number, dy: number) => void,
): void {
  const right = Math.min(widthPx - 1, Math.floor(box.x + box.halfX))
  const bottom = Math.min(heightPx - 1, Math.floor(box.y + box.halfY))
  for (let y = Math.max(0, Math.ceil(box.y - box.halfY)); y <= bottom; y++) {
    for (let x = Math.max(0, Math.ceil(box.x - box.halfX)); x <= right; x++) visit(y * widthPx + x, x - box.x, y - box.y)
  }
}
