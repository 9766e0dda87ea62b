/**
 * What the index knows of a home.
 */
import { damageCount } from './open-thread.ts'
import type { StreamInfo, Unreadable } from '../../ports.ts'
import { liveTurns } from '../pages/turn-page.ts'
import { changesIn, CHANGES_KEPT } from '../../catch-up/changes.ts'
import type { LeftOut } from '../../catch-up/backfill.ts'
import { checkpointOf, type Env } from '../../catch-up/project.ts'

export interface IndexStatus {
  readonly threads: number
  readonly turns: number
  readonly damagedLines: number
  /** Rollouts whose last line is not finished: being written right now, or torn. */
  readonly unfinishedTails: number
  readonly unreadable: number
  readonly unreadableFiles: ReadonlyArray<Unreadable>
  /** Files that are not read because another file with the same id is. */
  readonly duplicates: number
  /** Changes of files that are kept; `homeChanges` lists them. */
  readonly changes: number
  /** Bytes of all rollouts on disk. */
  readonly bytes: number
}

export const statusOf = async (
  env: Env,
  infos: ReadonlyArray<StreamInfo>,
  { unreadable, spares }: LeftOut
): Promise<IndexStatus> => {
  const status = {
    threads: infos.length,
    turns: 0,
    damagedLines: 0,
    unfinishedTails: 0,
    unreadable: unreadable.length,
    unreadableFiles: unreadable,
    duplicates: spares.length,
    changes: changesIn(env, CHANGES_KEPT).length,
    bytes: 0
  }
  for (const info of infos) {
    const checkpoint = checkpointOf(env, info.streamId)
    status.bytes += info.sizeBytes
    if (checkpoint === null) continue
    status.turns += liveTurns(env, info).count
    status.damagedLines += await damageCount(env, info.streamId)
    if (!info.compressed && checkpoint.next.offset < checkpoint.sizeBytes)
      status.unfinishedTails += 1
  }
  return status
}
