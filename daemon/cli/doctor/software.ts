// What the program itself needs of this machine: kernels that agree with their references, the face networks, and the programs below simulated stacks.

import { accessSync, constants, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { openFaceNetworks } from '../../kernels/face/networks.js'
import { extractTemplate } from '../../kernels/finger/extract.js'
import { openSimd } from '../../kernels/simd/simd.js'
import { decodeWsq, encodeWsq } from '../../kernels/wsq/index.js'
import { bad, good, type Look, weak } from './finding.js'

/** Opening them runs each once: damaged weights show. */
export async function checkFaceNetworks(): Promise<Look> {
  const networks = await openFaceNetworks()
  await networks.close()
  return networks.runtime === 'native'
    ? good('native runtime')
    : weak('WebAssembly, about three times as slow', 'install onnxruntime-node for this system: npm ci')
}

/** One picture of ridges through the SIMD twins and through the references: minutiae and WSQ must come out alike on this processor. */
export function checkKernels(): Look {
  const side = 256
  const grey = Uint8Array.from({ length: side * side }, (_, i) => {
    const fromMiddlePx = Math.hypot((i % side) - side / 3, Math.floor(i / side) - side / 2)
    return Math.round(128 + 90 * Math.sin((2 * Math.PI * fromMiddlePx) / 9))
  })
  const simd = openSimd()
  const options = { rate: 0.75, ppi: 500 }
  const seen = decodeWsq(encodeWsq(grey, side, side, options, simd), simd).grey
  const expected = decodeWsq(encodeWsq(grey, side, side, options)).grey
  const alike =
    seen.every((value, i) => Math.abs(value - expected[i]!) <= 1) &&
    isDeepStrictEqual(extractTemplate(grey, side, side, {}, simd), extractTemplate(grey, side, side))
  return alike
    ? good('SIMD twins, equal to their references')
    : bad('SIMD twins differ from their references', 'report it: do not record here')
}

const realStackPrograms = ['socat', 'pcscd', 'unshare', 'ip'] as const
const realStackLibrary = 'libumockdev-preload.so.0'

/** `--simulate` needs nothing; `--simulate=real` brings the devices below the real libusb, pcscd and tty. */
export function checkStacks(): Look {
  const missing = [...realStackPrograms.filter((name) => !isOnPath(name)), ...(hasLibrary(realStackLibrary) ? [] : [realStackLibrary])]
  if (missing.length === 0) return good('inproc, real')
  return weak(`inproc; real lacks ${missing.join(', ')}`, 'only for --simulate=real: apt install pcscd vsmartcard-vpcd umockdev socat')
}

function isOnPath(name: string): boolean {
  return [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin'].some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK)
      return folder !== ''
    } catch {
      return false
    }
  })
}

/** Also in the architecture's folder, e.g. /usr/lib/x86_64-linux-gnu. */
function hasLibrary(name: string): boolean {
  return ['/usr/lib', '/lib', '/usr/lib64']
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => [folder, ...readdirSync(folder).flatMap((sub) => (sub.includes('-linux-') ? [join(folder, sub)] : []))])
    .some((folder) => existsSync(join(folder, name)))
}
