import { decodeData } from '../../src/record/codec.ts'
import { formatRecord, parseRecord } from '../../src/record/record-format.ts'
import { recordBytes } from '../../test/support/record-bytes.ts'
import { encode } from '../../src/record/serialize.ts'
import { type Size, account } from '../http/account.ts'
import { recordOf } from './sample.ts'
import type { Part } from './compare.ts'

function partsOf(size: Size, calls: number): Part[] {
  const data = account(size)
  const json = Buffer.from(JSON.stringify(data))
  const stored = recordBytes(recordOf(encode(data)))
  return [
    {
      name: `read ${size} KB`,
      calls,
      works: {
        'JSON.parse of the bytes': () => JSON.parse(json.toString()),
        'Sojourn, the record': () => parseRecord(stored),
        'Sojourn, the record and its data': () => {
          const record = parseRecord(stored)
          return typeof record === 'string' ? record : decodeData(record.data)
        },
      },
    },
    {
      name: `write ${size} KB`,
      calls,
      works: {
        'JSON.stringify': () => JSON.stringify(data),
        'Sojourn, the record': () => formatRecord(recordOf(encode(data))),
      },
    },
  ]
}

export const record: readonly Part[] = [
  ...partsOf(1.2, 1000),
  ...partsOf(10, 200),
  ...partsOf(64, 40),
]
