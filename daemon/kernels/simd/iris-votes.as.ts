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
  let voters = gatherVoters(grey, widthPx, heightPx, scratch, pixels)
  memory.fill(sums, 0, 4 * cells + 16)
  let found = 0
  for (let i = 0; i < count; i++) {
    if (i === wide) voters = halveVoters(scratch, pixels, voters)
    memory.fill(votes, 0, 4 * cells)
    castVotes(scratch, pixels, voters, load<f32>(radii + (<usize>i << 2)), columns, rows, votes)
    addNeighbours(votes, columns, rows, sums)
    found = findWinners(sums, columns, rows, i, load<i32>(least + (<usize>i << 2)), out, found, most)
  }
  return found
}

/** Arrays of f32 one after the other, `pixels` each: place and direction of the gradient in cells; then the votes as i32. */
function gatherVoters(grey: usize, widthPx: i32, heightPx: i32, to: usize, pixels: usize): i32 {
  const row = <usize>widthPx
  let at = to
  for (let y = 1; y < heightPx - 1; y++) {
    const start = grey + <usize>(y * widthPx)
    let x = 1
    for (; x + 8 < widthPx; x += 8) {
      let strong = strongEight(start + <usize>x, row)
      while (strong !== 0) {
        at = writeVoter(start, row, x + ctz(strong), y, pixels, at)
        strong &= strong - 1
      }
    }
    for (; x < widthPx - 1; x++) at = writeVoter(start, row, x, y, pixels, at)
  }
  return <i32>((at - to) >> 2)
}

/** Bits of the eight pixels whose gradient counts. */
@inline
function strongEight(here: usize, row: usize): i32 {
  const a = v128.load8x8_u(here - row - 1)
  const c = v128.load8x8_u(here - row + 1)
  const f = v128.load8x8_u(here + row - 1)
  const h = v128.load8x8_u(here + row + 1)
  const across = i16x8.sub(v128.load8x8_u(here + 1), v128.load8x8_u(here - 1))
  const down = i16x8.sub(v128.load8x8_u(here + row), v128.load8x8_u(here - row))
  const falling = i16x8.sub(h, a)
  const rising = i16x8.sub(c, f)
  const gx = i16x8.add(i16x8.shl(across, 1), i16x8.add(falling, rising))
  const gy = i16x8.add(i16x8.shl(down, 1), i16x8.sub(falling, rising))
  const low = i32x4.add(i32x4.extmul_low_i16x8_s(gx, gx), i32x4.extmul_low_i16x8_s(gy, gy))
  const high = i32x4.add(i32x4.extmul_high_i16x8_s(gx, gx), i32x4.extmul_high_i16x8_s(gy, gy))
  const least = i32x4.splat(leastSquare)
  return i32x4.bitmask(i32x4.ge_s(low, least)) | (i32x4.bitmask(i32x4.ge_s(high, least)) << 4)
}

/** @returns where the next one is written */
@inline
function writeVoter(start: usize, row: usize, x: i32, y: i32, pixels: usize, at: usize): usize {
  const here = start + <usize>x
  const falling = <i32>load<u8>(here + row + 1) - <i32>load<u8>(here - row - 1)
  const rising = <i32>load<u8>(here - row + 1) - <i32>load<u8>(here + row - 1)
  const gx = 2 * (<i32>load<u8>(here + 1) - <i32>load<u8>(here - 1)) + falling + rising
  const gy = 2 * (<i32>load<u8>(here + row) - <i32>load<u8>(here - row)) + falling - rising
  const square = gx * gx + gy * gy
  if (square < leastSquare) return at
  const stride = pixels << 2
  const length = sqrt(<f64>square)
  const vote = square >= fullSquare ? fullVote : fullVote * sqrt(length / 112)
  store<f32>(at, <f32>x * 0.5 + 0.5)
  store<f32>(at + stride, <f32>y * 0.5 + 0.5)
  store<f32>(at + 2 * stride, <f32>(<f64>gx / (2 * length)))
  store<f32>(at + 3 * stride, <f32>(<f64>gy / (2 * length)))
  store<i32>(at + 4 * stride, <i32>floor(vote + 0.5))
  return at + 4
}

/** Every second pixel stays and votes for two. */
function halveVoters(voters: usize, pixels: usize, count: i32): i32 {
  const stride = pixels << 2
  let to = voters
  const end = voters + (<usize>count << 2)
  for (let at = voters; at < end; at += 4) {
    const x = load<f32>(at)
    const y = load<f32>(at + stride)
    if (<i32>((x + y) * 2) & 1) continue
    store<f32>(to, x)
    store<f32>(to + stride, y)
    store<f32>(to + 2 * stride, load<f32>(at + 2 * stride))
    store<f32>(to + 3 * stride, load<f32>(at + 3 * stride))
    store<i32>(to + 4 * stride, load<i32>(at + 4 * stride) << 1)
    to += 4
  }
  return <i32>((to - voters) >> 2)
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
