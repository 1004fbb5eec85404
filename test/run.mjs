// `npm test`: sets up, checks types, style, dead code and generated files, runs every test, and ends with `N passed, N failed`.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { ensureBuild, ensureDependencies, ensurePackages, requireNode, root, say } from '../bin/setup.mjs'

const ci = process.env.CI === 'true'

requireNode()
const missing = ensurePackages(['compile', 'simulate', 'test'])
if (missing.length > 0) {
  console.error(`\nNOT TESTED, because these packages are missing and could not be installed: ${missing.join(' ')}\n`)
  if (ci) fail('on CI every part must be there')
}
ensureDependencies()
ensureBuild()

const tool = (name, ...args) =>
  spawnSync(process.execPath, [join(root, 'node_modules', ...name), ...args], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
    .status ?? 1
let broken = 0
const check = (what, status) => {
  say(`${what}: ${status === 0 ? 'ok' : 'FAILED'}`)
  if (status !== 0) broken++
}
if (process.argv.length === 2) {
  check('types', tool(['typescript', 'bin', 'tsc'], '--noEmit', '-p', 'tsconfig.json'))
  check('types of the UI', tool(['typescript', 'bin', 'tsc'], '--noEmit', '-p', 'station-ui/tsconfig.json'))
  check('style and import direction', tool(['@biomejs', 'biome', 'bin', 'biome'], 'check', '--error-on-warnings', '.'))
  check('dead code', tool(['knip', 'bin', 'knip.js']))
}
const tests = tool(['tap', 'dist', 'esm', 'run.mjs'], ...process.argv.slice(2))
if (broken > 0) fail(`${broken} of the checks above failed`)
process.exitCode = tests

function fail(why) {
  console.error(why)
  console.log('0 passed, 1 failed')
  process.exit(1)
}
