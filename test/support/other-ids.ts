/**
 * A home with rollouts whose metadata has another id than their name, and what is asked of it.
 */
import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { removeFolder } from './fixture-home.ts'
import type { Message } from './rpc-client.ts'
import {
  emptyHome,
  idOf,
  linesOf,
  metaLine,
  rolloutPath,
  userLine,
  writeRollout
} from './rollouts.ts'

const CONFIG = `model_provider = "mock"
model = "m"
[features]
goals = true
[model_providers.mock]
name = "mock"
base_url = "http://127.0.0.1:1/v1"
`
const MODIFIED_S = 1777630000
/** Ids that only metadata has: one file's, and two files'. */
export const [LISTED, SHARED] = [idOf(91), idOf(92)] as const

/** The number of each file, the id in its metadata, and what was said in it. */
type Files = ReadonlyArray<readonly [number, string, string]>

const EACH: Files = [
  [1, LISTED, 'another id'],
  [2, SHARED, 'the first of two'],
  [3, SHARED, 'the last of two'],
  [4, idOf(4), 'its own id']
]
/** The metadata of one have the id that another one is named after. */
const CROSSED: Files = [
  [5, idOf(6), 'five says six'],
  [6, idOf(6), 'six']
]

/** Makes a home of such files; unless said otherwise one of another id, and two of the same other id. */
export const otherIdsHome = (files = EACH): string => {
  const home = emptyHome()
  writeFileSync(join(home, 'config.toml'), CONFIG)
  for (const [n, id, said] of files) {
    const path = rolloutPath(home, idOf(n), n)
    writeRollout(path, linesOf([metaLine(id), userLine(said)]))
    utimesSync(path, MODIFIED_S, MODIFIED_S)
  }
  return home
}

/** What is asked, in this order: Codex mends rows of its database as it finds their files. */
export const OTHER_IDS_QUESTIONS: ReadonlyArray<readonly [string, object]> = [
  ['thread/list', { limit: 9, useStateDbOnly: true }],
  ...[LISTED, idOf(1), idOf(3), SHARED].flatMap(
    (threadId): ReadonlyArray<readonly [string, object]> => [
      ['thread/read', { threadId }],
      ['thread/read', { threadId, includeTurns: true }],
      ['thread/turns/list', { threadId }],
      ['getConversationSummary', { conversationId: threadId }]
    ]
  ),
  ['thread/list', { limit: 9 }]
]

/** Which thread an answer is about: its id, the end of its path, its preview and what was said in it. */
export const whichThreads = (answer: Message): unknown => {
  const facts = (value: unknown): unknown => {
    const { conversationId, id, path, preview, turns, items } = value as Record<string, any> // oxlint-disable-line typescript/no-explicit-any
    if (items !== undefined) return items.map((item: { content: unknown }) => item.content)
    return [conversationId ?? id, path.slice(-17), preview, ...(turns ?? []).map(facts)]
  }
  const result = answer['result'] as
    | { readonly thread?: object; readonly summary?: object; readonly data?: ReadonlyArray<object> }
    | undefined
  return result === undefined
    ? answer
    : (result.data ?? [result.thread ?? result.summary]).map(facts)
}

type Question = readonly [method: string, params: Readonly<Record<string, unknown>>]

/** Questions for a home that nobody has used before. */
export interface Changes {
  readonly name: string
  readonly files: Files
  readonly questions: ReadonlyArray<Question>
}

const item = (text: string) => ({
  type: 'message',
  role: 'user',
  content: [{ type: 'input_text', text }]
})

const inject = (threadId: string): Question => [
  'thread/inject_items',
  { threadId, items: [item('injected')] }
]
const facts = (threadId: string): ReadonlyArray<Question> => [
  ['thread/metadata/update', { threadId, gitInfo: { branch: 'b' } }],
  ['thread/memoryMode/set', { threadId, mode: 'disabled' }]
]
const goal = (threadId: string): ReadonlyArray<Question> => [
  ['thread/goal/set', { threadId, objective: 'be found', status: 'paused' }],
  ['thread/goal/get', { threadId }],
  ['thread/goal/clear', { threadId }]
]
const name = (threadId: string): Question => ['thread/name/set', { threadId, name: 'named' }]
const read = (threadId: string): Question => ['thread/read', { threadId, includeTurns: true }]
const resume = (threadId: string): Question => ['thread/resume', { threadId }]
const live = (threadId: string): ReadonlyArray<Question> => [
  ['thread/rollback', { threadId, numTurns: 1 }],
  ['turn/interrupt', { threadId, turnId: 'x' }],
  ['turn/steer', { threadId, expectedTurnId: 'x', input: [{ type: 'text', text: 'q' }] }],
  ['thread/timeline/list', { threadId }],
  ['thread/unsubscribe', { threadId }]
]
const LIST: Question = ['thread/list', { limit: 9 }]
const ARCHIVED: Question = ['thread/list', { limit: 9, archived: true }]
const LOADED: Question = ['thread/loaded/list', {}]

