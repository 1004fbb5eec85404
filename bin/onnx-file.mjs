// Writes an ONNX file: the few messages of onnx.proto that a network of plain operators needs. It knows no network and no other format.

const varint = (value) => {
  const bytes = []
  let rest = BigInt.asUintN(64, BigInt(value))
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  return [...bytes, Number(rest)]
}

/** A protobuf message of `[field number, value]` pairs: numbers and booleans as varint, text and bytes length-delimited. */
const message = (...fields) =>
  Buffer.concat(
    fields.flatMap(([field, value]) => {
      if (typeof value === 'number') return [Buffer.from([...varint(field << 3), ...varint(value)])]
      const bytes = Buffer.from(value)
      return [Buffer.from([...varint((field << 3) | 2), ...varint(bytes.length)]), bytes]
    }),
  )

const each = (field, values) => values.map((value) => [field, value])

const elementType = { float32: 1, int64: 7 }
const attributeType = { int: 2, string: 3, ints: 7 }

/** TensorProto. @param data Float32Array or BigInt64Array, little-endian as this machine's */
export function tensor(name, dims, data) {
  const type = data instanceof BigInt64Array ? elementType.int64 : elementType.float32
  return message(...each(1, dims), [2, type], [8, name], [9, Buffer.from(data.buffer, data.byteOffset, data.byteLength)])
}

/** NodeProto with one output. @param attributes numbers, texts and lists of integers by name */
export function node(type, inputs, output, attributes = {}) {
  const fields = Object.entries(attributes).map(([name, value]) => {
    if (typeof value === 'number') return message([1, name], [3, value], [20, attributeType.int])
    if (typeof value === 'string') return message([1, name], [4, value], [20, attributeType.string])
    return message([1, name], ...each(8, value), [20, attributeType.ints])
  })
  return message(...each(1, inputs), [2, output], [3, output], [4, type], ...each(5, fields))
}

function valueInfo({ name, dims }) {
  const shape = message(
    ...each(
      1,
      dims.map((size) => message([1, size])),
    ),
  )
  const tensorType = message([1, elementType.float32], [2, shape])
  return message([1, name], [2, message([1, tensorType])])
}

/**
 * ModelProto, IR version 7, opset 13.
 * @param nodes    in the order of computation
 * @param inputs   and `outputs`: `{name, dims}`, all float32
 * @param origin   facts by name, kept in the file as metadata
 */
export function model({ name, nodes, initializers, inputs, outputs, origin }) {
  const graph = message(
    ...each(1, nodes),
    [2, name],
    ...each(5, initializers),
    ...each(11, inputs.map(valueInfo)),
    ...each(12, outputs.map(valueInfo)),
  )
  const metadata = Object.entries(origin).map(([key, value]) => message([1, key], [2, value]))
  return message([1, 7], [2, 'rekam'], [7, graph], [8, message([1, ''], [2, 13])], ...each(14, metadata))
}
