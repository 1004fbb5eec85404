// Twins of kernels/iris/locate/{shrink,area-opening}.ts: the picture made small, and its small bright spots sunk. Whole numbers throughout,
// so that both give the same bytes.

/**
 * Mean over squares of `factor` × `factor` pixels.
 * @param grey    u8, `stride` a row, at least 15 readable bytes behind the last row
 * @param out     u8, floor(widthPx / factor) × floor(heightPx / factor)
 * @param scratch i32, room for 5 × (floor(widthPx / factor) + 1) + `widthPx` + 15
 */
export function irisShrink(grey: usize, stride: i32, widthPx: i32, heightPx: i32, factor: f64, out: usize, scratch: usize): void {
  const width = <i32>floor(<f64>widthPx / factor + 1e-9)
  const height = <i32>floor(<f64>heightPx / factor + 1e-9)
  const columns = scratch + 20
  const end = columns + 20 * <usize>width
  for (let x = 0; x < width; x++) writeSpan(x, factor, widthPx, columns + 20 * <usize>x)
  let to = out
  for (let y = 0; y < height; y++) {
    writeSpan(y, factor, heightPx, scratch)
    const first = load<i32>(scratch)
    weighRows(grey + <usize>(first * stride), stride, widthPx, load<i32>(scratch, 4) - first, load<i32>(scratch, 8), load<i32>(scratch, 12), end)
    const rows = <f64>load<i32>(scratch, 16)
    for (let span = columns; span < end; span += 20) {
      const from = end + (<usize>load<i32>(span) << 2)
      const until = end + (<usize>load<i32>(span, 4) << 2)
      let middle: i64 = 0
      for (let at = from + 4; at < until; at += 4) middle += <i64>load<i32>(at)
      const sum = <i64>load<i32>(span, 8) * <i64>load<i32>(from) + <i64>load<i32>(span, 12) * <i64>load<i32>(until) + 256 * middle
      store<u8>(to++, <u8>(<f64>sum / (rows * <f64>load<i32>(span, 16)) + 0.5))
    }
  }
}

/** First and last pixel under a square; how much of either is covered, and of all, 1/256. */
function writeSpan(at: i32, factor: f64, length: i32, to: usize): void {
  const from = <f64>at * factor
  const until = from + factor
  const first = <i32>floor(from + 1e-9)
  const last = min(length - 1, max(first, <i32>ceil(until - 1e-9) - 1))
  const head = <i32>floor(256 * (<f64>(first + 1) - from) + 0.5)
  const tail = last === first ? 0 : <i32>floor(256 * min<f64>(1, until - <f64>last) + 0.5)
  store<i32>(to, first)
  store<i32>(to, last, 4)
  store<i32>(to, head, 8)
  store<i32>(to, tail, 12)
  store<i32>(to, head + tail + 256 * max(0, last - first - 1), 16)
}

/** Sum of `more` + 1 rows, the first and the last weighted. */
function weighRows(grey: usize, stride: i32, widthPx: i32, more: i32, head: i32, tail: i32, line: usize): void {
  for (let x = 0; x < widthPx; x += 16) {
    let at = grey + <usize>x
    const firstWeight = i16x8.splat(<i16>head)
    const top = v128.load(at)
    const topLow = i16x8.extend_low_i8x16_u(top)
    const topHigh = i16x8.extend_high_i8x16_u(top)
    let a = i32x4.extmul_low_i16x8_u(topLow, firstWeight)
    let b = i32x4.extmul_high_i16x8_u(topLow, firstWeight)
    let c = i32x4.extmul_low_i16x8_u(topHigh, firstWeight)
    let d = i32x4.extmul_high_i16x8_u(topHigh, firstWeight)
    for (let row = 1; row <= more; row++) {
      at += <usize>stride
      const weight = i16x8.splat(<i16>(row === more ? tail : 256))
      const here = v128.load(at)
      const low = i16x8.extend_low_i8x16_u(here)
      const high = i16x8.extend_high_i8x16_u(here)
      a = i32x4.add(a, i32x4.extmul_low_i16x8_u(low, weight))
      b = i32x4.add(b, i32x4.extmul_high_i16x8_u(low, weight))
      c = i32x4.add(c, i32x4.extmul_low_i16x8_u(high, weight))
      d = i32x4.add(d, i32x4.extmul_high_i16x8_u(high, weight))
    }
    const to = line + (<usize>x << 2)
    v128.store(to, a)
    v128.store(to, b, 16)
    v128.store(to, c, 32)
    v128.store(to, d, 48)
  }
}

