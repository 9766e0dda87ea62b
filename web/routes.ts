/**
 * Addresses of the page: every state that is worth a link is one. What no page knows is left out, so a link from elsewhere can ask for
 * nothing but a page.
 */

/** A point of a thread, as it stands in an address: `rev:40`, `turn:ID`, `time:MS`. */
export type PointInAddress =
  | { readonly revision: number }
  | { readonly turnId: string }
  | { readonly timeMs: number }

/** Views of one thread. */
export const THREAD_VIEWS = ['turns', 'timeline', 'context', 'events', 'files', 'diff'] as const
export type ThreadView = (typeof THREAD_VIEWS)[number]

/** Pages about the whole home. */
export const HOME_PAGES = [
  'search',
  'usage',
  'tools',
  'plugins',
  'audit',
  'health',
  'storage',
  'log',
  'about'
] as const
export type HomePage = (typeof HOME_PAGES)[number]

export type PageRoute =
  | { readonly page: 'threads'; readonly query: Query }
  | { readonly page: HomePage; readonly query: Query }
  | {
      readonly page: 'thread'
      readonly threadId: string
      readonly view: ThreadView
      readonly turnId: string | null
      readonly itemId: string | null
      readonly at: PointInAddress | null
      readonly query: Query
    }
  | { readonly page: 'unknown'; readonly query: Query }

/** What follows the question mark, by name; empty values are left out. */
export type Query = Readonly<Record<string, string>>

const ID = /^[\w-]{1,64}$/

/** Reads `rev:40`, `turn:ID` or `time:MS`; null for anything else. */
export const parsePoint = (text: string | undefined): PointInAddress | null => {
  const [, kind, value = ''] = /^(rev|turn|time):(.+)$/.exec(text ?? '') ?? []
  if (kind === 'turn') return ID.test(value) ? { turnId: value } : null
  if (!/^\d{1,16}$/.test(value)) return null
  return kind === 'rev' ? { revision: Number(value) } : { timeMs: Number(value) }
}

export const printPoint = (at: PointInAddress): string => {
  if ('revision' in at) return `rev:${at.revision}`
  return 'turnId' in at ? `turn:${at.turnId}` : `time:${at.timeMs}`
}

const queryOf = (search: string): Query =>
  Object.fromEntries([...new URLSearchParams(search)].filter(([, value]) => value !== ''))

const isOneOf = <A extends string>(names: ReadonlyArray<A>, text: string): text is A =>
  (names as ReadonlyArray<string>).includes(text)

const threadRoute = (parts: ReadonlyArray<string>, hash: string, query: Query): PageRoute => {
  const unknown = { page: 'unknown', query } as const
  const [threadId = '', second, third, ...rest] = parts
  if (!ID.test(threadId) || rest.length > 0) return unknown
  const turnId = second === 'turn' ? (third ?? '') : null
  const view = second === undefined || second === 'turn' ? 'turns' : second
  if (turnId !== null && !ID.test(turnId)) return unknown
  if (!isOneOf(THREAD_VIEWS, view) || (second !== 'turn' && third !== undefined)) return unknown
  const item = decoded(hash.replace(/^#/, ''))
  const itemId = item === '' || item.startsWith('ticket=') ? null : item
  return { page: 'thread', threadId, view, turnId, itemId, at: parsePoint(query['at']), query }
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}

/** Reads an address. */
export const parseRoute = (path: string, search = '', hash = ''): PageRoute => {
  const query = queryOf(search)
  const [first = '', ...parts] = path
    .split('/')
    .filter((part) => part !== '')
    .map(decoded)
  if (first === '') return { page: 'threads', query }
  if (first === 't') return threadRoute(parts, hash, query)
  return isOneOf(HOME_PAGES, first) && parts.length === 0
    ? { page: first, query }
    : { page: 'unknown', query }
}

/** A path with a query; values that are null or empty are left out. */
export const hrefOf = (
  path: string,
  query: Readonly<Record<string, string | null | undefined>> = {},
  hash = ''
): string => {
  const kept = Object.entries(query).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== ''
  )
  const search = new URLSearchParams(kept).toString()
  return `${path}${search === '' ? '' : `?${search}`}${hash === '' ? '' : `#${encodeURIComponent(hash)}`}`
}

/** Where a thread is, or a turn or an item of it. */
export const threadHref = (
  threadId: string,
  {
    view = 'turns',
    turnId,
    itemId,
    at,
    find
  }: {
    readonly view?: ThreadView
    readonly turnId?: string | null
    readonly itemId?: string | null
    readonly at?: PointInAddress | null
    /** What is marked in the thread. */
    readonly find?: string | null
  } = {}
): string => {
  const base = `/t/${encodeURIComponent(threadId)}`
  const place = turnId ? `${base}/turn/${encodeURIComponent(turnId)}` : base
  const path = view === 'turns' ? place : `${base}/${view}`
  return hrefOf(path, { at: at ? printPoint(at) : null, find: find ?? null }, itemId ?? '')
}
