// Packages of many small files, each bundled into one in dist/vendor, and the compiled house pointed at them: Node takes a third of a
// millisecond to find and open a file, and a daemon's start waits for hundreds. Sources and tests go on importing the packages by name.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const root = fileURLToPath(new URL('../', import.meta.url))
const packages = ['jose', 'kysely', 'zod']
const vendor = join(root, 'dist', 'vendor')
const houses = ['bench', 'daemon', 'drivers', 'protocol', 'simulator']

export async function bundlePackages() {
  if (!isFresh()) await bundle()
  for (const house of houses) for (const path of scriptsIn(join(root, 'dist', house))) pointAtVendor(path)
}

/** Their versions stand in the first line of what was bundled. */
const versions = () =>
  packages.map((name) => `${name} ${JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')).version}`).join(', ')

function isFresh() {
  const list = join(vendor, 'LICENSES.txt')
  return existsSync(list) && readFileSync(list, 'utf8').startsWith(`${versions()}\n`)
}

async function bundle() {
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    ssr: { noExternal: true },
    build: {
      ssr: true,
      outDir: vendor,
      emptyOutDir: true,
      minify: false,
      target: 'node20',
      rollupOptions: {
        input: Object.fromEntries(packages.map((name) => [name, name])),
        preserveEntrySignatures: 'strict',
        output: { entryFileNames: '[name].js', chunkFileNames: 'shared-[hash].js' },
      },
    },
  })
  const licences = packages.map((name) => {
    const folder = join(root, 'node_modules', name)
    const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each))
    return `${name}\n\n${file === undefined ? '' : readFileSync(join(folder, file), 'utf8')}`
  })
  writeFileSync(join(vendor, 'LICENSES.txt'), `${versions()}\n\n${licences.join('\n\n')}`)
}

const scriptsIn = (folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js'))
    .map((name) => join(folder, name))

/** Whole imports only; running it twice changes nothing. */
function pointAtVendor(path) {
  const before = readFileSync(path, 'utf8')
  const after = before.replace(/^((?:import|export)\s[^'"]*?from\s*)'(jose|kysely|zod)'/gm, (_, start, name) => {
    const to = relative(dirname(path), join(vendor, `${name}.js`))
    return `${start}'${to.startsWith('.') ? to : `./${to}`}'`
  })
  if (after !== before) writeFileSync(path, after)
}
