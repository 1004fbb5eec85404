// Makes everything that `npx rekam …` needs: the kernels' wasm and the face networks, then into dist/ the compiled house, its data files and the station UI.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildFaceModels } from './build-face-models.mjs'
import { buildKernels } from './build-kernels.mjs'
import { bundlePackages } from './bundle-packages.mjs'

const root = fileURLToPath(new URL('../', import.meta.url))
const tool = (name, ...args) => {
  const done = spawnSync(process.execPath, [join(root, 'node_modules', ...name), ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (done.status !== 0) process.exit(done.status ?? 1)
}

await buildKernels({ always: false })
buildFaceModels({ always: false })
tool(['typescript', 'bin', 'tsc'], '-p', 'bin/tsconfig.build.json')
await bundlePackages()
for (const folder of ['protocol/gen', 'daemon/service/standards', 'daemon/issuance/layout', 'daemon/kernels']) {
  mkdirSync(join(root, 'dist', folder), { recursive: true })
  cpSync(join(root, folder), join(root, 'dist', folder), {
    recursive: true,
    filter: (path) => !path.endsWith('.ts') || path.endsWith('.d.ts'),
  })
}
tool(['vite', 'bin', 'vite.js'], 'build', 'station-ui', '--outDir', '../dist/station-ui', '--emptyOutDir', '--logLevel', 'warn')
writeFileSync(join(root, 'dist', '.built'), '')
