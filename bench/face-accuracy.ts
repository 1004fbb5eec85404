// Eyes, chin and head pose on thumbnails of OFIQ's conformance pictures beside its table: `node dist/bench/face-accuracy.js [DIR] [--runtime wasm]`.

import { parseArgs } from 'node:util'
import { findFaces } from '../daemon/kernels/face/find.js'
import { eyeCentres, landmark, landmarkAt, landmarksFromMesh } from '../daemon/kernels/face/landmarks.js'
import { openFaceNetworks } from '../daemon/kernels/face/networks.js'
import { headPose } from '../daemon/kernels/face/pose.js'
import { readRgbImage } from '../daemon/kernels/image/codec.js'
import { openSimd } from '../daemon/kernels/simd/simd.js'
import { ofiqRows, tabulatedEyes } from './ofiq/table.js'

const { values, positionals } = parseArgs({ allowPositionals: true, options: { runtime: { type: 'string' } } })
const networks = await openFaceNetworks({ runtime: values.runtime === 'wasm' ? 'wasm' : 'native' })
const simd = openSimd()
const print = (line: string) => process.stdout.write(`${line}\n`)

const differences: Record<string, number[]> = {}
const note = (name: string, ...found: number[]) => {
  differences[name] = [...(differences[name] ?? []), ...found]
  return found.map((value) => value.toFixed(value > 9 || value < -9 ? 1 : 3)).join(' ')
}

for (const row of ofiqRows(positionals[0] ?? '../shared/data/face/ofiq')) {
  const image = await readRgbImage(row.file)
  const faces = await findFaces(image, networks, simd)
  const [subject] = faces
  if (!subject) {
    print(`${row.name}: no face`)
    continue
  }
  const { points, presence } = subject.mesh
  const [right, left] = eyeCentres(points)
  const middle = { x: (right.x + left.x) / 2, y: (right.y + left.y) / 2 }
  const chin = landmarkAt(landmarksFromMesh(points), landmark.chin)
  const table = tabulatedEyes(row, image)
  const pose = headPose(subject.mesh)
  print(
    [
      row.name.padEnd(28),
      `${faces.length} face`,
      `presence ${presence.toFixed(2)}`,
      `eyes x ${note('eye x / eye distance', (right.x - table.rightX) / table.distance, (left.x - table.leftX) / table.distance)}`,
      `y ${note('eye middle y / eye distance', (middle.y - table.middleY) / table.distance)}`,
      `eye distance ${note('eye distance, relative', Math.hypot(left.x - right.x, left.y - right.y) / table.distance - 1)}`,
      `T ${note('eyes to chin, relative', Math.hypot(chin.x - middle.x, chin.y - middle.y) / (row.value('HeadSize') * image.heightPx) - 1)}`,
      `yaw ${note('yaw, degrees', pose.yawDeg - row.value('HeadPoseYaw'))}`,
      `pitch ${note('pitch, degrees', pose.pitchDeg - row.value('HeadPosePitch'))}`,
      `roll ${note('roll, degrees', pose.rollDeg - row.value('HeadPoseRoll'))}`,
    ].join('  '),
  )
}
await networks.close()

const median = (of: readonly number[]) => [...of].sort((a, b) => a - b)[of.length >> 1] ?? Number.NaN
const mean = (of: readonly number[]) => of.reduce((sum, value) => sum + value, 0) / of.length
for (const [name, all] of Object.entries(differences)) {
  const sizes = all.map(Math.abs)
  print(`${name}: median error ${median(sizes).toFixed(3)}, mean ${mean(sizes).toFixed(3)}, bias ${median(all).toFixed(3)}`)
}
