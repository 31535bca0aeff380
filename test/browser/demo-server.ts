import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { root } from '../../scripts/run.ts'
import { ensureBuilt } from '../docs/programs.ts'

export interface Demo extends AsyncDisposable {
  readonly url: string
  /** What it has printed so far. */
  readonly printed: string
}

const running = new Set<ChildProcess>()
process.once('exit', () => running.forEach((demo) => demo.kill('SIGKILL')))

/** Starts examples/demo/server.ts as `npm start` does, on a free port. */
export async function startDemo(env: NodeJS.ProcessEnv = {}): Promise<Demo> {
  ensureBuilt()
  // Without the shell and tsx's own child in between, so that a signal reaches the server.
  const args = ['--import', 'tsx', 'examples/demo/server.ts']
  const inherited = { ...process.env, NODE_ENV: '', REDIS_URL: '' }
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...inherited, ...env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  const ended = once(child, 'exit')
  let printed = ''
  child.stderr.on('data', (text: Buffer) => (printed += String(text)))
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (text: Buffer) => {
      printed += String(text)
      const [found] = /http:\S+/.exec(printed) ?? []
      if (found !== undefined) resolve(found)
    })
    child.once('exit', () => reject(new Error(`the demo ended:\n${printed}`)))
  })
  return {
    url,
    get printed() {
      return printed
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await ended
      running.delete(child)
    },
  }
}