const [FILE, FIRST, LAST] = [idOf(1), idOf(2), idOf(3)] as const
const moved = (threadId: string): ReadonlyArray<Question> => [
  ['thread/archive', { threadId }],
  LIST,
  ARCHIVED,
  ['thread/unarchive', { threadId }],
  LIST
]

/** How threads are changed and loaded by the id in their metadata, and by that of their file. */
export const OTHER_IDS_CHANGES: ReadonlyArray<Changes> = [
  {
    name: 'changed by the id in the metadata',
    files: EACH,
    questions: [name(LISTED), ...goal(LISTED), ...facts(LISTED), inject(LISTED), read(LISTED), LIST]
  },
  {
    name: 'changed by the id of the file',
    files: EACH,
    questions: [...goal(FILE), ...facts(FILE), inject(FILE), name(FILE), read(LISTED)]
  },
  {
    name: 'loaded by the id in the metadata',
    files: EACH,
    questions: [
      resume(LISTED),
      LOADED,
      read(FILE),
      inject(FILE),
      ...facts(FILE),
      ...live(FILE),
      inject(LISTED),
      name(LISTED),
      ...goal(LISTED),
      ...facts(LISTED),
      ...live(LISTED),
      LOADED,
      LIST
    ]
  },
  {
    name: 'loaded by the id of the file',
    files: EACH,
    questions: [
      resume(FILE),
      LOADED,
      resume(LISTED),
      LOADED,
      inject(FILE),
      inject(LISTED),
      read(FILE)
    ]
  },
  {
    name: 'loaded one of two',
    files: EACH,
    questions: [resume(FIRST), LOADED, read(SHARED), inject(SHARED), resume(SHARED), LOADED]
  },
  {
    name: 'loaded the last of two',
    files: EACH,
    questions: [resume(LAST), LOADED, inject(SHARED)]
  },
  { name: 'loaded any of two', files: EACH, questions: [resume(SHARED), LOADED, inject(SHARED)] },
  {
    name: 'loaded by the name of another file',
    files: CROSSED,
    questions: [resume(idOf(6)), LOADED, inject(idOf(6)), inject(idOf(5))]
  },
  {
    name: 'loaded with the name of another file',
    files: CROSSED,
    questions: [resume(idOf(5)), LOADED, read(idOf(6)), inject(idOf(6)), inject(idOf(5))]
  },
  ...[LISTED, FILE, SHARED, FIRST].flatMap((id): ReadonlyArray<Changes> => [
    { name: `forked ${id}`, files: EACH, questions: [['thread/fork', { threadId: id }]] },
    { name: `archived ${id}`, files: EACH, questions: moved(id) },
    { name: `deleted ${id}`, files: EACH, questions: [['thread/delete', { threadId: id }], LIST] }
  ])
]

/** The lines of each rollout of a home, by the end of its path. */
export const linesIn = (home: string): ReadonlyMap<string, ReadonlyArray<string>> =>
  new Map(
    (readdirSync(home, { recursive: true }) as Array<string>)
      .filter((path) => /^(?:archived_)?sessions\/.*\.jsonl$/.test(path))
      .map((path) => [
        path.replace(/sessions\/.*(?=.{17}$)/, 'sessions/'),
        readFileSync(join(home, path), 'utf8').trimEnd().split('\n')
      ])
  )

/** Methods that are asked to write; what else is written to a loaded thread is up to its session. */
const WRITERS = /inject_items|metadata|memoryMode|rollback/

