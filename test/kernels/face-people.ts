// Drawn people before the networks, for the tests of face kernels: each picture is made and looked at once.

import { assessFace, type FaceAssessment } from '../../daemon/kernels/face/assess.js'
import type { FaceMesh, FoundFace, HeadPose, RgbImage } from '../../daemon/kernels/face/face.js'
import { findFaces } from '../../daemon/kernels/face/find.js'
import type { FaceNetworks } from '../../daemon/kernels/face/networks.js'
import { headPose } from '../../daemon/kernels/face/pose.js'
import type { FacePresentation, Person } from '../../simulator/people/person.js'
import { syntheticPerson } from '../../simulator/people/synthetic.js'

export interface Seen {
  readonly image: RgbImage
  readonly faces: readonly FoundFace[]
  readonly mesh: FaceMesh
  readonly pose: HeadPose
  readonly birthYear: number
}

export const seePerson = (seed: number, birthYear: number, networks: FaceNetworks): Promise<Seen> =>
  see(syntheticPerson(seed, { birthYear }), birthYear, networks)

export async function see(person: Person, birthYear: number, networks: FaceNetworks, presentation: FacePresentation = {}): Promise<Seen> {
  const { rgb, widthPx, heightPx } = await person.images.face(presentation)
  const image = { rgb, widthPx, heightPx }
  const located = await findFaces(image, networks)
  const mesh = located[0]?.mesh
  if (mesh === undefined) throw new Error(`no face found: ${JSON.stringify(presentation)}`)
  return { image, faces: located.map(({ face }) => face), mesh, pose: headPose(mesh), birthYear }
}

export function assess({ image, faces, mesh, pose }: Seen): FaceAssessment {
  const assessment = assessFace(image, faces, mesh, pose)
  if (assessment === undefined) throw new Error('not assessed')
  return assessment
}

/** The same picture with each pixel changed. */
export function changed(
  seen: Seen,
  change: (red: number, green: number, blue: number, x: number, y: number) => readonly [number, number, number],
): Seen {
  const { rgb, widthPx, heightPx } = seen.image
  const out = new Uint8ClampedArray(rgb.length)
  for (let at = 0, pixel = 0; at < rgb.length; at += 3, pixel++) {
    const [red, green, blue] = change(rgb[at]!, rgb[at + 1]!, rgb[at + 2]!, pixel % widthPx, Math.floor(pixel / widthPx))
    out[at] = red
    out[at + 1] = green
    out[at + 2] = blue
  }
  return { ...seen, image: { rgb: new Uint8Array(out.buffer), widthPx, heightPx } }
}

/** The same face with some of the mesh's vertices moved. */
export function moved(
  seen: Seen,
  vertices: readonly number[],
  to: (vertex: number, points: Float32Array) => readonly [x: number, y: number],
): Seen {
  const points = Float32Array.from(seen.mesh.points)
  for (const vertex of vertices) points.set(to(vertex, seen.mesh.points), 3 * vertex)
  return { ...seen, mesh: { ...seen.mesh, points } }
}
