// What of a person must never be found outside the sealed records.

import type { Person } from '../../../../simulator/people/person.js'

/** By the name of the field, so that a finding can be told without repeating what was found. */
export function personalWords({ biodata }: Person): Readonly<Record<string, string>> {
  return { nik: biodata.nik, name: biodata.name, street: biodata.address.street }
}

/** @returns fields of whoever is found in `text` */
export function identityIn(text: string, people: readonly Readonly<Record<string, string>>[]): readonly string[] {
  return people.flatMap((words) => Object.entries(words).flatMap(([field, word]) => (text.includes(word) ? [field] : [])))
}
