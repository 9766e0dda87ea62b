/**
 * Every thread of a home with all that its log says of it, to compare it with something else.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { homeCatchUp } from '../../catch-up/backfill.ts'
import type { Result } from '../../result.ts'
import type { ThreadFacts } from '../../../domain/thread/thread.ts'
import type { StreamInfo } from '../../ports.ts'
import { agentRow, type Agent } from './agents.ts'
import type { ShownParts } from './shown.ts'
import { givenName } from './identity.ts'
import { threadRow } from './thread-row.ts'

export interface ThreadRecord {
  readonly info: StreamInfo
  readonly facts: ThreadFacts
  /** What `session_index.jsonl` calls it. */
  readonly name: string | null
  /** Null for a thread that was not spawned. */
  readonly agent: Agent | null
}

/** Catches the whole home up and answers with every thread that could be read, by path. */
export const threadRecords = async (
  parts: ShownParts,
  home: ReturnType<typeof homeCatchUp>
): Promise<Result<ReadonlyArray<ThreadRecord>>> => {
  const caughtUp = await home.everything()
  if (E.isLeft(caughtUp)) return caughtUp
  const names = parts.names.all()
  return E.right(
    caughtUp.right.flatMap((info): ReadonlyArray<ThreadRecord> => {
      const row = threadRow(parts, info.streamId)
      if (row === null) return []
      const name = givenName(parts, (id) => names.get(id) ?? null, row, info)
      return [{ info, facts: row.facts, name, agent: agentRow(parts, info.streamId) }]
    })
  )
}
