// The outline of a set of minutiae, for telling whether a point lies where the other finger was seen at all.

/** Convex hull (Andrew 1979), counter-clockwise with y up. Fewer than three points come back as they are. */
export function convexHull(x: Float32Array, y: Float32Array): { hullX: Float32Array; hullY: Float32Array } {
  const order = Array.from(x, (_, i) => i).sort((a, b) => x[a]! - x[b]! || y[a]! - y[b]!)
  const half = (points: readonly number[]): number[] => {
    const chain: number[] = []
    for (const p of points) {
      while (chain.length >= 2 && turn(chain[chain.length - 2]!, chain[chain.length - 1]!, p) <= 0) chain.pop()
      chain.push(p)
    }
    return chain
  }
  const turn = (a: number, b: number, c: number) => (x[b]! - x[a]!) * (y[c]! - y[a]!) - (y[b]! - y[a]!) * (x[c]! - x[a]!)
  const lower = half(order)
  const upper = half(order.reverse())
  const ring = order.length < 3 ? order : [...lower.slice(0, -1), ...upper.slice(0, -1)]
  return { hullX: Float32Array.from(ring, (i) => x[i]!), hullY: Float32Array.from(ring, (i) => y[i]!) }
}

/** Sides of a hull as unit normals pointing out and their offsets; nothing for a hull of one or two points, which has no inside. */
export function hullSides({ hullX, hullY }: { hullX: Float32Array; hullY: Float32Array }): Float32Array {
  const n = hullX.length
  const sides = new Float32Array(n < 3 ? 0 : 3 * n)
  for (let i = 0; 3 * i < sides.length; i++) {
    const k = (i + 1) % n
    const ex = hullX[k]! - hullX[i]!
    const ey = hullY[k]! - hullY[i]!
    const length = Math.hypot(ex, ey)
    sides[3 * i] = ey / length
    sides[3 * i + 1] = -ex / length
    sides[3 * i + 2] = (ey * hullX[i]! - ex * hullY[i]!) / length
  }
  return sides
}

/** Whether the point lies at most `marginPx` outside every side. Without sides nothing does. */
export function isWithin(sides: Float32Array, px: number, py: number, marginPx: number): boolean {
  for (let at = 0; at < sides.length; at += 3) {
    if (sides[at]! * px + sides[at + 1]! * py - sides[at + 2]! > marginPx) return false
  }
  return sides.length > 0
}
