/**
 * A home of threads that a list shows in one era only: metadata that come again with other facts, and threads that another
 * spawned and in which nothing was said; and what is asked of it.
 */
import { utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ProfileName } from '../../domain/log/profile.ts'
import { SOURCE_KINDS } from '../../projections/thread-row.ts'
import type { Message } from './rpc-client.ts'
import { emptyHome, idOf, linesOf, rolloutPath, writeRollout } from './rollouts.ts'

type Members = Readonly<Record<string, unknown>>
type Said = readonly [type: string, payload: Members]

interface Made {
  readonly metas: ReadonlyArray<Members>
  readonly said: ReadonlyArray<Said>
}

const event = (type: string, members: Members = {}): Said => ['event_msg', { type, ...members }]
const user = (message: string): Said => event('user_message', { message })
const goal = (objective: string): Said => {
  const counts = { tokenBudget: null, tokensUsed: 0, timeUsedSeconds: 0 }
  const times = { createdAt: 1_777_000_000, updatedAt: 1_777_000_000 }
  const told = { threadId: idOf(1), objective, status: 'active', ...counts, ...times }
  return event('thread_goal_updated', { threadId: idOf(1), goal: told })
}

const twice = (first: Members, second: Members): Made => ({
  metas: [first, { ...first, ...second }],
  said: [user('hello')]
})
const SPAWNED: Members = {
  source: { subagent: { thread_spawn: { parent_thread_id: idOf(1), depth: 1, agent_path: null } } }
}
const spawned = (...said: ReadonlyArray<Said>): Made => ({ metas: [SPAWNED], said })

const GIT = { commit_hash: 'aaaa', branch: 'one', repository_url: 'https://git.invalid/1' }
const [ONE, OTHER] = [
  {
    ...{ cli_version: '1.1.1', agent_nickname: 'Ann', agent_role: 'scout', thread_source: 'user' },
    ...{ forked_from_id: idOf(2), parent_thread_id: idOf(2) }
  },
  {
    ...{ cli_version: '2.2.2', agent_nickname: 'Bob', agent_role: 'critic' },
    ...{ thread_source: 'subagent', forked_from_id: idOf(3), parent_thread_id: idOf(3) }
  }
]

const MADE: ReadonlyArray<Made> = [
  { metas: [{}], said: [user('hello')] },
  twice({}, { source: 'exec', cwd: '/other', model_provider: 'other', originator: 'y' }),
  twice({ source: 'exec' }, { source: 'cli' }),
  twice({ source: { internal: 'memory_consolidation' } }, { source: 'exec' }),
  twice({ source: { custom: 'house' } }, { source: 'exec' }),
  twice({ source: { subagent: { other: 'guardian' } } }, { source: 'exec' }),
  twice({ git: GIT }, { git: { branch: 'later' } }),
  twice({ git: GIT }, { git: null }),
  twice({}, { git: { branch: 'later' } }),
  twice(ONE, OTHER),
  twice({}, OTHER),
  twice({ ...SPAWNED, agent_nickname: 'Ann', agent_role: 'scout' }, { source: 'exec' }),
  twice({ ...SPAWNED, agent_nickname: 'Ann', agent_role: 'scout' }, { agent_nickname: 'Bob' }),
  twice({ source: 'exec' }, { ...SPAWNED, agent_nickname: 'Bob', agent_role: 'critic' }),
  { metas: [{ thread_source: 'subagent' }], said: [user('  ')] },
  { metas: [{ source: { subagent: { other: 'guardian' } } }], said: [] },
  spawned(),
  spawned(event('agent_message', { message: 'nobody asked' })),
  spawned(user('  ')),
  spawned(goal('  ')),
  spawned(user('spawned'))
]

const FIRST_MS = Date.parse('2026-05-01T10:00:00.000Z')
const iso = (second: number): string => new Date(FIRST_MS + second * 1000).toISOString()

