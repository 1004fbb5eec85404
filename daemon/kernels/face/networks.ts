// Opens the three face networks: by ONNX Runtime's native code, or where that does not load by its WebAssembly build. It knows no image and no geometry.

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-node'
import { Fault } from '../../../protocol/fault.js'

export type FaceRuntime = 'native' | 'wasm'

/** BlazeFace's rows: 512 of stride 16, then 384 of stride 32, see detect.ts. */
export interface DetectorRows {
  readonly scores16: Float32Array
  readonly boxes16: Float32Array
  readonly scores32: Float32Array
  readonly boxes32: Float32Array
}

export interface MeshRows {
  /** 468 times x, y, z in pixels of the crop */
  readonly points: Float32Array
  readonly presence: number
}

export interface FaceNetworks {
  readonly runtime: FaceRuntime
  /** @param planes red, green, blue, each `detectorSizePx` squared, -1..1 */
  detect(planes: Float32Array): Promise<DetectorRows>
  /** @param planes red, green, blue, each `meshSizePx` squared, 0..1 */
  mesh(planes: Float32Array): Promise<MeshRows>
  /**
   * @param planes red, green, blue, each `lidsSizePx` squared, 0..1: one eye
   * @returns 71 times x, y, z in pixels of the crop, see lids.ts
   */
  lids(planes: Float32Array): Promise<Float32Array>
  close(): Promise<void>
}

export const detectorSizePx = 256
export const meshSizePx = 192
export const lidsSizePx = 64

type Network = 'blazeface' | 'facemesh' | 'lids'
type Run = (planes: Float32Array) => Promise<Readonly<Record<string, Float32Array>>>
interface Engine {
  readonly runtime: FaceRuntime
  open(model: Uint8Array, sizePx: number): Promise<{ run: Run; close(): Promise<void> }>
}

/**
 * @param options.runtime  only this one; without it native first, then WebAssembly
 * @param options.folder   URL of the folder with the .onnx files and digests.json
 * @param options.loaders  the runtimes' packages, or what stands in for them
 * @throws Fault `face.networks_missing`, `face.networks_damaged`, `face.runtime_missing`
 */
export async function openFaceNetworks(
  options: { runtime?: FaceRuntime; folder?: URL; loaders?: RuntimeLoaders } = {},
): Promise<FaceNetworks> {
  const folder = options.folder ?? new URL('./models/', import.meta.url)
  const read = (network: Network) => readNetwork(folder, network)
  const [blazeface, facemesh, lids] = await Promise.all([read('blazeface'), read('facemesh'), read('lids')])
  const engine = await loadEngine(options.runtime, options.loaders ?? packages)
  const detector = await opened('blazeface', () => engine.open(blazeface, detectorSizePx))
  const mesher = await opened('facemesh', () => engine.open(facemesh, meshSizePx))
  const lidder = await opened('lids', () => engine.open(lids, lidsSizePx))
  await provesItself('blazeface', detector.run, detectorSizePx)
  await provesItself('facemesh', mesher.run, meshSizePx)
  await provesItself('lids', lidder.run, lidsSizePx)
  return {
    runtime: engine.runtime,
    detect: async (planes) => {
      const { scores16, boxes16, scores32, boxes32 } = await detector.run(planes)
      return { scores16: scores16!, boxes16: boxes16!, scores32: scores32!, boxes32: boxes32! }
    },
    mesh: async (planes) => {
      const { mesh, presence } = await mesher.run(planes)
      return { points: mesh!, presence: presence![0]! }
    },
    lids: async (planes) => {
      const { contours } = await lidder.run(planes)
      return contours!
    },
    close: async () => {
      await detector.close()
      await mesher.close()
      await lidder.close()
    },
  }
}

async function readNetwork(folder: URL, network: Network): Promise<Uint8Array> {
  const read = async (name: string) => {
    try {
      return await readFile(new URL(name, folder))
    } catch (cause) {
      throw new Fault('face.networks_missing', { field: name }, { cause })
    }
  }
  const [bytes, digests] = [await read(`${network}.onnx`), (await read('digests.json')).toString('utf8')]
  // Text search instead of a parser: a damaged list simply does not hold the digest.
  if (!digests.includes(`"${network}": "${createHash('sha256').update(bytes).digest('hex')}"`))
    throw new Fault('face.networks_damaged', { field: `${network}.onnx`, reason: 'digest' })
  return bytes
}

async function opened<T>(network: Network, open: () => Promise<T>): Promise<T> {
  try {
    return await open()
  } catch (cause) {
    throw new Fault('face.networks_damaged', { field: `${network}.onnx`, reason: 'refused' }, { cause })
  }
}

/** One run on plain grey: warms up, and a weight that is no number shows in what comes out. */
async function provesItself(network: Network, run: Run, sizePx: number): Promise<void> {
  const outputs = await run(new Float32Array(3 * sizePx * sizePx).fill(0.25))
  for (const [name, values] of Object.entries(outputs))
    if (!values.every(Number.isFinite)) throw new Fault('face.networks_damaged', { field: `${network}.${name}`, reason: 'not_finite' })
}

async function loadEngine(wanted: FaceRuntime | undefined, loaders: RuntimeLoaders): Promise<Engine> {
  const order: readonly FaceRuntime[] = wanted === undefined ? ['native', 'wasm'] : [wanted]
  const causes: unknown[] = []
  for (const runtime of order) {
    try {
      return engineOf(runtime, (await loaders[runtime]()) as OrtModule)
    } catch (cause) {
      causes.push(cause)
    }
  }
  throw new Fault('face.runtime_missing', { expected: order.join(' ') }, { cause: causes[0] })
}

/** Each loads the package of a runtime, with the API of onnxruntime-common. */
export type RuntimeLoaders = Readonly<Record<FaceRuntime, () => Promise<unknown>>>

const packages: RuntimeLoaders = {
  native: () => import('onnxruntime-node'),
  wasm: async () => {
    const ort = await import('onnxruntime-web')
    ort.env.wasm.numThreads = 1
    return ort
  },
}

const sessionOptions: Readonly<Record<FaceRuntime, InferenceSession.SessionOptions>> = {
  native: {
    executionProviders: ['cpu'],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    // Arena and pattern would keep the largest tensors of every run for good.
    enableCpuMemArena: false,
    enableMemPattern: false,
  },
  wasm: { executionProviders: ['wasm'] },
}

interface OrtModule {
  readonly InferenceSession: { create(model: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession> }
  readonly Tensor: TensorConstructor
}

function engineOf(runtime: FaceRuntime, ort: OrtModule): Engine {
  return {
    runtime,
    open: async (model, sizePx) => {
      const session = await ort.InferenceSession.create(model, sessionOptions[runtime])
      const [input] = session.inputNames
      const run: Run = async (planes) => {
        const outputs: Record<string, Tensor> = await session.run({ [input!]: new ort.Tensor('float32', planes, [1, 3, sizePx, sizePx]) })
        return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, data as Float32Array]))
      }
      return { run, close: () => session.release() }
    },
  }
}
