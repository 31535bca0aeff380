import { execFileSync } from 'node:child_process'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { root } from '../docs/blocks.ts'

/** Tells every module that is loaded, on a port; those that are required from there are not told. */
const HOOKS = `data:text/javascript,${encodeURIComponent(`
  let port
  export function initialize(data) { port = data.port }
  export async function load(url, context, next) {
    port.postMessage(url)
    return next(url, context)
  }`)}`

const END = 'data:text/javascript,'

const PROGRAM = `
  import { createRequire, register } from 'node:module'
  import { MessageChannel } from 'node:worker_threads'

  const { port1, port2 } = new MessageChannel()
  const loaded = []
  const all = new Promise((resolve) => {
    port1.on('message', (url) => (url === '${END}' ? resolve() : loaded.push(url)))
  })
  register('${HOOKS}', import.meta.url, { data: { port: port2 }, transferList: [port2] })
  for (const name of process.argv.slice(1)) await import(name)
  await import('${END}')
  await all
  port1.close()
  const required = Object.keys(createRequire(import.meta.url).cache)
  process.stdout.write(JSON.stringify([...loaded, ...required]))
`

/**
 * Every file that a fresh process has loaded once it has imported these, relative to the folder of
 * the package; modules of Node as `node:fs`.
 */
export function loadedBy(...modules: readonly string[]): string[] {
  const args = ['--input-type=module', '--eval', PROGRAM, '--', ...modules]
  const printed = execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
  const paths = (JSON.parse(printed) as string[]).map((loaded) => {
    if (loaded.startsWith('node:')) return loaded
    return relative(root, loaded.startsWith('file:') ? fileURLToPath(loaded) : loaded)
  })
  return [...new Set(paths)]
}

/** The packages among them: `express`, `@hono/node-server`. */
export function packagesAmong(loaded: readonly string[]): string[] {
  const names = loaded.flatMap(
    (path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? [],
  )
  return [...new Set(names)].toSorted()
}
