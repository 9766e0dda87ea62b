/**
 * `unroll/threads/facts`: what a list shows of threads beside their titles.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type { ListFacts } from '../../../../domain/unroll-protocol.ts'
import { nullable } from '../../threads/results.ts'
import { ask } from '../../threads/server.ts'
import { list, required, text } from '../../wire/serde.ts'
import { answer, served } from '../method.ts'

const count = nullable(t.number)

const Facts = t.type(
  {
    ...{ threadId: t.string, turns: count, files: count, linesAdded: count, linesRemoved: count },
    ...{ tokens: count, tokensLowerBound: t.boolean, forks: t.number, rollbacks: count },
    damagedLines: count
  },
  'ListFacts'
)

export const factsRead = served(
  'ThreadFactsParams',
  { threadIds: required(list(text)) },
  t.type({ data: t.readonlyArray(Facts) }, 'ThreadFactsResponse'),
  async ({ threadIds }, call) =>
    E.map((data: ReadonlyArray<ListFacts>) => answer({ data }))(
      await ask(call, (engine) => engine.threadFacts(threadIds))
    )
)
