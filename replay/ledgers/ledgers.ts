/**
 * The ledgers of an engine. Their code is loaded with the first question: most processes never ask one, and start sooner.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { StoreError } from '../../domain/errors.ts'
import { once } from '../../domain/once.ts'
import type { Ledgers } from './families.ts'
import { guardedRows } from '../guarded.ts'
import type { LedgerParts, Safely } from './ledger.ts'

export type { Ledgers } from './families.ts'

/** Every question, once. */
const QUESTIONS: Readonly<Record<keyof Ledgers, true>> = {
  usage: true,
  usageRows: true,
  tools: true,
  toolsSummary: true,
  blame: true,
  patches: true,
  auditTrail: true,
  auditExport: true,
  approvals: true,
  reviews: true,
  plugins: true,
  pluginHistory: true,
  recordPlugins: true,
  pluginUse: true,
  analytics: true
}

type Question = (...given: ReadonlyArray<unknown>) => TaskEither<StoreError, unknown>

const isRows = (answer: unknown): answer is AsyncIterable<unknown> =>
  typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer

/** The ledgers of an engine. */
export const ledgersOf = (parts: LedgerParts, safely: Safely): Ledgers => {
  const load = once(async () => (await import('./families.ts')).familiesOf(parts, safely))
  const asked =
    (name: keyof Ledgers): Question =>
    (...given) =>
    async () => {
      const question = (await load())[name] as Question
      const answer = await question(...given)()
      return E.isRight(answer) && isRows(answer.right)
        ? E.right(guardedRows(parts, answer.right))
        : answer
    }
  const names = Object.keys(QUESTIONS) as ReadonlyArray<keyof Ledgers>
  return Object.fromEntries(names.map((name) => [name, asked(name)])) as unknown as Ledgers
}
