/** `search_history`: where something was said or done. */
import type { Engine, FoundThread, Occurrence } from '../../../replay/engine.ts'
import type { SearchPart } from '../../../domain/thread/search/parts.ts'
import { filled } from '../budget.ts'
import { got, rangeOf, type History } from '../history.ts'
import { z, type Infer } from '../sdk.ts'
import { currentThread, directoryOf, EVERYTHING, titleOf } from '../threads.ts'
import { clean, cwdArg, limitArg, noticeOut, sinceArg, timeOut, tool, untilArg } from '../tool.ts'
import { code, isoOf, NOTICE, partsOf, quoted, turnUri } from '../words.ts'

const ROLES = {
  user: ['user'],
  agent: ['agent'],
  tool: ['tools', 'outputs', 'diffs']
} as const satisfies Readonly<Record<string, ReadonlyArray<SearchPart>>>

const AROUND = 200
const SNIPPET_MAX = 2 * AROUND + 200
/** Places that are told of one thread, so that one does not fill the answer. */
const PER_THREAD = 3

const hitOut = z.object({
  thread: z.string(),
  title: z.string(),
  turn: z.string(),
  item: z.string(),
  at: timeOut,
  archived: z.boolean(),
  snippet: z.string(),
  uri: z.string()
})
type HitOut = Infer<typeof hitOut>

/** The words around the place where a term stands; the shorter snippet of the search where it is not found as it is. */
const around = (text: string, term: string, otherwise: string): string => {
  const at = text.toLowerCase().indexOf(term.toLowerCase())
  if (at === -1) return otherwise
  const [from, until] = [Math.max(0, at - AROUND), Math.min(text.length, at + term.length + AROUND)]
  return `${from > 0 ? '…' : ''}${text.slice(from, until)}${until < text.length ? '…' : ''}`
}

const hitOf = async (
  history: History,
  { thread }: FoundThread,
  { turnId, itemId, turnCursor, snippet }: Occurrence,
  query: string,
  archived: boolean
): Promise<HitOut> => {
  const engine = await history.engine()
  const at = { cursor: turnCursor, limit: 1, sortDirection: 'asc', itemsView: 'notLoaded' } as const
  const turn = got(await engine.listTurns(thread.id, at)()).data.find(({ id }) => id === turnId)
  const [found] = got(await engine.readItems(thread.id, turnId, [itemId])())
  const { said, gave } = found === undefined ? { said: '', gave: '' } : partsOf(found.item)
  // Without secrets before it is cut out, so that none is cut in two and missed.
  const text = history.redact(`${said}\n${gave}`.trim())
  return {
    thread: thread.id,
    title: titleOf(history, thread),
    turn: turnId,
    item: itemId,
    at: isoOf(turn?.startedAt == null ? null : turn.startedAt * 1000),
    archived,
    snippet: clean(history, around(text, query, snippet), SNIPPET_MAX),
    uri: turnUri(thread.id, turnId)
  }
}

interface SearchAsked {
  readonly query: string
  readonly parts: ReadonlyArray<SearchPart>
  readonly times: { readonly sinceMs?: number; readonly untilMs?: number }
  readonly left: number
}

/** Threads that hold the term, of some directories or of all, active ones and archived ones. */
const threadsWith = async (
  engine: Engine,
  { query, parts, times, left }: SearchAsked,
  cwd: ReadonlyArray<string> | undefined
): Promise<ReadonlyArray<{ readonly found: FoundThread; readonly archived: boolean }>> => {
  const all: Array<{ found: FoundThread; archived: boolean }> = []
  for (const archived of [false, true]) {
    const request = { ...EVERYTHING, ...times, searchTerm: query, parts, archived, limit: left }
    const page = got(
      await engine.searchThreads({ ...request, ...(cwd === undefined ? {} : { cwd }) })()
    )
    all.push(...page.data.map((found) => ({ found, archived })))
  }
  return all
}

const hitLine = ({ thread, turn, title, at, snippet }: HitOut): string =>
  `- ${at ?? ''} thread ${code(thread)}, turn ${code(turn)}, in the thread:\n${quoted(title)}\n>\n${quoted(snippet)}`

/** Every hit, those of the client's directories first. */
export const hits = async (
  history: History,
  search: Omit<SearchAsked, 'left'>,
  { cwd, limit, withCurrent }: { cwd: string | undefined; limit: number; withCurrent: boolean }
): Promise<ReadonlyArray<HitOut>> => {
  const engine = await history.engine()
  const named = directoryOf(cwd)
  const here = named === undefined ? await history.directories() : [named]
  const current = withCurrent ? null : await currentThread(history)
  const known = new Set(current?.running === true ? [current.dated.thread.id] : [])
  const all: Array<HitOut> = []
  const scopes = [...(here.length > 0 ? [here] : []), ...(named === undefined ? [undefined] : [])]
  for (const scope of scopes) {
    // One more, because the current one may be among them.
    const left = limit + 1
    for (const { found, archived } of await threadsWith(engine, { ...search, left }, scope)) {
      const { id } = found.thread
      if (all.length >= limit) return all.slice(0, limit)
      if (known.has(id)) continue
      known.add(id)
      const { query: searchTerm, parts, times } = search
      const asked = { ...times, searchTerm, parts, limit: PER_THREAD }
      for (const place of got(await engine.searchOccurrences(id, asked)()).data)
        all.push(await hitOf(history, found, place, searchTerm, archived))
    }
  }
  return all.slice(0, limit)
}

export const searchHistory = tool({
  name: 'search_history',
  title: 'Search history',
  description:
    'Finds where something was said or done in earlier threads: what people asked, what agents answered, or (role tool) commands, outputs and diffs. Threads of your directory come first; the running one is left out.',
  input: z.object({
    query: z.string().min(1).max(500).describe('A text; letter case does not count.'),
    cwd: cwdArg,
    role: z
      .enum(['user', 'agent', 'tool'])
      .optional()
      .describe('Who said it. Default: people and agents.'),
    since: sinceArg,
    until: untilArg,
    limit: limitArg(20, 10),
    include_current: z.boolean().default(false).describe('Also the thread that is running.')
  }),
  output: z.object({
    notice: noticeOut,
    hits: z.array(hitOut),
    left_out: z.number().int().describe('Hits that did not fit; narrow the search.')
  }),
  answer: async (history, { query, cwd, role, since, until, limit, include_current }) => {
    const parts = role === undefined ? [...ROLES.user, ...ROLES.agent] : ROLES[role]
    const search = { query, parts, times: rangeOf(history, since, until) }
    const found = await hits(history, search, { cwd, limit, withCurrent: include_current })
    const { rows, left } = filled(found, history.maxChars, hitLine)
    const told = rows.length === 0 ? 'Nothing was found.' : rows.map(hitLine).join('\n\n')
    const next =
      rows.length === 0
        ? ''
        : '\n\nRead around a hit with read_thread (from_turn: the id of the turn).'
    return {
      data: { notice: NOTICE, hits: [...rows], left_out: left },
      text: `${told}${left === 0 ? '' : `\n\n${left} hits did not fit.`}${next}`
    }
  }
})
