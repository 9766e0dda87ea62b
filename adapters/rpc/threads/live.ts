/**
 * The live state of a server: which threads are loaded, how they are, and who follows them.
 *
 * Every connection of a server shares it. What is loaded stays loaded when its clients leave, until nobody has followed it
 * for half an hour; archiving and deleting unload it too.
 */
import type { ClientBehaviour } from '../../../domain/clients.ts'
import type { JsonObject } from '../../../domain/json.ts'
import type { Thread, ThreadStatus } from '../../../domain/protocol.ts'
import type { Notice } from '../wire/message.ts'
import { createEnvironments, type Environments } from './environments.ts'
import {
  createQuestions,
  type QuestionEvent,
  type QuestionPeer,
  type Questions
} from './questions.ts'
import { createJobs, type Jobs } from './jobs.ts'
import { createScheduler, type Scheduler } from './scheduler.ts'
import type { SessionSettings } from './settings.ts'
import { createProcesses, type Processes } from './processes.ts'
import { createSkillRoots, type SkillRoots } from './skill-roots.ts'

/** A thread as a client sees it; one that is never stored has no path. */
export type ShownThread = Omit<Thread, 'path'> & { readonly path: string | null }

/** A thread that no rollout holds: not yet, or never. */
export interface UnstoredThread {
  readonly thread: ShownThread
  /** What its first line will say. */
  readonly meta: JsonObject
  readonly startedAtMs: number
}

/** A turn that a host drives. */
export interface RunningTurn {
  readonly turnId: string
  readonly abort: AbortController
  /** Resolves when the turn has ended and everyone was notified. */
  readonly ended: Promise<void>
  /** Hands more input to the turn; null when its host takes none. */
  readonly steer: ((input: ReadonlyArray<JsonObject>) => void) | null
}

/** A review that was set up here, which somebody else carries out. */
export interface AwaitedReview {
  /** The turn its client was sent. */
  readonly turnId: string
  /** The turn its reviewer works in. */
  readonly reviewTurnId: string
  readonly startedAtMs: number
}

export interface LiveThread {
  /** By which clients know it: in strict mode the id in its metadata. */
  readonly id: string
  /** The id of its file, which can be another one; the engine goes by it. */
  readonly streamId: string
  readonly status: ThreadStatus
  readonly settings: SessionSettings
  /** How the client is treated that started, resumed or forked it, or began a turn, last. */
  readonly behaviours: ReadonlySet<ClientBehaviour>
  readonly draft: UnstoredThread | null
  readonly turn: RunningTurn | null
  /** The newest review that was set up here; it may have ended since. */
  readonly review: AwaitedReview | null
  /** When the last rollback here was done, counted by `Live.tick`; 0 while there was none. */
  readonly rolledBackAt: number
  /** The turn that another process writes, as far as the log shows; null while none does. */
  readonly writtenTurnId: string | null
}

/** What live state knows of a client. */
export interface Peer extends QuestionPeer {
  readonly session: {
    readonly initialized: boolean
    readonly clientName: string
    readonly requestAttestation: boolean
    readonly optedOut: ReadonlySet<string>
    readonly subscriptions: Set<string>
    readonly watched: Set<string>
    readonly jobs: ReadonlySet<string>
    readonly followsHome: boolean
  }
  readonly send: (notice: Notice) => void
}

export interface Live {
  /** First come, first served, for all connections together. */
  readonly schedule: Scheduler
  /** A counter: of two moments of the server the later one has the higher number. */
  readonly tick: () => number
  readonly find: (threadId: string) => LiveThread | null
  /** The loaded thread of a file. */
  readonly ofStream: (streamId: string) => LiveThread | null
  /** Ids of the loaded threads, in order. */
  readonly ids: () => ReadonlyArray<string>
  /** Loads a thread, or changes a loaded one. */
  readonly put: (thread: LiveThread) => void
  /** Unloads a thread, gives up its questions and ends its subscriptions; false when it was not loaded. */
  readonly unload: (threadId: string) => boolean
  /** Calls after every thread that is loaded, changed or unloaded from now on. */
  readonly onThread: (listener: (threadId: string) => void) => void
  /** Counts the questions of a thread that wait for a person; returns the new count, null when it would be negative. */
  readonly elicit: (threadId: string, step: 1 | -1) => number | null
  readonly isFollowed: (threadId: string) => boolean
  /** Of the wanted clients that follow a thread, the one that connected first. */
  readonly firstFollower: (
    threadId: string,
    isWanted: (session: Peer['session']) => boolean
  ) => string | null
  readonly unsubscribe: (
    threadId: string,
    peer: Peer['session']
  ) => 'unsubscribed' | 'notSubscribed' | 'notLoaded'
  /** The turn that another process writes in a thread, as far as a look showed; null where none does. */
  readonly writtenTurn: (threadId: string) => string | null
  /** Notes that of a thread that is not loaded. */
  readonly noteWritten: (threadId: string, turnId: string | null) => void
  /** Ends what follows a thread that is gone without having it loaded. */
  readonly endWatches: (threadId: string) => void
  /** The threads that any client follows: loaded ones, and those that are followed without that. */
  readonly followed: () => ReadonlySet<string>
  /** True while any client follows the home. */
  readonly isHomeFollowed: () => boolean
  /** Adds a client; returns what removes it. */
  readonly join: (peer: Peer) => () => void
  /** Sends to whom it concerns; `requester` is whose request it belongs to. */
  readonly notify: (notice: Notice, requester?: Peer) => void
  /** Calls with every notification from now on, whoever it is for. */
  readonly onNotice: (listener: (notice: Notice) => void) => void
  /** Calls with what happens to questions from now on. */
  readonly onQuestion: (listener: (event: QuestionEvent) => void) => void
  readonly questions: Questions
  /** Long work of clients. */
  readonly jobs: Jobs
  /** Where threads may run. */
  readonly environments: Environments
  /** Programs that clients started. */
  readonly processes: Processes
  /** Skill folders that clients added. */
  readonly skillRoots: SkillRoots
  /** Asks a client again what waits in a thread that it has just joined. */
  readonly askAgain: (threadId: string, session: Peer['session']) => void
}

