/**
 * What the child says about its threads: their status, and which turn runs. Answers about a thread that the child has go by this,
 * because a file does not say that a turn still runs, nor always that one ended.
 */
import { isJsonObject, textOrNull, type Json } from '../../../domain/json.ts'
import type { ThreadStatus } from '../../../domain/protocol.ts'
import type { ChildWord } from '../threads/relay.ts'
import { threadIn } from './routes.ts'

export interface Words {
  /** Takes a notification of the child; statuses from one connection only, so that they come in order. */
  readonly heard: (method: string, params: Json, isHouse: boolean) => void
  readonly of: (threadId: string) => ChildWord
  /** True for a turn of which the child told anything. */
  readonly knowsTurn: (threadId: string, turnId: string) => boolean
  /** Notes a turn that the child named in an answer. */
  readonly noteTurn: (threadId: string, turnId: string) => void
  readonly forget: (threadId: string) => void
  /** Threads that something runs in. */
  readonly busy: () => ReadonlyArray<string>
}

interface Word {
  status: ThreadStatus
  /** The turn that began last and did not end. */
  turnId: string | null
  readonly turnIds: Set<string>
}

const IDLE: ThreadStatus = { type: 'idle' }
const ACTIVE: ThreadStatus = { type: 'active', activeFlags: [] }

const turnIn = (params: Json): string | null => {
  if (!isJsonObject(params)) return null
  const { turn, turnId } = params
  return textOrNull(isJsonObject(turn) ? turn['id'] : turnId)
}

/** Nothing was said yet. */
export const createWords = (): Words => {
  const words = new Map<string, Word>()
  const wordOf = (threadId: string): Word => {
    const known = words.get(threadId)
    if (known !== undefined) return known
    const word = { status: IDLE, turnId: null, turnIds: new Set<string>() }
    words.set(threadId, word)
    return word
  }
  return {
    heard: (method, params, isHouse) => {
      const threadId = threadIn(params)
      if (threadId === null) return
      const word = wordOf(threadId)
      const turnId = turnIn(params)
      if (turnId !== null) word.turnIds.add(turnId)
      if (method === 'turn/started' && turnId !== null) {
        word.turnId = turnId
        if (word.status.type !== 'active') word.status = ACTIVE
      } else if (method === 'turn/completed' && turnId === word.turnId) word.turnId = null
      else if (method === 'thread/status/changed' && isHouse && isJsonObject(params))
        word.status = params['status'] as unknown as ThreadStatus
    },
    of: (threadId) => {
      const { status, turnId } = words.get(threadId) ?? { status: IDLE, turnId: null }
      return { status, turnId: status.type === 'active' ? turnId : null }
    },
    knowsTurn: (threadId, turnId) => words.get(threadId)?.turnIds.has(turnId) ?? false,
    noteTurn: (threadId, turnId) => void wordOf(threadId).turnIds.add(turnId),
    forget: (threadId) => void words.delete(threadId),
    busy: () => [...words].flatMap(([id, { status }]) => (status.type === 'active' ? [id] : []))
  }
}
