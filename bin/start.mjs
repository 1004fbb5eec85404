// `npm start`: sets up, builds, serves a simulated person from queue ticket to handed-over card, then keeps the station's UI open.
import { spawn } from 'node:child_process'
import { ensureBuild, ensureDependencies, ensurePackages, requireNode, root } from './setup.mjs'

requireNode()
const missing = ensurePackages(['compile'])
if (missing.length > 0)
  console.error(`missing and not installable without root: ${missing.join(' ')} (install them if the next step fails)`)
ensureDependencies()
ensureBuild()
const child = spawn(process.execPath, ['bin/rekam.js', 'demo', '--serve', ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)))
