/**
 * Files that are not read because another one has the same id: noted when they come, when they go, and when another of them is
 * the one that is read.
 */
import type { RowKey, RowWrite } from '../../projections/projection.ts'
import { grouped } from '../../domain/grouped.ts'
import type { SpareFile } from '../ports.ts'
import { isNoted, noteOf, sparesTable, trimNotes, type Noting } from './changes.ts'
import { rowsUnder, toStored } from './overlay.ts'

const areSame = (some: ReadonlyArray<SpareFile>, others: ReadonlyArray<SpareFile>): boolean =>
  some.length === others.length &&
  some.every(({ path, read }, i) => path === others[i]?.path && read === others[i]?.read)

/** The files of each thread that are not read. */
type Spares = ReadonlyMap<string, ReadonlyArray<string>>

const inIndex = (env: Noting): Spares =>
  new Map(
    rowsUnder(env.index, [sparesTable(env)]).map(([key, value]) => [
      key[1] as string,
      value as ReadonlyArray<string>
    ])
  )

/** The rows for one thread whose files that are not read are others than the index knows. */
const writesFor = (
  env: Noting,
  threadId: string,
  before: ReadonlyArray<string>,
  now: ReadonlyArray<SpareFile>
): ReadonlyArray<RowWrite> => {
  const paths = now.map(({ path }) => path)
  const unseen = { threadId, bytesBefore: null, bytes: null }
  const came = now
    .filter(({ path }) => !before.includes(path))
    .flatMap(({ path, read }) =>
      noteOf(env, { ...unseen, reason: 'duplicated', from: read, to: path })
    )
  const left = before
    .filter((path) => !paths.includes(path))
    .flatMap((path) => noteOf(env, { ...unseen, reason: 'duplicate_gone', from: path, to: null }))
  const key: RowKey = [sparesTable(env), threadId]
  return [...came, ...left, { key, value: paths.length === 0 ? null : paths }]
}

export const spareNotes = (env: Noting): ((spares: ReadonlyArray<SpareFile>) => Promise<void>) => {
  let seen: ReadonlyArray<SpareFile> | null = null
  return async (spares) => {
    if (!isNoted(env) || (seen !== null && areSame(spares, seen))) return
    const before = inIndex(env)
    const now = grouped(spares, ({ streamId }) => streamId)
    for (const threadId of new Set([...before.keys(), ...now.keys()])) {
      const known = before.get(threadId) ?? []
      const files = now.get(threadId) ?? []
      if (known.length === files.length && known.every((path, i) => path === files[i]?.path))
        continue
      const key: RowKey = [sparesTable(env), threadId]
      const expected = toStored({ key, value: before.get(threadId) ?? null })
      // Another process that was first has noted the same.
      await env.index.commit(writesFor(env, threadId, known, files).map(toStored), [expected])()
    }
    seen = spares
    await trimNotes(env)
  }
}
