// Converts the face networks' TensorFlow.js graphs (package @vladmandic/human, weights of MediaPipe) to ONNX beside the kernels that run them.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { model, node, tensor } from './onnx-file.mjs'

const root = fileURLToPath(new URL('../', import.meta.url))
const from = `${root}node_modules/@vladmandic/human/`
const to = `${root}daemon/kernels/face/models/`

/** Outputs by the graph's name for them; what feeds none of these is left out. Rows 512 are of stride 16, 384 of stride 32. */
const networks = [
  {
    name: 'blazeface',
    outputs: {
      Identity: ['scores16', 512, 1],
      Identity_2: ['boxes16', 512, 16],
      Identity_1: ['scores32', 384, 1],
      Identity_3: ['boxes32', 384, 16],
    },
  },
  { name: 'facemesh', outputs: { Identity_2: ['mesh', 1404], Identity_1: ['presence', 1] } },
  // Of the eye's network the contours; its iris points are a branch of their own and stay out.
  {
    name: 'lids',
    file: 'iris',
    outputs: { 'StatefulPartitionedCall/model/conv_eyes_contours_and_brows/BiasAdd': ['contours', 213, 1, 1] },
  },
]

/** @param always convert although the results are newer than what they are made from */
export function buildFaceModels({ always }) {
  if (!always && isFresh()) return
  mkdirSync(to, { recursive: true })
  const digests = {}
  for (const { name, file = name, outputs } of networks) {
    const bytes = convert(name, file, outputs)
    writeFileSync(`${to}${name}.onnx`, bytes)
    digests[name] = createHash('sha256').update(bytes).digest('hex')
  }
  writeFileSync(`${to}digests.json`, `${JSON.stringify(digests, null, 2)}\n`)
}

function isFresh() {
  const timeMs = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
  const sources = [`${from}package.json`, `${root}bin/build-face-models.mjs`, `${root}bin/onnx-file.mjs`]
  const results = [...networks.map(({ name }) => `${to}${name}.onnx`), `${to}digests.json`]
  return Math.max(...sources.map(timeMs)) < Math.min(...results.map(timeMs))
}

function convert(name, file, outputs) {
  const { modelTopology, weightsManifest } = JSON.parse(readFileSync(`${from}models/${file}.json`, 'utf8'))
  const bytes = readFileSync(`${from}models/${file}.bin`)
  const weights = readWeights(weightsManifest[0].weights, bytes)
  const byName = new Map(modelTopology.node.map((each) => [each.name, each]))
  const graph = { nodes: [], initializers: [], inputs: [], outputs: [] }
  const done = new Set()
  // The file lists nodes in no order; ONNX wants each after what it reads.
  const visit = (at) => {
    const each = byName.get(at)
    if (!each) throw new Error(`${name}: no node ${at}`)
    if (done.has(at) || each.op === 'Const') return
    done.add(at)
    for (const input of each.input ?? []) visit(input)
    operation(each, weights, graph)
  }
  for (const [wanted, [output, ...dims]] of Object.entries(outputs)) {
    const { op, input } = byName.get(wanted)
    const source = op === 'Identity' ? input[0] : wanted
    visit(source)
    graph.nodes.push(node('Identity', [source], output))
    graph.outputs.push({ name: output, dims: [1, ...dims] })
  }
  const origin = { source: '@vladmandic/human', weights_sha256: createHash('sha256').update(bytes).digest('hex') }
  return model({ name, ...graph, origin })
}

/** Float16 is expanded, integers become 64-bit; a weight that is no finite number stops the build. */
function readWeights(entries, bytes) {
  const weights = new Map()
  let offset = 0
  for (const { name, shape, dtype, quantization } of entries) {
    const count = shape.reduce((product, size) => product * size, 1)
    const half = quantization?.dtype === 'float16'
    if (quantization && !half) throw new Error(`${name}: quantisation ${quantization.dtype} is not known`)
    const read = half
      ? (at) => halfToNumber(bytes.readUInt16LE(offset + 2 * at))
      : dtype === 'int32'
        ? (at) => bytes.readInt32LE(offset + 4 * at)
        : (at) => bytes.readFloatLE(offset + 4 * at)
    const values = Float64Array.from({ length: count }, (_, at) => read(at))
    if (!values.every(Number.isFinite)) throw new Error(`${name}: a weight is not a finite number`)
    weights.set(name, { shape, values })
    offset += count * (half ? 2 : 4)
  }
  if (offset !== bytes.length) throw new Error(`weights: ${bytes.length} bytes, ${offset} expected`)
  return weights
}

function halfToNumber(bits) {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 31) return Number.NaN
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15))
}

const text = (base64) => Buffer.from(base64, 'base64').toString('latin1')
const listOf = (attribute) => attribute.list.i.map(Number)

