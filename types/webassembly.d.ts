// What lib ES2023 without DOM lacks of WebAssembly, as far as the house uses it (WebAssembly JavaScript Interface §5).
declare namespace WebAssembly {
  interface MemoryDescriptor {
    initial: number
    maximum?: number
    shared?: boolean
  }
  class Memory {
    constructor(descriptor: MemoryDescriptor)
    readonly buffer: ArrayBuffer | SharedArrayBuffer
    /** @returns the number of pages before @throws RangeError behind the maximum */
    grow(pages: number): number
  }
  class Module {
    constructor(bytes: Uint8Array)
    /** Keeps the type nominal: a Module is only made here. */
    private readonly module: unknown
  }
  class Instance {
    constructor(module: Module, imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>)
    readonly exports: Readonly<Record<string, unknown>>
  }
}
