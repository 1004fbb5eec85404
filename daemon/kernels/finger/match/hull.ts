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

/** How far outside the convex hull the point lies, in px; negative inside. A hull of one or two points has no inside. */
export function outsideHull(hullX: Float32Array, hullY: Float32Array, px: number, py: number): number {
  const n = hullX.length
  if (n < 3) {
    let nearest = Number.POSITIVE_INFINITY
    for (let i = 0; i < n; i++) nearest = Math.min(nearest, Math.hypot(hullX[i]! - px, hullY[i]! - py))
    return nearest
  }
  let worst = Number.NEGATIVE_INFINITY
  for (let i = 0; i < n; i++) {
    const k = i + 1 === n ? 0 : i + 1
    const ex = hullX[k]! - hullX[i]!
    const ey = hullY[k]! - hullY[i]!
    const outside = (ey * (px - hullX[i]!) - ex * (py - hullY[i]!)) / Math.sqrt(ex * ex + ey * ey)
    if (outside > worst) worst = outside
  }
  return worst
}
