// rekam finger: segment, quality, extract and match, each in its own file, loaded when it is asked for.

import { type Command, UsageError } from './command.js'

const words: Readonly<Record<string, { usage: readonly string[]; load(): Promise<{ command: Command }> }>> = {
  segment: {
    usage: ['rekam finger segment [--slap right|left|thumbs] [--missing 2,5] [--out DIR] FILE… [--json]'],
    load: () => import('./finger/segment.js'),
  },
  quality: {
    usage: ['rekam finger quality [--nfiq2-model FILE] [--features] FILE… [--json]'],
    load: () => import('./finger/quality.js'),
  },
  extract: {
    usage: ['rekam finger extract [--out DIR] [--format fmr|fmc|json] [--limit N] [--position P] FILE… [--json]'],
    load: () => import('./finger/extract.js'),
  },
  match: {
    usage: ['rekam finger match A B [--json]', 'rekam finger match --pairs LIST [--json]'],
    load: () => import('./finger/match.js'),
  },
}

export const usage: readonly string[] = Object.values(words).flatMap((each) => each.usage)

export const command: Command = {
  name: 'finger',
  usage,
  run: async ([word = '', ...rest], terminal) => {
    const found = Object.hasOwn(words, word) ? words[word] : undefined
    if (!found) throw new UsageError(`${Object.keys(words).join(', ')}?`)
    return (await found.load()).command.run(rest, terminal)
  },
}