const concerns = ({ to }: Notice, peer: Peer, requester: Peer | undefined): boolean => {
  if (to === 'requester') return peer === requester
  if (to === 'all') return peer.session.initialized
  if (to === 'home_followers') return peer.session.followsHome
  const { jobs, watched, subscriptions } = peer.session
  if ('starterOf' in to) return jobs.has(to.starterOf)
  if ('watchersOf' in to) return watched.has(to.watchersOf)
  return subscriptions.has(to.subscribersOf) || watched.has(to.subscribersOf)
}

/** The loaded threads by id, and who is called when one changes. */
const createLoaded = () => {
  const threads = new Map<string, LiveThread>()
  const listeners: Array<(threadId: string) => void> = []
  const changed = (threadId: string): void => {
    for (const listener of listeners) listener(threadId)
  }
  return {
    threads: threads as ReadonlyMap<string, LiveThread>,
    put: (thread: LiveThread): void => {
      threads.set(thread.id, thread)
      changed(thread.id)
    },
    remove: (threadId: string): boolean => {
      const wasLoaded = threads.delete(threadId)
      if (wasLoaded) changed(threadId)
      return wasLoaded
    },
    onThread: (listener: (threadId: string) => void): void => void listeners.push(listener)
  }
}

const followedBy = (
  peers: Iterable<Peer>,
  isLoaded: (threadId: string) => boolean
): ReadonlySet<string> => {
  const followed = new Set<string>()
  for (const { session } of peers) {
    for (const threadId of session.subscriptions) if (isLoaded(threadId)) followed.add(threadId)
    for (const threadId of session.watched) followed.add(threadId)
  }
  return followed
}

/** What clients follow without having it loaded: threads, and the home. */
const watchesOf = (threads: ReadonlyMap<string, LiveThread>, peers: Iterable<Peer>) => {
  const written = new Map<string, string>()
  return {
    writtenTurn: (threadId: string): string | null =>
      threads.get(threadId)?.writtenTurnId ?? written.get(threadId) ?? null,
    noteWritten: (threadId: string, turnId: string | null): void => {
      if (turnId === null) written.delete(threadId)
      else written.set(threadId, turnId)
    },
    endWatches: (threadId: string): void => {
      for (const { session } of peers) session.watched.delete(threadId)
    },
    isHomeFollowed: (): boolean => [...peers].some(({ session }) => session.followsHome)
  }
}

export const createLive = (): Live => {
  const { threads, put, remove, onThread } = createLoaded()
  const peers = new Set<Peer>()
  let ticks = 0
  const elicitations = new Map<string, number>()
  const listeners: Array<(notice: Notice) => void> = []
  const notify: Live['notify'] = (notice, requester) => {
    for (const listener of listeners) listener(notice)
    for (const peer of peers) {
      if (peer.session.optedOut.has(notice.method)) continue
      if (concerns(notice, peer, requester)) peer.send(notice)
    }
  }
  const asking: Array<(event: QuestionEvent) => void> = []
  const questions = createQuestions(peers, notify, (event) => {
    for (const listener of asking) listener(event)
  })
  return {
    schedule: createScheduler(),
    tick: () => (ticks += 1),
    questions,
    ...{ environments: createEnvironments(), processes: createProcesses(), jobs: createJobs() },
    skillRoots: createSkillRoots(),
    askAgain: (threadId, session) => {
      const peer = [...peers].find((one) => one.session === session)
      if (peer !== undefined) questions.again(threadId, peer)
    },
    find: (threadId) => threads.get(threadId) ?? null,
    ofStream: (streamId) =>
      [...threads.values()].find((thread) => thread.streamId === streamId) ?? null,
    ids: () => [...threads.keys()].sort(),
    put,
    onThread,
    unload: (threadId) => {
      questions.cancel(threadId)
      for (const { session } of peers) session.subscriptions.delete(threadId)
      elicitations.delete(threadId)
      return remove(threadId)
    },
    elicit: (threadId, step) => {
      const count = (elicitations.get(threadId) ?? 0) + step
      if (count < 0) return null
      elicitations.set(threadId, count)
      return count
    },
    firstFollower: (threadId, isWanted) =>
      [...peers].find(({ session }) => session.subscriptions.has(threadId) && isWanted(session))
        ?.connectionId ?? null,
    isFollowed: (threadId) => [...peers].some(({ session }) => session.subscriptions.has(threadId)),
    unsubscribe: (threadId, { subscriptions }) => {
      if (!threads.has(threadId)) return 'notLoaded'
      return subscriptions.delete(threadId) ? 'unsubscribed' : 'notSubscribed'
    },
    followed: () => followedBy(peers, (threadId) => threads.has(threadId)),
    ...watchesOf(threads, peers),
    join: (peer) => {
      peers.add(peer)
      return () => {
        peers.delete(peer)
        peer.session.subscriptions.clear()
        peer.session.watched.clear()
        questions.left(peer.connectionId)
      }
    },
    notify,
    onNotice: (listener) => void listeners.push(listener),
    onQuestion: (listener) => void asking.push(listener)
  }
}
