/**
 * Changing a stream by facts: looked at as it is now, and looked at again when another node was faster. A relocation, as it
 * concerns one thread, is what its stream has to say so that its files are where they should be.
 */
import * as E from 'fp-ts/lib/Either.js'
import { trashOf, type FileMove, type Relocation } from '../../../../domain/changes/relocation.ts'
import type { StoreError } from '../../../../domain/errors.ts'
import { streamId } from '../../../../domain/ids.ts'
import type { Directory } from '../directory/directory.ts'
import { threadStream } from '../stream/names.ts'
import type { NewFact, PlacedFile, StoredSegment, StreamDirectory } from '../stream/stored.ts'
import { appendSteps } from '../threads/write.ts'
import type { Wire } from '../wire.ts'

export interface ChangeParts {
  readonly wire: Wire
  readonly directory: Directory
  readonly newId: () => string
}

/** What a stream needs: nothing any more, a fact, or why it cannot be changed. */
export type NeededChange = 'done' | NewFact | { readonly obstacle: string }

/** Attempts while other nodes write to the stream, before `Busy`. */
const ATTEMPTS_MAX = 32

/**
 * Appends the fact that a stream needs as it is now, if any; answers what stands in the way, or null when all is done.
 * `Busy` when others write to the stream all the time.
 */
export const changeStream = async (
  parts: ChangeParts,
  threadId: string,
  decide: (now: StreamDirectory | null) => NeededChange
): Promise<E.Either<StoreError, string | null>> => {
  const { directory, newId } = parts
  const stream = threadStream(threadId)
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const refreshed = await directory.refreshStream(stream)
    if (E.isLeft(refreshed)) return refreshed
    const needed = decide(directory.get(streamId(threadId)))
    if (needed === 'done') return E.right(null)
    if ('obstacle' in needed) return E.right(needed.obstacle)
    const written = await appendSteps(parts, stream, { nonce: newId() }, [{ fact: needed }])
    if (E.isLeft(written)) return written
    if (written.right === 'written') return E.right(null)
  }
  return E.left({ _tag: 'Busy', what: `thread ${threadId}` })
}

const typeOf = (names: Relocation['names'], to: string) => {
  if (names === 'take') return 'unroll-deleted'
  if (names === 'give') return 'unroll-restored'
  return to.startsWith('archived_sessions/') ? 'unroll-archived' : 'unroll-unarchived'
}

/** Names go with their thread: they count for nothing while its files are in the trash. */
export const isInTrash = ({ segments, purged }: StreamDirectory): boolean =>
  purged || (segments.length > 0 && segments.every(({ path }) => path.startsWith(trashOf(''))))

/** True when a thread never was, or is deleted for good. */
export const isAbsent = (now: StreamDirectory | null): boolean =>
  now === null || now.facts < 0 || now.purged

const fileOf = (
  segments: ReadonlyArray<StoredSegment>,
  { from, to, modifiedAtMs }: FileMove
): PlacedFile | 'done' | { readonly obstacle: string } => {
  const [here, there] = [from, to].map((path) => segments.find((one) => one.path === path))
  if (here !== undefined && there !== undefined) return { obstacle: `${to} is there already` }
  // The time came with the move: both are in one fact.
  if (there !== undefined) return 'done'
  return here === undefined
    ? { obstacle: `${from} is gone` }
    : { segment: here.segment, path: to, modifiedAtMs: modifiedAtMs ?? here.modifiedAtMs }
}

/** How a relocation is done to the thread of some of its moves, or what is left to be done. */
export const neededChange = (
  { names, purge }: Pick<Relocation, 'names' | 'purge'>,
  moves: ReadonlyArray<FileMove>,
  operationId: string,
  now: StreamDirectory | null
): NeededChange => {
  const isForGood = names === 'take' && purge
  if (isForGood && isAbsent(now)) return 'done'
  const found = moves.map((move) => fileOf(now?.segments ?? [], move))
  const files: Array<PlacedFile> = []
  for (const file of found)
    if (file !== 'done') {
      if ('obstacle' in file) return file
      files.push(file)
    }
  if (files.length === 0 && !isForGood) return 'done'
  const type = typeOf(names, moves[0]?.to ?? '')
  const data = { files, operationId, ...(isForGood ? { purged: true as const } : {}) }
  return { type, data }
}

/** The same moves the other way round; files get back the times they had. */
export const reversedMoves = (
  moves: ReadonlyArray<FileMove>,
  before: StreamDirectory | null
): ReadonlyArray<FileMove> =>
  moves.map(({ threadId, from, to }) => {
    const modifiedAtMs = before?.segments.find(({ path }) => path === from)?.modifiedAtMs ?? null
    return { threadId, from: to, to: from, modifiedAtMs }
  })

/** What becomes of names when a relocation is taken back. */
export const OPPOSITES: Readonly<Record<Relocation['names'], Relocation['names']>> = {
  keep: 'keep',
  take: 'give',
  give: 'take'
}
