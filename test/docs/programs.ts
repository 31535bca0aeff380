import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { run } from '../../scripts/run.ts'
import { freePort } from '../support/redis-server.ts'
import { type Snippet, root } from './blocks.ts'

/** Inside the checkout, so that `import 'sojourn'` finds this package, as built, by its own name. */
const folder = `${root}.tmp/docs`
/** What the pages ask their readers to set. */
export const environment = {
  NODE_ENV: 'development',
  SESSION_SECRET: randomBytes(32).toString('base64url'),
  SESSION_DATA_KEY: randomBytes(32).toString('base64url'),
}

const PORT = '3000'
const OWN = `http://localhost:${PORT}`
const LONGEST_RUN_MS = 15_000

/** Programs import the built package: builds it where dist/ is missing or older than src/. */
export function ensureBuilt(): void {
  const built = `${root}dist/index.js`
  if (existsSync(built) && statSync(built).mtimeMs > newest(`${root}src`)) return
  const { code, output } = run('tsx', ['scripts/build.ts'])
  if (code !== 0) throw new Error(output)
}

function newest(of: string): number {
  const files = readdirSync(of, { recursive: true, encoding: 'utf8' })
  return Math.max(...files.map((file) => statSync(`${of}/${file}`).mtimeMs))
}

/**
 * Writes and compiles all programs under the project's own settings, in one run of tsc; gives what
 * it has to say. The programs of a page are one project. A program that augments SessionData is a
 * project of its own: what it declares must not help others to compile.
 */
export function compile(snippets: readonly Snippet[]): string {
  rmSync(folder, { recursive: true, force: true })
  const projects = new Set(snippets.map(projectOf))
  for (const snippet of snippets) {
    const home = `${folder}/${projectOf(snippet)}`
    mkdirSync(home, { recursive: true })
    writeFileSync(`${home}/${snippet.name}.ts`, snippet.code)
    for (const [file, text] of snippet.modules) writeFileSync(`${home}/${file}`, text)
  }
  for (const project of projects) {
    const compilerOptions = {
      noEmit: false,
      rootDir: '.',
      outDir: 'out',
      experimentalDecorators: true,
    }
    const include = ['*.ts', '../../../test/docs/packages.d.ts']
    const config = { extends: '../../../tsconfig.json', compilerOptions, include }
    writeFileSync(`${folder}/${project}/tsconfig.json`, JSON.stringify(config))
  }
  const { code, output } = run('tsc', ['-b', ...[...projects].map((name) => `${folder}/${name}`)])
  return code === 0 ? '' : output
}

function projectOf({ name, page, code }: Snippet): string {
  return code.includes('declare module') ? name : page
}

/** Where the modules that a page's settings name lie, compiled. */
export function modulesOfPage(page: string): string {
  return `${folder}/${page}/out/`
}

/** Runs a compiled program to its end; gives what it printed. */
export async function runProgram(snippet: Snippet, redisUrl: string): Promise<string> {
  const { child, printed } = start(compiled(snippet), redisUrl)
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`it ended with ${code ?? 'a signal'}\n${printed()}`)
  return printed()
}

/** Runs a server on a free port in place of 3000, makes the requests; gives their answers. */
export async function visitProgram(snippet: Snippet, redisUrl: string): Promise<string> {
  const file = compiled(snippet)
  const port = String(await freePort())
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll(PORT, port))
  const { child, printed } = start(file, redisUrl)
  try {
    return await visit(`http://localhost:${port}`, snippet.visit as string)
  } catch (error) {
    throw new Error(`${String(error)}\n${printed()}`, { cause: error })
  } finally {
    child.kill('SIGKILL')
  }
}

function compiled(snippet: Snippet): string {
  return `${folder}/${projectOf(snippet)}/out/${snippet.name}.js`
}

/**
 * The package `redis` is loaded beforehand: on a busy machine that alone can take longer than a
 * store's first operation may.
 */
function start(file: string, redisUrl: string): { child: ChildProcess; printed: () => string } {
  const env = { ...process.env, ...environment, REDIS_URL: redisUrl }
  const loadFirst = readFileSync(file, 'utf8').includes('sojourn/redis')
    ? ['--import', 'redis']
    : []
  const options = { cwd: root, env, timeout: LONGEST_RUN_MS }
  const child = spawn(process.execPath, [...loadFirst, file], options)
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  }
  return { child, printed: () => text }
}

/** One browser's requests: it keeps cookies and follows no redirect. */
async function visit(base: string, requests: string): Promise<string> {
  const cookies = new Map<string, string>()
  const lines: string[] = []
  for (const line of requests.trim().split('\n')) {
    const [request = ''] = line.split(' → ')
    const [asked = '', origin] = request.trim().split(' from ')
    const [method = '', path = '', form] = asked.split(' ')
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const body = form === undefined ? undefined : new URLSearchParams(form)
    const response = await untilThere(base + path, {
      method,
      ...(body && { body }),
      headers: {
        ...(cookie !== '' && { cookie }),
        ...(origin && { origin: origin.replace(OWN, base) }),
      },
      redirect: 'manual',
    })
    for (const set of response.headers.getSetCookie()) keep(cookies, set)
    const to = response.headers.get('location')
    const [answer] = (to ?? (await response.text())).trim().split('\n')
    lines.push(`${request} → ${response.status} ${answer}`.trim())
  }
  return lines.join('\n')
}

function keep(cookies: Map<string, string>, set: string): void {
  const [pair = ''] = set.split(';')
  const name = pair.slice(0, pair.indexOf('='))
  if (/max-age=0/i.test(set)) cookies.delete(name)
  else cookies.set(name, pair.slice(name.length + 1))
}

async function untilThere(url: string, init: RequestInit): Promise<Response> {
  const giveUpAt = Date.now() + LONGEST_RUN_MS
  for (;;) {
    try {
      return await fetch(url, init)
    } catch (error) {
      if (Date.now() > giveUpAt) throw error
      await sleep(20)
    }
  }
}
