/**
 * The writing half of an engine for tests of the app-server: it does to the files what a client then can see, and no
 * more. What exactly an engine writes is tested where that engine is.
 */
import * as E from 'fp-ts/lib/Either.js'
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  unlinkSync,
  utimesSync,
  writeFileSync
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { v7 } from 'uuid'
import type { Writes } from '../../adapters/rpc/writes.ts'
import { dayOf } from '../../adapters/jsonl/place.ts'
import type { JsonObject } from '../../domain/json.ts'
import type { Goal } from '../../domain/mutations.ts'
import type { NewEvent } from '../../domain/new-event.ts'
import type { Engine } from '../../replay/engine.ts'
import type { Written } from '../../replay/mutations.ts'

const eventOf = (type: string, payload: JsonObject): NewEvent => ({
  timestamp: new Date().toISOString(),
  type,
  payload
})

const nameOf = ({ startedAtMs, threadId }: { startedAtMs: number; threadId: string }): string => {
  const iso = new Date(startedAtMs - new Date(startedAtMs).getTimezoneOffset() * 60000)
  return `rollout-${iso.toISOString().slice(0, 19).replaceAll(':', '-')}-${threadId}.jsonl`
}

/** An engine that can also write; what it can do by itself it does. */
export const withStandInWrites = (engine: Engine, home: string): Engine & Writes => ({
  ...standIns(engine, home),
  ...engine
})

const standIns = (engine: Engine, home: string): Writes => {
  const goals = new Map<string, Goal>()
  const pathOf = (threadId: string): string => {
    const located = engine.locate(threadId)
    if (E.isLeft(located)) throw new Error(`no rollout of ${threadId}`)
    return located.right.path
  }
  const append = (threadId: string, ...events: ReadonlyArray<NewEvent>): Written => {
    const path = pathOf(threadId)
    const text = readFileSync(path, 'utf8')
    const last = JSON.parse(text.trimEnd().split('\n').pop() ?? '{}') as { ordinal?: number }
    events.forEach((event, at) => {
      const { timestamp, ...rest } = event
      const number = last.ordinal === undefined ? {} : { ordinal: last.ordinal + 1 + at }
      appendFileSync(path, `${JSON.stringify({ timestamp, ...number, ...rest })}\n`)
    })
    return { threadId, events, appended: null }
  }
  const meta = (threadId: string): JsonObject =>
    (
      JSON.parse(readFileSync(pathOf(threadId), 'utf8').split('\n')[0] ?? '') as {
        payload: JsonObject
      }
    ).payload
  const shownGit = async (threadId: string): Promise<JsonObject> => {
    const read = await engine.readThread(threadId, true)()
    return E.isRight(read) ? ((read.right.gitInfo ?? {}) as unknown as JsonObject) : {}
  }
  const index = join(home, 'session_index.jsonl')
  const right = <A>(value: A) => E.right(value)
  return {
    begin: (thread) => async () => {
      const folder = dayOf(home, thread.startedAtMs)
      mkdirSync(folder, { recursive: true })
      const event = eventOf('session_meta', thread.meta)
      const numbered = thread.meta['history_mode'] === 'paginated'
      const { timestamp, type, payload } = event
      const line = numbered ? { timestamp, ordinal: 0, type, payload } : event
      writeFileSync(join(folder, nameOf(thread)), `${JSON.stringify(line)}\n`)
      return right({ threadId: thread.threadId, events: [event], appended: null })
    },
    rollback: (threadId, turns) => async () => {
      const info = {
        total_token_usage: { total_tokens: 7 },
        last_token_usage: { total_tokens: 0 },
        model_context_window: 95000
      }
      return right(
        append(
          threadId,
          eventOf('event_msg', { type: 'token_count', info, rate_limits: null }),
          eventOf('event_msg', { type: 'thread_rolled_back', num_turns: turns })
        )
      )
    },
    updateMetadata: (threadId, git) => async () => {
      const before = await shownGit(threadId)
      const after: JsonObject = { ...before, ...git }
      const facts = Object.fromEntries(
        [
          ['commit_hash', after['sha']],
          ['branch', after['branch']],
          ['repository_url', after['originUrl']]
        ].filter(([, value]) => value !== null && value !== undefined)
      ) as JsonObject
      return right(append(threadId, eventOf('session_meta', { ...meta(threadId), git: facts })))
    },
    setMemoryMode: (threadId, mode) => async () =>
      right(append(threadId, eventOf('session_meta', { ...meta(threadId), memory_mode: mode }))),
    injectItems: (threadId, items) => async () =>
      right(append(threadId, ...items.map((item) => eventOf('response_item', item)))),
    goal: (threadId) => async () => right(goals.get(threadId) ?? null),
    setGoal: (threadId, patch) => async () => {
      const now = Math.floor(Date.now() / 1000)
      const before = goals.get(threadId) ?? {
        ...{ threadId, objective: '', status: 'active' as const, tokenBudget: null },
        ...{ tokensUsed: 0, timeUsedSeconds: 0, createdAt: now, updatedAt: now }
      }
      const goal: Goal = { ...before, ...patch, updatedAt: now }
      goals.set(threadId, goal)
      return right(goal)
    },
    clearGoal: (threadId) => async () => right(goals.delete(threadId)),
    updateSettings: (threadId, settings) => async () =>
      right(append(threadId, eventOf('turn_context', settings))),
    startReview: (threadId, target) => async () => {
      const hint = target.type === 'custom' ? target.instructions : 'current changes'
      const event = eventOf('event_msg', {
        type: 'entered_review_mode',
        ...{ target: target, user_facing_hint: hint }
      })
      return right({ ...append(threadId, event), turnId: v7(), reviewTurnId: v7(), hint })
    },
    archive: (threadId) => async () => {
      const path = pathOf(threadId)
      mkdirSync(join(home, 'archived_sessions'), { recursive: true })
      renameSync(path, join(home, 'archived_sessions', basename(path)))
      return right({ threads: [threadId] })
    },
    unarchive: (threadId) => async () => {
      const path = pathOf(threadId)
      const [, year = '', month = '', day = ''] = /rollout-(\d+)-(\d+)-(\d+)T/.exec(path) ?? []
      const back = join(home, 'sessions', year, month, day, basename(path))
      mkdirSync(dirname(back), { recursive: true })
      renameSync(path, back)
      utimesSync(back, new Date(), new Date())
      return right(undefined)
    },
    remove: (threadId) => async () => {
      unlinkSync(pathOf(threadId))
      return right({ threads: [threadId] })
    },
    rename: (threadId, name) => async () => {
      const entry = { id: threadId, thread_name: name, updated_at: new Date().toISOString() }
      appendFileSync(index, `${JSON.stringify(entry)}\n`)
      return right(undefined)
    }
  }
}
