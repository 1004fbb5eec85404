// The doors themselves: who may connect, what is served, the metrics' own port, and the same client over a real websocket on the loopback.

import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { connect as connectTcp } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { WebSocket } from 'ws'
import { openMetricsServer } from '../../daemon/figures/metrics-server.js'
import { inProcessSocket, openGateway } from '../../daemon/gateway/gateway.js'
import { connect } from '../../protocol/client.js'
import { systemClock } from '../../protocol/clock.js'
import { CLOSE_CODES, WIRE_LIMITS } from '../../protocol/envelope.js'
import { silentLog } from '../../protocol/log.js'
import { fakeStation, fakeToken } from './fake-station.js'

async function opened(t: Test) {
  const uiFolder = t.testdir({ 'index.html': '<h1>rekam</h1>', assets: { 'app-1.js': 'export {}' }, 'style.css': 'h1 {}', '.secret': 'x' })
  const station = fakeStation()
  const gateway = await openGateway({ station, port: 0, uiFolder, clock: systemClock, log: silentLog, audit: async () => {} })
  t.teardown(() => gateway.close())
  return { station, gateway, uiFolder }
}

/** Raw HTTP, because fetch would mend Host, Origin and paths. */
function ask(port: number, path: string, headers: Record<string, string> = {}, method = 'GET') {
  return new Promise<{ status: number; headers: IncomingHttpHeaders; body: string }>((resolve, reject) => {
    const sent = httpRequest({ host: '127.0.0.1', port, path, method, headers: { Host: `127.0.0.1:${port}`, ...headers } }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts).toString() }),
      )
    })
    sent.on('error', reject)
    sent.end()
  })
}

/** The first line that the server answers to an upgrade with these headers. */
function upgrade(port: number, headers: Record<string, string>, path = '/ws'): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connectTcp(port, '127.0.0.1')
    const fixed = {
      Upgrade: 'websocket',
      Connection: 'Upgrade',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Version': '13',
    }
    const lines = Object.entries({ ...fixed, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`)
    socket.once('data', (data) => {
      resolve(data.toString('latin1').split('\r\n', 1)[0] ?? '')
      socket.destroy()
    })
    socket.on('error', reject)
    socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`)
  })
}

t.test('an upgrade needs the exact Host and the exact Origin', async (t) => {
  const { gateway } = await opened(t)
  const { port } = gateway
  const host = `127.0.0.1:${port}`
  const origin = `http://${host}`
  t.match(await upgrade(port, { Host: host, Origin: origin }), /101/)
  const refused: Record<string, string>[] = [
    { Host: host },
    { Host: host, Origin: 'null' },
    { Host: host, Origin: 'https://evil.example' },
    { Host: host, Origin: `https://${host}` },
    { Host: host, Origin: `${origin}.evil.example` },
    { Host: host, Origin: `http://127.0.0.1:${port + 1}` },
    { Host: host, Origin: `http://localhost:${port}` },
    { Host: `localhost:${port}`, Origin: origin },
    { Host: 'attacker.test', Origin: origin },
    { Host: '127.0.0.1', Origin: origin },
  ]
  for (const headers of refused) t.match(await upgrade(port, headers), /403/, JSON.stringify(headers).replaceAll(String(port), 'PORT'))
  t.match(await upgrade(port, { Host: host, Origin: origin }, '/other'), /404/)
})

