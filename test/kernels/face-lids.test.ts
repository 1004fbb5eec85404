// Shut eyes and open mouths on drawn and on real faces: what the networks measure of them, and what is said about them.

import { readFileSync } from 'node:fs'
import t from 'tap'
import { ofiqRows } from '../../bench/ofiq/table.js'
import { alignFace } from '../../daemon/kernels/face/assess.js'
import type { FaceMesh, RgbImage } from '../../daemon/kernels/face/face.js'
import { findFaces, type LocatedFace } from '../../daemon/kernels/face/find.js'
import { judgeFlatness, type MeshAt } from '../../daemon/kernels/face/flatness.js'
import { defaultPhotoPolicy } from '../../daemon/kernels/face/ktp-photo.js'
import { refineLids } from '../../daemon/kernels/face/lids.js'
import { measureFace } from '../../daemon/kernels/face/live.js'
import { openFaceNetworks } from '../../daemon/kernels/face/networks.js'
import { headPose } from '../../daemon/kernels/face/pose.js'
import { eyesOpen, mouthClosed } from '../../daemon/kernels/face/quality/geometry.js'
import { openFaceTracker } from '../../daemon/kernels/face/track.js'
import { readRgbImage } from '../../daemon/kernels/image/codec.js'
import { openSimd } from '../../daemon/kernels/simd/simd.js'
import { readFaceImageRecord } from '../../daemon/record/face-image.js'
import type { FacePresentation } from '../../simulator/people/person.js'
import { syntheticPerson } from '../../simulator/people/synthetic.js'
import { mosipRecord, noMosip, noOfiq, ofiqFolder } from './face-scene.js'

const simd = openSimd()
const networks = await openFaceNetworks()
t.teardown(() => networks.close())

const birthYear = 1990
const opening = (mesh: FaceMesh): number => eyesOpen(alignFace(mesh)!.aligned)
const lips = (mesh: FaceMesh): number => mouthClosed(alignFace(mesh)!.landmarks)
/** Drawing a person's model takes longer than a picture of it. */
const people = new Map<number, ReturnType<typeof syntheticPerson>>()
const personOf = (seed: number) => people.get(seed) ?? people.set(seed, syntheticPerson(seed, { birthYear })).get(seed)!
const drawn = (seed: number, presentation: FacePresentation): Promise<RgbImage> => personOf(seed).images.face(presentation)
const found = async (image: RgbImage): Promise<FaceMesh> => (await findFaces(image, networks, simd))[0]!.mesh
const advice = (image: RgbImage, located: readonly LocatedFace[]): string => {
  const { mesh } = located[0]!
  const faces = located.map(({ face }) => face)
  return measureFace(image, faces, mesh, headPose(mesh), defaultPhotoPolicy, { birthYear, citizen: true }).advice
}

t.test('drawn people: shut eyes measure less than a third of open ones, and only they are told to open them', async (t) => {
  for (const seed of [1, 2, 3, 4]) {
    const [open, narrow, shut] = await Promise.all([1, 0.5, 0].map((share) => drawn(seed, { eyesOpen: share })))
    const located = await Promise.all([open!, narrow!, shut!].map((image) => findFaces(image, networks, simd)))
    const [wide, half, none] = located.map(([subject]) => opening(subject!.mesh)) as [number, number, number]
    const said = `person ${seed}: ${wide.toFixed(3)}, half ${half.toFixed(3)}, shut ${none.toFixed(3)}`
    t.ok(none < wide / 3 && none < half / 2 && half < 0.85 * wide, said)
    t.equal(advice(shut!, located[2]!), 'open_eyes', said)
    t.equal(advice(open!, located[0]!), '', said)
    t.not(advice(narrow!, located[1]!), 'open_eyes', said)
  }
})

t.test('in a stream a blink is seen in its frame and over one frame later, and is a sign of life', async (t) => {
  const [open, shut] = [await drawn(3, {}), await drawn(3, { eyesOpen: 0 })]
  const tracker = openFaceTracker(networks, simd)
  const series: MeshAt[] = []
  const blinkAt = 4
  for (const [frame, image] of [open, open, open, open, shut, open, open, open, open].entries()) {
    const located = await tracker.look(image)
    // One eye is looked at in each frame; the other one's lids are those of the frame before.
    if (frame !== blinkAt + 1) t.equal(advice(image, located), frame === blinkAt ? 'open_eyes' : '', `frame ${frame}`)
    series.push({ timeMs: frame * 66, points: located[0]!.mesh.points })
  }
  t.match(judgeFlatness(series), { verdict: 'moving', reason: 'blink', blinks: 1 })
})

