// What commands that compare files do alike: which pairs are asked for, and reading each file once however often it is named, within a bound.

import { readFile } from 'node:fs/promises'
import { UsageError } from './command.js'
import { errorOf } from './file-error.js'

/** `A B`, or the lines of `--pairs LIST`. @throws UsageError */
export async function pairsOf(list: string | undefined, positionals: readonly string[]): Promise<readonly (readonly [string, string])[]> {
  return list === undefined ? [pairOf(positionals)] : listedPairs(list, positionals)
}

function pairOf(positionals: readonly string[]): readonly [string, string] {
  const [a, b, more] = positionals
  if (a === undefined || b === undefined || more !== undefined) throw new UsageError('A and B are needed, or --pairs LIST')
  return [a, b]
}

/** The whole list is read before the first comparison: a list with a broken line is a wrong call, not half a result. */
async function listedPairs(list: string, positionals: readonly string[]): Promise<readonly (readonly [string, string])[]> {
  if (positionals.length > 0) throw new UsageError('either A B or --pairs LIST')
  const text = await readFile(list, 'utf8').catch((error: unknown) => {
    throw new UsageError(`--pairs ${list}: ${errorOf(error).message}`)
  })
  return text.split('\n').flatMap((line, at) => {
    const words = line.trim().split(/\s+/)
    if (words[0] === '') return []
    const [a, b] = words
    if (a === undefined || b === undefined || words.length !== 2) throw new UsageError(`--pairs ${list}: line ${at + 1} is not "A B"`)
    return [[a, b] as const]
  })
}

/** Keeps what was used last, at most so many; Map holds its keys in order of insertion. */
export function cached<T>(most: number, load: (file: string) => Promise<T>): (file: string) => Promise<T> {
  const kept = new Map<string, T>()
  return async (file) => {
    const found = kept.get(file) ?? (await load(file))
    kept.delete(file)
    kept.set(file, found)
    if (kept.size > most) kept.delete(kept.keys().next().value ?? '')
    return found
  }
}
