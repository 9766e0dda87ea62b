/**
 * Keeps what this server asked its clients, for the audit trail. It runs beside the turns: recording never waits and never fails,
 * and what could not be recorded is counted and mentioned once.
 */
import { v7 } from 'uuid'
import { appendQuestions, removeQuestions, trimQuestions } from '../../home/question-log.ts'
import { userName } from '../../home/home-log.ts'
import { atMost } from '../../home/sleep.ts'
import { grouped } from '../../../domain/grouped.ts'
import { once } from '../../../domain/once.ts'
import { decisionOf } from '../../../domain/questions/decision.ts'
import { boundedText, type QuestionRecord } from '../../../domain/questions/record.ts'
import { noTelemetry, type Telemetry } from '../../../replay/telemetry.ts'
import { reasonOf } from '../wire/errors.ts'
import type { Live } from './live.ts'
import type { QuestionEvent } from './questions.ts'

/** Records that may wait to be written. */
const WAITING_MAX = 1024

/** How long closing may take. */
const CLOSE_MS_MAX = 2000

export interface QuestionRecorder {
  /** Resolves when everything that happened so far is on disk, or given up. */
  readonly idle: () => Promise<void>
  /** Waits at most two seconds for what is left. */
  readonly close: () => Promise<void>
}

interface RecorderParts {
  readonly home: string
  readonly live: Pick<Live, 'find' | 'onNotice' | 'onQuestion'>
  readonly log: (line: string) => void
  readonly telemetry?: Telemetry
  readonly nowMs?: () => number
  readonly newId?: () => string
  /** Puts records of a thread on disk. */
  readonly append?: (threadId: string, records: ReadonlyArray<QuestionRecord>) => Promise<void>
}

interface WaitingRecord {
  readonly threadId: string
  readonly record: QuestionRecord
}

/** Makes records of what happens to questions; those sent again make none. */
const recordsOf = (
  nowMs: () => number,
  newId: () => string
): ((event: QuestionEvent) => QuestionRecord | null) => {
  const open = new Map<string, string>()
  const by = once(() => ({ pid: process.pid, user: userName() }))
  return (event) => {
    if (event.kind === 'sent' && event.resent) return null
    const { requestId, method, params } = event.question
    const id = open.get(requestId) ?? newId()
    const common = {
      ...{ id, at: new Date(nowMs()).toISOString(), request: requestId },
      ...{ method: boundedText(method) ?? '', turnId: event.turnId },
      ...{ itemId: boundedText(params['itemId'] ?? params['callId']), by: by() }
    }
    if (event.kind === 'sent') {
      open.set(requestId, id)
      return { record: 'asked', ...common, clients: event.to.length }
    }
    open.delete(requestId)
    const { outcome } = event
    const isResult = outcome.kind === 'result'
    return {
      record: 'answered',
      ...common,
      client: event.by === null ? null : boundedText(event.by.name),
      outcome: isResult ? 'answered' : outcome.kind,
      decision: isResult ? decisionOf(method, outcome.result) : null
    }
  }
}

/** Records nothing. */
export const NO_RECORDER: QuestionRecorder = {
  idle: () => Promise.resolve(),
  close: () => Promise.resolve()
}

type AppendRecords = NonNullable<RecorderParts['append']>

/** Writes what waits, a batch at a time; what finds the queue full is dropped. */
const createQueue = (
  append: AppendRecords,
  { log, telemetry = noTelemetry }: Pick<RecorderParts, 'log' | 'telemetry'>
) => {
  let waiting: Array<WaitingRecord> = []
  let running: Promise<void> | null = null
  const said = new Set<string>()
  const lost = (outcome: 'dropped' | 'failed', count: number, why: string): void => {
    telemetry.count('questions.records', { outcome }, count)
    if (!said.has(outcome)) log(`questions to clients are missing in the audit trail: ${why}`)
    said.add(outcome)
  }
  const write = async (threadId: string, batch: ReadonlyArray<WaitingRecord>): Promise<void> => {
    const records = batch.map(({ record }) => record)
    try {
      await append(threadId, records)
      telemetry.count('questions.records', { outcome: 'written' }, records.length)
    } catch (cause) {
      lost('failed', records.length, reasonOf(cause))
    }
  }
  const drain = async (): Promise<void> => {
    // Clients are asked and hosts are answered first.
    await new Promise((resolve) => setImmediate(resolve))
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      for (const [threadId, own] of grouped(batch, (one) => one.threadId))
        await write(threadId, own)
    }
  }
  const start = (): void => {
    running ??= drain().finally(() => {
      running = null
      if (waiting.length > 0) start()
    })
  }
  return {
    put: (one: WaitingRecord): void => {
      if (waiting.length >= WAITING_MAX) return lost('dropped', 1, `${WAITING_MAX} wait already`)
      waiting.push(one)
      start()
    },
    /** Takes out what waits for a thread, and resolves when nothing of it is being written. */
    without: async (threadId: string): Promise<void> => {
      waiting = waiting.filter((one) => one.threadId !== threadId)
      await running
    },
    idle: async (): Promise<void> => {
      while (running !== null) await running
    }
  }
}

/** Appends to the files of a home, which are trimmed once per process. */
const appendIn = (home: string): AppendRecords => {
  let hasTrimmed = false
  return async (threadId, records) => {
    await appendQuestions(home, threadId, records)
    if (hasTrimmed) return
    hasTrimmed = true
    await trimQuestions(home)
  }
}

/** Begins to record; threads that are never stored leave nothing here either. */
export const openQuestionRecorder = (parts: RecorderParts): QuestionRecorder => {
  const { home, live, log, nowMs = Date.now, newId = v7, append = appendIn(home) } = parts
  const recordOf = recordsOf(nowMs, newId)
  const queue = createQueue(append, parts)
  /** Files of threads that were recorded here, by the id clients know. */
  const files = new Map<string, string>()

  const forget = async (threadId: string): Promise<void> => {
    await queue.without(threadId)
    try {
      removeQuestions(home, threadId)
    } catch (cause) {
      log(`questions of a deleted thread stay: ${reasonOf(cause)}`)
    }
  }

  live.onQuestion((event) => {
    const thread = live.find(event.threadId)
    const record = recordOf(event)
    if (record === null || thread === null || thread.draft?.thread.ephemeral === true) return
    files.set(event.threadId, thread.streamId)
    queue.put({ threadId: thread.streamId, record })
  })
  live.onNotice(({ method, params }) => {
    if (method !== 'thread/deleted') return
    const { threadId } = params as { readonly threadId: string }
    const file = files.get(threadId) ?? threadId
    files.delete(threadId)
    void forget(file)
  })
  return { idle: queue.idle, close: () => atMost(CLOSE_MS_MAX, queue.idle()) }
}
