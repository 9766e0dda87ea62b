/**
 * Which file a thread id means, for whatever is read and whatever is changed.
 *
 * A file is named after its thread, and here it goes by that name. Codex goes by the id in the metadata, which is another one
 * where a file was copied or renamed; then both ids lead to it, as long as no file is named after the other one.
 */
import * as E from 'fp-ts/lib/Either.js'
import { streamId } from '../../../domain/ids.ts'
import type { ThreadRow } from '../../../projections/thread-row.ts'
import type { HomeCatchUp } from '../../catch-up/backfill.ts'
import type { Env } from '../../catch-up/project.ts'
import { findStream, type EventStore, type StreamInfo } from '../../ports.ts'
import { refreshed } from '../../refreshed.ts'
import { threadRow } from './thread-row.ts'
import type { Result } from '../../result.ts'

export type Find = (threadId: string) => Promise<Result<StreamInfo>>

/** The id in the metadata, by which Codex knows a thread; that of its file where no metadata can be read. */
export const idInMetadata = (row: ThreadRow | null, file: { readonly streamId: string }): string =>
  row?.facts.head?.id ?? file.streamId

/** The id under which a thread is shown: strict answers take that of the metadata. */
export const shownId = (
  { strict }: Pick<Env, 'strict'>,
  row: ThreadRow | null,
  file: { readonly streamId: string }
): string => (strict ? idInMetadata(row, file) : file.streamId)

/** The name that was given to a thread: under the id it is shown by, else under that in its metadata, where Codex looks for it. */
export const givenName = (
  env: Pick<Env, 'strict'>,
  nameOf: (threadId: string) => string | null,
  row: ThreadRow | null,
  file: { readonly streamId: string }
): string | null => nameOf(shownId(env, row, file)) ?? nameOf(idInMetadata(row, file))

/** Of two files with metadata of one id, the one that Codex's database holds when it sees the home for the first time. */
export const laterNamed = (one: StreamInfo | null, other: StreamInfo): StreamInfo =>
  one !== null && one.path > other.path ? one : other

/** Finds a thread by the name of its file alone: for threads that may not be there yet. */
export const findNamed =
  ({ store }: { readonly store: EventStore }): Find =>
  async (threadId) => {
    const id = streamId(threadId)
    const ready = await refreshed(store, id)
    return E.isLeft(ready) ? ready : findStream(store, id)
  }

/**
 * Finds a thread by the name of its file, else by the id in its metadata. Of several files with that id, strict answers take the
 * one with the last name, as Codex's database does; otherwise the id is ambiguous.
 */
export const finder = (env: Env, everything: HomeCatchUp['everything']): Find => {
  const byName = findNamed(env)
  return async (threadId) => {
    const named = await byName(threadId)
    if (E.isRight(named) || named.left._tag !== 'StreamNotFound') return named
    const infos = await everything()
    if (E.isLeft(infos)) return infos
    const asked = streamId(threadId)
    const [first, ...others] = infos.right.filter(
      (info) => idInMetadata(threadRow(env, info.streamId), info) === asked
    )
    if (first === undefined) return named
    if (others.length === 0 || env.strict) return E.right(others.reduce(laterNamed, first))
    const candidates = [first, ...others].map((info) => info.streamId)
    return E.left({ _tag: 'AmbiguousThread', text: threadId, candidates })
  }
}
