// Entry of the one AssemblyScript module (daemon/kernels/simd/kernels.wasm): every twin is exported from here.
// Twins know only byte offsets into the imported memory: no garbage collected objects, no state. See simd.ts.

export * from './memory.as'
export * from './wsq.as'
export * from './extract.as'
export * from './extract-thin.as'
export * from './match.as'
export * from './segment.as'
export * from './quality.as'
export * from './iris-code.as'
export * from './iris-quality.as'
export * from './iris-plane.as'
export * from './iris-votes.as'
export * from './iris-radial.as'
export * from './face.as'
export * from './halve.as'
