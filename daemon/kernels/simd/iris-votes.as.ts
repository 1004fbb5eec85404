// Twin of kernels/iris/locate/votes.ts `tally`: edges vote for the centres of dark discs, and the cells that win are written down.
// Votes are whole numbers, places single precision in the same order: both find the same.

/** Of a full vote; squared gradients of the Sobel sums that count at all, and at which the vote is full. */
const fullVote: f64 = 64
const leastSquare: i32 = 400
const fullSquare: i32 = 12544

/**
 * @param radii   f32, ascending; from `wide` on every second pixel votes, for two
 * @param least   i32 for each radius: fewer votes in 3 × 3 cells are no winner
 * @param scratch voters: 20 bytes a pixel; votes: i32 for each cell; sums: i32 for each cell and 16 bytes more
 * @param out     i32 triples: index of the radius, cell, votes
 * @returns triples written, at most `most`
 */
export function irisTally(
  grey: usize, widthPx: i32, heightPx: i32, radii: usize, count: i32, wide: i32, least: usize, scratch: usize, out: usize, most: i32,
): i32 {
  const pixels = <usize>(widthPx * heightPx)
  const columns = (widthPx + 1) >> 1
  const rows = (heightPx + 1) >> 1
  const cells = <usize>(columns * rows)
  const votes = scratch + 20 * pixels
  const sums = votes + 4 * cells
  let voters = gatherVoters(grey, widthPx, heightPx, scratch, pixels, false)
  memory.fill(sums, 0, 4 * cells + 16)
  let found = 0
  for (let i = 0; i < count; i++) {
    if (i === wide) voters = gatherVoters(grey, widthPx, heightPx, scratch, pixels, true)
    memory.fill(votes, 0, 4 * cells)
    castVotes(scratch, pixels, voters, load<f32>(radii + (<usize>i << 2)), columns, rows, votes)
    addNeighbours(votes, columns, rows, sums)
    found = findWinners(sums, columns, rows, i, load<i32>(least + (<usize>i << 2)), out, found, most)
  }
  return found
}

/** Arrays of f32 one after the other, `pixels` each: place and direction of the gradient in cells; then the votes as i32. */
function gatherVoters(grey: usize, widthPx: i32, heightPx: i32, to: usize, pixels: usize, halved: bool): i32 {
  const stride = pixels << 2
  const row = <usize>widthPx
  let at = to
  for (let y = 1; y < heightPx - 1; y++) {
    const step = halved ? 2 : 1
    for (let x = halved ? 1 + (y + 1 & 1) : 1; x < widthPx - 1; x += step) {
      const here = grey + <usize>(y * widthPx + x)
      const a = <i32>load<u8>(here - row - 1)
      const b = <i32>load<u8>(here - row)
      const c = <i32>load<u8>(here - row + 1)
      const d = <i32>load<u8>(here - 1)
      const e = <i32>load<u8>(here + 1)
      const f = <i32>load<u8>(here + row - 1)
      const g = <i32>load<u8>(here + row)
      const h = <i32>load<u8>(here + row + 1)
      const gx = 2 * (e - d) + c - a + h - f
      const gy = 2 * (g - b) + f - a + h - c
      const square = gx * gx + gy * gy
      if (square < leastSquare) continue
      const length = sqrt(<f64>square)
      const vote = square >= fullSquare ? fullVote : fullVote * sqrt(length / 112)
      store<f32>(at, <f32>x * 0.5 + 0.5)
      store<f32>(at + stride, <f32>y * 0.5 + 0.5)
      store<f32>(at + 2 * stride, <f32>(<f64>gx / (2 * length)))
      store<f32>(at + 3 * stride, <f32>(<f64>gy / (2 * length)))
      store<i32>(at + 4 * stride, (<i32>floor(vote + 0.5)) << (halved ? 1 : 0))
      at += 4
    }
  }
  return <i32>((at - to) >> 2)
}

