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
  /** Notes a review that the child began: its reviewer may write a turn of its own, which no connection is told of. */
  readonly noteReview: (threadId: string, turnId: string) => void
  /** True once for each review that was noted, until another turn begins. */
  readonly takeReviewer: (threadId: string) => boolean
  readonly forget: (threadId: string) => void
  /** Threads that something runs in. */
  readonly busy: () => ReadonlyArray<string>
}

interface Word {
  /** What the connection of the server was told last. */
  status: ThreadStatus
  /** The turn that began last and did not end. */
  turnId: string | null
  /** Every turn that the child named, and whether it has ended. */
  readonly turns: Map<string, 'named' | 'ended'>
  /** The turn of a review whose reviewer was not seen in the file yet. */
  reviewId: string | null
}

const IDLE: ThreadStatus = { type: 'idle' }
const ACTIVE: ThreadStatus = { type: 'active', activeFlags: [] }

const turnIn = (params: Json): string | null => {
  if (!isJsonObject(params)) return null
  const { turn, turnId } = params
  return textOrNull(isJsonObject(turn) ? turn['id'] : turnId)
}

/** Connections are read in any order: a turn may be heard of before the status that goes with it, or after the one of its end. */
const statusOf = ({ status, turnId }: Word): ThreadStatus =>
  turnId !== null && status.type !== 'active' ? ACTIVE : status

/** Nothing was said yet. */
export const createWords = (): Words => {
  const words = new Map<string, Word>()
  const wordOf = (threadId: string): Word => {
    const known = words.get(threadId)
    if (known !== undefined) return known
    const word: Word = { status: IDLE, turnId: null, turns: new Map(), reviewId: null }
    words.set(threadId, word)
    return word
  }
  return {
    heard: (method, params, isHouse) => {
      const threadId = threadIn(params)
      if (threadId === null) return
      const word = wordOf(threadId)
      const turnId = turnIn(params)
      const hasEnded = turnId !== null && word.turns.get(turnId) === 'ended'
      if (turnId !== null && !hasEnded) word.turns.set(turnId, 'named')
      if (method === 'turn/started' && !hasEnded) {
        word.turnId = turnId
        if (turnId !== word.reviewId) word.reviewId = null
      } else if (method === 'turn/completed' && turnId !== null) {
        word.turns.set(turnId, 'ended')
        if (turnId === word.turnId) word.turnId = null
      } else if (method === 'thread/status/changed' && isHouse && isJsonObject(params)) {
        word.status = params['status'] as unknown as ThreadStatus
        // The end of a turn that nobody follows any more is told as a status alone.
        if (word.status.type !== 'active') word.turnId = null
      }
    },
    of: (threadId) => {
      const word = words.get(threadId)
      if (word === undefined) return { status: IDLE, turnId: null }
      const status = statusOf(word)
      return { status, turnId: status.type === 'active' ? word.turnId : null }
    },
    knowsTurn: (threadId, turnId) => words.get(threadId)?.turns.has(turnId) ?? false,
    noteTurn: (threadId, turnId) => {
      const { turns } = wordOf(threadId)
      if (!turns.has(turnId)) turns.set(turnId, 'named')
    },
    noteReview: (threadId, turnId) => void (wordOf(threadId).reviewId = turnId),
    takeReviewer: (threadId) => {
      const word = words.get(threadId)
      if (word === undefined || word.reviewId === null) return false
      word.reviewId = null
      return true
    },
    forget: (threadId) => void words.delete(threadId),
    busy: () => [...words].flatMap(([id, word]) => (statusOf(word).type === 'active' ? [id] : []))
  }
}
