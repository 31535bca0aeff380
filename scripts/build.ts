import { copyFileSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { root, run } from './run.ts'

/**
 * Makes dist/ from src/, from scratch, so that no file of an earlier layout is shipped: the
 * declarations by tsc, the code by esbuild. An entry point is a file of its own, and what several share
 * is in dist/shared, once: a module is one module however it is reached. To load each source file by
 * itself takes several times as long.
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
  await build({
    absWorkingDir: root,
    entryPoints: files.map((file) => file.replace('./dist/', 'src/').replace(/\.js$/, '.ts')),
    outbase: 'src',
    outdir: 'dist',
    chunkNames: 'shared/[hash]',
    bundle: true,
    splitting: true,
    packages: 'external',
    // A part of the package: docs/decisions/034.
    alias: { cookie: './node_modules/cookie/dist/index.js' },
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: true,
    logLevel: 'warning',
  })
  copyFileSync(join(root, 'node_modules/cookie/LICENSE'), join(root, 'dist/LICENSE-cookie'))
}
