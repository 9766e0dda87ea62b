/**
 * The event store over a Codex home: files are read and appended to, never changed.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../domain/errors.ts'
import type { Profile } from '../../../domain/log/profile.ts'
import type { Needs } from '../../../domain/log/needs.ts'
import type {
  Batch,
  EventStore,
  Lineage,
  Position,
  Segment,
  StreamInfo
} from '../../../replay/ports.ts'
import { noTelemetry, type Telemetry } from '../../../replay/telemetry.ts'
import { appender } from './append.ts'
import { noPieces, openBytes, piecesOf, type ByteSource } from './bytes.ts'
import { discovery, type Discovery } from './discover.ts'
import { systemCalls, type FileCalls } from './file-calls.ts'
import type { HomeWatch } from './home-watch.ts'
import { verifyGuard } from './guard.ts'
import { readRanges } from './ranges.ts'
import { readStream } from './read.ts'
import { scanLines } from './scan.ts'

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
  /** Tells what becomes of the files; without it they are looked at. */
  readonly watch?: HomeWatch
}

type Open = (file: Segment) => ByteSource

/** Goes through a stream from its beginning: what its file is opened for to see its lineage is used on. */
async function* begun<A>(
  places: Discovery,
  info: StreamInfo,
  use: (lineage: Lineage, open: Open) => AsyncGenerator<A>
): AsyncGenerator<A> {
  let begun = places.begin(info)
  try {
    const lineage = places.lineage(info)
    yield* use(lineage, ({ path, compressed }) => {
      const source = lineage.length === 1 ? begun : null
      if (source !== null) begun = null
      return source ?? openBytes(path, compressed)
    })
  } finally {
    begun?.close()
  }
}

export const jsonlStore = (options: JsonlOptions): EventStore => {
  const { home, profile, strict, calls = systemCalls(), waitMsMax } = options
  const { telemetry = noTelemetry, byFile = false, watch } = options
  const places = discovery(home, profile, byFile, watch, telemetry)
  const looking = <A>(operation: string, look: () => A): E.Either<StoreError, A> =>
    E.tryCatch(look, (cause) => ({
      _tag: 'IoFailure',
      operation,
      path: home,
      cause: cause instanceof Error ? cause.message : String(cause)
    }))
  const readFrom = <N extends Needs>(info: StreamInfo, from: Position, needs: N) => {
    const read = (lineage: Lineage, open?: Open): AsyncGenerator<Batch<N>> =>
      readStream(info.streamId, lineage, from, needs, profile, !strict, open)
    const isStart = from.revision === 0 && from.segment === 0
    return isStart ? begun(places, info, read) : read(places.lineage(info))
  }
  return {
    ...(watch === undefined ? {} : { hear: places.hear }),
    list: () => looking('list the rollouts of', places.list),
    changes: (since) => looking('list the rollouts of', () => places.changes(since)),
    find: (ids) => looking('look for a rollout in', () => places.findAll(ids)),
    lineage: places.lineage,
    noteAlone: places.noteAlone,
    segments: places.segments,
    read: (info, from, needs, guard = null) =>
      Object.assign(readFrom(info, from, needs), {
        holds: async () =>
          guard === null ? from.offset === 0 : verifyGuard(places.lineage(info), from, guard)
      }),
    readRanges: (info, ranges, needs, limits) => {
      const lineage = places.lineage(info)
      return readRanges(info.streamId, ranges, { needs, profile, limits }, (segment) => {
        const file = lineage[segment]
        return file === undefined
          ? null
          : { source: openBytes(file.path, file.compressed), isHeld: file.compressed }
      })
    },
    scan: (info, needs, test, within) => {
      const options = { streamId: info.streamId, needs, profile, skipsBom: !strict, test }
      return begun(places, info, (lineage, open) =>
        scanLines({ ...options, lineage, open }, within)
      )
    },
    readBytes: (info, { segment, from, until }) => {
      const file = places.lineage(info)[segment]
      return file === undefined
        ? noPieces()
        : piecesOf(openBytes(file.path, file.compressed), from, until)
    },
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
