/**
 * Checking a home or a thread: a job, whose findings come as notifications; and what a repair would do. Nothing is ever changed.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { streamId } from '../../../../domain/ids.ts'
import { PROBLEM_KINDS } from '../../../../domain/upkeep/check/kinds.ts'
import type { CheckSummary } from '../../../upkeep/check/check.ts'
import type { ClientJob } from '../../threads/jobs.ts'
import { checkFinding, jobDone, jobProgress } from '../../threads/notices.ts'
import { ask, threadOf, type RpcCall } from '../../threads/server.ts'
import { internal, invalidRequest, reasonOf, type RpcError } from '../../wire/errors.ts'
import { defaulted, flag, list, oneOf, option, required, text } from '../../wire/serde.ts'
import { answer, Empty, served, type MethodOutcome } from '../method.ts'
import { filesRefused } from './reports.ts'

interface Checked {
  readonly threadId: string | null
  readonly deep: boolean
  readonly kinds: ReadonlyArray<string>
}

/** The id of a file for the thread that is named; null where none is. */
const threadNamed = async (
  call: RpcCall,
  named: string | null
): Promise<E.Either<RpcError, string | null>> => {
  if (named === null) return E.right(null)
  const thread = threadOf(call, named)
  if (E.isLeft(thread)) return thread
  const { streamId: id } = thread.right
  return E.map(() => id)(await ask(call, (engine) => engine.locate(id)))
}

const PERCENT = 100

/** Tells how far a job is, once for each percent. */
const progressOf = (call: RpcCall, job: string, bytesTotal: number | null) => {
  let told = -1
  return (done: number, total: number, bytes: number): void => {
    const share = bytesTotal === null ? done / total : bytes / bytesTotal
    const percent = Math.floor(PERCENT * (Number.isFinite(share) ? Math.min(1, share) : 1))
    if (percent <= told) return
    told = percent
    call.server.live.notify(jobProgress(job, { done, total, bytes, bytesTotal }))
  }
}

const findings = async (
  call: RpcCall,
  { id, signal }: ClientJob,
  { threadId, deep, kinds }: Checked
): Promise<CheckSummary> => {
  const { home, indexDirectory: index = 'memory', live } = call.server
  const { checkKinds } = await import('../../../upkeep/check/check.ts')
  const { filesMeant } = await import('../../../upkeep/storage/files.ts')
  signal.throwIfAborted()
  const files = filesMeant(home, threadId === null ? [] : [threadId])
  // What a compressed file holds is not known before it is read.
  const bytesTotal = files.some(({ compressed }) => compressed)
    ? null
    : files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const checking = checkKinds(
    {
      ...{ home, index, deep, env: process.env, signal },
      ...(threadId === null ? {} : { threadId: streamId(threadId) }),
      onProgress: progressOf(call, id, bytesTotal)
    },
    new Set(kinds)
  )
  for (;;) {
    const next = await checking.next()
    if (next.done === true) return next.value
    live.notify(checkFinding(id, next.value))
    signal.throwIfAborted()
  }
}

const runCheck = async (call: RpcCall, job: ClientJob, asked: Checked): Promise<void> => {
  const { live, log } = call.server
  try {
    const summary = await findings(call, job, asked)
    live.notify(jobDone(job.id, { outcome: 'completed', summary }))
  } catch (cause) {
    if (job.signal.aborted) live.notify(jobDone(job.id, { outcome: 'cancelled' }))
    else {
      log(`${job.id} failed: ${reasonOf(cause)}`)
      live.notify(jobDone(job.id, { outcome: 'failed', reason: reasonOf(cause) }))
    }
  } finally {
    job.end()
  }
}

export const checkStart = served(
  'CheckStartParams',
  {
    threadId: option(text),
    deep: defaulted(flag, false),
    kinds: defaulted(list(oneOf(...PROBLEM_KINDS)), [])
  },
  t.type({ job: t.string }, 'CheckStartResponse'),
  async ({ threadId: named, deep, kinds }, call): Promise<MethodOutcome> => {
    const refused = filesRefused(call)
    if (refused !== null) return E.left(refused)
    const threadId = await threadNamed(call, named)
    if (E.isLeft(threadId)) return threadId
    const job = call.server.live.jobs.begin('check', call.session)
    if (job === null) return E.left(invalidRequest('a check is running already'))
    const then = (): void => void runCheck(call, job, { threadId: threadId.right, deep, kinds })
    return E.right({ ...answer({ job: job.id }), then })
  }
)

export const jobCancel = served(
  'JobCancelParams',
  { job: required(text) },
  Empty,
  async ({ job }, { server, session }) =>
    server.live.jobs.cancel(job, session)
      ? E.right(answer({}))
      : E.left(invalidRequest(`no such job: ${job}`))
)

export const repairPlan = served(
  'RepairPlanParams',
  { threadId: option(text) },
  t.type({ digest: t.string, file: t.null, plan: t.UnknownRecord }, 'RepairPlanResponse'),
  async ({ threadId: named }, call): Promise<MethodOutcome> => {
    const refused = filesRefused(call)
    if (refused !== null) return E.left(refused)
    const threadId = await threadNamed(call, named)
    if (E.isLeft(threadId)) return threadId
    const { planHome } = await import('../../../upkeep/repair/plan-home.ts')
    const { left } = call.session
    try {
      const { plan, digest } = await planHome({
        ...{ home: call.server.home, signal: left },
        ...(threadId.right === null ? {} : { threadId: threadId.right })
      })
      return E.right(answer({ digest, file: null, plan }))
    } catch (cause) {
      if (left.aborted) return E.left(internal('the client left'))
      throw cause
    }
  }
)
