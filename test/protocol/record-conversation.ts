// Renews conversation-v1.json on purpose: `npx tap test/protocol/record-conversation.ts && npx biome format --write test/protocol`.
// Not part of `npm test`: the recording stands for the clients in the field, so renew it only for additions to the script, never to make a failing
// replay pass.

import { writeFile } from 'node:fs/promises'
import t from 'tap'
import { explain, play, scriptV1 } from './replay.js'

const turns = (await play(scriptV1())).map(explain)
await writeFile(new URL('conversation-v1.json', import.meta.url), `${JSON.stringify({ version: 1, turns }, null, 2)}\n`)
t.pass(`${turns.length} turns recorded`)
