import fc from 'fast-check'
import t from 'tap'
import { halve } from '../../daemon/kernels/image/halve.js'
import { compileKernels, openSimd } from '../../daemon/kernels/simd/simd.js'
import { seededRandom } from '../../simulator/seeded-random.js'

t.test('leased memory is aligned, does not overlap, grows and goes back when the work is done', async (t) => {
  const simd = openSimd()
  const first = simd.lease((take) => {
    const a = take(17)
    const b = take(3 * 1024 * 1024)
    t.equal(a % 16, 0)
    t.equal(b - a, 32, 'the next one starts behind the first, aligned')
    t.ok(simd.memory.buffer.byteLength >= b + 3 * 1024 * 1024, 'the memory grew to hold it')
    const inner = simd.lease((deeper) => deeper(16))
    t.equal(take(16), inner, 'what an inner lease took is free again')
    return a
  })
  t.throws(
    () =>
      simd.lease(() => {
        throw new Error('work failed')
      }),
    { message: 'work failed' },
  )
  t.equal(
    simd.lease((take) => take(1)),
    first,
    'also after work that threw',
  )
})

t.test('a request beyond the maximum is refused by name and leaves the arena as it was', async (t) => {
  const simd = openSimd()
  const before = simd.lease((take) => take(1))
  t.throws(() => simd.lease((take) => take(1024 ** 3)), { code: 'internal.limit' })
  t.equal(
    simd.lease((take) => take(1)),
    before,
  )
})

t.test('the arena keeps out of the part of a shared memory that belongs to others, and of the static data', async (t) => {
  const module = compileKernels()
  const memory = new WebAssembly.Memory({ initial: 8, maximum: 8, shared: true })
  const simd = openSimd({ module, memory, fromByte: 3 * 65_536 })
  t.equal(
    simd.lease((take) => take(1)),
    3 * 65_536,
  )
  const own = openSimd({ module })
  t.ok(own.lease((take) => take(1)) >= own.kernels.firstFreeByte())
  t.ok(own.kernels.firstFreeByte() > 0)
})

t.test('halving: every pixel is the mean of four, rounded down, and the twin agrees at every size', async (t) => {
  const simd = openSimd()
  t.strictSame([...halve(Uint8Array.of(1, 2, 9, 4, 4, 9, 250, 255, 9), 3, 3)], [Math.floor((1 + 2 + 4 + 4) / 4)], 'an odd edge is left out')
  const property = fc.property(fc.integer({ min: 2, max: 140 }), fc.integer({ min: 2, max: 9 }), fc.integer(), (width, height, seed) => {
    const grey = seededRandom(seed).bytes(width * height)
    return Buffer.compare(halve(grey, width, height), halve(grey, width, height, simd)) === 0
  })
  const { failed, seed, counterexample } = fc.check(property, { numRuns: 200 })
  t.notOk(failed, `seed ${seed} ${JSON.stringify(counterexample)}`)
})
