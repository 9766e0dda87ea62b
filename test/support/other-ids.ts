/**
 * A home with rollouts whose metadata has another id than their name, and what is asked of it.
 */
import { utimesSync, writeFileSync } from 'node:fs'
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
`
const MODIFIED_S = 1777630000
/** An id that only metadata has. */
const [LISTED, SHARED] = [idOf(91), idOf(92)] as const

/** Makes the home: a file of another id, and two of the same other id. */
export const otherIdsHome = (): string => {
  const home = emptyHome()
  writeFileSync(join(home, 'config.toml'), CONFIG)
  for (const [n, id, said] of [
    [1, LISTED, 'another id'],
    [2, SHARED, 'the first of two'],
    [3, SHARED, 'the last of two'],
    [4, idOf(4), 'its own id']
  ] as const) {
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

/** Which thread an answer tells of: its id, the end of its path, its preview and what was said in it. */
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
