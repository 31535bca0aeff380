import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { build } from 'rolldown'
import { root, run } from './run.ts'

/** What is loaded together: neither an adapter, nor what is not there to serve requests. */
const CORE = /^(?:src\/(?!(?:adapters|cli|dashboard|testing)\/)|node_modules\/cookie\/)/

/**
 * Makes dist/ from src/, from scratch, so that no file of an earlier layout is shipped: the
 * declarations by tsc, the code by rolldown. An entry point is a file of its own, the core is one
 * file, and what adapters share is in others: a module is one module however it is reached. To load
 * each source file by itself takes several times as long (docs/decisions/028).
 */
rmSync(join(root, 'dist'), { recursive: true, force: true })
const { code, output } = run('tsc', ['-p', 'tsconfig.build.json'])
if (code !== 0) console.error(output)
process.exitCode = code
if (code === 0) await bundle()

async function bundle(): Promise<void> {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly exports: Readonly<Record<string, string>>
    readonly bin: Readonly<Record<string, string>>
  }
  const files = [...Object.values(manifest.exports), ...Object.values(manifest.bin)]
  const names = files.map((file) => file.replace('./dist/', '').replace(/\.js$/, ''))
  const { output } = await build({
    cwd: root,
    input: Object.fromEntries(names.map((name) => [name, `src/${name}.ts`])),
    platform: 'node',
    transform: { target: 'node20' },
    // All packages but one, which is a part of this one: docs/decisions/034.
    external: (id) => /^[^./]/.test(id) && id !== 'cookie',
    output: {
      dir: 'dist',
      format: 'esm',
      entryFileNames: '[name].js',
      chunkFileNames: 'shared/[name].mjs',
      codeSplitting: { groups: [{ name: 'core', test: (id) => CORE.test(relative(root, id)) }] },
      comments: { legal: true, annotation: true, jsdoc: false },
      sourcemap: true,
    },
  })
  for (const file of output) {
    if (file.type === 'chunk') writeFileSync(join(root, 'dist', file.fileName), asAscii(file.code))
  }
  copyFileSync(join(root, 'node_modules/cookie/LICENSE'), join(root, 'dist/LICENSE-cookie'))
}

/** V8 keeps a file with one other character in it at two bytes for each, and parses it more slowly. */
function asAscii(code: string): string {
  return code.replaceAll(/[^\0-\x7f]/g, (unit) => {
    return String.raw`\u` + unit.charCodeAt(0).toString(16).padStart(4, '0')
  })
}
