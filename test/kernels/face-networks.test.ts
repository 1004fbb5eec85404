// The converted face networks give what the published graphs give, by either runtime; files that are missing or damaged have a name.

import { createHash } from 'node:crypto'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { detectorSizePx, type FaceNetworks, lidsSizePx, meshSizePx, openFaceNetworks } from '../../daemon/kernels/face/networks.js'
import { isFault } from '../../protocol/fault.js'
import { tensorflowGraph, weightBytes } from './face-graph.js'

const models = new URL('../../daemon/kernels/face/models/', import.meta.url)

/** Smooth waves and an edge: every layer has something to answer. @returns the same picture channel by channel, and channels last */
function picture(sizePx: number, low: number, high: number) {
  const plane = sizePx * sizePx
  const planes = new Float32Array(3 * plane)
  const last = new Float32Array(3 * plane)
  for (let at = 0; at < plane; at++) {
    const [x, y] = [(at % sizePx) / sizePx, Math.floor(at / sizePx) / sizePx]
    for (let c = 0; c < 3; c++) {
      const wave = 0.5 + 0.3 * Math.sin(9 * x + 4 * c + 7 * y * y) + (x + y > 1.1 ? 0.2 : -0.15)
      planes[c * plane + at] = low + (high - low) * wave
      last[at * 3 + c] = planes[c * plane + at]!
    }
  }
  return { planes, last }
}

const furthest = (a: Float32Array, b: Float32Array): number =>
  a.length === b.length ? a.reduce((most, value, at) => Math.max(most, Math.abs(value - b[at]!)), 0) : Number.POSITIVE_INFINITY
const spread = (values: Float32Array): number => Math.max(...values) - Math.min(...values)

t.test('both runtimes give what the published graphs give in plain loops', async (t) => {
  const detectorPicture = picture(detectorSizePx, -1, 1)
  const meshPicture = picture(meshSizePx, 0, 1)
  const rows = tensorflowGraph('blazeface')(detectorPicture.last, detectorSizePx, ['Identity', 'Identity_2', 'Identity_1', 'Identity_3'])
  const [points, presence] = tensorflowGraph('facemesh')(meshPicture.last, meshSizePx, ['Identity_2', 'Identity_1'])
  const lidsPicture = picture(lidsSizePx, 0, 1)
  const [contours] = tensorflowGraph('iris')(lidsPicture.last, lidsSizePx, [
    'StatefulPartitionedCall/model/conv_eyes_contours_and_brows/BiasAdd',
  ])
  for (const runtime of ['native', 'wasm'] as const) {
    const networks = await openFaceNetworks({ runtime })
    t.equal(networks.runtime, runtime)
    const { scores16, boxes16, scores32, boxes32 } = await networks.detect(detectorPicture.planes)
    for (const [at, found] of [scores16, boxes16, scores32, boxes32].entries()) {
      t.ok(spread(found) > 1, 'says something')
      t.ok(furthest(found, rows[at]!) < 2e-3, `${runtime}: detector output ${at} within ${furthest(found, rows[at]!)}`)
    }
    const mesh = await networks.mesh(meshPicture.planes)
    t.ok(spread(mesh.points) > 50, 'says something')
    t.ok(furthest(mesh.points, points!) < 2e-3, `${runtime}: mesh within ${furthest(mesh.points, points!)}`)
    t.ok(Math.abs(mesh.presence - presence![0]!) < 1e-4, `${runtime}: presence`)
    const lids = await networks.lids(lidsPicture.planes)
    t.ok(spread(lids) > 20, 'says something')
    t.ok(furthest(lids, contours!) < 2e-3, `${runtime}: lids within ${furthest(lids, contours!)}`)
    await networks.close()
  }
})

