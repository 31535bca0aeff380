import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { send } from './browser-jar.ts'
import { freePort } from './redis-server.ts'

export interface Nginx {
  readonly port: number
  /** Ends it; resolves when it is gone. */
  stop(): Promise<void>
}

const READY_WITHIN_MS = 10_000
const ATTEMPTS = 5

const running = new Set<ChildProcess>()
process.once('exit', () => running.forEach((server) => server.kill('SIGKILL')))

/** The proxy to test with: `$NGINX`, or nginx; the first there is. */
export function findNginx(): string | undefined {
  const named = process.env['NGINX']
  return [...(named ? [named] : []), 'nginx', '/usr/sbin/nginx'].find(
    (program) => spawnSync(program, ['-v']).status === 0,
  )
}

/**
 * Starts a real nginx that passes every request on to a port of the loopback, and caches in a
 * folder of its own. `caching` are the directives of its one location, beside which cache to use;
 * the header X-Cache says what the cache had: MISS, HIT, BYPASS, …
 */
export async function startNginx(upstream: number, caching: readonly string[]): Promise<Nginx> {
  const program = findNginx()
  if (program === undefined) throw new Error('no nginx; run scripts/ensure-nginx.ts')
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOn(program, await freePort(), upstream, caching)
    } catch (error) {
      if (attempt === ATTEMPTS) throw error
    }
  }
}

async function startOn(
  program: string,
  port: number,
  upstream: number,
  caching: readonly string[],
): Promise<Nginx> {
  const dir = mkdtempSync(join(tmpdir(), 'sojourn-nginx-'))
  const mark = randomUUID()
  writeFileSync(join(dir, 'nginx.conf'), configuration(port, upstream, caching, mark))
  const args = ['-p', dir, '-c', 'nginx.conf', '-e', 'stderr']
  const server = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  server.stderr.on('data', (text: Buffer) => (said += String(text)))
  running.add(server)
  const ended = once(server, 'exit').catch(() => {})
  async function stop(): Promise<void> {
    running.delete(server)
    server.kill('SIGKILL')
    await ended
    rmSync(dir, { recursive: true, force: true })
  }
  const giveUpAt = Date.now() + READY_WITHIN_MS
  for (;;) {
    const answer = await send(port, '/.ready').catch(() => undefined)
    if (answer?.text === mark) return { port, stop }
    if (server.exitCode !== null || Date.now() > giveUpAt) {
      await stop()
      throw new Error(`nginx does not answer:\n${said}`)
    }
    await sleep(5)
  }
}

/** One process, so that nothing is left behind when it is killed. */
function configuration(
  port: number,
  upstream: number,
  caching: readonly string[],
  mark: string,
): string {
  return `
daemon off;
master_process off;
pid nginx.pid;
error_log stderr warn;
events { worker_connections 256; }
http {
  access_log off;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  proxy_cache_path cache keys_zone=pages:1m;
  server {
    listen 127.0.0.1:${port};
    location = /.ready { return 200 "${mark}"; }
    location / {
      proxy_pass http://127.0.0.1:${upstream};
      proxy_cache pages;
      add_header X-Cache $upstream_cache_status always;
      ${caching.map((directive) => `${directive};`).join('\n      ')}
    }
  }
}
`
}
