// What a real Codex found in a made home and in recorded ones, asked again in strict mode; whole responses are compared.
// The names of the cases are those of the peer's own tests.
import { expect } from 'chai'
import { join } from 'node:path'
import type { ProfileName } from '../../domain/log/profile.ts'
import { copyHome, FIXTURES, placed, readJson, removeFolder } from '../support/fixture-home.ts'
import { initialized, type Message } from '../support/rpc-client.ts'
import { searchHome, type Question } from '../support/search-home.ts'

interface Step extends Question {
  readonly response: Message
}

interface Recording {
  readonly threads: ReadonlyArray<Step>
  readonly occurrences: ReadonlyArray<{
    readonly home: string
    readonly steps: ReadonlyArray<Step>
  }>
}

const recordingOf = (version: string): Recording =>
  readJson(join(FIXTURES, 'search', `${version}.json`)) as Recording

// 0.169 keeps recency and update times in its database, which is not beside the files.
const comparable = (profile: ProfileName, response: unknown): unknown =>
  JSON.parse(
    JSON.stringify(response, (key, value: unknown) =>
      profile === '0.169' && ['recencyAt', 'updatedAt'].includes(key) ? undefined : value
    )
  )

// Codex takes the marks of Markdown out of what it searches for places; unroll shows texts as they are.
const MARKS = /[#`*]|(^|\s)- /
interface Place {
  readonly snippet?: string
}
const withoutMarked = (answered: unknown, other: unknown): unknown => {
  const places = (answered as { result?: { data?: ReadonlyArray<Place> } }).result?.data ?? []
  const copy = JSON.parse(JSON.stringify(other)) as { result?: { data?: Array<object> } }
  const { data } = copy.result ?? {}
  places.forEach(({ snippet = '' }, i) => {
    if (data?.[i] === undefined || !MARKS.test(snippet)) return
    data[i] = { ...data[i], snippet: '', snippetMatchRange: null }
  })
  return copy
}
const isCompared = (profile: ProfileName, { params }: Step): boolean =>
  profile !== '0.169' || params['sortKey'] !== 'recency_at'

const replay = async (home: string, profile: ProfileName, steps: ReadonlyArray<Step>) => {
  const client = await initialized(home, { profile })
  try {
    const asked = placed(steps, home).filter((step) => isCompared(profile, step))
    for (const { method, params, response } of asked) {
      const answered = comparable(profile, placed(await client.ask(method, params), home))
      const [mine, theirs] = [answered, comparable(profile, response)].map((one) =>
        method === 'thread/searchOccurrences' ? withoutMarked(answered, one) : one
      )
      expect({ params, response: mine }).to.deep.equal({ params, response: theirs })
    }
  } finally {
    await client.close()
    removeFolder(home)
  }
}

const ESCAPED = /["\\\n\t]/
const BRANCHES = ['', '  ']

const caseOf = ({ params }: Step): string => {
  const { searchTerm, sourceKinds } = params
  if (sourceKinds !== undefined) return 'thread_search_filters_by_source_kind'
  if (typeof searchTerm === 'string' && ESCAPED.test(searchTerm))
    return 'thread_search_matches_json_escaped_content'
  return Object.keys(params).length === 1 && !BRANCHES.includes(searchTerm as string)
    ? 'thread_search_returns_content_matches'
    : 'search_threads (empty term, bad cursor, no match, snippet, paging, names)'
}

describe('places in the history that a thread took over from another one', () => {
  it('are found, as by Codex 0.169.0', async () => {
    const home = copyHome('walk-1-169')
    const client = await initialized(home, { profile: '0.169' })
    const threadId = '01a1fd0c-63e6-7ba2-8a6b-d945beaad922'
    const { result } = await client.ask('thread/searchOccurrences', { threadId, searchTerm: 'THE' })
    const { data } = result as { readonly data: ReadonlyArray<Readonly<Record<string, unknown>>> }
    const inherited = data.filter(({ turnId }) => turnId === '01a1fd0c-5ae7-71b0-ba14-8baa517e9e95')
    expect(inherited.map(({ turnCursor: _, ...place }) => place)).to.deep.include({
      turnId: '01a1fd0c-5ae7-71b0-ba14-8baa517e9e95',
      itemId: '01a1fd0c-5af5-7851-a417-4e450ca8de34',
      snippet: 'Please sort the tidy trellis twice a week',
      snippetMatchRange: { start: 12, end: 15 }
    })
    await client.close()
    removeFolder(home)
  })
})

for (const version of ['0.142.5', '0.169.0']) {
  describe(`strict searches are those of Codex ${version}`, () => {
    const { threads, occurrences } = recordingOf(version)
    const profile = version.slice(0, 5) as ProfileName
    for (const name of [...new Set(threads.map(caseOf))])
      it(name, () =>
        replay(
          searchHome(),
          profile,
          threads.filter((step) => caseOf(step) === name)
        )
      )
    for (const { home, steps } of occurrences)
      it(`every place in the threads of ${home}`, () => replay(copyHome(home), profile, steps))
  })
}
