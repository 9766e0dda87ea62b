/**
 * The few lines that a session resumes from: its newest settings and token counts. They are near the end, and are searched
 * from there.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../domain/errors.ts'
import type { PlacedEvent } from '../../../domain/log/event.ts'
import { rangeOf, type ByteRange } from '../../../domain/thread/turns/turn-state.ts'
import { usageTurnId } from './context.ts'
import type { Opener, OpenThread } from '../../read/threads/open-thread.ts'
import { comparePlaces } from '../../ports.ts'
import { eventsIn } from '../../read/threads/lines.ts'
import type { Env } from '../../catch-up/project.ts'
import { endOfThread, readBack } from './read-back.ts'

export interface SessionLines {
  /** The newest `turn_context`, settings of a client and `token_count` with counts, in the order of the log. */
  readonly events: ReadonlyArray<PlacedEvent>
  /** The turn whose work the counts report; null without counts, or without turns. */
  readonly usageTurnId: string | null
}

const isTokenCount = ({ line }: PlacedEvent): boolean =>
  line.type === 'event_msg' && line.payload.type === 'token_count'

const isCount = ({ line }: PlacedEvent): boolean =>
  line.type === 'event_msg' && line.payload.type === 'token_count' && line.payload.info != null

const isContext = ({ line }: PlacedEvent): boolean => line.type === 'turn_context'

/** Without counts, or without settings, this much of the end is looked at. */
const LOOKED_AT_BYTES = 4 * 1024 * 1024

const sessionLines = async (env: Env, { info, row }: OpenThread): Promise<SessionLines> => {
  const { facts } = row()
  const counted: Array<ByteRange> = []
  const found: Array<PlacedEvent> = []
  const missing = new Set<(event: PlacedEvent) => boolean>([isContext, isCount])
  const isSaid = new Map([
    [isContext, facts.model !== null],
    [isCount, facts.tokensUsed > 0]
  ])
  const end = await endOfThread(env, info)
  await readBack(env, info, end, (event) => {
    if (counted.length === 0 && isTokenCount(event)) counted.push(rangeOf(event))
    for (const wanted of missing) {
      if (!wanted(event)) continue
      found.push(event)
      missing.delete(wanted)
    }
    const isFar = event.segment < end.segment || end.offset - event.offset > LOOKED_AT_BYTES
    return [...missing].every((wanted) => isFar && isSaid.get(wanted) !== true)
  })
  const { settingsAt } = facts
  const applied = settingsAt === null ? [] : await eventsIn(env, info, [settingsAt])
  const events = [...found, ...applied].sort(comparePlaces)
  const [at] = found.some(isCount) ? counted : []
  return { events, usageTurnId: at === undefined ? null : await usageTurnId(env, info, at) }
}

/** Reads them from a thread that is opened for it. */
export const readSession = async (
  env: Env,
  open: Opener,
  threadId: string
): Promise<E.Either<StoreError, SessionLines>> => {
  const thread = await open(threadId, true)
  return E.isLeft(thread) ? thread : E.right(await sessionLines(env, thread.right))
}
