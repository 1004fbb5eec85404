// The AssemblyScript SIMD twins of the kernels: one wasm module over one shared memory, one arena that leases planes and scratch.
// A kernel that is given a `Simd` runs its twin; without it the TypeScript reference. Instances are for one thread.

import { readFileSync } from 'node:fs'
import { Fault } from '../../../protocol/fault.js'
import type { FaceKernels } from '../face/kernels.js'
import type { ExtractKernels } from '../finger/extract/kernels.js'
import type { MatchKernels } from '../finger/match/kernels.js'
import type { QualityKernels } from '../finger/quality/kernels.js'
import type { SegmentKernels } from '../finger/segment/kernels.js'
import type { HalveKernels } from '../image/halve.js'
import type { IrisCodeKernels, IrisLocateKernels } from '../iris/match/kernels.js'
import type { WsqKernels } from '../wsq/kernels.js'

/** What kernels.wasm exports: byte offsets and counts in, numbers out. One group a twin. */
export interface KernelExports
  extends WsqKernels,
    ExtractKernels,
    MatchKernels,
    QualityKernels,
    SegmentKernels,
    IrisCodeKernels,
    IrisLocateKernels,
    FaceKernels,
    HalveKernels {
  firstFreeByte(): number
}

export interface Simd {
  readonly kernels: KernelExports
  /** Whole memory as it is now. It may grow at `take`: make views after the last one. */
  readonly memory: WebAssembly.Memory
  /**
   * Runs `work` with leased memory: `take(bytes)` gives a byte offset, aligned to 16; its content is undefined.
   * Everything taken goes back when `work` returns or throws; calls nest.
   * @throws Fault `internal.limit` when the memory's maximum is passed
   */
  lease<T>(work: (take: (bytes: number) => number) => T): T
}

const pageBytes = 65_536
/** A WSQ of 4096 × 4096 needs two float planes, one of indices and one of grey: 176 MB. */
const mostPages = 8_192

/** Compiles once for a process; instances share it. Give it to `openSimd` when there are several. */
export function compileKernels(): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(new URL('./kernels.wasm', import.meta.url)))
}

/**
 * @param memory    shared; its pages from `fromByte` on are the arena's. Without it an own one that grows as needed
 * @param fromByte  first byte of the arena in a memory that others use too, behind the module's static data
 */
export function openSimd(options: { module?: WebAssembly.Module; memory?: WebAssembly.Memory; fromByte?: number } = {}): Simd {
  const memory = options.memory ?? new WebAssembly.Memory({ initial: 16, maximum: mostPages, shared: true })
  const instance = new WebAssembly.Instance(options.module ?? compileKernels(), { env: { memory, abort: aborted } })
  const kernels = instance.exports as unknown as KernelExports
  let top = align(Math.max(kernels.firstFreeByte(), options.fromByte ?? 0))
  const take = (bytes: number) => {
    const offset = top
    const end = align(offset + bytes)
    const missing = end - memory.buffer.byteLength
    if (missing > 0) grow(memory, Math.ceil(missing / pageBytes))
    top = end
    return offset
  }
  return {
    kernels,
    memory,
    lease: (work) => {
      const mark = top
      try {
        return work(take)
      } finally {
        top = mark
      }
    },
  }
}

const align = (byte: number): number => (byte + 15) & ~15

function grow(memory: WebAssembly.Memory, pages: number): void {
  try {
    memory.grow(pages)
  } catch (cause) {
    throw new Fault('internal.limit', { operation: 'kernel_memory', size: pages * pageBytes }, { cause })
  }
}

function aborted(): never {
  throw new Fault('internal.unexpected', { operation: 'kernel' })
}
