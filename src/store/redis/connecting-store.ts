import { StoreError, type StoreOperation } from '../../errors.ts'
import type { SessionRecord } from '../../record/record.ts'
import type {
  EndAnswer,
  Ending,
  Expected,
  Listing,
  ReadAnswer,
  RemoveAnswer,
  ReplaceAnswer,
  ScanStep,
  Store,
  Subscription,
  Touch,
  TouchAnswer,
} from '../store.ts'
import { type Extras, storeOf } from './store-of.ts'
import { type LoadPackage, loadInstalled, openClient } from './clients.ts'
import type { Connection } from './connection.ts'
import type { Opened } from './own-client.ts'

/** A store that makes its client itself: at the first use, once, until it is closed. */
export class ConnectingStore implements Store {
  readonly #connection: Connection
  readonly #extras: Extras
  readonly #load: LoadPackage
  #opened: Promise<Opened> | undefined
  #store: Store | undefined
  #closing: Promise<void> | undefined

  constructor(connection: Connection, extras: Extras = {}, load: LoadPackage = loadInstalled) {
    this.#connection = connection
    this.#extras = extras
    this.#load = load
  }

  /** Once the connection is there, requests use the store behind it, with nothing in between. */
  for(): Store {
    return this.#closing === undefined ? (this.#store ?? this) : this
  }

  now(): number {
    return this.#store?.now() ?? Date.now()
  }

  measureClock(): Promise<void> | undefined {
    if (this.#store !== undefined) return this.#store.measureClock?.()
    return this.#first('client', async (store) => store.measureClock?.())
  }

  read(key: string): Promise<ReadAnswer> {
    return this.#use('read', (store) => store.read(key))
  }

  create(key: string, record: SessionRecord): Promise<'created' | 'taken'> {
    return this.#use('create', (store) => store.create(key, record))
  }

  replace(key: string, expected: Expected, record: SessionRecord): Promise<ReplaceAnswer> {
    return this.#use('replace', (store) => store.replace(key, expected, record))
  }

  touch(key: string, touch: Touch): Promise<TouchAnswer> {
    return this.#use('touch', (store) => store.touch(key, touch))
  }

  remove(key: string, principal: string | null): Promise<RemoveAnswer> {
    return this.#use('remove', (store) => store.remove(key, principal))
  }

  end(key: string, ending: Ending): Promise<EndAnswer> {
    return this.#use('end', async (store) => store.end?.(key, ending) ?? 'absent')
  }

  enlist(key: string, listing: Listing): Promise<'listed' | readonly string[]> {
    return this.#use('enlist', async (store) => store.enlist?.(key, listing) ?? 'listed')
  }

  listed(key: string): Promise<readonly string[]> {
    return this.#use('listed', async (store) => store.listed?.(key) ?? [])
  }

  delist(key: string, members: readonly string[]): Promise<void> {
    return this.#use('delist', async (store) => store.delist?.(key, members))
  }

  async *scan(prefix: string): AsyncGenerator<ScanStep> {
    const store = await this.#use('scan', async (ready) => ready)
    if (store.scan !== undefined) yield* store.scan(prefix)
  }

  readForeign(key: string): Promise<string | undefined> {
    return this.#use('read', async (store) => store.readForeign?.(key))
  }

  removeForeign(key: string): Promise<void> {
    return this.#use('remove', async (store) => store.removeForeign?.(key))
  }

  /** Connects nothing: a read comes first. */
  watch(key: string, changed: () => void): Subscription | undefined {
    return this.#closing === undefined ? this.#store?.watch?.(key, changed) : undefined
  }

  /** Ends the connection, also one that is still being made. */
  close(): Promise<void> {
    this.#closing ??= this.#end()
    return this.#closing
  }

  /** Once the connection is there, nothing is added to an operation but this call. */
  #use<T>(operation: StoreOperation, use: (store: Store) => Promise<T>): Promise<T> {
    if (this.#store === undefined || this.#closing !== undefined) return this.#first(operation, use)
    return use(this.#store)
  }

  async #first<T>(operation: StoreOperation, use: (store: Store) => Promise<T>): Promise<T> {
    if (this.#closing === undefined) this.#store = await this.#open()
    if (this.#closing !== undefined) throw new StoreError(operation, 'the store is closed')
    return use(this.#store as Store)
  }

  async #open(): Promise<Store> {
    this.#opened ??= openClient(this.#connection, this.#load)
    try {
      const { client, attempted } = await this.#opened
      await attempted
      return storeOf(client, this.#extras) as Store
    } catch (error) {
      this.#opened = undefined
      throw error
    }
  }

  async #end(): Promise<void> {
    const opened = await this.#opened?.catch(() => undefined)
    await Promise.all([this.#store?.close?.(), opened?.client.close()])
  }
}
