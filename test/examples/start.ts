import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { root } from '../../scripts/run.ts'

export interface Example extends AsyncDisposable {
  readonly port: number
}

const running = new Set<ChildProcess>()
process.once('exit', () => running.forEach((example) => example.kill('SIGKILL')))

/**
 * Starts examples/`name`/server.ts in its own folder, so that its own tsconfig.json counts, on a
 * free port and the memory store. Ends it when disposed.
 */
export async function startExample(name: string): Promise<Example> {
  // Without tsx's own child in between, so that a signal reaches the server.
  const args = ['--import', 'tsx', 'server.ts']
  const { REDIS_URL: _, SESSION_SECRET: __, NODE_ENV: ___, ...inherited } = process.env
  const child = spawn(process.execPath, args, {
    cwd: join(root, 'examples', name),
    env: { ...inherited, PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  const ended = once(child, 'exit')
  return {
    port: await printedPort(child),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
      running.delete(child)
    },
  }
}

async function printedPort(child: ChildProcess): Promise<number> {
  let printed = ''
  return new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (text: Buffer) => {
        printed += String(text)
        const [, port] = /^http:\/\/localhost:(\d+)$/m.exec(printed) ?? []
        if (port !== undefined) resolve(Number(port))
      })
    }
    child.once('exit', () => reject(new Error(`it ended before it listened:\n${printed}`)))
  })
}
