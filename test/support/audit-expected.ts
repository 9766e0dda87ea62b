/**
 * What the audit trail of a recorded home should say, computed from what was asked of the Codex that wrote it, not from its files.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import type { AuditRow } from '../../domain/ledgers/audit/row.ts'
import { FIXTURES } from './fixture-home.ts'

export interface Message {
  readonly proc: string
  readonly dir: '>' | '<res' | '<err' | '<req' | '<ntf'
  readonly id?: number
  readonly method?: string
  readonly params?: any // oxlint-disable-line typescript/no-explicit-any
  readonly result?: any // oxlint-disable-line typescript/no-explicit-any
}

/** The messages that made a home. */
export const requestsOf = (name: string): ReadonlyArray<Message> =>
  brotliDecompressSync(readFileSync(join(FIXTURES, 'audit', `${name}.jsonl.br`)))
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Message)

/** The messages that made a home of the ledger fixtures, in the same form. */
export const ledgerRequestsOf = (name: string): ReadonlyArray<Message> =>
  brotliDecompressSync(readFileSync(join(FIXTURES, 'ledger', name, 'requests.jsonl.br')))
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { process, from, message } = JSON.parse(line)
      const dir =
        from === 'client'
          ? '>'
          : message.method === undefined
            ? message.error === undefined
              ? '<res'
              : '<err'
            : message.id === undefined
              ? '<ntf'
              : '<req'
      return { proc: process, dir, ...message } as Message
    })

/** What a row says, without times, places and settings. */
export interface Said {
  readonly action: string
  readonly turnId?: string
  readonly detail?: unknown
}

export type Trails = ReadonlyMap<string, ReadonlyArray<Said>>

interface Thread {
  readonly rows: Array<Said>
  open: string | null
  /** Turn of the review that goes on. */
  review: string | null
  archived: boolean
  live: ReadonlyArray<string>
  name: string | null
}

const TOLD: ReadonlySet<string> = new Set([
  'turn/started',
  'turn/completed',
  'thread/goal/updated',
  'item/completed'
])

const ITEMS: ReadonlySet<string> = new Set([
  'enteredReviewMode',
  'exitedReviewMode',
  'contextCompaction',
  'collabAgentToolCall',
  'subAgentActivity'
])

const CALLS: Readonly<Record<string, string>> = {
  spawnAgent: 'agent_spawned',
  closeAgent: 'agent_closed',
  resumeAgent: 'agent_resumed'
}

const ENDS: Readonly<Record<string, string>> = {
  completed: 'turn_completed',
  failed: 'turn_failed',
  interrupted: 'turn_interrupted'
}

/** Turns that were completed without a word of the model: up to 0.142 a file cannot tell them from failed ones. */
const UNANSWERED: ReadonlySet<string> = new Set([
  '01a1fcf0-5f03-7853-86e4-052eb95ab3b7',
  '01a1fcf0-86a1-70a2-80e8-a70c82479f77',
  '01a2001b-f1fe-7cf1-a131-af6a57d09601',
  '01a2001d-60bc-7dc2-88b3-b36ffb65808a'
])

const era = (name: string): number => Number(name.slice(-3))

/** Walks the messages of a recording once. */
class Walk {
  readonly threads = new Map<string, Thread>()
  readonly asked = new Map<string, Message>()
  readonly rank: number
  readonly ephemeral = new Set<string>()

  constructor(rank: number) {
    this.rank = rank
  }

  thread(id: string): Thread {
    const known = this.threads.get(id)
    if (known !== undefined) return known
    const made: Thread = {
      rows: [],
      open: null,
      review: null,
      archived: false,
      live: [],
      name: null
    }
    this.threads.set(id, made)
    return made
  }

  begin(id: string, said: Said): void {
    this.thread(id).rows.unshift(said)
  }

  answered(request: Message, result: Message['result']): void {
    const { method, params } = request
    const on = (): Thread => this.thread(params.threadId)
    switch (method) {
      case 'thread/start':
        if (result.thread.ephemeral === true) this.ephemeral.add(result.thread.id)
        return this.begin(result.thread.id, { action: 'created' })
      case 'thread/fork': {
        const from = params.path ? /([0-9a-f-]{36})\.jsonl/.exec(params.path)?.[1] : params.threadId
        this.begin(result.thread.id, { action: 'forked', detail: from })
        const fork = this.thread(result.thread.id)
        const source = this.thread(from)
        fork.live = source.live
        fork.name = source.name
        // 0.142 names the fork like its source.
        if (this.rank === 142 && source.name !== null)
          fork.rows.push({ action: 'renamed', detail: source.name })
        return
      }
      case 'thread/rollback': {
        const thread = on()
        this.ended(thread)
        const left =
          result.thread.turnIds ?? result.thread.turns.map(({ id }: { id: string }) => id)
        const kept = new Set(left)
        const gone = thread.live.filter((id) => !kept.has(id))
        thread.live = left
        thread.rows.push({
          action: 'rolled_back',
          detail: { turns: params.numTurns, gone: gone.filter((id) => !id.startsWith('rollout-')) }
        })
        return
      }
      case 'thread/revert':
        on().rows.push({ action: 'reverted' })
        return
      case 'turn/steer':
        on().rows.push({ action: 'steered', turnId: result.turnId ?? params.expectedTurnId })
        return
      case 'thread/name/set':
        on().name = params.name.trim()
        on().rows.push({ action: 'renamed', detail: on().name })
        return
      case 'thread/archive':
        on().archived = true
        return
      case 'thread/unarchive':
        on().archived = false
        return
      case 'thread/metadata/update':
        // 0.169 keeps git facts and memory mode in its database.
        if (this.rank < 169) on().rows.push({ action: 'metadata_changed', detail: ['git'] })
        return
      case 'thread/memoryMode/set':
        if (this.rank < 169) on().rows.push({ action: 'metadata_changed', detail: ['memoryMode'] })
        return
      case 'review/start': {
        const { reviewThreadId } = result
        if (reviewThreadId !== params.threadId)
          this.begin(reviewThreadId, { action: 'forked', detail: params.threadId })
        return
      }
      default:
    }
  }

