/**
 * What the sources of imported threads say that they spent, as rows of the usage ledger. Another program may have counted these
 * tokens already, so they are part of a report only where somebody asks for them.
 */
import { importTurnId, type ImportedSource, type SourceSpend } from '../../imports/provenance.ts'
import type { Spend } from './spend.ts'
import { tokensOf } from './tokens.ts'

const spendOf = (
  { threadId, at: readAt }: ImportedSource,
  spend: SourceSpend,
  sequence: number
): Spend => ({
  threadId,
  sequence,
  kind: 'imported',
  rule: 'source',
  certainty: 'recorded',
  tokens: tokensOf({
    input_tokens: spend.inputTokens,
    cached_input_tokens: spend.cachedInputTokens,
    output_tokens: spend.outputTokens,
    reasoning_output_tokens: 0
  }),
  cacheWriteInputTokens: spend.cacheWriteInputTokens,
  turnId: spend.turn === null ? null : importTurnId(spend.turn),
  responseId: null,
  model: spend.model,
  provider: null,
  effort: null,
  serviceTier: null,
  occurredAtMs: spend.at === null ? Date.parse(readAt) : spend.at * 1000,
  rolledBack: false,
  aborted: false,
  // A place in the source, which is no part of the thread.
  place: { revision: -1, segment: -1, offsetBytes: spend.offsetBytes }
})

/**
 * The spends of a source that are not in `counted` yet, and which then are: sessions repeat answers of others that they continue, and
 * a session may have become two threads. `first` is the number of the first one.
 */
export const importedSpends = (
  source: ImportedSource,
  counted: Set<string>,
  first: number
): ReadonlyArray<Spend> => {
  const own = source.spends.filter(({ key, offsetBytes }) => {
    const name = key ?? `${source.sourcePath} ${offsetBytes}`
    const isNew = !counted.has(name)
    counted.add(name)
    return isNew
  })
  return own.map((spend, at) => spendOf(source, spend, first + at))
}
