/**
 * Threads that each hold one changed line among others that show whether it counted.
 */
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Question } from './agreement.ts'
import { FIXTURES } from './fixture-home.ts'
import { BASE } from './mutated-base.ts'
import { OWN_ID, type Mutation } from './mutated-lines.ts'
import type { Message } from './rpc-client.ts'

/**
 * How a thread is kept: `legacy` as up to 0.142, its last turn without a beginning, or `begun`; `paginated` as from 0.151 on, or
 * `continued` behind the lines of another one.
 */
export type Mode = 'legacy' | 'begun' | 'paginated' | 'continued'

/** Whether lines of a thread have numbers and hold whole items. */
export const isPaginated = (mode: Mode): boolean => mode === 'paginated' || mode === 'continued'

/** What stands in a file of a changed line. */
export interface Written extends Pick<Mutation, 'type' | 'text'> {
  readonly mode: Mode
}

/** A changed line, and the kind of thread it is tried in. */
export interface Case extends Mutation {
  readonly mode: Mode
}

const DAY = '2026/11/21'
const AT = '2026-11-21T07:09:43'
const WRITTEN_SECONDS = 1795245000

/** Id of the thread of a changed line. */
export const threadIdOf = (at: number): string =>
  `01a1fcde-0000-7000-8000-${at.toString(16).padStart(12, '0')}`

const member = (value: unknown): string => JSON.stringify(value).slice(1, -1)
const event = (payload: object): string => member({ type: 'event_msg', payload })

const metaOf = (id: string, mode: Mode): string =>
  member({
    type: 'session_meta',
    payload: {
      ...{ session_id: id, id, timestamp: `${AT}.000Z`, cwd: '/workspace/demo', originator: 'lab' },
      ...{ cli_version: '0.142.5', source: 'vscode', model_provider: 'mock' },
      ...(isPaginated(mode) ? { history_mode: 'paginated' } : {})
    }
  })

const said = (
  thread_id: string,
  id: string,
  mode: Mode,
  type: 'user' | 'agent',
  text: string
): string => {
  if (!isPaginated(mode)) return event({ type: `${type}_message`, message: text })
  const content = [
    {
      type: type === 'user' ? 'text' : 'Text',
      text,
      ...(type === 'user' ? { text_elements: [] } : {})
    }
  ]
  const item = { type: type === 'user' ? 'UserMessage' : 'AgentMessage', id, content }
  return event({ type: 'item_completed', thread_id, turn_id: 'text', item, completed_at_ms: 1 })
}

/** The members of the lines of a thread, without their times and numbers. */
const linesOf = (
  id: string,
  { type, text }: Pick<Mutation, 'type' | 'text'>,
  mode: Mode
): ReadonlyArray<string> => {
  const own = text.replaceAll(OWN_ID, id)
  const isMeta = type === 'session_meta'
  return [
    isMeta ? own : metaOf(id, mode),
    event({ type: 'task_started', turn_id: 'text', started_at: 1795244983 }),
    said(id, 'first', mode, 'user', 'one'),
    ...(isMeta ? [] : [own]),
    said(id, 'second', mode, 'agent', 'two'),
    event({ type: 'task_complete', turn_id: 'text', completed_at: 1795244984, duration_ms: 1000 }),
    ...(!isPaginated(mode)
      ? [
          ...(mode === 'begun' ? [event({ type: 'task_started', turn_id: 'next' })] : []),
          said(id, 'third', mode, 'user', 'three')
        ]
      : [
          event({ type: 'task_started', turn_id: 'next', started_at: 1795244985 }),
          event({ type: 'task_complete', turn_id: 'next', completed_at: 1795244986 })
        ])
  ]
}

/** Writes members of lines, each with its time, as a file of a home. */
const writeLines = (
  home: string,
  id: string,
  lines: ReadonlyArray<string>,
  firstOrdinal: number | null
): void => {
  const folder = join(home, 'sessions', DAY)
  mkdirSync(folder, { recursive: true })
  const path = join(folder, `rollout-2026-11-21T07-09-43-${id}.jsonl`)
  const timed = lines.map((text, place) => {
    const number = firstOrdinal === null ? '' : `"ordinal":${firstOrdinal + place},`
    return `{"timestamp":"${AT}.${String(place).padStart(3, '0')}Z",${number}${text}}\n`
  })
  writeFileSync(path, timed.join(''))
  utimesSync(path, WRITTEN_SECONDS, WRITTEN_SECONDS)
}

/** Writes the thread of one changed line into a home. */
const writeThread = (home: string, at: number, { mode, ...line }: Written): void => {
  const id = threadIdOf(at)
  const first = mode === 'continued' ? BASE.lines.length : 0
  writeLines(home, id, linesOf(id, line, mode), isPaginated(mode) ? first : null)
}

/** Writes a legacy thread of these members of lines behind its metadata. */
export const writeLegacy = (home: string, at: number, lines: ReadonlyArray<string>): void => {
  const id = threadIdOf(at)
  writeLines(home, id, [metaOf(id, 'legacy'), ...lines], null)
}

/** Writes a home in which every changed line has a thread. */
export const writeHome = (home: string, cases: ReadonlyArray<Written>): void => {
  const provider = '[model_providers.mock]\nname = "mock"\nbase_url = "http://127.0.0.1:9/v1"\n'
  writeFileSync(join(home, 'config.toml'), `model_provider = "mock"\nmodel = "lab-a"\n${provider}`)
  cases.forEach((one, at) => writeThread(home, at, one))
  if (!cases.some(({ text }) => text.includes(BASE.id))) return
  const path = join(home, 'sessions', DAY, BASE.file)
  writeFileSync(path, BASE.text)
  utimesSync(path, WRITTEN_SECONDS, WRITTEN_SECONDS)
}

/** What is asked about the thread of a changed line. */
export const questionsOf = (id: string, era: string): ReadonlyArray<Question> => [
  { method: 'thread/read', params: { threadId: id, includeTurns: true } },
  ...(era === '0.169'
    ? [
        {
          method: 'thread/turns/list',
          params: { threadId: id, limit: 50, sortDirection: 'asc', itemsView: 'full' }
        }
      ]
    : []),
  {
    method: 'thread/turns/list',
    params: { threadId: id, limit: 50, sortDirection: 'asc', itemsView: 'summary' }
  }
]

/** What the process that answers knows of a thread, and times of files. */
const IN_PROCESS = new Set([
  'environments',
  'canAcceptDirectInput',
  'readState',
  'recencyAt',
  'updatedAt'
])
/** Of a thread that was resumed the process shows its own settings. */
const OF_SESSION = new Set(['model', 'reasoningEffort', 'sessionId'])
/** An answer without what differs from run to run. */
export const told = (home: string, message: Message, mode: Mode): unknown =>
  JSON.parse(
    JSON.stringify(message, (key, value: unknown) =>
      IN_PROCESS.has(key) ||
      (key === 'status' && typeof value === 'object') ||
      (isPaginated(mode) && OF_SESSION.has(key))
        ? undefined
        : value
    )
      .replaceAll(home, '$HOME')
      .replaceAll(/01a1fcde-0000-7000-8000-[0-9a-f]{12}/g, '$THREAD')
  )

/** What Codex answered about changed lines, by version. */
export const RECORDINGS = join(FIXTURES, 'mutated-lines')

/** One changed line and what Codex answered about its thread. */
export interface Recorded extends Written {
  readonly name: string
  readonly answers: ReadonlyArray<unknown>
}
