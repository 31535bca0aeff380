/** What tests of single stores take from the suite that all stores pass. */
export {
  comparable,
  EVERY_BYTE,
  fresh,
  ODD_PRINCIPALS,
  PAYLOADS,
  recordOf,
  successor,
  touchId,
} from '../../src/testing/store/records.ts'
export { expectedOf } from '../../src/store/store.ts'
