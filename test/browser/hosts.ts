import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type RequestListener, type Server, createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Host names of this machine, on one port. The browser is told that all of `*.example` are. */
export interface Hosts {
  url(host: string, path?: string): string
  stop(): Promise<void>
}

/** What each host answers. */
export type Listeners = Readonly<Record<string, RequestListener>>

/** Over TLS, with a certificate nobody knows: browsers take Secure cookies only there. */
export function serveHttps(listeners: Listeners): Promise<Hosts> {
  return listen('https', createTlsServer(certificate(), byHost(listeners)))
}

export function serveHttp(listeners: Listeners): Promise<Hosts> {
  return listen('http', createServer(byHost(listeners)))
}

async function listen(scheme: string, server: Server): Promise<Hosts> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: (host, path = '/') => `${scheme}://${host}:${port}${path}`,
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function byHost(listeners: Listeners): RequestListener {
  return (request, response) => {
    const host = String(request.headers.host).replace(/:\d+$/, '')
    const listener = listeners[host]
    if (listener !== undefined && request.url !== '/favicon.ico') listener(request, response)
    else response.writeHead(404).end()
  }
}

interface Certificate {
  readonly key: string
  readonly cert: string
}

let made: Certificate | undefined

function certificate(): Certificate {
  made ??= makeCertificate()
  return made
}

function makeCertificate(): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-tls-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const what = ['-x509', '-days', '2', '-subj', '/CN=shop.example', '-keyout', key, '-out', cert]
  try {
    execFileSync('openssl', ['req', ...kind, ...what], { stdio: 'pipe' })
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** A host that answers with HTML, and with Set-Cookie lines, as the tests say at the time. */
export class Scripted {
  html = ''
  setCookies: readonly string[] = []

  readonly listener: RequestListener = (_request, response) => {
    response.setHeader('Content-Type', 'text/html; charset=utf-8')
    response.setHeader('Set-Cookie', [...this.setCookies])
    response.end(this.html)
  }
}
