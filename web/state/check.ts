/**
 * The check of the home: a job of the server, which goes on while the person looks at other pages.
 */
import { effect, signal } from '@preact/signals'
import type { JobEnd, JobProgress } from '../../domain/unroll-protocol.ts'
import type { CheckSummaryAnswer, FindingAnswer } from '../wire/health-answers.ts'
import { connection, onNotification, request } from '../wire/socket.ts'

export interface CheckState {
  readonly status: 'none' | 'running' | 'completed' | 'cancelled' | 'failed'
  /** The one thread that is checked; null: all of them. */
  readonly threadId: string | null
  readonly isDeep: boolean
  readonly progress: JobProgress | null
  /** Grows while the check runs. */
  readonly findings: ReadonlyArray<FindingAnswer>
  readonly summary: CheckSummaryAnswer | null
  /** Why it failed. */
  readonly reason: string | null
  readonly endedAtMs: number | null
}

const NONE: CheckState = {
  status: 'none',
  threadId: null,
  isDeep: false,
  progress: null,
  findings: [],
  summary: null,
  reason: null,
  endedAtMs: null
}

export const check = signal<CheckState>(NONE)

/** The job that runs, or the last one; what is told of others is not ours. */
let job: string | null = null
/** Findings that came since they were drawn last. */
let fresh: Array<FindingAnswer> = []

const change = (changes: Partial<CheckState>): void => {
  check.value = { ...check.value, ...changes }
}

const takeFresh = (): ReadonlyArray<FindingAnswer> => {
  const found = fresh
  fresh = []
  return found.length === 0 ? check.value.findings : [...check.value.findings, ...found]
}

const end = (changes: Partial<CheckState>): void =>
  change({ ...changes, findings: takeFresh(), endedAtMs: Date.now() })

const isOurs = (params: unknown): boolean => (params as { readonly job: string }).job === job

onNotification('unroll/job/progress', (params) => {
  if (isOurs(params)) change({ progress: params as JobProgress, findings: takeFresh() })
})

onNotification('unroll/check/finding', (params) => {
  if (!isOurs(params)) return
  if (fresh.push((params as { readonly finding: FindingAnswer }).finding) === 1)
    requestAnimationFrame(() => change({ findings: takeFresh() }))
})

onNotification('unroll/job/done', (params) => {
  if (!isOurs(params)) return
  const ended = params as JobEnd
  if (ended.outcome === 'completed')
    end({ status: 'completed', summary: ended.summary as CheckSummaryAnswer })
  else if (ended.outcome === 'cancelled') end({ status: 'cancelled' })
  else end({ status: 'failed', reason: ended.reason })
})

effect(() => {
  if (connection.value === 'lost' && check.peek().status === 'running')
    end({ status: 'failed', reason: 'the connection was lost, and the check ended with it' })
})

/** Checks the home, or one thread; `isDeep` also compares what threads mean. */
export const startCheck = async (threadId: string | null, isDeep: boolean): Promise<void> => {
  fresh = []
  change({ ...NONE, status: 'running', threadId, isDeep })
  const params = { ...(threadId === null ? {} : { threadId }), deep: isDeep }
  const answer = await request<{ readonly job: string }>('unroll/check/start', params)
  if (answer.ok) job = answer.value.job
  else end({ status: 'failed', reason: answer.failure.message })
}

export const cancelCheck = (): void => {
  if (job !== null) void request('unroll/job/cancel', { job })
}
