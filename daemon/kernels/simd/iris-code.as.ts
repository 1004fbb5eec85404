// Twin of kernels/iris/match/{shifts,straighten}.ts: iris codes compared 128 bits and eight turns at a time.

/** Turns a table has room for, and those of them that are judged; see shifts.ts. */
const tableTurns: usize = 32
const judgedTurns: usize = 24

/**
 * Different and common bits for each turn and sector.
 * @param a, aMask  codes of `columns` × 4 lanes of 16 bits
 * @param b, bMask  alike, with columns repeated in front and behind as far as they are turned
 * @param columns   a multiple of `perSector`; `perSector` an even number up to 32
 * @param turns     up to 32
 * @param out       u16: for each sector different and common bits of the inner, then of the outer rings, 32 turns each
 */
export function irisShifts(
  a: usize, aMask: usize, b: usize, bMask: usize,
  columns: i32, perSector: i32, turns: i32, out: usize,
): void {
  const bytes = <usize>perSector << 3
  const end = <usize>columns << 3
  for (let turn = 0; turn < turns; turn++) {
    const shift = <usize>turn << 3
    let to = out + (<usize>turn << 1)
    for (let from: usize = 0; from < end; from += bytes) {
      let different = i8x16.splat(0)
      let common = i8x16.splat(0)
      for (let at = from; at < from + bytes; at += 16) {
        const seen = v128.and(v128.load(aMask + at), v128.load(bMask + at + shift))
        const apart = v128.xor(v128.load(a + at), v128.load(b + at + shift))
        different = i8x16.add(different, i8x16.popcnt(v128.and(apart, seen)))
        common = i8x16.add(common, i8x16.popcnt(seen))
      }
      store<u16>(to, innerSum(different))
      store<u16>(to + 2 * tableTurns, innerSum(common))
      store<u16>(to + 4 * tableTurns, outerSum(different))
      store<u16>(to + 6 * tableTurns, outerSum(common))
      to += 8 * tableTurns
    }
  }
}

/** Of the low bytes of each lane: the inner rings. */
@inline
function innerSum(bytes: v128): u16 {
  return sum(v128.and(bytes, i16x8.splat(0xff)))
}

/** Of the high bytes: the outer rings. */
@inline
function outerSum(bytes: v128): u16 {
  return sum(i16x8.shr_u(bytes, 8))
}

@inline
function sum(eights: v128): u16 {
  const fours = i32x4.extadd_pairwise_i16x8_u(eights)
  return <u16>(
    i32x4.extract_lane(fours, 0) + i32x4.extract_lane(fours, 1) + i32x4.extract_lane(fours, 2) + i32x4.extract_lane(fours, 3)
  )
}

/**
 * For each turn the least weighted share of different bits under any of the bends, inner and outer rings each by itself.
 * @param table    of `irisShifts`
 * @param bends    u8, `count` × `sectors`: turns from the table's first
 * @param penalties f32, `count`
 * @param out      f32: 24 sums of share × common bits, then 24 of common bits
 */
export function irisStraighten(table: usize, sectors: i32, bends: usize, penalties: usize, count: i32, out: usize): void {
  for (let block: usize = 0; block < judgedTurns; block += 8) {
    let weightedLow = f32x4.splat(0)
    let weightedHigh = f32x4.splat(0)
    let allLow = f32x4.splat(0)
    let allHigh = f32x4.splat(0)
    for (let half: usize = 0; half < 2; half++) {
      const base = table + 2 * block + 4 * tableTurns * half
      let leastLow = f32x4.splat(2)
      let leastHigh = f32x4.splat(2)
      let commonLow = f32x4.splat(0)
      let commonHigh = f32x4.splat(0)
      for (let bend = 0; bend < count; bend++) {
        let different = i16x8.splat(0)
        let common = i16x8.splat(0)
        let at = base
        const offs = bends + <usize>(bend * sectors)
        for (let sector = 0; sector < sectors; sector++) {
          const from = at + (<usize>load<u8>(offs + <usize>sector) << 1)
          different = i16x8.add(different, v128.load(from))
          common = i16x8.add(common, v128.load(from + 2 * tableTurns))
          at += 8 * tableTurns
        }
        const penalty = f32x4.splat(load<f32>(penalties + (<usize>bend << 2)))
        const seenLow = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(common))
        const seenHigh = f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(common))
        const costLow = f32x4.add(f32x4.div(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(different)), seenLow), penalty)
        const costHigh = f32x4.add(f32x4.div(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(different)), seenHigh), penalty)
        const betterLow = f32x4.lt(costLow, leastLow)
        const betterHigh = f32x4.lt(costHigh, leastHigh)
        leastLow = v128.bitselect(costLow, leastLow, betterLow)
        leastHigh = v128.bitselect(costHigh, leastHigh, betterHigh)
        commonLow = v128.bitselect(seenLow, commonLow, betterLow)
        commonHigh = v128.bitselect(seenHigh, commonHigh, betterHigh)
      }
      weightedLow = f32x4.add(weightedLow, f32x4.mul(leastLow, commonLow))
      weightedHigh = f32x4.add(weightedHigh, f32x4.mul(leastHigh, commonHigh))
      allLow = f32x4.add(allLow, commonLow)
      allHigh = f32x4.add(allHigh, commonHigh)
    }
    const to = out + 4 * block
    v128.store(to, weightedLow)
    v128.store(to, weightedHigh, 16)
    v128.store(to + 4 * judgedTurns, allLow)
    v128.store(to + 4 * judgedTurns, allHigh, 16)
  }
}

/**
 * Twin of kernels/iris/code.ts `convolve`: sixteen columns at a time.
 * @param lines  f32, `rows` × (`columns` + `size` - 1): rings with their ends repeated
 * @param columns a multiple of 16
 * @param out    f32, `rows` × `columns`
 */
export function irisConvolve(lines: usize, rows: i32, columns: i32, taps: usize, size: i32, out: usize): void {
  let line = lines
  let to = out
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column += 16) {
      let a = f32x4.splat(0)
      let b = f32x4.splat(0)
      let c = f32x4.splat(0)
      let d = f32x4.splat(0)
      let from = line + (<usize>column << 2)
      for (let tap = 0; tap < size; tap++) {
        const weight = v128.load32_splat(taps + (<usize>tap << 2))
        a = f32x4.add(a, f32x4.mul(weight, v128.load(from)))
        b = f32x4.add(b, f32x4.mul(weight, v128.load(from, 16)))
        c = f32x4.add(c, f32x4.mul(weight, v128.load(from, 32)))
        d = f32x4.add(d, f32x4.mul(weight, v128.load(from, 48)))
        from += 4
      }
      v128.store(to, a)
      v128.store(to, b, 16)
      v128.store(to, c, 32)
      v128.store(to, d, 48)
      to += 64
    }
    line += <usize>(columns + size - 1) << 2
  }
}
