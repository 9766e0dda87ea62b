/**
 * A home with a goal that a Codex wrote into its log, without the database that Codex knows goals from; and what is asked of it.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
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
[model_providers.mock]
name = "mock"
base_url = "http://127.0.0.1:1/v1"
[features]
goals = true
`
const WRITTEN_AT = 1777630000

/** Has no goal, the second one has one in its log, the third one gets one without being loaded. */
const [BARE, WRITTEN, UNLOADED] = [idOf(1), idOf(2), idOf(3)] as const

const goalLine = (threadId: string): string =>
  JSON.stringify({
    timestamp: '2026-05-01T10:00:02.000Z',
    type: 'event_msg',
    payload: {
      type: 'thread_goal_updated',
      threadId,
      goal: {
        ...{ threadId, objective: 'in the log', status: 'active', tokensUsed: 1 },
        ...{ timeUsedSeconds: 2, createdAt: WRITTEN_AT, updatedAt: WRITTEN_AT }
      }
    }
  })

export const goalHome = (): string => {
  const home = emptyHome()
  writeFileSync(join(home, 'config.toml'), CONFIG)
  const lay = (threadId: string, second: number, lines: ReadonlyArray<string>): void =>
    writeRollout(rolloutPath(home, threadId, second), linesOf([metaLine(threadId), ...lines]))
  lay(BARE, 1, [userLine('one')])
  lay(WRITTEN, 2, [userLine('two'), goalLine(WRITTEN)])
  lay(UNLOADED, 3, [userLine('three')])
  return home
}

/** What one process is asked. */
export const GOAL_QUESTIONS: ReadonlyArray<readonly [string, object]> = [
  ['thread/goal/get', { threadId: WRITTEN }],
  ['thread/goal/clear', { threadId: WRITTEN }],
  ['thread/goal/set', { threadId: WRITTEN, status: 'paused' }],
  ['thread/resume', { threadId: WRITTEN, excludeTurns: true }],
  ['thread/resume', { threadId: BARE, excludeTurns: true }],
  ['thread/goal/set', { threadId: BARE, objective: 'loaded', status: 'paused' }],
  ['thread/goal/clear', { threadId: BARE }],
  ['thread/goal/clear', { threadId: BARE }],
  ['thread/goal/get', { threadId: UNLOADED }],
  ['thread/goal/set', { threadId: UNLOADED, objective: 'kept', status: 'paused', tokenBudget: 9 }],
  ['thread/goal/set', { threadId: WRITTEN, objective: 'anew', status: 'paused' }]
]

/** What the next process of the home is asked. */
export const LATER_QUESTIONS: typeof GOAL_QUESTIONS = [
  ['thread/goal/get', { threadId: BARE }],
  ['thread/goal/get', { threadId: WRITTEN }],
  ['thread/goal/get', { threadId: UNLOADED }],
  ['thread/resume', { threadId: UNLOADED, excludeTurns: true }]
]

/** The messages of one request that are about goals; times of the day of the recording are `now`. */
export const aboutGoals = (messages: ReadonlyArray<Message>): ReadonlyArray<unknown> => {
  const told = messages.flatMap((message): ReadonlyArray<unknown> => {
    const { id: _, jsonrpc: __, ...rest } = message
    const { method, result } = rest as { method?: string; result?: { thread?: unknown } }
    if (method !== undefined) return method.startsWith('thread/goal/') ? [rest] : []
    return [result?.thread === undefined ? rest : { result: 'a thread' }]
  })
  const text = JSON.stringify(told)
  return JSON.parse(
    text.replace(
      /("(?:createdAt|updatedAt|emittedAtMs)":)(\d+)/g,
      (whole, name: string, at: string) => (Number(at) === WRITTEN_AT ? whole : `${name}"now"`)
    )
  ) as ReadonlyArray<unknown>
}

/** How many lines about goals each log holds: of the thread that was loaded, the one with a goal, and the one that never was loaded. */
export const goalLineCounts = (home: string): ReadonlyArray<number> =>
  [BARE, WRITTEN, UNLOADED].map(
    (threadId, at) =>
      readFileSync(rolloutPath(home, threadId, at + 1), 'utf8').split('_goal_').length - 1
  )

/** What is recorded of a Codex. */
export interface RecordedGoalAnswers {
  readonly answers: ReadonlyArray<ReadonlyArray<unknown>>
  readonly lineCounts: ReadonlyArray<number>
}