const linesFor = (
  { metas, said }: Made,
  n: number,
  isPaginated: boolean
): ReadonlyArray<string> => {
  const id = idOf(n)
  const [first, ...later] = metas.map((members): Said => {
    const payload = { id, timestamp: iso(n), cwd: '/w', originator: 'x', cli_version: '0.130.0' }
    const mode = isPaginated ? { history_mode: 'paginated' } : {}
    return [
      'session_meta',
      { ...payload, source: 'cli', model_provider: 'mock', ...mode, ...members }
    ]
  })
  const turn = [
    event('task_started', { turn_id: 't1', model_context_window: null }),
    ...said,
    event('task_complete', { turn_id: 't1', last_agent_message: null })
  ]
  return [...(first === undefined ? [] : [first]), ...turn, ...later].map(([type, payload], at) =>
    JSON.stringify({
      timestamp: iso(n + at / 10),
      ...(isPaginated ? { ordinal: at } : {}),
      ...{ type, payload }
    })
  )
}

const CONFIG = `model_provider = "mock"
model = "m"
[model_providers.mock]
name = "mock"
base_url = "http://127.0.0.1:1/v1"
`

const modesOf = (profile: ProfileName): ReadonlyArray<boolean> =>
  profile === '0.169' ? [false, true] : [false]

const madeFor = (profile: ProfileName) =>
  modesOf(profile).flatMap((isPaginated, mode) =>
    MADE.map((made, at) => ({ made, isPaginated, n: mode * MADE.length + at + 1 }))
  )

/** Makes the home; for 0.169 with each thread in the old and in the new kind of history. */
export const toldTwiceHome = (profile: ProfileName): string => {
  const home = emptyHome()
  writeFileSync(join(home, 'config.toml'), CONFIG)
  for (const { made, isPaginated, n } of madeFor(profile)) {
    const path = rolloutPath(home, idOf(n), n)
    writeRollout(path, linesOf(linesFor(made, n, isPaginated)))
    // Codex lets times of files grow that are less than a second apart.
    const seconds = FIRST_MS / 1000 + 100 + n * 3
    utimesSync(path, seconds, seconds)
  }
  return home
}

/** What is asked: lists of every kind, and each thread in each way. */
export const toldTwiceQuestions = (
  profile: ProfileName,
  home: string
): ReadonlyArray<readonly [string, object]> => {
  const every = { modelProviders: [], limit: 100 }
  const below = { ...every, parentThreadId: idOf(1) }
  return [
    ['thread/list', every],
    ['thread/list', { ...every, sourceKinds: SOURCE_KINDS }],
    ['thread/list', { ...every, sourceKinds: SOURCE_KINDS, cwd: '/w' }],
    ...(profile === '0.130' ? [] : ([['thread/list', below]] as const)),
    ...madeFor(profile).flatMap(({ n }): ReadonlyArray<readonly [string, object]> => [
      ['thread/read', { threadId: idOf(n) }],
      ['getConversationSummary', { conversationId: idOf(n) }],
      ['getConversationSummary', { rolloutPath: rolloutPath(home, idOf(n), n) }]
    ])
  ]
}

const MEMBERS = [
  ...['id', 'conversationId', 'preview', 'source', 'cwd', 'gitInfo', 'modelProvider', 'originator'],
  ...['cliVersion', 'createdAt', 'agentNickname', 'agentRole', 'forkedFromId', 'parentThreadId'],
  ...['threadSource', 'timestamp', 'updatedAt']
]

/** The members of an answer that metadata tell, a row for each thread; times without the milliseconds that Codex lets grow. */
export const toldOf = (answer: Message): unknown => {
  const told = (value: object): unknown =>
    MEMBERS.map((name) => (value as Members)[name] ?? null).map((member) =>
      typeof member === 'string' ? member.replace(/\.\d{3}Z$/, 'Z') : member
    )
  const result = answer['result'] as
    | { readonly thread?: object; readonly summary?: object; readonly data?: ReadonlyArray<object> }
    | undefined
  return result === undefined
    ? answer
    : (result.data ?? [result.thread ?? result.summary ?? {}]).map(told)
}
