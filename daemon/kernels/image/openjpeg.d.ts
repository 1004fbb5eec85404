// What we use of @cornerstonejs/codec-openjpeg 1.3 (it ships no types).

declare module '@cornerstonejs/codec-openjpeg/wasmjs' {
  export interface OpenJpegFrame {
    width: number
    height: number
    bitsPerSample: number
    componentCount: number
    isSigned: boolean
  }
  export interface J2KEncoder {
    /** View of the codec's memory to fill with interleaved samples. */
    getDecodedBuffer(frame: OpenJpegFrame): Uint8Array
    setDecompositions(levels: number): void
    setQuality(lossless: boolean, layers: number): void
    setCompressionRatio(layer: number, ratio: number): void
    encode(): void
    getEncodedBuffer(): Uint8Array
    delete(): void
  }
  export interface J2KDecoder {
    getEncodedBuffer(size: number): Uint8Array
    decode(): void
    getDecodedBuffer(): Uint8Array
    getFrameInfo(): OpenJpegFrame
    delete(): void
  }
  export interface OpenJpeg {
    J2KEncoder: new () => J2KEncoder
    J2KDecoder: new () => J2KDecoder
  }
  export default function load(options: { print(line: string): void; printErr(line: string): void }): Promise<OpenJpeg>
}
