/**
 * A relocation as it concerns one thread: what its stream has to say so that its files are where they should be.
 */
import { trashOf, type FileMove, type Relocation } from '../../../../domain/changes/relocation.ts'
import type { PlacedFile, StoredSegment, StreamDirectory } from '../stream/stored.ts'
import type { NeededChange } from './change.ts'

type MoveType = 'unroll-archived' | 'unroll-unarchived' | 'unroll-deleted' | 'unroll-restored'

const typeOf = (names: Relocation['names'], to: string): MoveType => {
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

const OPPOSITES: Readonly<Record<Relocation['names'], Relocation['names']>> = {
  keep: 'keep',
  take: 'give',
  give: 'take'
}

export const opposite = (names: Relocation['names']): Relocation['names'] => OPPOSITES[names]