  told({ method, params }: Message): void {
    if (!TOLD.has(method ?? '')) return
    const thread = this.thread(params.threadId)
    if (method === 'turn/started') return this.turnStarted(thread, params.turn.id)
    if (method === 'turn/completed') return this.turnEnded(thread, params.turn)
    if (method === 'thread/goal/updated') {
      // 0.130 keeps goals in its database; what a turn does to a goal stays there in every version.
      if (this.rank > 130 && (params.turnId ?? null) === null) {
        const { objective, status } = params.goal
        thread.rows.push({ action: 'goal_changed', detail: { objective, status } })
      }
      return
    }
    if (method === 'item/completed' && ITEMS.has(params.item.type)) this.item(thread, params)
  }

  /** Ends a turn that was cut off: its process was killed, and the thread resumed. */
  ended(thread: Thread): void {
    if (thread.open === null) return
    thread.rows.push({ action: 'turn_interrupted', turnId: thread.open }, { action: 'resumed' })
    thread.open = null
  }

  turnStarted(thread: Thread, turnId: string): void {
    thread.live = [...thread.live, turnId]
    // The turn of a reviewer.
    if (thread.review !== null) return
    if (thread.open !== turnId) this.ended(thread)
    if (thread.open !== turnId) thread.rows.push({ action: 'turn_started', turnId })
    thread.open = turnId
  }

  turnEnded(
    thread: Thread,
    { id, status }: { readonly id: string; readonly status: string }
  ): void {
    thread.open = null
    // Up to 0.142 no line says that a turn failed.
    if ((status === 'failed' && this.rank < 146) || UNANSWERED.has(id))
      thread.rows.push({ action: 'turn_completed', turnId: id, detail: 'may have failed' })
    else thread.rows.push({ action: ENDS[status] ?? status, turnId: id })
  }

  item(thread: Thread, { turnId, item }: Message['params']): void {
    const isNamed = this.rank > 142
    if (item.type === 'enteredReviewMode') {
      thread.review = turnId
      thread.rows.push({ action: 'review_started', ...(isNamed ? { turnId } : {}) })
    } else if (item.type === 'exitedReviewMode') {
      thread.review = null
      thread.rows.push({ action: 'reviewed', ...(isNamed ? { turnId } : {}) })
    } else if (item.type === 'contextCompaction') {
      thread.rows.push({ action: 'compacted', turnId })
    } else if (item.type === 'subAgentActivity') {
      if (item.kind !== 'started') return
      thread.rows.push({ action: 'agent_spawned', turnId, detail: item.agentThreadId })
      this.begin(item.agentThreadId, { action: 'spawned' })
    } else if (CALLS[item.tool] !== undefined && item.receiverThreadIds.length > 0) {
      const [receiver] = item.receiverThreadIds
      const action = CALLS[item.tool] ?? ''
      thread.rows.push({ action, turnId, detail: receiver })
      if (action === 'agent_spawned') this.begin(receiver, { action: 'spawned' })
    }
  }

  rows(): Trails {
    const trails = new Map<string, ReadonlyArray<Said>>()
    for (const [id, { rows, archived }] of this.threads)
      if (!this.ephemeral.has(id))
        trails.set(id, archived ? [...rows, { action: 'archived' }] : rows)
    return trails
  }
}

/** The trail of every thread of a recording that was started, forked or spawned in it. */
export const expectedTrails = (
  name: string,
  messages: ReadonlyArray<Message> = requestsOf(name)
): Trails => {
  const walk = new Walk(era(name))
  for (const message of messages) {
    const key = `${message.proc} ${message.id}`
    if (message.dir === '>' && message.method !== undefined) walk.asked.set(key, message)
    const request = walk.asked.get(key)
    if (message.dir === '<res' && request !== undefined) walk.answered(request, message.result)
    if (message.dir === '<ntf') walk.told(message)
  }
  return walk.rows()
}

// oxlint-disable-next-line typescript/no-explicit-any
const DETAILS: Readonly<Record<string, (after: any) => unknown>> = {
  forked: ({ forkedFrom }) => forkedFrom,
  rolled_back: ({ turns, turnIds }) => ({
    turns,
    gone: turnIds.filter((id: string) => !id.startsWith('rollout-'))
  }),
  renamed: ({ name }) => name,
  metadata_changed: (after) => Object.keys(after),
  goal_changed: (after) => after,
  agent_spawned: ({ agentThreadId }) => agentThreadId,
  agent_closed: ({ agentThreadId }) => agentThreadId,
  agent_resumed: ({ agentThreadId }) => agentThreadId,
  turn_completed: ({ outcome }) => (outcome === 'unknown' ? 'may have failed' : undefined)
}

/** A row of the trail, as far as a recording of requests determines it. */
export const saidBy = ({ action, turnId, after }: AuditRow): Said => {
  const detail = after === null ? undefined : DETAILS[action]?.(after)
  return {
    action,
    ...(turnId === null ? {} : { turnId }),
    ...(detail === undefined ? {} : { detail })
  }
}
