// The one seam through which the station acts outside its own memory. Production passes straight through; the crash tests count and kill here,
// the virtual clock stands still here while real work is in flight.

export type EffectKind =
  | 'store.commit'
  | 'store.read'
  | 'blob.write'
  | 'blob.read'
  | 'blob.remove'
  | 'file.write'
  | 'card.command'
  | 'printer.command'
  | 'centre.request'
  | 'compute'

export interface Effects {
  perform<T>(kind: EffectKind, act: () => Promise<T>): Promise<T>
}

export const directEffects: Effects = { perform: (_kind, act) => act() }