/** Appends what one TensorFlow node is in ONNX. Planes run channel by channel (NCHW) inside; only a Reshape sees TensorFlow's NHWC. */
function operation({ name, op, input: inputs = [], attr = {} }, weights, graph) {
  const { nodes } = graph
  const [source] = inputs
  const weight = (of) => weights.get(of) ?? fail(`${name}: ${of} is no weight`)
  const floats = (of, dims, values) => {
    graph.initializers.push(tensor(of, dims, Float32Array.from(values)))
    return of
  }
  const integers = (of, values) => {
    graph.initializers.push(tensor(of, [values.length], BigInt64Array.from(values, BigInt)))
    return of
  }
  const window = () => {
    if (attr.data_format && text(attr.data_format.s) !== 'NHWC') fail(`${name}: not NHWC`)
    const padding = text(attr.padding.s)
    return { strides: listOf(attr.strides).slice(1, 3), auto_pad: padding === 'SAME' ? 'SAME_UPPER' : 'VALID' }
  }
  const slopes = (of) => floats(`${name}/slope`, [weight(of).values.length, 1, 1], weight(of).values)

  switch (op) {
    case 'Placeholder': {
      const [, height, width, channels] = attr.shape.shape.dim.map(({ size }) => Number(size))
      graph.inputs.push({ name, dims: [1, channels, height, width] })
      return
    }
    case '_FusedConv2D': {
      const [, kernel, bias, slope] = inputs
      const { shape, values } = weight(kernel)
      const [height, width, ins, outs] = shape
      const steps = attr.fused_ops.list.s.map(text)
      if (steps[0] !== 'BiasAdd' || listOf(attr.dilations).some((each) => each !== 1)) fail(`${name}: ${steps}`)
      const turned = permuted(values, [height, width, ins, outs], [3, 2, 0, 1])
      const reads = [
        source,
        floats(`${name}/kernel`, [outs, ins, height, width], turned),
        floats(`${name}/bias`, [outs], weight(bias).values),
      ]
      const raw = steps.length === 1 ? name : `${name}/linear`
      nodes.push(node('Conv', reads, raw, { kernel_shape: [height, width], ...window() }))
      if (steps[1] === 'Relu') nodes.push(node('Relu', [raw], name))
      else if (steps[1] === 'Prelu') nodes.push(node('PRelu', [raw, slopes(slope)], name))
      else if (steps.length > 1) fail(`${name}: ${steps}`)
      return
    }
    case 'DepthwiseConv2dNative': {
      const { shape, values } = weight(inputs[1])
      const [height, width, channels, multiplier] = shape
      if (multiplier !== 1) fail(`${name}: multiplier ${multiplier}`)
      const turned = floats(`${name}/kernel`, [channels, 1, height, width], permuted(values, shape, [2, 3, 0, 1]))
      nodes.push(node('Conv', [source, turned], name, { group: channels, kernel_shape: [height, width], ...window() }))
      return
    }
    case 'MaxPool':
      nodes.push(node('MaxPool', [source], name, { kernel_shape: listOf(attr.ksize).slice(1, 3), ...window() }))
      return
    case 'Pad': {
      const pairs = [0, 3, 1, 2].map((axis) => Array.from(weight(inputs[1]).values.slice(2 * axis, 2 * axis + 2)))
      const pads = integers(`${name}/pads`, [...pairs.map(([before]) => before), ...pairs.map(([, after]) => after)])
      nodes.push(node('Pad', [source, pads], name))
      return
    }
    case 'Reshape': {
      nodes.push(node('Transpose', [source], `${name}/nhwc`, { perm: [0, 2, 3, 1] }))
      const [, ...rest] = weight(inputs[1]).values
      nodes.push(node('Reshape', [`${name}/nhwc`, integers(`${name}/shape`, [1, ...rest])], name))
      return
    }
    case 'AddV2':
      nodes.push(node('Add', inputs, name))
      return
    case 'Prelu':
      nodes.push(node('PRelu', [source, slopes(inputs[1])], name))
      return
    case 'Relu':
    case 'Sigmoid':
      nodes.push(node(op, [source], name))
      return
    default:
      fail(`${name}: operation ${op} is not known`)
  }
}

/** @returns values of a four-dimensional tensor with its axes in the order `order` */
function permuted(values, shape, order) {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1))
  const [a, b, c, d] = order.map((axis) => ({ size: shape[axis], stride: strides[axis] }))
  const out = new Float64Array(values.length)
  let to = 0
  for (let i = 0; i < a.size; i++)
    for (let j = 0; j < b.size; j++)
      for (let k = 0; k < c.size; k++)
        for (let l = 0; l < d.size; l++) out[to++] = values[i * a.stride + j * b.stride + k * c.stride + l * d.stride]
  return out
}

function fail(why) {
  throw new Error(why)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) buildFaceModels({ always: true })