const IN_HOME = /(?<=`).*(?=\/(?:archived_)?sessions\/)/g

/* eslint-disable @typescript-eslint/no-explicit-any -- JSON nobody typed */

const shownThread = (thread: Readonly<Record<string, any>>, isFork: boolean): unknown => [
  ...(isFork ? [thread['forkedFromId']] : [thread['id'], thread['path'].slice(-17)]),
  thread['preview'],
  isFork ? null : thread['name'],
  thread['gitInfo']?.branch ?? null,
  thread['status'].type,
  (thread['turns'] ?? []).map(({ items }: { readonly items: ReadonlyArray<any> }) =>
    items.map(({ content }) => content?.[0]?.text)
  )
]

const shownResult = (method: string, answer: Message): unknown => {
  const error = answer['error'] as { readonly message: string } | undefined
  if (error !== undefined) return { ...error, message: error.message.replace(IN_HOME, '') }
  const result = answer['result'] as Readonly<Record<string, any>>
  const { thread, data, goal: shown } = result
  if (thread !== undefined) return shownThread(thread, method === 'thread/fork')
  if (data !== undefined)
    return data.map((one: string | object) =>
      typeof one === 'string' ? one : shownThread(one, false)
    )
  return shown == null ? result : [shown.threadId, shown.objective, shown.status]
}

/* eslint-enable @typescript-eslint/no-explicit-any */

/** The thread of each notification about changes that a client asked for. */
const noticesOf = (method: string, messages: ReadonlyArray<Message>): unknown =>
  method === 'thread/fork'
    ? []
    : messages.flatMap(({ method: told, params }) => {
        const { threadId, status } = (params ?? {}) as {
          readonly threadId?: string
          readonly status?: { readonly type: string }
        }
        return typeof told === 'string' && /^thread\/(?!tokenUsage|settings)/.test(told)
          ? [[told, threadId, ...(status === undefined ? [] : [status.type])]]
          : []
      })

/** The effect of a question: its answer, the notifications, and which files were added, removed or written to. */
export const changedBy = (
  method: string,
  messages: ReadonlyArray<Message>,
  before: ReturnType<typeof linesIn>,
  now: ReturnType<typeof linesIn>
): unknown => {
  const response = messages.find((message) => !('method' in message)) ?? {}
  const isFork = method === 'thread/fork'
  const files = [...new Set([...before.keys(), ...now.keys()])].sort().flatMap((path) => {
    const [old, lines] = [before.get(path), now.get(path)]
    if (isFork && old === undefined)
      return (lines ?? [])
        .map((line) => JSON.parse(line).payload.forked_from_id ?? null)
        .slice(0, 1)
    if (old === undefined) return [`+${path}`]
    if (lines === undefined) return [`-${path}`]
    return lines.length > old.length && WRITERS.test(method) ? [path] : []
  })
  return [shownResult(method, response), noticesOf(method, messages), files]
}

/** Asks all questions, each list of a home of its own; `serve` begins to serve one. */
export const changesAnswered = async (
  serve: (home: string) => Promise<{
    readonly ask: (method: string, params: unknown) => Promise<ReadonlyArray<Message>>
    readonly stop: () => Promise<void>
  }>,
  isAsked: (method: string) => boolean
): Promise<Readonly<Record<string, ReadonlyArray<unknown>>>> => {
  const all: Record<string, ReadonlyArray<unknown>> = {}
  for (const { name: what, files, questions } of OTHER_IDS_CHANGES) {
    const home = otherIdsHome(files)
    const served = await serve(home)
    const answers: Array<unknown> = []
    for (const [method, params] of questions.filter(([asked]) => isAsked(asked))) {
      const before = linesIn(home)
      const messages = await served.ask(method, params)
      answers.push([
        method,
        params['threadId'] ?? null,
        ...(changedBy(method, messages, before, linesIn(home)) as ReadonlyArray<unknown>)
      ])
    }
    await served.stop()
    removeFolder(home)
    if (answers.length > 0) all[what] = answers
  }
  return all
}

const SINCE: Readonly<Record<string, ReadonlyArray<string>>> = {
  '0.130': ['thread/rollback'],
  '0.142': ['thread/rollback', 'thread/delete'],
  '0.169': ['thread/delete', 'thread/timeline/list']
}
const NOT_IN_ALL: ReadonlySet<string> = new Set(Object.values(SINCE).flat())

/** Whether a version has a method that is asked here. */
export const hasMethod =
  (version: string) =>
  (method: string): boolean =>
    !NOT_IN_ALL.has(method) || SINCE[version.slice(0, 5)]?.includes(method) === true
