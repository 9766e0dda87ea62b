/**
 * The reducer told what the servers of the recorded runs were told: it posts what they posted, key by key.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { eventsOfLine, type PostedEvent } from '../../domain/analytics/envelope.ts'
import { reduceFact } from '../../domain/analytics/reducer.ts'
import { NO_ANALYTICS } from '../../domain/analytics/state.ts'
import { contractOf } from '../../domain/analytics/vocabulary.ts'
import { factsOfCapture } from '../support/captured-facts.ts'

const LEDGER = join(import.meta.dirname, '..', 'fixtures', 'ledger')

const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex')

const captureOf = (run: string): ReadonlyArray<PostedEvent> =>
  readFileSync(join(LEDGER, run, 'analytics.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => {
      const events = eventsOfLine(line)
      return E.isRight(events) ? events.right : assert.fail(events.left)
    })

describe('golden: the analytics reducer', () => {
  // Two versions that write to one home post two contracts; each alone is here.
  const runs = readdirSync(LEDGER).filter((run) => !/^(up|down)graded-from-|-over-/.test(run))
  for (const run of runs) {
    it(`posts what Codex posted in ${run}, members in the same order`, () => {
      const { codex } = JSON.parse(readFileSync(join(LEDGER, run, 'truth.json'), 'utf8')) as {
        codex: string
      }
      const captured = captureOf(run)
      const rendering = { contract: contractOf(codex), sha1 }
      const posted: Array<unknown> = []
      let state = NO_ANALYTICS
      for (const fact of factsOfCapture(captured)) {
        const [next, events] = reduceFact(state, fact, rendering)
        state = next
        posted.push(...events.map(({ payload }) => payload))
      }
      assert.deepEqual(
        posted.map((event) => JSON.stringify(event)),
        captured.map((event) => JSON.stringify(event))
      )
    })
  }
})
