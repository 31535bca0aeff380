/** What tests of single stores take from the suite that all stores pass. */
export {
  comparable,
  EVERY_BYTE,
  expecting,
  fresh,
  ODD_PRINCIPALS,
  PAYLOADS,
  recordOf,
  successor,
  touchId,
} from '../../src/testing/store/records.ts'
