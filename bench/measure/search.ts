/**
 * thread/search: a page of what was said in the home. The first search of all is measured too: unroll indexes the text
 * then, Codex reads every file every time.
 */
import { interleaved, withServer, withServers, type Suite } from './context.ts'
import { measure } from './rounds.ts'
import { emptyRow, type Row } from './rows.ts'
import type { Ask, Session, Variant } from './session.ts'

const PAGE = 25
const TERMS: ReadonlyArray<readonly [string, string]> = [
  ['common word', 'replay'],
  ['two words', 'page cursor'],
  ['no hit', 'zzqxjkabsent']
]

/** Another limit makes another page. */
const LIMITS = 10

const search = (searchTerm: string, nth = 0): Ask => ({
  method: 'thread/search',
  params: { searchTerm, limit: PAGE - (nth % LIMITS) }
})

const required = async ({ connection }: Session, { method, params }: Ask) => {
  const reply = await connection.call(method, params)
  if (reply.error !== null) throw new Error(reply.error)
  return reply
}

const RARE_CHARACTERS = 48

/** The beginning of the newest thread: as good as nobody else said that. */
const rareTerm = async (session: Session): Promise<string> => {
  const reply = await required(session, { method: 'thread/list', params: { limit: 1 } })
  const [{ preview = '' } = {}] = reply.result().data ?? []
  return String(preview).replaceAll(/\s+/g, ' ').slice(0, RARE_CHARACTERS).trim()
}

/** Every server lists the home, so that only the search itself is left to do. */
const firstSearch: Suite = async (context) => {
  const row = emptyRow('thread/search', 'the first of a home', 'ms')
  const ask = search('zzqxjkabsent')
  return [
    await interleaved(context, Math.min(3, context.runs), row, async (server) => {
      if (server.forget === null) return null
      server.forget()
      return withServer(context, 'first search', server, async (session) => {
        const list = { method: 'thread/list', params: { limit: 1, sortKey: 'updated_at' } }
        await required(session, list)
        return (await required(session, ask)).ms
      })
    })
  ]
}

/** thread/search: the first, then words that are rare, common or not there. */
export const searches: Suite = async (context) => {
  const first = await firstSearch(context)
  const rows = await withServers(context, 'searches', async (sessions): Promise<Row[]> => {
    const [some] = sessions
    if (some === undefined) return []
    const terms = [['rare words', await rareTerm(some)] as const, ...TERMS]
    const variants = terms.map(([name, term]): Variant => ({
      name,
      ask: (_, nth) => search(term, nth)
    }))
    for (const session of sessions)
      for (const [, term] of terms) await required(session, search(term)).catch(() => null)
    const effort = { rounds: 3 * context.runs, budgetMs: context.budgetMs }
    return measure('thread/search', sessions, variants, effort)
  })
  return [...first, ...rows]
}
