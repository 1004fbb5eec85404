// Faces in a frame of 1920 × 1080: detector, mesh, lids, a followed frame, each network alone, and the same by WebAssembly. Decoding is not counted.

import { cutForRecord } from '../daemon/capture/face-record.js'
import { openFaceWatch } from '../daemon/capture/face-watch.js'
import { detectFaces, wholePicture } from '../daemon/kernels/face/detect.js'
import { findFaces } from '../daemon/kernels/face/find.js'
import { defaultPhotoPolicy } from '../daemon/kernels/face/ktp-photo.js'
import { refineLids } from '../daemon/kernels/face/lids.js'
import { cropOfMesh, meshFace } from '../daemon/kernels/face/mesh.js'
import { detectorSizePx, type FaceNetworks, lidsSizePx, meshSizePx, openFaceNetworks } from '../daemon/kernels/face/networks.js'
import { openFaceTracker } from '../daemon/kernels/face/track.js'
import { warpToPlanes } from '../daemon/kernels/face/warp.js'
import { openSimd } from '../daemon/kernels/simd/simd.js'
import type { Bench, BenchCase } from './harness.js'

/** Frames of one run of a stream: detector once, mesh and lids on all. */
const streamFrames = 20

export const bench: Bench = {
  name: 'face',
  cases: async () => {
    const { syntheticPerson } = await import('../simulator/people/synthetic.js')
    const image = await syntheticPerson(1).images.face()
    const simd = openSimd()
    const watch = openFaceWatch(defaultPhotoPolicy, simd)
    const sitter = { birthYear: 1990, citizen: true }
    const native = await openFaceNetworks({ runtime: 'native' })
    const wasm = await openFaceNetworks({ runtime: 'wasm' })
    const [face] = await findFaces(image, native, simd)
    if (!face) throw new Error('no face in the frame of the bench')
    const crop = cropOfMesh(face.mesh)
    const size = `${image.widthPx}x${image.heightPx} (drawn)`
    const detectorPlanes = new Float32Array(3 * detectorSizePx ** 2)
    const lidsPlanes = new Float32Array(3 * lidsSizePx ** 2)
    const meshPlanes = new Float32Array(3 * meshSizePx ** 2)
    const both = (name: string, run: (networks: FaceNetworks) => () => unknown): BenchCase[] => [
      { name, run: run(native) },
      { name: `${name}, by wasm`, run: run(wasm) },
    ]
    return [
      {
        name: `detector's square of ${size}`,
        run: () => warpToPlanes(image, wholePicture(image), detectorSizePx, -1, 1, detectorPlanes, simd),
        reference: () => warpToPlanes(image, wholePicture(image), detectorSizePx, -1, 1, detectorPlanes),
      },
      {
        name: `mesh's square of ${size}`,
        run: () => warpToPlanes(image, crop, meshSizePx, 0, 1, meshPlanes, simd),
        reference: () => warpToPlanes(image, crop, meshSizePx, 0, 1, meshPlanes),
      },
      ...both('network BlazeFace 256', (networks) => () => networks.detect(detectorPlanes)),
      ...both('network FaceMesh 192', (networks) => () => networks.mesh(meshPlanes)),
      ...both('network of the lids 64', (networks) => () => networks.lids(lidsPlanes)),
      ...both(`detect in ${size}`, (networks) => () => detectFaces(image, wholePicture(image), networks, simd)),
      ...both(`mesh in ${size}, followed`, (networks) => () => meshFace(image, crop, networks, simd)),
      ...both(`lids of both eyes in ${size}`, (networks) => () => refineLids(image, face.mesh, networks, simd)),
      ...both(`still ${size}: detector, mesh three times, lids`, (networks) => () => findFaces(image, networks, simd)),
      ...both(`stream ${size}: a frame, detector on every tenth`, (networks) => {
        const tracker = openFaceTracker(networks, simd)
        return async () => {
          for (let frame = 0; frame < streamFrames; frame++) await tracker.look(image)
        }
      }).map((each) => ({ ...each, operations: streamFrames })),
      {
        name: `station's look at a frame of ${size}: stream and live measure`,
        run: async () => {
          for (let frame = 0; frame < streamFrames; frame++) await watch.look(image, { captureId: 1, timeMs: frame * 33 }, sitter)
        },
        operations: streamFrames,
      },
      {
        name: `portrait of ${size}: judged in full, cut, JPEG`,
        run: async () => cutForRecord(image, (await watch.examine(image, 1, sitter)).face),
      },
    ]
  },
}
