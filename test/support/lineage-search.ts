/**
 * What is found in threads that continue in several files, as the places of the findings.
 */
import type { Message } from './rpc-client.ts'
import { OCCURRENCE_QUESTIONS } from './search-home.ts'

/** Homes with such threads. */
export const LINEAGE_HOMES = ['compaction-169', 'fork-rollback-169']

/** Turn, item and offset of each finding. */
export type FoundPlaces = ReadonlyArray<readonly [string, string, number]>

/** Asks every question about some threads. */
export const placesFound = async (
  answer: (method: string, params: unknown) => Promise<Message>,
  threadIds: ReadonlyArray<string>
): Promise<ReadonlyArray<FoundPlaces>> => {
  const found: Array<FoundPlaces> = []
  for (const threadId of threadIds)
    for (const question of OCCURRENCE_QUESTIONS) {
      const { result } = await answer('thread/searchOccurrences', { threadId, ...question })
      const told = result as
        | {
            readonly data: ReadonlyArray<{
              readonly turnId: string
              readonly itemId: string
              readonly snippetMatchRange: { readonly start: number }
            }>
          }
        | undefined
      // A refused question finds nothing.
      const data = told?.data ?? []
      found.push(data.map((one) => [one.turnId, one.itemId, one.snippetMatchRange.start]))
    }
  return found
}
