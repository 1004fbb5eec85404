// The unit that figures of different machines are compared in: the least CPU time of a fixed plain JavaScript loop, run in the same run as the bench.

const width = 1600
const height = 1500
const rounds = 40

/** @returns CPU milliseconds of one unit: a 9-tap symmetric row filter over 1600 × 1500 float32 samples, least of 40 */
export function unitMs(): number {
  const from = new Float32Array(width * height)
  const to = new Float32Array(width * height)
  for (let i = 0; i < from.length; i++) from[i] = (Math.imul(i, 2_654_435_761) >>> 24) - 128
  let least = Number.POSITIVE_INFINITY
  for (let round = -3; round < rounds; round++) {
    const before = process.cpuUsage()
    pass(from, to)
    const spent = process.cpuUsage(before)
    if (round >= 0) least = Math.min(least, (spent.user + spent.system) / 1000)
  }
  return least
}

function pass(from: Float32Array, to: Float32Array): void {
  const [k0, k1, k2, k3, k4] = [0.8526986, 0.3774028, -0.1106244, -0.0238494, 0.0378284] as const
  for (let y = 0; y < height; y++) {
    for (let x = 4; x < width - 4; x++) {
      const i = y * width + x
      to[i] =
        k0 * from[i]! +
        k1 * (from[i - 1]! + from[i + 1]!) +
        k2 * (from[i - 2]! + from[i + 2]!) +
        k3 * (from[i - 3]! + from[i + 3]!) +
        k4 * (from[i - 4]! + from[i + 4]!)
    }
  }
}
