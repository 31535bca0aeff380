import { expect, test } from 'vitest'
import { RecentlyVerified } from './recently-verified.ts'

const MOST = 4096

function credential(id: string) {
  return { id, family: 'f', edition: 0, familyHash: 'h', key: id, signedByFirst: true }
}

function fill(recent: RecentlyVerified, from: number, to: number): void {
  for (let at = from; at < to; at++) noteTwice(recent, `other ${at}`, 'other')
}

function noteTwice(recent: RecentlyVerified, value: string, id: string): void {
  for (let times = 0; times < 2; times++) recent.note('sid', value, credential(id))
}

test('a cookie that is verified once is not remembered', () => {
  const recent = new RecentlyVerified()
  recent.note('sid', 'value', credential('mine'))
  expect(recent.find('sid', 'value')).toBeUndefined()
})

test('a cookie is found under the name it was verified for, and under no other', () => {
  const recent = new RecentlyVerified()
  noteTwice(recent, 'value', 'mine')
  expect(recent.find('sid', 'value')).toEqual(credential('mine'))
  expect(recent.find('__Host-sid', 'value')).toBeUndefined()
  expect(recent.find('sid', 'another value')).toBeUndefined()
})

test('the cookies remembered are bounded: the oldest go', () => {
  const recent = new RecentlyVerified()
  noteTwice(recent, 'value', 'mine')
  fill(recent, 0, MOST + 1)
  expect(recent.find('sid', 'value')).toBeUndefined()
  const remembered = Array.from({ length: MOST + 1 }, (_, at) => recent.find('sid', `other ${at}`))
  expect(remembered.filter((found) => found !== undefined).length).toBeLessThanOrEqual(MOST)
})

test('a cookie in use stays, however many others come', () => {
  const recent = new RecentlyVerified()
  noteTwice(recent, 'value', 'mine')
  for (let round = 0; round < 10; round++) {
    fill(recent, 1000 * round, 1000 * (round + 1))
    expect(recent.find('sid', 'value')).toEqual(credential('mine'))
  }
})

test('cookies that were only asked for push nothing out', () => {
  const recent = new RecentlyVerified()
  noteTwice(recent, 'value', 'mine')
  for (let at = 0; at < 3 * MOST; at++) recent.find('sid', `forged ${at}`)
  expect(recent.find('sid', 'value')).toEqual(credential('mine'))
})