t.test('each file names the weights that it was made from', async (t) => {
  for (const [name, weights] of [
    ['blazeface', 'blazeface'],
    ['facemesh', 'facemesh'],
    ['lids', 'iris'],
  ] as const) {
    const digest = createHash('sha256').update(weightBytes(weights)).digest('hex')
    t.ok(readFileSync(new URL(`${name}.onnx`, models)).includes(digest), name)
  }
})

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** A folder with copies, changed by `change`. */
function copies(t: Test, change: (at: (name: string) => string) => void): URL {
  const folder = mkdtempSync(join(tmpdir(), 'rekam-face-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  cpSync(models, folder, { recursive: true })
  change((name) => join(folder, name))
  return pathToFileURL(`${folder}/`)
}

/** Writes a changed network with a digest that fits. */
function replaced(at: (name: string) => string, name: 'blazeface' | 'facemesh', change: (bytes: Buffer) => Buffer): void {
  const before = readFileSync(at(`${name}.onnx`))
  const list = readFileSync(at('digests.json'), 'utf8')
  const after = change(Buffer.from(before))
  writeFileSync(at(`${name}.onnx`), after)
  writeFileSync(at('digests.json'), list.replace(digestOf(before), digestOf(after)))
}

const opening = async (folder: URL): Promise<unknown> => {
  let networks: FaceNetworks
  try {
    networks = await openFaceNetworks({ folder })
  } catch (error) {
    return isFault(error) ? { code: error.code, ...error.context } : error
  }
  await networks.close()
  return 'opened'
}

t.test('networks that are not there are named', async (t) => {
  for (const name of ['blazeface.onnx', 'facemesh.onnx', 'lids.onnx', 'digests.json']) {
    const folder = copies(t, (at) => rmSync(at(name)))
    t.strictSame(await opening(folder), { code: 'face.networks_missing', field: name })
  }
  t.equal(await opening(copies(t, () => {})), 'opened', 'nothing is wrong with a copy')
})

t.test('a network with any changed, missing or added byte is damaged', async (t) => {
  const whole = readFileSync(new URL('facemesh.onnx', models))
  const run = fc.asyncProperty(
    fc.oneof(
      fc.record({ cut: fc.nat(whole.length - 1) }),
      fc.record({ flip: fc.nat(whole.length - 1), bit: fc.nat(7) }),
      fc.record({ add: fc.uint8Array({ minLength: 1, maxLength: 9 }) }),
    ),
    async (harm) => {
      const folder = copies(t, (at) => {
        const bytes = Buffer.from(whole)
        if ('flip' in harm) bytes[harm.flip] = bytes[harm.flip]! ^ (1 << harm.bit)
        writeFileSync(
          at('facemesh.onnx'),
          'cut' in harm ? bytes.subarray(0, harm.cut) : 'add' in harm ? Buffer.concat([bytes, harm.add]) : bytes,
        )
      })
      const found = await opening(folder)
      return JSON.stringify(found) === JSON.stringify({ code: 'face.networks_damaged', field: 'facemesh.onnx', reason: 'digest' })
    },
  )
  await fc.assert(run, { numRuns: 25 })
  t.pass('25 of 25')
})

t.test('a file that is no network, or whose weights are no numbers, is damaged although its digest fits', async (t) => {
  const garbage = copies(t, (at) => replaced(at, 'blazeface', () => Buffer.from('not a network')))
  t.match(await opening(garbage), { code: 'face.networks_damaged', field: 'blazeface.onnx', reason: 'refused' })
  const notNumbers = copies(t, (at) =>
    replaced(at, 'facemesh', (bytes) => {
      // The middle of the file is weights: all ones are a float that is no number, however they are aligned.
      return bytes.fill(0xff, bytes.length >> 1, (bytes.length >> 1) + 1024)
    }),
  )
  t.match(await opening(notNumbers), { code: 'face.networks_damaged', reason: 'not_finite' })
})

t.test('without native code the networks run by WebAssembly; without either that is said', async (t) => {
  const broken = async () => {
    throw new Error('no such library')
  }
  const networks = await openFaceNetworks({ loaders: { native: broken, wasm: () => import('onnxruntime-web') } })
  t.equal(networks.runtime, 'wasm')
  await networks.close()
  const nothing = openFaceNetworks({ loaders: { native: broken, wasm: broken } })
  await t.rejects(nothing, { code: 'face.runtime_missing', context: { expected: 'native wasm' } })
})

t.test('the native runtime knows no address to report to: a station of biometrics has no telemetry', async (t) => {
  const folder = join(
    dirname(createRequire(import.meta.url).resolve('onnxruntime-node')),
    '..',
    'bin',
    'napi-v6',
    process.platform,
    process.arch,
  )
  const libraries = readdirSync(folder).filter((name) => /\.(so[.\d]*|node|dylib|dll)$/.test(name))
  t.ok(libraries.length >= 2, libraries.join(', '))
  for (const name of libraries) {
    const bytes = readFileSync(join(folder, name))
    for (const trace of ['OneCollector', 'events.data.microsoft.com']) t.equal(bytes.indexOf(trace), -1, `${name} holds no ${trace}`)
  }
})
