/**
 * The live state of a server: which threads are loaded, how they are, and who follows them.
 *
 * Every connection of a server shares it. What is loaded stays loaded when its clients leave, until nobody has followed it
 * for half an hour; archiving and deleting unload it too.
 */
import type { JsonObject } from '../../../domain/json.ts'
import type { Thread, ThreadStatus } from '../../../domain/protocol.ts'
import type { Notice, Notification, Question } from '../wire/message.ts'
import { createQuestions, type Questions } from './questions.ts'
import { createScheduler, type Scheduler } from './scheduler.ts'
import type { Settings } from './settings.ts'

/** A thread as a client sees it; one that is never stored has no path. */
export type ShownThread = Omit<Thread, 'path'> & { readonly path: string | null }

/** A thread that no rollout holds: not yet, or never. */
export interface Draft {
  readonly thread: ShownThread
  /** What its first line will say. */
  readonly meta: JsonObject
  readonly startedAtMs: number
}

/** A turn that a host drives. */
export interface RunningTurn {
  readonly turnId: string
  readonly abort: AbortController
  /** Resolves when the turn has ended and everyone was told. */
  readonly ended: Promise<void>
  /** Hands more input to the turn; null when its host takes none. */
  readonly steer: ((input: ReadonlyArray<JsonObject>) => void) | null
}

/** A review that was set up here, which somebody else carries out. */
export interface AwaitedReview {
  /** The turn its client was told of. */
  readonly turnId: string
  /** The turn its reviewer works in. */
  readonly reviewTurnId: string
  readonly startedAtMs: number
}

/** A loaded thread. */
export interface LiveThread {
  /** By which clients know it: in strict mode the id in its metadata. */
  readonly id: string
  /** The id of its file, which can be another one. */
  readonly streamId: string
  readonly status: ThreadStatus
  readonly settings: Settings
  readonly draft: Draft | null
  readonly turn: RunningTurn | null
  /** The newest review that was set up here; it may have ended since. */
  readonly review: AwaitedReview | null
  /** When the last rollback here was done, counted by `Live.tick`; 0 while there was none. */
  readonly rolledBackAt: number
  /** The turn that another process writes, as far as its log tells; null while none does. */
  readonly writtenTurnId: string | null
}

/** Whether a client followed a thread it no longer wants to follow. */
export type Unsubscribed = 'unsubscribed' | 'notSubscribed' | 'notLoaded'

/** What live state knows of a client. */
export interface Peer {
  readonly session: {
    readonly initialized: boolean
    readonly optedOut: ReadonlySet<string>
    readonly subscriptions: Set<string>
  }
  readonly send: (notification: Notification) => void
  /** Sends a question, which the client answers. */
  readonly ask: (question: Question) => void
}

/** Live state. */
export interface Live {
  /** First come, first served, for all connections together. */
  readonly schedule: Scheduler
  /** Counts on: of two moments of the server the later one has the higher number. */
  readonly tick: () => number
  readonly find: (threadId: string) => LiveThread | null
  /** The loaded thread of a file. */
  readonly ofStream: (streamId: string) => LiveThread | null
  /** Ids of what is loaded, in order. */
  readonly ids: () => ReadonlyArray<string>
  /** Loads a thread, or changes a loaded one. */
  readonly put: (thread: LiveThread) => void
  /** Unloads a thread and ends its subscriptions; false when it was not loaded. */
  readonly unload: (threadId: string) => boolean
  /** Counts the questions of a thread that wait for a person, up or down; answers how many there are now, null when none can go. */
  readonly elicit: (threadId: string, step: 1 | -1) => number | null
  /** True while a client follows it. */
  readonly isFollowed: (threadId: string) => boolean
  readonly unsubscribe: (threadId: string, peer: Peer['session']) => Unsubscribed
  /** The loaded threads that a client follows. */
  readonly followed: () => ReadonlySet<string>
  /** Adds a client; the answer removes it. */
  readonly join: (peer: Peer) => () => void
  /** Sends to whom it concerns; `requester` is whose request it belongs to. */
  readonly tell: (notice: Notice, requester?: Peer) => void
  /** Hands over whatever is told from now on, whoever it is for. */
  readonly overhear: (listener: (notice: Notice) => void) => void
  /** Questions to clients. */
  readonly questions: Questions
  /** Asks a client again what waits in a thread that it has just joined. */
  readonly askAgain: (threadId: string, session: Peer['session']) => void
}

const concerns = ({ to }: Notice, peer: Peer, requester: Peer | undefined): boolean => {
  if (to === 'requester') return peer === requester
  if (to === 'all') return peer.session.initialized
  return peer.session.subscriptions.has(to.subscribersOf)
}

/** Live state of a server that has just started: nothing is loaded. */
export const createLive = (): Live => {
  const threads = new Map<string, LiveThread>()
  const peers = new Set<Peer>()
  let ticks = 0
  const elicitations = new Map<string, number>()
  const listeners: Array<(notice: Notice) => void> = []
  const tell: Live['tell'] = (notice, requester) => {
    for (const listener of listeners) listener(notice)
    for (const peer of peers) {
      if (peer.session.optedOut.has(notice.method)) continue
      if (concerns(notice, peer, requester)) peer.send(notice)
    }
  }
  const followers = (threadId: string): ReadonlyArray<Peer> =>
    [...peers].filter(({ session }) => session.subscriptions.has(threadId))
  const questions = createQuestions((threadId, question) => {
    for (const peer of followers(threadId)) peer.ask(question)
  }, tell)
  return {
    schedule: createScheduler(),
    tick: () => (ticks += 1),
    questions,
    askAgain: (threadId, session) => {
      const peer = [...peers].find((one) => one.session === session)
      for (const question of questions.open(threadId)) peer?.ask(question)
    },
    find: (threadId) => threads.get(threadId) ?? null,
    ofStream: (streamId) =>
      [...threads.values()].find((thread) => thread.streamId === streamId) ?? null,
    ids: () => [...threads.keys()].sort(),
    put: (thread) => void threads.set(thread.id, thread),
    unload: (threadId) => {
      for (const { session } of peers) session.subscriptions.delete(threadId)
      elicitations.delete(threadId)
      return threads.delete(threadId)
    },
    elicit: (threadId, step) => {
      const count = (elicitations.get(threadId) ?? 0) + step
      if (count < 0) return null
      elicitations.set(threadId, count)
      return count
    },
    isFollowed: (threadId) => [...peers].some(({ session }) => session.subscriptions.has(threadId)),
    unsubscribe: (threadId, { subscriptions }) => {
      if (!threads.has(threadId)) return 'notLoaded'
      return subscriptions.delete(threadId) ? 'unsubscribed' : 'notSubscribed'
    },
    followed: () => {
      const followed = new Set<string>()
      for (const { session } of peers)
        for (const threadId of session.subscriptions)
          if (threads.has(threadId)) followed.add(threadId)
      return followed
    },
    join: (peer) => {
      peers.add(peer)
      return () => {
        peers.delete(peer)
        peer.session.subscriptions.clear()
      }
    },
    tell,
    overhear: (listener) => void listeners.push(listener)
  }
}
