/**
 * What commands report about a home, over the wire: the same objects as with `--json`.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { operationsBetween, type Operation } from '../../../../domain/changes/operations.ts'
import { PROBLEM_KINDS } from '../../../../domain/upkeep/check/kinds.ts'
import { failureIn } from '../../../../replay/guarded.ts'
import type { IndexStatus } from '../../../../replay/engine.ts'
import { problemText } from '../../../upkeep/check/remedies.ts'
import { nullable } from '../../threads/results.ts'
import { ask, type RpcCall } from '../../threads/server.ts'
import { internal, invalidRequest, ofStoreError, type RpcError } from '../../wire/errors.ts'
import { defaulted, flag, i64, oneOf, option, text, u32 } from '../../wire/serde.ts'
import { answer, ofThread, served, type MethodOutcome } from '../method.ts'

const rows = t.readonlyArray(t.UnknownRecord)

export const agentsRead = ofThread(
  'AgentsReadParams',
  {},
  t.type({
    threadId: t.string,
    self: nullable(t.UnknownRecord),
    ancestors: t.readonlyArray(t.string),
    children: rows
  }),
  async ({ streamId }, _, call) =>
    E.map(answer)(await ask(call, (engine) => engine.agents(streamId)))
)

const LIMIT = 100
const LIMIT_MAX = 1000
const OPERATIONS_MAX = 1_000_000

export const logList = served(
  'LogListParams',
  {
    threadId: option(text),
    sinceMs: option(i64),
    untilMs: option(i64),
    limit: option(u32),
    desc: defaulted(flag, true)
  },
  t.type({ data: rows, total: t.number }, 'LogListResponse'),
  async ({ threadId, sinceMs, untilMs, limit, desc }, call) => {
    const about = threadId === null ? {} : { threadId: threadId.toLowerCase() }
    const query = { ...about, limit: OPERATIONS_MAX }
    const listed = await ask(call, (engine) => engine.operations(query))
    return E.map((all: ReadonlyArray<Operation>) => {
      const found = operationsBetween(all, sinceMs ?? -Infinity, untilMs ?? Infinity)
      const ordered = desc ? found : found.toReversed()
      const wanted = Math.min(LIMIT_MAX, Math.max(1, limit ?? LIMIT))
      return answer({ data: ordered.slice(0, wanted), total: found.length })
    })(listed)
  }
)

/** Why there is nothing to say about the files of a home; null where there is. */
export const filesRefused = ({ server }: RpcCall): RpcError | null =>
  server.remote === undefined
    ? null
    : invalidRequest('this is about the files of a home, and a store holds the threads')

export const storageRead = served(
  'StorageReadParams',
  { threadId: option(text) },
  t.type({ threads: rows, total: t.UnknownRecord }, 'StorageReport'),
  async ({ threadId }, call): Promise<MethodOutcome> => {
    const refused = filesRefused(call)
    if (refused !== null) return E.left(refused)
    const { storageReport } = await import('../../../upkeep/storage/report.ts')
    const named = threadId === null ? [] : [threadId]
    try {
      const { server, session } = call
      return E.right(
        answer(await storageReport(server.home, named, { stop: call.stop ?? session.left }))
      )
    } catch (cause) {
      const failure = failureIn(cause)
      if (failure === null) throw cause
      return E.left(ofStoreError(failure))
    }
  }
)

/** Compares the rollouts with their seals, as `unroll audit verify` does. */
export const auditVerify = served(
  'AuditVerifyParams',
  {},
  t.type(
    {
      ...{ ok: t.boolean, log: t.UnknownRecord, sealed: t.null },
      ...{ verdicts: t.record(t.string, t.number), files: rows }
    },
    'SealReport'
  ),
  async (_, call): Promise<MethodOutcome> => {
    const refused = filesRefused(call)
    if (refused !== null) return E.left(refused)
    const { isFine, verdictsOf, verifySeal } = await import('../../../upkeep/seal/seal.ts')
    const { left: signal } = call.session
    const report = await verifySeal({ home: call.server.home, signal })
    if (signal.aborted) return E.left(internal('the client left'))
    const { ok, log, sealed, files } = report
    const odd = files.filter((file) => !isFine(file))
    return E.right(answer({ ok, log, sealed, verdicts: verdictsOf(report), files: odd }))
  }
)

export const doctorRead = served(
  'DoctorReadParams',
  {},
  t.type(
    {
      ...{ home: t.string, sqliteHome: t.string, agrees: t.boolean, databases: rows },
      ...{ files: t.UnknownRecord, index: t.UnknownRecord, rows: nullable(t.UnknownRecord) },
      ...{ backfill: nullable(t.UnknownRecord), findings: rows }
    },
    'Inspection'
  ),
  async (_, call) => {
    const refused = filesRefused(call)
    if (refused !== null) return E.left(refused)
    const { inspectHome } = await import('../../../upkeep/codex-state/inspect.ts')
    const options = { home: call.server.home, env: process.env, nowMs: Date.now() }
    return E.map(answer)(await ask(call, (engine) => () => inspectHome(engine, options)))
  }
)

export const indexRead = served(
  'IndexReadParams',
  {},
  t.intersection([
    t.type({ home: t.string, index: t.string, threads: t.number, turns: t.number }),
    t.partial({ store: t.string })
  ]),
  async (_, call) => {
    const { home, storeName, indexDirectory = 'memory' } = call.server
    const place = { ...(storeName === undefined ? {} : { store: storeName }), home }
    return E.map((status: IndexStatus) => answer({ ...place, index: indexDirectory, ...status }))(
      await ask(call, (engine) => engine.status())
    )
  }
)

export const explainRead = served(
  'ExplainReadParams',
  { kind: option(oneOf(...PROBLEM_KINDS)) },
  t.type({ data: rows }, 'ExplainReadResponse'),
  async ({ kind }) =>
    E.right(answer({ data: (kind === null ? PROBLEM_KINDS : [kind]).map(problemText) }))
)
