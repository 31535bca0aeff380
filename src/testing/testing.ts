export { type FakeClock, fakeClock } from './fake-clock.ts'
export { type SignedInOptions, signedIn } from './signed-in.ts'
export type { ConformanceCase } from './conformance.ts'
export { type MakeStore, type StoreFixture, storeConformance } from './store/conformance.ts'
export {
  type Keeps,
  type Kept,
  type SerializerClaims,
  type SerializerPair,
  serializerConformance,
} from './serializer/conformance.ts'