t.test('only the lids are moved, and in a mirror the same way', async (t) => {
  const image = await drawn(2, { eyesOpen: 0.6, rollDeg: 8 })
  const mesh = await found(image)
  const rough = { ...mesh, points: mesh.points.map((value, at) => (at % 3 === 1 && lids.has((at - 1) / 3) ? value + 4 : value)) }
  const fine = await refineLids(image, rough, networks, simd)
  for (let vertex = 0; vertex < 468; vertex++) {
    const [before, after] = [rough, fine].map(({ points }) => points.subarray(3 * vertex, 3 * vertex + 3))
    if (!lids.has(vertex)) t.same(after, before, `vertex ${vertex}`)
    else t.equal(after![2], before![2], 'depth stays')
  }
  t.ok(Math.abs(opening(fine) - opening(mesh)) < 1e-6, 'what the lids were before does not matter')

  const inMirror = await refineLids(mirrored(image), mirroredMesh(rough, image.widthPx), networks)
  const back = mirroredMesh(inMirror, image.widthPx)
  const off = Math.max(
    ...[...lids].map((vertex) => Math.hypot(...[0, 1].map((axis) => back.points[3 * vertex + axis]! - fine.points[3 * vertex + axis]!))),
  )
  // The cells whose means the crop samples lie otherwise in the mirror; one pixel of the crop is some five of the picture.
  t.ok(off < 0.5, `lids in a mirror ${off.toFixed(4)} px off`)
})

t.test('drawn people: a mouth open by half is told to close, one at rest is not', async (t) => {
  for (const seed of [1, 4]) {
    const image = await drawn(seed, { mouthOpen: 0.5 })
    const located = await findFaces(image, networks, simd)
    t.equal(advice(image, located), 'close_mouth', `person ${seed}: ${lips(located[0]!.mesh).toFixed(3)}`)
  }
})

t.test('real faces: openings lie near those of the table, the open mouth is the widest', { skip: noOfiq }, async (t) => {
  const off: number[] = []
  const mouths: [string, number][] = []
  for (const row of ofiqRows(ofiqFolder)) {
    const mesh = await found(await readRgbImage(row.file))
    off.push(Math.abs(opening(mesh) - row.value('EyesOpen')))
    mouths.push([row.name, lips(mesh)])
  }
  const mean = off.reduce((sum, each) => sum + each, 0) / off.length
  t.ok(off.length === 14 && mean < 0.025, `eyes: mean error ${mean.toFixed(4)} of T`)
  mouths.sort(([, a], [, b]) => b - a)
  t.equal(mouths[0]![0], 'c-02-headcovered-mouthopen', JSON.stringify(mouths.slice(0, 3)))
})

t.test('the open eyes of a record are open', { skip: noMosip }, async (t) => {
  const { representations } = readFaceImageRecord(readFileSync(mosipRecord))
  const native = opening(await found(await readRgbImage(representations[0]!.image)))
  t.ok(native > 0.055 && native < 0.1, native.toFixed(3))
})

/** Vertices of a lid of the right eye and the left eye's beside each. */
const pairs = [
  [7, 249], [163, 390], [144, 373], [145, 374], [153, 380], [154, 381], [155, 382],
  [246, 466], [161, 388], [160, 387], [159, 386], [158, 385], [157, 384], [173, 398],
] as const // biome-ignore format: a table
const lids = new Set<number>(pairs.flat())
const corners = [
  [33, 263],
  [133, 362],
] as const

function mirrored({ rgb, widthPx, heightPx }: RgbImage): RgbImage {
  const out = new Uint8Array(rgb.length)
  for (let at = 0; at < widthPx * heightPx; at++) {
    const from = 3 * (at - (at % widthPx) + widthPx - 1 - (at % widthPx))
    out.set(rgb.subarray(from, from + 3), 3 * at)
  }
  return { rgb: out, widthPx, heightPx }
}

/** Eyes only. */
function mirroredMesh({ points, presence }: FaceMesh, widthPx: number): FaceMesh {
  const out = points.slice()
  for (const [a, b] of [...pairs, ...corners]) {
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const)
      out.set([widthPx - 1 - points[3 * from]!, points[3 * from + 1]!], 3 * to)
  }
  return { points: out, presence }
}
