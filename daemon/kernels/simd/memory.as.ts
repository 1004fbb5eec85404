// Where the module's own static data end: the first byte that a caller may lease.

export function firstFreeByte(): usize {
  return __heap_base
}
