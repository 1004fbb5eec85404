// rekam face assess: the faces of pictures, where the eyes are, how the head is turned, and the quality components of ISO/IEC 29794-5.

import { readFile, stat } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { systemClock } from '../../../protocol/clock.js'
import { Fault, isFault } from '../../../protocol/fault.js'
import { assessFace, type FaceAssessment } from '../../kernels/face/assess.js'
import type { RgbImage } from '../../kernels/face/face.js'
import { findFaces } from '../../kernels/face/find.js'
import { eyeCentres } from '../../kernels/face/landmarks.js'
import { type FaceNetworks, openFaceNetworks } from '../../kernels/face/networks.js'
import { headPose } from '../../kernels/face/pose.js'
import { readRgbImage } from '../../kernels/image/codec.js'
import { openSimd, type Simd } from '../../kernels/simd/simd.js'
import { readFaceImageRecord } from '../../record/face-image.js'
import { type Command, type Terminal, UsageError } from '../command.js'
import { errorOf } from '../file-error.js'
import { eachFile } from '../finger/files.js'

const usage = ['rekam face assess [--runtime native|wasm] FILE… [--json]']
/** Ample for a picture of 64 Mpx; a bound keeps a stray film from filling the memory. */
const largestBytes = 256 * 1024 * 1024

export const command: Command = { name: 'face assess', usage, run }

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { runtime: { type: 'string' }, json: { type: 'boolean', default: false } },
  })
  if (positionals.length === 0) throw new UsageError('FILE is needed')
  const { runtime } = values
  if (runtime !== undefined && runtime !== 'native' && runtime !== 'wasm') throw new UsageError(`no runtime ${runtime}`)
  const networks = await open(runtime, terminal)
  if (!networks) return 1
  const simd = openSimd()
  try {
    return await eachFile({
      files: positionals,
      json: values.json,
      terminal,
      one: async (file) => assess(await readFace(file), networks, simd),
      text: (line) => `${line.file}: ${asText(line as unknown as Line)}`,
    })
  } finally {
    await networks.close()
  }
}

async function open(runtime: 'native' | 'wasm' | undefined, terminal: Terminal): Promise<FaceNetworks | undefined> {
  try {
    return await openFaceNetworks(runtime ? { runtime } : {})
  } catch (error) {
    if (!isFault(error)) throw error
    terminal.warn(errorOf(error).message)
    return undefined
  }
}

type Line = Awaited<ReturnType<typeof assess>>

/** The first image of an ISO/IEC 19794-5 record, or a picture file. */
async function readFace(file: string): Promise<RgbImage> {
  const { size } = await stat(file)
  if (size > largestBytes) throw new Fault('input.too_large', { size, limit: largestBytes })
  const bytes = await readFile(file)
  const isRecord = bytes.subarray(0, 4).toString('latin1') === 'FAC\0'
  return readRgbImage(isRecord ? readFaceImageRecord(bytes).representations[0]!.image : bytes)
}

async function assess(image: RgbImage, networks: FaceNetworks, simd: Simd) {
  const start = systemClock.monotonicMs()
  const found = await findFaces(image, networks, simd)
  const [subject] = found
  const pose = subject && headPose(subject.mesh)
  const faces = found.map(({ face }) => face)
  const assessment = subject && pose && assessFace(image, faces, subject.mesh, pose)
  const ms = to(2)(systemClock.monotonicMs() - start)
  const codes = found.length === 0 ? ['no_face'] : found.length > 1 ? ['several_faces'] : []
  if (!subject || !pose) return { ms, faces: 0, eyes: null, poseDeg: null, components: null, codes }
  return {
    ms,
    faces: found.length,
    eyes: eyeCentres(subject.mesh.points).map(({ x, y }) => [to(2)(x), to(2)(y)]),
    poseDeg: { yaw: to(2)(pose.yawDeg), pitch: to(2)(pose.pitchDeg), roll: to(2)(pose.rollDeg) },
    components: assessment ? values(assessment) : null,
    codes,
  }
}

/** Natives to six decimals as OFIQ prints them; null where one could not be had. */
function values({ components, own }: FaceAssessment) {
  const named = Object.entries({ ...components, ...own }).map(([name, result]) => [
    name,
    typeof result === 'string' ? result : { native: Number.isFinite(result.native) ? to(6)(result.native) : null, scalar: result.scalar },
  ])
  return Object.fromEntries(named) as Record<string, string | { native: number | null; scalar: number }>
}

const to = (decimals: number) => (value: number) => Number(value.toFixed(decimals))

function asText({ ms, faces, eyes, poseDeg, components, codes }: Line): string {
  if (!eyes || !poseDeg) return `${codes.join(' ')}, ${ms} ms`
  const [right, left] = eyes.map((eye) => `(${eye.join(', ')})`)
  const scalars = Object.entries(components ?? {}).flatMap(([name, value]) =>
    typeof value === 'string' ? [] : [`${name} ${value.scalar}`],
  )
  return [
    `${faces} ${faces === 1 ? 'face' : 'faces'}, eyes ${right} ${left}`,
    `yaw ${poseDeg.yaw}° pitch ${poseDeg.pitch}° roll ${poseDeg.roll}°`,
    ...codes,
    `${ms} ms`,
    scalars.join(', '),
  ].join(', ')
}
