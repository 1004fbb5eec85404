// The control interface's door: HTTP and JSON on loopback, for who can read the token in the station's data folder. Not for browsers.

import { randomBytes, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { chmod, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { Fault, toFault } from '../../protocol/fault.js'
import { isSimulatorAct, readSimulatorArguments, type SimulatorFile, simulatorControl } from '../../protocol/simulator-control.js'
import { acts, type ControlledOffice } from './acts.js'

const { version, file, mostBodyBytes } = simulatorControl
const address = '127.0.0.1'

export interface SimulatorControl {
  readonly port: number
  close(): Promise<void>
}

/** @param folder where `simulator.json` is left for as long as this is open */
export async function openSimulatorControl(world: ControlledOffice, folder: string): Promise<SimulatorControl> {
  const token = randomBytes(24).toString('base64url')
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000 }, (request, response) => {
    void respond(world, token, request, response)
  })
  server.maxConnections = 16
  server.listen(0, address)
  await once(server, 'listening')
  const port = portOf(server)
  const path = join(folder, file)
  const content: SimulatorFile = { version, port, token }
  await writeFile(path, JSON.stringify(content), { mode: 0o600 })
  // A file that was there keeps its mode when it is written over.
  await chmod(path, 0o600)
  return {
    port,
    close: async () => {
      await rm(path, { force: true })
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function respond(world: ControlledOffice, token: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { status, body } = await answer(world, token, request)
  const text = JSON.stringify({ version, ...body })
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(text)
}

interface Answer {
  readonly status: number
  readonly body: object
}

async function answer(world: ControlledOffice, token: string, request: IncomingMessage): Promise<Answer> {
  // A page in a browser says where it comes from; nobody else does.
  if (request.headers.origin !== undefined || !mayEnter(token, request.headers.authorization)) return refused(401, 'simulator.refused')
  const [, asked, act = '', ...rest] = (request.url ?? '').split('/')
  if (asked !== `v${version}`) return refused(404, 'simulator.version')
  if (request.method !== 'POST' || rest.length > 0 || !isSimulatorAct(act)) return refused(404, 'input.unsupported')
  try {
    const given = readSimulatorArguments(act, JSON.parse((await bodyOf(request)) || '{}'))
    return { status: 200, body: { act, result: await acts[act](world, given) } }
  } catch (error) {
    const fault = error instanceof SyntaxError ? new Fault('input.invalid', { reason: 'no_json' }) : toFault(error)
    return { status: fault.code === 'internal.unexpected' ? 500 : 400, body: { fault: { code: fault.code, context: fault.context } } }
  }
}

const refused = (status: number, code: Fault['code']): Answer => ({ status, body: { fault: { code, context: {} } } })

function mayEnter(token: string, authorization: string | undefined): boolean {
  const expected = Buffer.from(`Bearer ${token}`)
  const given = Buffer.from(authorization ?? '')
  return given.length === expected.length && timingSafeEqual(given, expected)
}

/** @throws Fault `input.invalid` beyond `mostBodyBytes` */
async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > mostBodyBytes) throw new Fault('input.invalid', { size: bytes, limit: mostBodyBytes })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function portOf(server: Server): number {
  const bound = server.address()
  return bound !== null && typeof bound === 'object' ? bound.port : 0
}
