/**
 * A home as a whole: how much it holds, and the values by which its threads differ. Made of rows alone: it costs a `stat` and a row a
 * thread, however long the threads are.
 */
import * as E from 'fp-ts/lib/Either.js'
import type {
  FacetValue,
  HomeCounts,
  HomeFacets,
  HomeOverview
} from '../../../domain/unroll-protocol.ts'
import { tableOf, viewName } from '../../../projections/catalogue.ts'
import { damage } from '../../../projections/damage.ts'
import {
  SOURCE_KINDS,
  storedRow,
  type EntryKind,
  type SourceKind,
  type StoredThread,
  type ThreadRow
} from '../../../projections/thread-row.ts'
import { threads } from '../../../projections/threads.ts'
import type { HomeCatchUp } from '../../catch-up/backfill.ts'
import { afterPrefix } from '../../catch-up/overlay.ts'
import { rowPieces } from '../../catch-up/pieces.ts'
import { checkpointsOfAll, isFolded } from '../../catch-up/project.ts'
import type { StreamInfo } from '../../ports.ts'
import type { Result } from '../../result.ts'
import { liveTurns } from '../pages/turn-page.ts'
import type { ListParts } from './fresh-list.ts'
import { lastEventMsOf } from './list-filter.ts'

const isFilter = (kind: EntryKind): kind is SourceKind =>
  (SOURCE_KINDS as ReadonlyArray<EntryKind>).includes(kind)

/** The kind by which `thread/list` finds a thread. */
const sourceOf = ({ entry: { kind } }: ThreadRow): SourceKind => {
  if (isFilter(kind)) return kind
  return kind === 'subAgentMemory' ? 'subAgent' : 'unknown'
}

type FacetName = keyof HomeFacets

const facetsOf = (
  row: ThreadRow,
  { defaultProvider }: Pick<ListParts, 'defaultProvider'>
): Readonly<Record<FacetName, string | null>> => {
  const { facts, entry } = row
  const meta = facts.own ?? facts.head
  return {
    cwd: entry.cwd,
    model: facts.model,
    provider: entry.provider ?? defaultProvider,
    source: sourceOf(row),
    version: meta?.cliVersion ?? null,
    branch: meta?.git?.branch ?? null
  }
}

/** Counts values one by one. */
const counter = () => {
  const counts = new Map<string, FacetValue>()
  return {
    add: (value: string | null, atMs: number): void => {
      if (value === null || value === '') return
      const known = counts.get(value)
      const lastAtMs = Math.max(atMs, known?.lastAtMs ?? 0)
      counts.set(value, { value, count: (known?.count ?? 0) + 1, lastAtMs })
    },
    values: (): ReadonlyArray<FacetValue> =>
      [...counts.values()].toSorted(
        (a, b) => b.count - a.count || b.lastAtMs - a.lastAtMs || (a.value < b.value ? -1 : 1)
      )
  }
}

const homeFacets = async (
  parts: ListParts,
  here: ReadonlyMap<string, StreamInfo>
): Promise<HomeFacets> => {
  const counters: Readonly<Record<FacetName, ReturnType<typeof counter>>> = {
    cwd: counter(),
    model: counter(),
    provider: counter(),
    source: counter(),
    version: counter(),
    branch: counter()
  }
  const names = Object.keys(counters) as ReadonlyArray<FacetName>
  const table = tableOf(threads, viewName(parts.profile, parts.strict))
  for await (const rows of rowPieces(parts, [table]))
    for (const [key, stored] of rows) {
      const info = here.get(String(key[1]))
      if (info === undefined || info.archived) continue
      const row = storedRow(stored as StoredThread)
      if (!row.entry.preview) continue
      const values = facetsOf(row, parts)
      for (const name of names) counters[name].add(values[name], lastEventMsOf(row))
    }
  const values = (name: FacetName) => counters[name].values()
  return {
    cwd: values('cwd'),
    model: values('model'),
    provider: values('provider'),
    source: values('source'),
    version: values('version'),
    branch: values('branch')
  }
}

/** Turns and damaged lines, where the rows of every thread are as new as its file. */
const foldedCounts = (
  parts: ListParts,
  infos: ReadonlyArray<StreamInfo>
): Pick<HomeCounts, 'turns' | 'damagedLines'> => {
  const known = checkpointsOfAll(
    parts,
    infos.map(({ streamId }) => streamId)
  )
  const isKnown = (info: StreamInfo, i: number): boolean => {
    const checkpoint = known[i] ?? null
    return checkpoint !== null && isFolded(checkpoint, info)
  }
  if (!infos.every(isKnown)) return { turns: null, damagedLines: null }
  const damaged = [tableOf(damage, viewName(parts.profile, parts.strict))]
  return {
    turns: infos.reduce((sum, info) => sum + liveTurns(parts, info).count, 0),
    damagedLines: parts.index.keys(damaged, afterPrefix(damaged)).length
  }
}

/** The home as its files are now; folds nothing but what lists are served from. */
export const homeOverview = async (
  parts: ListParts,
  lists: HomeCatchUp
): Promise<Result<HomeOverview>> => {
  const caughtUp = await lists.everything()
  if (E.isLeft(caughtUp)) return caughtUp
  const infos = caughtUp.right
  const counts: HomeCounts = {
    threads: infos.length,
    archived: infos.filter(({ archived }) => archived).length,
    ...foldedCounts(parts, infos),
    bytes: infos.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    duplicates: lists.leftOut().spares.length
  }
  const here = new Map<string, StreamInfo>(infos.map((info) => [info.streamId, info]))
  return E.right({ counts, facets: await homeFacets(parts, here) })
}