function castVotes(voters: usize, pixels: usize, count: i32, r: f32, columns: i32, rows: i32, votes: usize): void {
  const stride = pixels << 2
  const radius = f32x4.splat(r)
  const wide = i32x4.splat(columns)
  const high = i32x4.splat(rows)
  let i = 0
  let at = voters
  for (; i + 4 <= count; i += 4) {
    const px = i32x4.trunc_sat_f32x4_s(f32x4.floor(f32x4.sub(v128.load(at), f32x4.mul(radius, v128.load(at + 2 * stride)))))
    const py = i32x4.trunc_sat_f32x4_s(f32x4.floor(f32x4.sub(v128.load(at + stride), f32x4.mul(radius, v128.load(at + 3 * stride)))))
    // Negative places are large ones without a sign.
    const inside = i32x4.bitmask(v128.and(i32x4.lt_u(px, wide), i32x4.lt_u(py, high)))
    const cell = i32x4.add(i32x4.mul(py, wide), px)
    const from = at + 4 * stride
    if (inside & 1) cast(votes, i32x4.extract_lane(cell, 0), load<i32>(from))
    if (inside & 2) cast(votes, i32x4.extract_lane(cell, 1), load<i32>(from, 4))
    if (inside & 4) cast(votes, i32x4.extract_lane(cell, 2), load<i32>(from, 8))
    if (inside & 8) cast(votes, i32x4.extract_lane(cell, 3), load<i32>(from, 12))
    at += 16
  }
  for (; i < count; i++) {
    const px = <i32>floor(load<f32>(at) - r * load<f32>(at + 2 * stride))
    const py = <i32>floor(load<f32>(at + stride) - r * load<f32>(at + 3 * stride))
    if (<u32>px < <u32>columns && <u32>py < <u32>rows) cast(votes, py * columns + px, load<i32>(at + 4 * stride))
    at += 4
  }
}

@inline
function cast(votes: usize, cell: i32, vote: i32): void {
  const place = votes + (<usize>cell << 2)
  store<i32>(place, load<i32>(place) + vote)
}

/** Sums of 3 × 3 cells; the outermost rows and the columns at the ends stay 0. */
function addNeighbours(votes: usize, columns: i32, rows: i32, sums: usize): void {
  const row = <usize>columns << 2
  for (let y = 1; y < rows - 1; y++) {
    const start = votes + <usize>y * row
    const to = sums + <usize>y * row
    let x = 1
    for (; x + 4 < columns; x += 4) {
      const at = start + (<usize>x << 2)
      let sum = i32x4.add(three(at - row), three(at))
      sum = i32x4.add(sum, three(at + row))
      v128.store(to + (<usize>x << 2), sum)
    }
    for (; x < columns - 1; x++) {
      const at = start + (<usize>x << 2)
      store<i32>(to + (<usize>x << 2), threeOf(at - row) + threeOf(at) + threeOf(at + row))
    }
  }
}

@inline
function three(at: usize): v128 {
  return i32x4.add(i32x4.add(v128.load(at - 4), v128.load(at)), v128.load(at + 4))
}

@inline
function threeOf(at: usize): i32 {
  return load<i32>(at - 4) + load<i32>(at) + load<i32>(at + 4)
}

/** Cells that are larger than those after them and not smaller than those before. */
function findWinners(sums: usize, columns: i32, rows: i32, radius: i32, least: i32, out: usize, found: i32, most: i32): i32 {
  const row = <usize>columns << 2
  const enough = i32x4.splat(least)
  for (let y = 1; y < rows - 1; y++) {
    const start = sums + <usize>y * row
    for (let x = 1; x < columns - 1; x += 4) {
      const at = start + (<usize>x << 2)
      const here = v128.load(at)
      if (!v128.any_true(i32x4.ge_s(here, enough))) continue
      let wins = i32x4.bitmask(
        v128.and(
          v128.and(i32x4.ge_s(here, enough), v128.and(i32x4.ge_s(here, v128.load(at - 4)), i32x4.gt_s(here, v128.load(at + 4)))),
          v128.and(i32x4.ge_s(here, v128.load(at - row)), i32x4.gt_s(here, v128.load(at + row))),
        ),
      )
      while (wins !== 0) {
        const lane = ctz(wins)
        wins &= wins - 1
        if (x + lane >= columns - 1 || found === most) continue
        const to = out + 12 * <usize>found
        store<i32>(to, radius)
        store<i32>(to, y * columns + x + lane, 4)
        store<i32>(to, load<i32>(at + (<usize>lane << 2)), 8)
        found++
      }
    }
  }
  return found
}