const unmet: i32 = 0x7fffffff

/**
 * Area opening by union-find.
 * @param out     u8, as large as the picture
 * @param scratch 1040 bytes, then i32 for each pixel, then i32 and u8 for each pixel of the picture with a frame of one pixel
 */
export function irisOpenByArea(grey: usize, widthPx: i32, heightPx: i32, area: i32, out: usize, scratch: usize): void {
  const stride = widthPx + 2
  const count = widthPx * heightPx
  const framed = stride * (heightPx + 2)
  const order = scratch + 1040
  const parents = order + (<usize>count << 2)
  const levels = parents + (<usize>framed << 2)
  sortBrightestFirst(grey, widthPx, heightPx, scratch, order)
  for (let y = 0; y < heightPx; y++) {
    memory.copy(levels + <usize>((y + 1) * stride + 1), grey + <usize>(y * widthPx), <usize>widthPx)
  }
  const row = <usize>stride << 2
  for (let i = 0; i < framed; i++) store<i32>(parents + (<usize>i << 2), unmet)
  for (let i = 0; i < count; i++) {
    const pixel = load<i32>(order + (<usize>i << 2))
    const place = parents + (<usize>pixel << 2)
    const before = load<i32>(place - 4)
    const after = load<i32>(place, 4)
    const above = load<i32>(place - row)
    const below = load<i32>(place + row)
    // Mostly all neighbours are unmet or stand by themselves: one question for the four.
    const joins = u32(isOpen(before, area)) | u32(isOpen(after, area)) | u32(isOpen(above, area)) | u32(isOpen(below, area))
    if (joins === 0) {
      store<i32>(place, (before | after | above | below) < 0 ? -area : -1)
      continue
    }
    store<i32>(place, -1)
    join(parents, pixel, pixel - 1, area)
    join(parents, pixel, pixel + 1, area)
    join(parents, pixel, pixel - stride, area)
    join(parents, pixel, pixel + stride, area)
  }
  for (let i = count - 1; i >= 0; i--) {
    const pixel = <usize>load<i32>(order + (<usize>i << 2))
    const parent = load<i32>(parents + (pixel << 2))
    if (parent >= 0) store<u8>(levels + pixel, load<u8>(levels + <usize>parent))
  }
  for (let y = 0; y < heightPx; y++) {
    memory.copy(out + <usize>(y * widthPx), levels + <usize>((y + 1) * stride + 1), <usize>widthPx)
  }
}

/** Neither unmet nor the root of what stands. */
@inline
function isOpen(parent: i32, area: i32): bool {
  return <u32>(parent + area - 1) < <u32>(unmet + area - 1)
}

@inline
function join(parents: usize, pixel: i32, neighbour: i32, area: i32): void {
  let next = load<i32>(parents + (<usize>neighbour << 2))
  if (next === unmet) return
  const place = parents + (<usize>pixel << 2)
  let root = neighbour
  while (next >= 0) {
    root = next
    next = load<i32>(parents + (<usize>root << 2))
  }
  for (let at = neighbour; at !== root; ) {
    const passed = parents + (<usize>at << 2)
    at = load<i32>(passed)
    store<i32>(passed, root)
  }
  if (root === pixel) return
  if (-next < area) {
    store<i32>(place, load<i32>(place) + next)
    store<i32>(parents + (<usize>root << 2), pixel)
  } else store<i32>(place, -area)
}

/** Counting sort, stable; places in the framed picture. */
function sortBrightestFirst(grey: usize, widthPx: i32, heightPx: i32, starts: usize, order: usize): void {
  memory.fill(starts, 0, 1028)
  const end = grey + <usize>(widthPx * heightPx)
  for (let at = grey; at < end; at++) {
    const place = starts + (<usize>(256 - <i32>load<u8>(at)) << 2)
    store<i32>(place, load<i32>(place) + 1)
  }
  for (let i: usize = 4; i <= 1024; i += 4) store<i32>(starts + i, load<i32>(starts + i) + load<i32>(starts + i - 4))
  let at = grey
  for (let y = 0; y < heightPx; y++) {
    const row = (y + 1) * (widthPx + 2) + 1
    for (let x = 0; x < widthPx; x++) {
      const place = starts + (<usize>(255 - <i32>load<u8>(at++)) << 2)
      const to = load<i32>(place)
      store<i32>(place, to + 1)
      store<i32>(order + (<usize>to << 2), row + x)
    }
  }
}
