/**
 * The reducer, given what the servers of the recorded runs were given, posts what they posted, key by key.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { reduceFact } from '../../domain/ledgers/analytics/reducer.ts'
import { NO_ANALYTICS } from '../../domain/ledgers/analytics/state.ts'
import { factsOfCapture } from '../support/captured-facts.ts'
import { capturedIn, contractsIn, LEDGER, under } from '../support/captured-runs.ts'

const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex')

describe('golden: the analytics reducer', () => {
  for (const run of readdirSync(LEDGER)) {
    it(`posts what Codex posted in ${run}, members in the same order`, () => {
      const all = capturedIn(run)
      for (const contract of contractsIn(all)) {
        const captured = under(all, contract)
        const rendering = { contract, sha1 }
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
      }
    })
  }
})
