/**
 * Whether the index says what the rollouts say.
 *
 * Without `deep`: whether the line before each checkpoint is still the one that was folded. With it each thread is folded from
 * its first line into an index in memory, and every row is compared. A thread whose rollout changed since is left out: the next
 * reader folds it anyway.
 */
import * as E from 'fp-ts/lib/Either.js'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { NO_LINES } from '../../../domain/log/needs.ts'
import { findingOf, type Finding } from '../../../domain/upkeep/check/finding.ts'
import { eraOf, NEWEST_ERA } from '../../../domain/log/profile.ts'
import { tableOf, THREADS, TURNS, viewName } from '../../../projections/catalogue.ts'
import type { RowKey } from '../../../projections/projection.ts'
import {
  checkpointOf,
  foldStream,
  isFolded,
  modelsOf,
  rowsOf,
  stateOf,
  type Env
} from '../../../replay/catch-up/project.ts'
import { indexSink } from '../../../replay/catch-up/sink.ts'
import type { Index, StreamInfo } from '../../../replay/ports.ts'
import { openLmdbIndex } from '../../index/lmdb/index.ts'
import { jsonlStore } from '../../log/jsonl/store.ts'
import { memoryIndex } from '../../index/memory/index.ts'
import type { CheckPace } from './pace.ts'

interface Drift {
  readonly home: string
  readonly directory: string
  readonly deep: boolean
  /** Only these threads; null for all. */
  readonly threadIds: ReadonlySet<string> | null
  readonly pace: CheckPace
}

/** At most this many differing rows of one thread are named. */
const ROWS_MAX = 100

/** Keys of every row of a stream, by projection. */
const keysOf = (env: Env, info: StreamInfo): ReadonlyArray<RowKey> => {
  const view = viewName(env.profile, env.strict)
  const rows = rowsOf(env.index)
  return modelsOf(env).projections.flatMap((p) =>
    p
      .forget(info.streamId, { profile: env.profile, rows, table: tableOf(p, view) })
      .map(({ key }) => key)
  )
}

const textOf = (value: unknown): string => JSON.stringify(value) ?? 'null'

const tableIn = ([table]: RowKey): string => String(table).split('@')[0] ?? ''

const rowFinding = (info: StreamInfo, key: RowKey, facts: { readonly [fact: string]: boolean }) =>
  findingOf('index_drift', {
    threadId: info.streamId,
    facts: { table: tableIn(key), key: key.slice(1).map(String), ...facts }
  })

const differences = (real: Env, made: Env, info: StreamInfo): ReadonlyArray<Finding> => {
  const keys = new Map<string, RowKey>()
  for (const env of [real, made])
    for (const key of keysOf(env, info)) keys.set(JSON.stringify(key), key)
  const findings: Array<Finding> = []
  for (const key of keys.values()) {
    const [is, should] = [real.index.get(key), made.index.get(key)]
    if (textOf(is) === textOf(should)) continue
    const facts = { inIndex: is !== undefined, fromRollout: should !== undefined }
    findings.push(rowFinding(info, key, facts))
  }
  for (const { name } of modelsOf(real).projections)
    if (textOf(stateOf(real, name, info.streamId)) !== textOf(stateOf(made, name, info.streamId)))
      findings.push(rowFinding(info, [name, 'state'], { state: true }))
  return findings.slice(0, ROWS_MAX)
}

const compareDeep = async (env: Env, info: StreamInfo): Promise<ReadonlyArray<Finding>> => {
  const made: Env = { ...env, index: memoryIndex() }
  // A fold that sees every line names turns like one that does not, but keeps other state.
  const counts = checkpointOf(env, info.streamId)?.counts === true
  const sink = indexSink(made.index)
  const folded = await foldStream(made, info, sink)
  if (E.isLeft(folded)) return []
  const flushed = await sink.flush()
  if (E.isLeft(flushed)) return []
  const madeCounts = checkpointOf(made, info.streamId)?.counts === true
  return counts === madeCounts ? differences(env, made, info) : []
}

const compareGuard = async (env: Env, info: StreamInfo): Promise<ReadonlyArray<Finding>> => {
  const checkpoint = checkpointOf(env, info.streamId)
  const guard = checkpoint?.guard ?? null
  if (checkpoint === null || guard === null) return []
  if (await env.store.read(info, checkpoint.next, NO_LINES, guard).holds()) return []
  const { offset, bytes } = guard
  return [
    findingOf('index_drift', {
      threadId: info.streamId,
      range: { offsetBytes: offset, bytes },
      affected:
        'The rollout was changed without its size and times: unroll shows what it held before.',
      facts: { table: 'checkpoints', segment: checkpoint.next.segment }
    })
  ]
}

/** `told`: threads of which another group already said that their lines are others. */
async function* compareAll(
  env: Env,
  { deep, threadIds, pace }: Drift,
  told: Set<string>
): AsyncGenerator<Finding> {
  const streams = env.store.list()
  if (E.isLeft(streams)) return
  for (const info of streams.right.streams) {
    if (threadIds !== null && !threadIds.has(info.streamId)) continue
    await pace.giveWay()
    const checkpoint = checkpointOf(env, info.streamId)
    if (checkpoint === null || !isFolded(checkpoint, info)) continue
    const others = told.has(info.streamId) ? [] : await compareGuard(env, info)
    if (others.length > 0) told.add(info.streamId)
    yield* others
    if (deep) yield* await compareDeep(env, info)
  }
}

/** Findings of an index; none where there is no index. */
export async function* driftFindings(drift: Drift): AsyncGenerator<Finding> {
  if (!existsSync(join(drift.directory, 'data.mdb'))) return
  const profile = eraOf(NEWEST_ERA, false)
  const index: Index = openLmdbIndex(drift.directory)
  const store = jsonlStore({ home: drift.home, profile, strict: false })
  const told = new Set<string>()
  try {
    for (const models of [THREADS, TURNS])
      yield* compareAll({ store, index, profile, strict: false, models }, drift, told)
  } finally {
    await index.close()
  }
}
