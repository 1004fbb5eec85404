import t from 'tap'
import { toPpi500 } from '../../daemon/kernels/finger/resample.js'

/** A grating of `periodPx`, which stands for ridges. */
function grating(widthPx: number, heightPx: number, periodPx: number) {
  const grey = new Uint8Array(widthPx * heightPx)
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) grey[y * widthPx + x] = Math.round(128 + 100 * Math.sin((2 * Math.PI * (x + 0.5)) / periodPx))
  }
  return { grey, widthPx, heightPx }
}

t.test('images at 500 ppi, within a scanner tolerance of it, or with a resolution that no scanner has stay as they are', async (t) => {
  const image = grating(40, 30, 9)
  for (const ppi of [undefined, 500, 496, 505, 72, 100_000]) t.equal(toPpi500(image, ppi), image)
})

t.test('ridges keep their width in millimetres', async (t) => {
  for (const ppi of [569, 512, 1000, 250]) {
    const period = (9 * ppi) / 500
    const side = Math.round((200 * ppi) / 500)
    const { grey, widthPx, heightPx } = toPpi500(grating(side, side, period), ppi)
    t.same([widthPx, heightPx], [200, 200])
    const expected = grating(200, 200, 9)
    let worst = 0
    for (let i = 200 * 100 + 5; i < 200 * 101 - 5; i++) worst = Math.max(worst, Math.abs(grey[i]! - expected.grey[i]!))
    t.ok(worst < 14, `${ppi} ppi: worst difference ${worst}`)
  }
})

t.test('flat images stay flat, the smallest image survives, and nothing grows beyond 4096', async (t) => {
  const flat = { grey: new Uint8Array(33 * 57).fill(201), widthPx: 33, heightPx: 57 }
  t.ok(toPpi500(flat, 777).grey.every((value) => value === 201))
  t.same(toPpi500({ grey: new Uint8Array([7]), widthPx: 1, heightPx: 1 }, 1000), { grey: new Uint8Array([7]), widthPx: 1, heightPx: 1 })
  const wide = { grey: new Uint8Array(3000), widthPx: 3000, heightPx: 1 }
  t.equal(toPpi500(wide, 250), wide)
})
