// The HTTP side: who may speak to us at all (Host, Origin), and the static user interface. Knows no session and no command.

import { createReadStream } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join, sep } from 'node:path'
import { pipeline } from 'node:stream'

const mimeTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
}

/**
 * Whether a request may be answered: exact Host against DNS rebinding, exact Origin against other pages. Browsers send no Origin when they open a
 * page or load its own parts; then Sec-Fetch-Site, which pages cannot forge, must not name another site. Upgrades always need the Origin.
 */
export function isAllowed(request: IncomingMessage, port: number, upgrade: boolean): boolean {
  const { host, origin } = request.headers
  if (host !== `127.0.0.1:${port}`) return false
  if (origin !== undefined) return origin === `http://127.0.0.1:${port}`
  if (upgrade) return false
  const site = request.headers['sec-fetch-site']
  return site === undefined || site === 'same-origin' || site === 'none'
}

function securityHeaders(port: number): Record<string, string> {
  const policy = [
    "default-src 'self'",
    `connect-src 'self' ws://127.0.0.1:${port}`,
    "img-src 'self' blob: data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ]
  return {
    'Content-Security-Policy': policy.join('; '),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
  }
}

/** Answers one request with a file of `uiFolder` (an absolute path), or says why not. Never throws. */
export async function serveStatic(request: IncomingMessage, response: ServerResponse, uiFolder: string, port: number): Promise<void> {
  for (const [name, value] of Object.entries(securityHeaders(port))) response.setHeader(name, value)
  if (!isAllowed(request, port, false)) {
    refuse(response, 403)
    return
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    refuse(response, 405)
    return
  }
  const path = cleanPath(request.url ?? '/')
  if (path === undefined) {
    refuse(response, 400)
    return
  }
  const file = await findFile(uiFolder, path)
  if (!file) {
    refuse(response, 404)
    return
  }
  response.setHeader('Content-Type', mimeTypes[extname(file.path).toLowerCase()] ?? 'application/octet-stream')
  response.setHeader('Content-Length', file.size)
  // Vite names the files below assets/ by their content; everything else may change under the same name.
  response.setHeader('Cache-Control', path.startsWith('/assets/') ? 'private, max-age=31536000, immutable' : 'no-store')
  response.writeHead(200)
  if (request.method === 'HEAD') {
    response.end()
    return
  }
  // The pipeline closes both ends on an error; the client sees a short body.
  pipeline(createReadStream(file.path), response, () => {})
}

function refuse(response: ServerResponse, status: number): void {
  response.setHeader('Content-Type', 'text/plain; charset=utf-8')
  response.setHeader('Cache-Control', 'no-store')
  response.writeHead(status)
  response.end(status === 404 ? 'Not found. Is the user interface built (npm run build)?\n' : `${status}\n`)
}

/** The decoded path without its query, or undefined when it is not a plain path below the root. */
function cleanPath(url: string): string | undefined {
  let path: string
  try {
    path = decodeURIComponent(url.split(/[?#]/, 1)[0] ?? '')
  } catch {
    return undefined
  }
  if (!path.startsWith('/') || path.includes('\0') || path.includes('\\')) return undefined
  if (path.split('/').some((part) => part.startsWith('.'))) return undefined
  return path === '/' ? '/index.html' : path
}

async function findFile(uiFolder: string, path: string): Promise<{ path: string; size: number } | undefined> {
  try {
    const [root, found] = await Promise.all([realpath(uiFolder), realpath(join(uiFolder, path))])
    if (!found.startsWith(root + sep)) return undefined
    const { size, ...entry } = await stat(found)
    return (entry.mode & 0o170000) === 0o100000 ? { path: found, size } : undefined
  } catch {
    return undefined
  }
}
