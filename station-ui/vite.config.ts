// Builds the station's screens into plain files. No network, nothing inline: the daemon's content policy allows its own files only.

import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

export default defineConfig({
  resolve: { alias: { long: fileURLToPath(new URL('src/no-long.ts', import.meta.url)) } },
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 480,
  },
  // The gateway speaks to its own origin only, so that a dev server cannot stand before it: `vite build --watch` is the way.
  server: { host: '127.0.0.1' },
})
