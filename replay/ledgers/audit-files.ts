/**
 * The files of a home as the audit trail reads them: each by itself, with the thread it was written for.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { TrailRow } from '../../domain/ledgers/audit/row.ts'
import { streamId } from '../../domain/ids.ts'
import { threadAudit, trailPrefix, trailTimes } from '../../projections/audit.ts'
import { afterPrefix, rowsUnder } from '../catch-up/overlay.ts'
import type { EventStore, StreamInfo } from '../ports.ts'
import { refreshed } from '../refreshed.ts'
import type { Ledger } from './ledger.ts'
import type { Result } from '../result.ts'

export interface AuditFile {
  readonly id: string
  readonly threadId: string
  /** Its name without folder and `.zst`. */
  readonly name: string
  readonly archived: boolean
}

const IDS = /([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:_[0-9a-f-]{36})?\.jsonl$/

const fileOf = ({ streamId: id, path, archived }: StreamInfo): AuditFile => {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return { id, threadId: IDS.exec(name.toLowerCase())?.[1] ?? id, name, archived }
}

/** Every file of the home, after their rows are as new as they are. */
export const allFiles = async (ledger: Ledger): Promise<Result<ReadonlyArray<AuditFile>>> =>
  E.map((infos: ReadonlyArray<StreamInfo>) => infos.map(fileOf))(await ledger.everything())

/** Catches up the files of one thread and lists them, oldest first; `threads` knows which they are. */
export const filesOf = async (
  ledger: Ledger,
  threads: EventStore,
  threadId: string
): Promise<Result<ReadonlyArray<AuditFile>>> => {
  const thread = streamId(threadId)
  const ready = await refreshed(threads, thread)
  if (E.isLeft(ready)) return ready
  const files: Array<AuditFile> = []
  for (const { id } of threads.segments(thread)) {
    const info = await ledger.one(id)
    if (E.isRight(info)) files.push(fileOf(info.right))
    else if (info.left._tag !== 'StreamNotFound') return info
  }
  return E.right(files)
}

export interface FileRow {
  readonly orderMs: number
  readonly file: string
  readonly n: number
  readonly row: TrailRow
}

const BATCH_ROWS = 256

export function* rowsOfFile({ env, table }: Ledger, file: string, from: number): Iterable<FileRow> {
  const prefix = trailPrefix(table(threadAudit), file)
  for (let n = from; ;) {
    const batch = env.index.range([...prefix, n], afterPrefix(prefix), BATCH_ROWS, false)
    for (const [key, value] of batch) {
      const row = value as TrailRow
      yield { orderMs: row.orderMs, file, n: key[2] as number, row }
    }
    if (batch.length < BATCH_ROWS) return
    n = (batch[batch.length - 1]?.[0][2] as number) + 1
  }
}

export type TimePlace = readonly [ms: number, file: string, n: number]

export function* rowsByTime({ env, table }: Ledger, after: TimePlace): Iterable<FileRow> {
  const prefix = trailTimes(table(threadAudit))
  for (let [ms, file, n] = after; ;) {
    const from = [...prefix, ms, file, n + 1]
    const batch = env.index.range(from, afterPrefix(prefix), BATCH_ROWS, false)
    for (const [key] of batch) {
      ;[ms, file, n] = [key[1] as number, key[2] as string, key[3] as number]
      const row = env.index.get([...trailPrefix(table(threadAudit), file), n]) as
        | TrailRow
        | undefined
      if (row !== undefined) yield { orderMs: ms, file, n, row }
    }
    if (batch.length < BATCH_ROWS) return
  }
}

/** Time of the newest row of a file; 0 when it has none. */
export const lastMsOf = ({ env, table }: Ledger, file: string): number => {
  const prefix = trailPrefix(table(threadAudit), file)
  const [last] = rowsUnder(env.index, prefix, 1, true)
  return last === undefined ? 0 : (last[1] as TrailRow).orderMs
}
