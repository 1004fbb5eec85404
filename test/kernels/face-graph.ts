// A second, slow reading of the face networks for tests: TensorFlow.js graphs evaluated as they stand, channels last, in plain loops.

import { readFileSync } from 'node:fs'

interface Tensor {
  readonly shape: readonly number[]
  readonly values: Float32Array | Int32Array
}
interface Node {
  readonly name: string
  readonly op: string
  readonly input?: readonly string[]
  readonly attr?: Readonly<Record<string, { s?: string; list?: { i?: string[]; s?: string[] } }>>
}
interface Weight {
  readonly name: string
  readonly shape: readonly number[]
  readonly dtype: string
  readonly quantization?: { readonly dtype: string }
}

const folder = new URL('../../node_modules/@vladmandic/human/models/', import.meta.url)

export const weightBytes = (name: string): Uint8Array => readFileSync(new URL(`${name}.bin`, folder))

/** @returns a function of the input, channels last, that gives the named outputs */
export function tensorflowGraph(
  name: string,
): (input: Float32Array, sizePx: number, outputs: readonly string[]) => readonly Float32Array[] {
  const graph = JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'))
  const nodes = new Map<string, Node>(graph.modelTopology.node.map((node: Node) => [node.name, node]))
  const weights = readWeights(graph.weightsManifest[0].weights, weightBytes(name))
  return (input, sizePx, outputs) => {
    const known = new Map<string, Tensor>(weights)
    const value = (at: string): Tensor => {
      const have = known.get(at)
      if (have) return have
      const node = nodes.get(at)!
      const made =
        node.op === 'Placeholder' ? { shape: [1, sizePx, sizePx, 3], values: input } : evaluate(node, (node.input ?? []).map(value))
      known.set(at, made)
      return made
    }
    return outputs.map((output) => value(output).values as Float32Array)
  }
}

function readWeights(entries: readonly Weight[], bytes: Uint8Array): [string, Tensor][] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let at = 0
  return entries.map(({ name, shape, dtype, quantization }) => {
    const count = shape.reduce((product, size) => product * size, 1)
    const values = dtype === 'int32' ? new Int32Array(count) : new Float32Array(count)
    for (let i = 0; i < count; i++) {
      values[i] = quantization ? half(view.getUint16(at, true)) : dtype === 'int32' ? view.getInt32(at, true) : view.getFloat32(at, true)
      at += quantization ? 2 : 4
    }
    return [name, { shape, values }]
  })
}

/** By way of the bits of a 32-bit float, subnormals by scaling. */
function half(bits: number): number {
  const view = new DataView(new ArrayBuffer(4))
  view.setUint32(0, ((bits & 0x8000) << 16) | ((bits & 0x7fff) << 13))
  return view.getFloat32(0) * 2 ** 112
}

const text = (base64: string): string => atob(base64)

function evaluate({ op, attr = {} }: Node, inputs: readonly Tensor[]): Tensor {
  const [x, y] = inputs as [Tensor, Tensor]
  const each = (work: (value: number, at: number) => number): Tensor => ({ shape: x.shape, values: Float32Array.from(x.values, work) })
  const slope = (slopes: Tensor, of: Tensor): Tensor => ({
    shape: of.shape,
    values: Float32Array.from(of.values, (value, at) => (value < 0 ? value * slopes.values[at % slopes.values.length]! : value)),
  })
  const channels = x.shape[3]!
  const stride = () => Number(attr['strides']!.list!.i![1])
  const same = () => text(attr['padding']!.s!) === 'SAME'
  switch (op) {
    case 'Identity':
      return x
    case 'Relu':
      return each((value) => Math.max(0, value))
    case 'Sigmoid':
      return each((value) => 1 / (1 + Math.exp(-value)))
    case 'Prelu':
      return slope(y, x)
    case 'AddV2':
      return each((value, at) => value + y.values[at]!)
    case 'Reshape': {
      const [, ...rest] = y.values
      return { shape: [1, ...rest], values: x.values }
    }
    case 'Pad':
      return padded(x, y)
    case 'MaxPool':
      return windows(x, 2, stride(), same(), channels, new Float32Array(channels).fill(Number.NEGATIVE_INFINITY), largest(channels))
    case 'DepthwiseConv2dNative':
      return windows(x, y.shape[0]!, stride(), same(), channels, new Float32Array(channels), depthwise(y))
    case '_FusedConv2D': {
      const raw = windows(x, y.shape[0]!, stride(), same(), y.shape[3]!, inputs[2]!.values, convolution(y))
      const last = text(attr['fused_ops']!.list!.s!.at(-1)!)
      if (last === 'Relu') return { ...raw, values: raw.values.map((value) => Math.max(0, value)) }
      return last === 'Prelu' ? slope(inputs[3]!, raw) : raw
    }
    default:
      throw new Error(`operation ${op}`)
  }
}

/** Takes one pixel of the window that lies in the picture into the output pixel at `to`. */
type Tap = (out: Float32Array, to: number, from: Tensor['values'], at: number, row: number, column: number) => void

function windows(x: Tensor, size: number, stride: number, same: boolean, channels: number, initial: ArrayLike<number>, tap: Tap): Tensor {
  const [, height, width, depth] = x.shape as [number, number, number, number]
  const span = (length: number) => (same ? Math.ceil(length / stride) : Math.floor((length - size) / stride) + 1)
  const before = (length: number) => (same ? Math.floor(Math.max(0, (span(length) - 1) * stride + size - length) / 2) : 0)
  const [top, left, rows, columns] = [before(height), before(width), span(height), span(width)]
  const values = new Float32Array(rows * columns * channels)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const to = (row * columns + column) * channels
      values.set(initial, to)
      for (let j = 0; j < size; j++) {
        for (let i = 0; i < size; i++) {
          const v = row * stride + j - top
          const u = column * stride + i - left
          if (v >= 0 && v < height && u >= 0 && u < width) tap(values, to, x.values, (v * width + u) * depth, j, i)
        }
      }
    }
  }
  return { shape: [1, rows, columns, channels], values }
}

function convolution({ shape, values }: Tensor): Tap {
  const [, width, ins, outs] = shape as [number, number, number, number]
  return (out, to, from, at, row, column) => {
    for (let c = 0; c < ins; c++) {
      const value = from[at + c]!
      const weights = ((row * width + column) * ins + c) * outs
      for (let o = 0; o < outs; o++) out[to + o] = out[to + o]! + value * values[weights + o]!
    }
  }
}

function depthwise({ shape, values }: Tensor): Tap {
  const [, width, channels] = shape as [number, number, number]
  return (out, to, from, at, row, column) => {
    const weights = (row * width + column) * channels
    for (let c = 0; c < channels; c++) out[to + c] = out[to + c]! + from[at + c]! * values[weights + c]!
  }
}

const largest =
  (channels: number): Tap =>
  (out, to, from, at) => {
    for (let c = 0; c < channels; c++) out[to + c] = Math.max(out[to + c]!, from[at + c]!)
  }

/** Only channels are ever padded, with zeros behind. */
function padded(x: Tensor, { values: pads }: Tensor): Tensor {
  const [, rows, columns, channels] = x.shape as [number, number, number, number]
  if (pads.slice(0, 7).some((each) => each !== 0)) throw new Error(`pads ${pads}`)
  const wide = channels + pads[7]!
  const values = new Float32Array(rows * columns * wide)
  for (let at = 0; at < rows * columns; at++) values.set(x.values.slice(at * channels, (at + 1) * channels), at * wide)
  return { shape: [1, rows, columns, wide], values }
}
