/**
 * Run as a child process: a node that appends to a thread of a store, one event after the other.
 *
 *     append-entry <store> <thread> <name> <count> <expected>
 *
 * `expected` is `revision` (that of the last answer, or of the last refusal) or `any`. Prints `<revision> <name>-<n>` for each event
 * that was acknowledged; what was refused is asked for again. Equal messages at equal revisions come from `<expected>` = `same`: the
 * event at revision n says `same-<n>` whoever appends it, and `<revision> won` or `<revision> lost` is printed. SIGTERM ends it
 * behind the answer it waits for.
 */
import { writeSync } from 'node:fs'
import * as E from 'fp-ts/lib/Either.js'
import { openNode, said } from './node.ts'
import type { ExpectedRevision } from '../../../replay/ports.ts'

const [url = '', thread = '', name = '', count = '0', how = 'any'] = process.argv.slice(2)

/** Of the program, when a server cannot be reached for so long that it gives up. */
const GAVE_UP = 8

let isEnding = false
process.once('SIGTERM', () => (isEnding = true))
const node = await openNode(url)
/** At once, so that a process that is killed has told every answer. */
const print = (text: string): void => void writeSync(1, `${text}\n`)
let expected: ExpectedRevision = how === 'any' ? 'any' : 1
let refusals = 0
for (let n = 0; n < Number(count) && !isEnding;) {
  const at: ExpectedRevision = how === 'same' ? n + 1 : expected
  const message = how === 'same' ? `same-${n + 1}` : `${name}-${n}`
  const answer = await node.append(thread, at, [said(message)])
  if (E.isRight(answer)) {
    const { from, next } = answer.right
    print(how === 'same' ? `${n + 1} won` : `${from.revision} ${message}`)
    if (how === 'revision') expected = next.revision
    n += 1
    continue
  }
  refusals += 1
  // Others were quicker again and again: nothing was appended.
  if (answer.left._tag === 'Busy' && how === 'any') continue
  // Nobody knows whether it was appended.
  if (answer.left._tag === 'StoreUnavailable') process.exit(GAVE_UP)
  if (answer.left._tag !== 'WrongExpectedRevision') throw new Error(JSON.stringify(answer.left))
  if (how === 'revision') expected = answer.left.actual ?? 'stream_exists'
  if (how !== 'same') continue
  print(`${n + 1} lost`)
  n += 1
}
print(`refusals ${refusals}`)
await node.close()
