/**
 * The event store over a Codex home: files are read and appended to, never changed.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../domain/errors.ts'
import type { Profile } from '../../domain/profile.ts'
import { START, type EventStore } from '../../replay/ports.ts'
import { noTelemetry, type Telemetry } from '../../replay/telemetry.ts'
import { appender } from './append.ts'
import { noPieces, openBytes, piecesOf } from './bytes.ts'
import { discovery } from './discover.ts'
import { systemCalls, type FileCalls } from './file-calls.ts'
import { verifyGuard } from './guard.ts'
import { readRanges } from './ranges.ts'
import { readStream } from './read.ts'

/** What a home is opened with. */
export interface JsonlOptions {
  /** Absolute path of `$CODEX_HOME`. */
  readonly home: string
  readonly profile: Profile
  /** Read as Codex reads: a byte order mark costs the first line. */
  readonly strict: boolean
  /** Other system calls than the real ones, for tests. */
  readonly calls?: FileCalls
  /** How long an append waits for another process; two seconds unless told otherwise. */
  readonly waitMsMax?: number
  readonly telemetry?: Telemetry
  /** Each file is a stream of its own, named after its segment: for who wants what a revert left behind, too. */
  readonly byFile?: boolean
}

const failure = (operation: string, path: string, cause: unknown): StoreError => ({
  _tag: 'IoFailure',
  operation,
  path,
  cause: cause instanceof Error ? cause.message : String(cause)
})

/** Opens the rollouts of a home. */
export const jsonlStore = (options: JsonlOptions): EventStore => {
  const { home, profile, strict, calls = systemCalls(), waitMsMax } = options
  const { telemetry = noTelemetry, byFile = false } = options
  const places = discovery(home, profile, byFile)
  return {
    memory: places.memory,
    streams: () => E.tryCatch(places.all, (cause) => failure('list the rollouts of', home, cause)),
    ids: () => E.tryCatch(places.ids, (cause) => failure('list the rollouts of', home, cause)),
    archived: places.archived,
    spares: places.spares,
    find: (streamId) => {
      try {
        const info = places.find(streamId)
        return info === null ? E.left({ _tag: 'StreamNotFound', streamId }) : E.right(info)
      } catch (cause) {
        return E.left(failure('look for a rollout in', home, cause))
      }
    },
    findAll: places.findAll,
    lineage: places.lineage,
    segments: places.segments,
    olderFiles: (streamId, needs) =>
      (profile.segments ? places.older(streamId) : []).map((lineage) => ({
        path: lineage.at(-1)?.path ?? '',
        batches: readStream(streamId, lineage, START, needs, profile, !strict)
      })),
    read: (info, from, needs) =>
      readStream(info.streamId, places.lineage(info), from, needs, profile, !strict),
    readRanges: (info, ranges, needs, limits) =>
      readRanges(info.streamId, places.lineage(info), ranges, { needs, profile, limits }),
    bytes: (info, segment, from, until) => {
      const file = places.lineage(info)[segment]
      return file === undefined
        ? noPieces()
        : piecesOf(openBytes(file.path, file.compressed), from, until)
    },
    verify: async (info, next, guard) => verifyGuard(places.lineage(info), next, guard),
    append: appender({
      home,
      profile,
      skipsBom: !strict,
      places,
      calls,
      waitMsMax,
      telemetry
    })
  }
}
