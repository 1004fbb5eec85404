// The shape of a fault's words. Knows no code.

interface Words {
  readonly id: string
  readonly en: string
}

export interface FaultText {
  readonly what: Words
  readonly next: Words
}

/** What happened and what to do next, Indonesian of the counter first. */
export const text = (idWhat: string, idNext: string, enWhat: string, enNext: string): FaultText => ({
  what: { id: idWhat, en: enWhat },
  next: { id: idNext, en: enNext },
})
