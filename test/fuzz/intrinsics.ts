import { words } from './words.ts'

/** Built-in classes that data, or the code that reads them, have to do with. */
const CLASSES = words(`
  Object Array Function Map Set Date URL Uint8Array String Number Boolean BigInt Symbol RegExp
  Promise Error SyntaxError
`).map(
  (name) => (globalThis as unknown as Record<string, { prototype: object }>)[name] ?? fail(name),
)

const TYPED_ARRAY = Object.getPrototypeOf(Uint8Array) as { prototype: object }
const HOLDERS = [...CLASSES, TYPED_ARRAY].flatMap((built) => [built, built.prototype])

function fail(name: string): never {
  throw new Error(`there is no ${name}`)
}

/** Everything that the prototypes of built-in classes hold, in a form to compare. */
export function intrinsicsNow(): string {
  return HOLDERS.map(shown).join('\n')
}

const numbers = new WeakMap<object, number>()
let given = 0

function shown(holder: object): string {
  const own = Reflect.ownKeys(holder).map((key) => {
    const descriptor = Object.getOwnPropertyDescriptor(holder, key) ?? {}
    return `${String(key)}:${Object.values(descriptor).map(idOf).join()}`
  })
  return [idOf(Object.getPrototypeOf(holder)), ...own].join(' ')
}

function idOf(value: unknown): string {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) {
    return String(value)
  }
  const number = numbers.get(value) ?? ++given
  numbers.set(value, number)
  return `#${number}`
}
