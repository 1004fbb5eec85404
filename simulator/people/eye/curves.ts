// Two bell-shaped functions by table: painting asks for them several times a pixel.

const steps = 256
const reach = 4

const bells = Float32Array.from({ length: reach * steps + 2 }, (_, i) => Math.exp(-((i / steps) ** 2)))
const decays = Float32Array.from({ length: 2 * reach * steps + 2 }, (_, i) => Math.exp(-i / steps))

/** exp(-x²) */
export function bell(x: number): number {
  const at = Math.abs(x)
  return at >= reach ? 0 : bells[(at * steps) | 0]!
}

/** exp(-x) for x ≥ 0; 1 below. */
export function decay(x: number): number {
  if (x <= 0) return 1
  return x >= 2 * reach ? 0 : decays[(x * steps) | 0]!
}
