import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { createSessions } from '../../src/index.ts'
import type { Session, SessionOptions } from '../../src/index.ts'
import type { SignInOptions } from '../../src/session/members.ts'
import { redisStore } from '../../src/store/redis/redis-store.ts'
import { root } from '../docs/blocks.ts'
import { ensureBuilt } from '../docs/programs.ts'
import { SECRET } from '../support/app.ts'
import type { RedisServer } from '../support/redis-server.ts'

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** One that runs until it is stopped. */
export interface Running {
  /** What it has printed, once that matches. */
  until(stream: 'stdout' | 'stderr', pattern: RegExp): Promise<string>
  readonly ended: Promise<Ran>
  /** As Ctrl-C does. */
  interrupt(): Promise<Ran>
}

type Environment = Readonly<Record<string, string>>

export interface CommandLine {
  /** The folder it runs in. */
  readonly folder: () => string
  /** Runs it to its end, in an environment that says nothing but what is given. */
  readonly sojourn: (args: readonly string[], env?: Environment) => Promise<Ran>
  readonly json: (args: readonly string[], env?: Environment) => Promise<unknown>
  readonly start: (args: readonly string[], env?: Environment) => Running
}

const LONGEST_RUN_MS = 20_000
const printed: string[] = []
const secrets = new Set<string>([SECRET])

/** From here on it must not be printed. */
export function keepSecret(...texts: readonly string[]): void {
  for (const text of texts) secrets.add(text)
}

/**
 * The built command line, with one Redis client installed beside it and nothing else. No test of a
 * file that uses this may print a secret, a credential, or what a record keeps of one.
 */
export function useCommandLine(client: 'redis' | 'ioredis' = 'redis'): CommandLine {
  let folder = ''
  beforeAll(() => {
    ensureBuilt()
    folder = mkdtempSync(join(tmpdir(), 'sojourn-cli-'))
    cpSync(`${root}dist`, join(folder, 'dist'), { recursive: true })
    cpSync(`${root}package.json`, join(folder, 'package.json'))
    mkdirSync(join(folder, 'node_modules'))
    for (const name of ['cookie', client]) {
      symlinkSync(`${root}node_modules/${name}`, join(folder, 'node_modules', name))
    }
  })
  afterEach(() => {
    const all = printed.splice(0).join('\n')
    for (const secret of secrets) expect(all).not.toContain(secret)
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  function begin(args: readonly string[], env: Environment = {}) {
    const child = spawn(process.execPath, [join(folder, 'dist/cli/main.js'), ...args], {
      cwd: folder,
      env: { PATH: process.env['PATH'], ...env },
      timeout: LONGEST_RUN_MS,
    })
    const said = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (chunk: string) => (said[name] += chunk))
    }
    const ended = once(child, 'close').then(([code]): Ran => {
      printed.push(said.stdout, said.stderr)
      return { code: code as number | null, ...said }
    })
    return { child, said, ended }
  }

  async function sojourn(args: readonly string[], env?: Environment) {
    return begin(args, env).ended
  }

  return {
    folder: () => folder,
    sojourn,
    async json(args, env) {
      const { stdout, stderr } = await sojourn([...args, '--json'], env)
      if (stdout === '') throw new Error(stderr)
      return JSON.parse(stdout) as unknown
    },
    start(args, env) {
      const { child, said, ended } = begin(args, env)
      return {
        ended,
        async until(stream, pattern) {
          while (!pattern.test(said[stream])) {
            if (child.exitCode !== null) throw new Error(`it ended: ${said.stderr}`)
            await once(child[stream], 'data')
          }
          return said[stream]
        },
        interrupt() {
          child.kill('SIGINT')
          return ended
        },
      }
    },
  }
}

type Data = Record<string, unknown>

export interface Made {
  readonly id: string
  /** As the browser would send it. */
  readonly cookie: string
}

/** Makes a session as an application does. What is secret of it is not to be printed. */
export async function makeSession(
  { url }: Pick<RedisServer, 'url'>,
  work: (session: Session<Data>) => unknown,
  options: Partial<SessionOptions<Data>> = {},
): Promise<Made> {
  const store = redisStore({ url })
  const sessions = createSessions<Data>({
    secret: SECRET,
    storeTimeoutMs: 15_000,
    store,
    ...options,
  })
  try {
    const session = await sessions.open()
    await work(session)
    const cookie = (await sessions.commit(session)).setCookie?.split(';')[0] ?? ''
    const [, family = '', , signature = ''] = cookie.split('.')
    keepSecret(cookie, family, signature, session.getCsrfToken())
    return { id: session.id, cookie }
  } finally {
    await sessions.close()
  }
}

/** A session of somebody, with what an application may have noted. */
export async function signedIn(
  server: Pick<RedisServer, 'url'>,
  principal: string,
  options: SignInOptions = {},
): Promise<Made> {
  return makeSession(server, async (session) => {
    await session.signIn(principal, options)
    session['cart'] = ['tea']
  })
}

/** What a record keeps of a credential, and of its writes. */
export async function keepHeaderSecret(server: RedisServer, key: string): Promise<void> {
  const [, , writes = '', family = ''] = String(await server.cli('get', key)).split(' ')
  keepSecret(...writes.split(','), family)
}
