/**
 * A thread in which something was found, with the first places.
 */
import type { Thread } from '../../../domain/protocol.ts'
import { visible } from '../../parts/ansi.ts'
import { hrefOf, threadHref, type Query } from '../../routes.ts'
import { Ago } from '../../parts/ago.tsx'
import { useAnswer } from '../../state/answer.ts'
import type { FoundPlace } from '../../wire/answers.ts'
import { folderOf } from '../threads/folders.ts'
import { placeParams } from './asked.ts'

const SNIPPETS = 3
const TITLE_CHARACTERS = 160

const PARTS: Readonly<Record<string, string>> = {
  user: 'asked',
  agent: 'answered',
  reasoning: 'reasoning',
  tools: 'call',
  outputs: 'output',
  diffs: 'change'
}

/** A snippet, with what was searched for marked. */
const Marked = ({ snippet, snippetMatchRange: { start, end } }: FoundPlace) => (
  <>
    {visible(snippet.slice(0, start))}
    <mark>{visible(snippet.slice(start, end))}</mark>
    {visible(snippet.slice(end))}
  </>
)

interface PlacesAnswer {
  readonly data: ReadonlyArray<FoundPlace>
  readonly nextCursor: string | null
}

export const Result = ({ thread, query }: { readonly thread: Thread; readonly query: Query }) => {
  const { id, cwd } = thread
  const find = query['q'] ?? ''
  const params = { threadId: id, ...placeParams(query), limit: SNIPPETS }
  const { value } = useAnswer<PlacesAnswer>('thread/searchOccurrences', params)
  const updatedMs = thread.updatedAt * 1000
  return (
    <section class="result">
      <h2>
        <a href={hrefOf(threadHref(id), { find })} dir="auto" data-result>
          {visible((thread.name ?? thread.preview).slice(0, TITLE_CHARACTERS)) || 'Untitled thread'}
        </a>
        <span class="dim details">
          <span title={cwd}>{visible(folderOf(cwd))}</span>
          <Ago timeMs={updatedMs} />
        </span>
      </h2>
      <ul class="places">
        {value?.data.map((place) => (
          <li key={`${place.itemId} ${place.snippetMatchRange.start} ${place.snippet}`}>
            <a
              href={hrefOf(threadHref(id, { turnId: place.turnId }), { find }, place.itemId)}
              dir="auto"
              data-result
            >
              {place.part === undefined ? null : (
                <span class="part">{PARTS[place.part] ?? place.part}</span>
              )}
              <Marked {...place} />
            </a>
          </li>
        ))}
      </ul>
      {(value?.nextCursor ?? null) === null ? null : (
        <a class="more-places" href={hrefOf(threadHref(id), { find })} data-result>
          More places in this thread
        </a>
      )}
    </section>
  )
}
