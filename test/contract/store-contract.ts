import { afterAll, beforeAll, describe } from 'vitest'

import { givenOf } from './given.ts'
import { describeReadAndCreate } from './read-create-contract.ts'
import type { Subject } from './records.ts'
import { describeRemoveAndExpiry } from './remove-expiry-contract.ts'
import { describeReplace } from './replace-contract.ts'
import { describeTouch } from './touch-contract.ts'

/** The contract of src/store/store.ts and rules 9 to 14 of the protocol, for any store. */
export function describeStoreContract(name: string, makeSubject: () => Promise<Subject>): void {
  describe(name, () => {
    let subject: Subject | undefined
    beforeAll(async () => {
      subject = await makeSubject()
    })
    afterAll(async () => subject?.end?.())

    const given = givenOf(() => subject as Subject)
    describeReadAndCreate(given)
    describeReplace(given)
    describeTouch(given)
    describeRemoveAndExpiry(given)
  })
}
