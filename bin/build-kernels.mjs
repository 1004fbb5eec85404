// Compiles the AssemblyScript twins into daemon/kernels/simd/kernels.wasm, beside simd.ts which loads it: `npm run build:kernels`.
import { statSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

const folder = 'daemon/kernels/simd'
const root = fileURLToPath(new URL('../', import.meta.url))
const wasm = `${folder}/kernels.wasm`

/** Threads for the shared memory; the runtime `stub` and no start function: twins allocate nothing. */
const options = [
  '--outFile',
  wasm,
  '--runtime',
  'stub',
  '--importMemory',
  '--sharedMemory',
  '--initialMemory',
  '1',
  '--maximumMemory',
  '65536',
  '--enable',
  'simd',
  '--enable',
  'threads',
  '-O3',
  '--noAssert',
]

/** @param always compile although the result is newer than its sources */
export async function buildKernels({ always }) {
  if (!always && (await isFresh())) return
  const { error, stderr } = await asc.main([`${folder}/index.as.ts`, '--baseDir', root, ...options])
  if (error) {
    console.error(stderr.toString())
    process.exit(1)
  }
}

async function isFresh() {
  const builtMs = statSync(`${root}${wasm}`, { throwIfNoEntry: false })?.mtimeMs ?? 0
  const sources = (await readdir(`${root}${folder}`)).filter((name) => name.endsWith('.as.ts'))
  return sources.every((name) => statSync(`${root}${folder}/${name}`).mtimeMs < builtMs)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildKernels({ always: true })
