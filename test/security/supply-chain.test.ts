import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

interface Manifest {
  readonly dependencies?: Record<string, string>
  readonly devDependencies?: Record<string, string>
  readonly optionalDependencies?: Record<string, string>
  readonly bundleDependencies?: unknown
  readonly scripts?: Record<string, string>
  readonly files?: readonly string[]
  readonly peerDependencies?: Record<string, string>
  readonly peerDependenciesMeta?: Record<string, { readonly optional?: boolean }>
}

interface Locked {
  readonly resolved?: string
  readonly integrity?: string
  readonly link?: boolean
  readonly dev?: boolean
  readonly devOptional?: boolean
  readonly peer?: boolean
}

const root = new URL('../../', import.meta.url)

function read(file: string): unknown {
  return JSON.parse(readFileSync(new URL(file, root), 'utf8'))
}

function manifestIn(folder: string): Manifest {
  return read(`${folder}package.json`) as Manifest
}

const manifest = manifestIn('')
const { packages } = read('package-lock.json') as { packages: Record<string, Locked> }

test('THREATS T21: whoever installs the package gets no other; one, pinned, is a part of it', () => {
  const { dependencies, optionalDependencies, bundleDependencies, devDependencies } = manifest
  expect([dependencies, optionalDependencies, bundleDependencies]).toEqual(Array(3).fill(undefined))
  expect(devDependencies?.['cookie']).toBe('1.1.1')
  const installed = Object.entries(packages).filter(
    ([path, { dev, devOptional, peer }]) => path !== '' && !dev && !devOptional && !peer,
  )
  expect(installed).toEqual([])
  expect(manifestIn('node_modules/cookie/').dependencies).toBeUndefined()
})

test('THREATS T21: frameworks and clients are asked for, never installed', () => {
  const { peerDependencies = {}, peerDependenciesMeta = {} } = manifest
  const forced = Object.keys(peerDependencies).filter(
    (name) => peerDependenciesMeta[name]?.optional !== true,
  )
  expect(forced).toEqual([])
})

test('THREATS T21: installing runs nothing', () => {
  const automatic = Object.keys(manifest.scripts ?? {}).filter((script) =>
    /^(pre|post)?install$|^(pre|post)?prepare$/.test(script),
  )
  expect(automatic).toEqual([])
})

test('THREATS T21: the lock file names every package by its hash, and no host', () => {
  for (const [path, { resolved, integrity, link }] of Object.entries(packages)) {
    if (path === '' || link === true) continue
    expect([path, integrity]).toEqual([path, expect.stringMatching(/^sha512-/)])
    expect([path, resolved ?? '']).toEqual([path, expect.not.stringMatching(/:/)])
  }
})

test('THREATS T21: the package holds what was built, and nothing of the workshop', () => {
  expect(manifest.files?.filter((file) => !/^(dist|docs|[A-Z]+(\.md)?)$/.test(file))).toEqual([])
  const built = readdirSync(new URL('src', root), { recursive: true, encoding: 'utf8' })
  expect(built.filter((file) => /\.(node|wasm|sh)$/.test(file))).toEqual([])
})
