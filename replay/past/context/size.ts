/**
 * The size of a large thread's context, kept in the index: counted once, and then only on.
 *
 *   [context@1/VIEW, streamId]   -> KeptSize
 *
 * The row is no projection: it is made when a rollback first asks for it, because it needs every item, which a catch-up
 * leaves unread. It names the last line it counted, so that other bytes before that place are noticed.
 */
import {
  contextSizer,
  NO_CONTEXT,
  sizeNeeds,
  type ContextSize
} from '../../../domain/thread/context/size.ts'
import { NO_LINES } from '../../../domain/log/needs.ts'
import { viewName } from '../../../projections/catalogue.ts'
import type { RowKey } from '../../../projections/projection.ts'
import { isDamaged, START, type Guard, type Position, type StreamInfo } from '../../ports.ts'
import type { Env } from '../../catch-up/project.ts'

interface KeptSize {
  readonly next: Position
  readonly guard: Guard
  readonly size: ContextSize
}

const keyOf = (env: Env, { streamId }: StreamInfo): RowKey => [
  `context@1/${viewName(env.profile, env.strict)}`,
  streamId
]

const keptSize = async (env: Env, info: StreamInfo): Promise<KeptSize | null> => {
  const row = env.index.get(keyOf(env, info)) as KeptSize | undefined
  if (row === undefined || row.next.offset > info.sizeBytes) return null
  return (await env.store.read(info, row.next, NO_LINES, row.guard).holds()) ? row : null
}

/** True when the size was counted before, and only what came since is still to be counted. */
export const hasSize = async (env: Env, info: StreamInfo): Promise<boolean> =>
  (await keptSize(env, info))?.size.isPlain === true

/** The size of the context as it is now, counted on from what is known; null where it cannot be counted so. */
export const sizeOfContext = async (env: Env, info: StreamInfo): Promise<ContextSize | null> => {
  if (env.store.lineage(info).length !== 1) return null
  const kept = await keptSize(env, info)
  if (kept?.size.isPlain === false) return null
  const sizer = contextSizer(env.profile, kept?.size ?? NO_CONTEXT)
  let last: Pick<KeptSize, 'next' | 'guard'> | null = null
  const batches = env.store.read(info, kept?.next ?? START, sizeNeeds(env.profile))
  for await (const { lines, next, guard } of batches) {
    for (const line of lines) if (!isDamaged(line)) sizer.take(line.line)
    last = guard?.terminated === true ? { next, guard } : null
    if (!sizer.size().isPlain) break
  }
  const size = sizer.size()
  if (last !== null) {
    const json = JSON.stringify({ ...last, size } satisfies KeptSize)
    await env.index.commit([{ key: keyOf(env, info), json }], [])()
  }
  return size.isPlain ? size : null
}
