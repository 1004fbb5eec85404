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
  }
}
