import { FAILED, type HeadersToAdd } from './response-headers.ts'

/** What stands before the first byte of a response: one for each set of sessions. */
export interface FirstByte {
  /**
   * Asked once, when the first byte is about to leave. A plain value defers nothing. With a
   * promise the response is held until every commit has settled. `status` is the one about to be
   * sent; `complete` tells whether the whole response is (`end` without a call before it).
   */
  commit(status: number, complete: boolean): HeadersToAdd | Promise<HeadersToAdd>
  /**
   * This commit failed. The application's response was dropped and its headers removed; write an
   * error response. Calls on the response go straight through.
   *
   * `complete` tells whose calls come later. True: the application had called `end`, so whatever
   * comes until the next `end` is the error response, which may take its time. False: the
   * application was still writing, so the error response must be written before this returns (a
   * plain one is when it was not) and whatever comes later is swallowed.
   *
   * Whoever is still writing sees what it sees when a client goes away: `write` answers false and
   * no 'drain' comes, callbacks get `error`, 'close' ends a pipe(). There is no 'error' event.
   */
  failed(error: unknown, complete: boolean): void
}

/** What came of asking: the headers each commit needs, and the first that failed. */
export interface Answers {
  additions: HeadersToAdd[]
  failure?: { of: FirstByte; error: unknown }
}

/** Asks every commit, in order. A promise comes back only when one of them answered with one. */
export function askAll(
  firstBytes: FirstByte[],
  status: number,
  complete: boolean,
): Answers | Promise<Answers> {
  const [first, ...others] = firstBytes
  if (first !== undefined && others.length === 0) return askOnly(first, status, complete)
  const answers = firstBytes.map((firstByte) => ask(firstByte, status, complete))
  if (answers.some(isPromise)) {
    return collect(
      firstBytes,
      answers.map((answer) => Promise.resolve(answer)),
    )
  }
  return { additions: answers as HeadersToAdd[] }
}

/** Nearly always there is one. */
function askOnly(of: FirstByte, status: number, complete: boolean): Answers | Promise<Answers> {
  const answer = ask(of, status, complete)
  if (!isPromise(answer)) return { additions: [answer] }
  return answer.then(
    (addition) => ({ additions: [addition] }),
    (error: unknown) => ({ additions: [FAILED], failure: { of, error } }),
  )
}

function ask(
  firstByte: FirstByte,
  status: number,
  complete: boolean,
): HeadersToAdd | Promise<HeadersToAdd> {
  try {
    return firstByte.commit(status, complete)
  } catch (error) {
    return Promise.reject(error)
  }
}

async function collect(
  firstBytes: FirstByte[],
  answers: Promise<HeadersToAdd>[],
): Promise<Answers> {
  const settled = await Promise.allSettled(answers)
  const additions = settled.map((one) => (one.status === 'fulfilled' ? one.value : FAILED))
  const refused = settled.findIndex((one) => one.status === 'rejected')
  if (refused < 0) return { additions }
  const { reason } = settled[refused] as PromiseRejectedResult
  return { additions, failure: { of: firstBytes[refused] as FirstByte, error: reason } }
}

export function isPromise<T extends object>(answer: T | Promise<T>): answer is Promise<T> {
  return 'then' in answer
}