t.test('pages are served to this origin only, with a policy that lets nothing else in', async (t) => {
  const { gateway, uiFolder } = await opened(t)
  const { port } = gateway
  const page = await ask(port, '/')
  t.match(page, {
    status: 200,
    body: '<h1>rekam</h1>',
    headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
  })
  t.match(page.headers['content-security-policy'], /default-src 'self'/)
  t.match(page.headers, { 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' })
  t.match(await ask(port, '/assets/app-1.js?v=1'), {
    status: 200,
    headers: { 'content-type': /^text\/javascript/, 'cache-control': /immutable/ },
  })
  t.match(await ask(port, '/style.css', {}, 'HEAD'), { status: 200, body: '', headers: { 'content-length': '5' } })
  t.match(await ask(port, '/', { Host: 'attacker.test' }), { status: 403 })
  t.match(await ask(port, '/', { Origin: 'https://evil.example' }), { status: 403 })
  t.match(await ask(port, '/', { 'Sec-Fetch-Site': 'cross-site' }), { status: 403 })
  t.match(await ask(port, '/', { 'Sec-Fetch-Site': 'none' }), { status: 200 })
  t.match(await ask(port, '/', {}, 'POST'), { status: 405 })
  t.match(await ask(port, '/nothing.js'), { status: 404 })
  t.match(await ask(port, '/assets'), { status: 404 }, 'a folder')
  await mkdir(join(uiFolder, '..', 'outside'), { recursive: true })
  await writeFile(join(uiFolder, '..', 'outside', 'key.txt'), 'secret')
  await symlink(join(uiFolder, '..', 'outside', 'key.txt'), join(uiFolder, 'link.txt'))
  for (const path of [
    '/../outside/key.txt',
    '/%2e%2e/outside/key.txt',
    '/..%2foutside/key.txt',
    '/link.txt',
    '/.secret',
    '/a%00',
    '/%zz',
    '/..\\x',
  ]) {
    const answer = await ask(port, path)
    t.ok(answer.status === 404 || answer.status === 400, path)
    t.notMatch(answer.body, /secret/)
  }
})

t.test('a taken port is a named fault', async (t) => {
  const { gateway, uiFolder } = await opened(t)
  const deps = { station: fakeStation(), port: gateway.port, uiFolder, clock: systemClock, log: silentLog, audit: async () => {} }
  await t.rejects(openGateway(deps), { code: 'gateway.port_taken', context: { port: gateway.port } })
})

t.test('the metrics port answers one path, to its exact name, and no page', async (t) => {
  let broken = false
  const text = async () => (broken ? Promise.reject(new Error('x')) : 'rekam 1\n')
  const server = await openMetricsServer({ port: 0, text, log: silentLog })
  t.teardown(() => server.close())
  const { port } = server
  t.match(await ask(port, '/metrics'), { status: 200, body: 'rekam 1\n' })
  for (const [path, headers, status] of [
    ['/metrics', { Host: `localhost:${port}` }, 403],
    ['/metrics', { Host: 'evil.example' }, 403],
    ['/metrics', { Origin: 'https://evil.example' }, 403],
    ['/metrics', { Origin: `http://127.0.0.1:${port}` }, 403],
    ['/metrics', { 'Sec-Fetch-Site': 'cross-site' }, 403],
    ['/', {}, 404],
    ['/metrics?x', {}, 404],
  ] as const)
    t.match(await ask(port, path, headers), { status, body: '' }, JSON.stringify([path, headers]))
  t.match(await ask(port, '/metrics', {}, 'POST'), { status: 405, body: '' })
  broken = true
  t.match(await ask(port, '/metrics'), { status: 503, body: '' })
  await t.rejects(openMetricsServer({ port, text, log: silentLog }), { code: 'gateway.port_taken' })
})

t.test('the typed client works the same over a websocket and in process', async (t) => {
  const { gateway, station } = await opened(t)
  t.equal(gateway.launchToken, fakeToken)
  const url = `ws://127.0.0.1:${gateway.port}/ws`
  const first = await connect({ url, socket: (at) => new WebSocket(at, { origin: gateway.url }), client: 'test' })
  await first.request('claimStation', { launchToken: fakeToken, name: 'Ani', pin: '123456' })
  const second = await connect({ url: 'in-process', socket: () => inProcessSocket(gateway), client: 'test' })
  await second.request('logIn', { name: 'Ani', pin: '123456' })
  const bothSaw = [first, second].map(
    (client) =>
      new Promise<string>((resolve) => {
        client.on((event) => {
          if (event.is === 'changed' && event.event?.body === 'fault') resolve(event.event.fault.code)
        })
      }),
  )
  station.state.publish({ is: 'fault', fault: { code: 'device.unplugged', context: { device: 'iris_camera' } } })
  t.same(await Promise.all(bothSaw), ['device.unplugged', 'device.unplugged'])
})

t.test('an oversized message ends the connection before it is read', async (t) => {
  const { gateway } = await opened(t)
  const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/ws`, { origin: gateway.url })
  const code = await new Promise<number>((resolve) => {
    socket.on('open', () => socket.send(new Uint8Array(WIRE_LIMITS.clientMessageBytes + 1)))
    socket.on('close', resolve)
    socket.on('error', () => {})
  })
  t.equal(code, CLOSE_CODES.tooLarge)
})

t.test('closing the gateway tells every client, and what they still wait for fails by name', async (t) => {
  const { gateway, station } = await opened(t)
  station.operators.hire('rec', ['recording_operator'])
  const url = `ws://127.0.0.1:${gateway.port}/ws`
  const client = await connect({ url, socket: (at) => new WebSocket(at, { origin: gateway.url }), client: 'test' })
  await client.request('logIn', { name: 'rec', pin: '123456' })
  station.hold(new Promise(() => {}))
  const waiting = client.request('takeNow', { caseId: 'case-1' })
  const failed = t.rejects(waiting, { code: 'protocol.connection_lost' })
  const closed = new Promise((resolve) => client.on((event) => event.is === 'closed' && resolve(event.fault?.code)))
  await gateway.close()
  await failed
  t.equal(await closed, 'gateway.closing')
  t.equal(client.closed, true)
  await t.rejects(client.request('lock', {}), { code: 'protocol.connection_lost' })
})

t.test('nobody there is a named fault', async (t) => {
  const { gateway } = await opened(t)
  const { port } = gateway
  await t.rejects(connect({ url: `ws://127.0.0.1:${port}/ws`, socket: (at) => new WebSocket(at), client: 'test' }), {
    code: 'protocol.connection_lost',
  })
})
