/**
 * Where every thread of a home is, for who wants to hear what became of them. A census costs a `stat` a thread, and rows of those
 * alone that changed since the one before.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { ThreadNews } from '../../../domain/unroll-protocol.ts'
import { THREADS } from '../../../projections/catalogue.ts'
import type { HomeCatchUp } from '../../catch-up/backfill.ts'
import { checkpointOf } from '../../catch-up/project.ts'
import type { Names } from '../../home-ports.ts'
import type { StreamInfo } from '../../ports.ts'
import type { Result } from '../../result.ts'
import { givenName } from '../threads/identity.ts'
import { threadRow } from '../threads/thread-row.ts'
import type { ListParts } from './fresh-list.ts'
import { lastEventMsOf } from './list-filter.ts'

/** Where a thread is. */
export interface ThreadMark {
  readonly name: string | null
  readonly archived: boolean
  readonly lastEventAtMs: number
  /** How many events it has. */
  readonly revision: number
}

/** Every thread of a home by id; the same map as before when nothing changed. */
export type Census = ReadonlyMap<string, ThreadMark>

type CensusParts = ListParts & { readonly names: Names }

const markOf = (
  parts: CensusParts,
  info: StreamInfo,
  names: ReadonlyMap<string, string>
): ThreadMark | null => {
  const row = threadRow(parts, info.streamId)
  const checkpoint = checkpointOf({ ...parts, models: THREADS }, info.streamId)
  if (row === null || checkpoint === null) return null
  return {
    name: givenName(parts, (id) => names.get(id) ?? null, row, info),
    archived: info.archived,
    lastEventAtMs: lastEventMsOf(row),
    revision: checkpoint.next.revision
  }
}

const isSameFile = (one: StreamInfo, other: StreamInfo): boolean =>
  one === other ||
  (one.path === other.path &&
    one.sizeBytes === other.sizeBytes &&
    one.modifiedAtMs === other.modifiedAtMs &&
    one.inode === other.inode &&
    one.archived === other.archived)

interface LastCensus {
  readonly infos: ReadonlyArray<StreamInfo>
  readonly names: ReadonlyMap<string, string>
  readonly files: ReadonlyMap<string, StreamInfo>
  readonly census: Census
}

/** Returns what takes a census. */
export const censusTaker = (
  parts: CensusParts,
  lists: Pick<HomeCatchUp, 'everything'>
): (() => Promise<Result<Census>>) => {
  let last: LastCensus | null = null
  return async () => {
    const caughtUp = await lists.everything()
    if (E.isLeft(caughtUp)) return caughtUp
    const infos = caughtUp.right
    const names = parts.names.all()
    if (last?.infos === infos && last.names === names) return E.right(last.census)
    const census = new Map<string, ThreadMark>()
    const files = new Map<string, StreamInfo>()
    for (const info of infos) {
      const { streamId } = info
      const before = last?.files.get(streamId)
      const known = last?.names === names ? last.census.get(streamId) : undefined
      const isKnown = known !== undefined && before !== undefined && isSameFile(info, before)
      const mark = isKnown ? known : markOf(parts, info, names)
      if (mark === null) continue
      census.set(streamId, mark)
      files.set(streamId, info)
    }
    last = { infos, names, files, census }
    return E.right(census)
  }
}

const newsOf = (
  threadId: string,
  before: ThreadMark,
  after: ThreadMark
): ReadonlyArray<ThreadNews> => {
  if (before === after) return []
  const { lastEventAtMs, revision } = after
  const one = (what: ThreadNews['what']): ThreadNews => ({
    threadId,
    what,
    lastEventAtMs,
    revision
  })
  return [
    ...(before.name === after.name ? [] : [one('renamed')]),
    ...(before.archived === after.archived
      ? []
      : [one(after.archived ? 'archived' : 'unarchived')]),
    ...(before.revision === revision && before.lastEventAtMs === lastEventAtMs
      ? []
      : [one('updated')])
  ]
}

/** What became of the threads from one census to the next. */
export const newsBetween = (before: Census, after: Census): ReadonlyArray<ThreadNews> => {
  if (before === after) return []
  const news: Array<ThreadNews> = []
  for (const [threadId, { lastEventAtMs, revision }] of before)
    if (!after.has(threadId)) news.push({ threadId, what: 'gone', lastEventAtMs, revision })
  for (const [threadId, mark] of after) {
    const known = before.get(threadId)
    const { lastEventAtMs, revision } = mark
    if (known === undefined) news.push({ threadId, what: 'added', lastEventAtMs, revision })
    else news.push(...newsOf(threadId, known, mark))
  }
  return news
}
