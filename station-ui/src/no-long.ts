// Stands in for the package `long` in the browser build. The wire has no 64-bit integers, and the real one compiles WebAssembly at its start,
// which the station's content policy forbids.

export default undefined
