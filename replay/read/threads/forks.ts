/**
 * Which threads were forked from one: asked of the rows of lists, and sorted again only when a thread came or changed.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { HomeCatchUp } from '../../catch-up/backfill.ts'
import type { Env } from '../../catch-up/project.ts'
import type { StreamInfo } from '../../ports.ts'
import type { Result } from '../../result.ts'
import { threadRow } from './thread-row.ts'

export const forksIn = (
  env: Env,
  lists: Pick<HomeCatchUp, 'everything'>
): ((threadId: string) => Promise<Result<ReadonlyArray<StreamInfo>>>) => {
  let sorted: ReadonlyMap<string, ReadonlyArray<StreamInfo>> = new Map()
  let of: ReadonlyArray<StreamInfo> | null = null
  return async (threadId) => {
    const listed = await lists.everything()
    if (E.isLeft(listed)) return listed
    if (of !== listed.right) {
      const forks = new Map<string, Array<StreamInfo>>()
      for (const info of listed.right) {
        const parent = threadRow(env, info.streamId)?.facts.own?.forkedFromId?.toLowerCase()
        if (parent === undefined) continue
        const known = forks.get(parent)
        if (known === undefined) forks.set(parent, [info])
        else known.push(info)
      }
      sorted = forks
      of = listed.right
    }
    return E.right(sorted.get(threadId) ?? [])
  }
}
