/**
 * Threads as the methods of this server find and show them: stored ones from the engine, drafts from live state, and the
 * live state of both on top.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { JsonObject } from '../../../domain/json.ts'
import type { Thread, Turn } from '../../../domain/protocol.ts'
import { invalidRequest, unsupported, type RpcError } from '../wire/errors.ts'
import type { Draft, LiveThread, ShownThread } from './live.ts'
import { ask, threadIdOf, type Call, type Server, engineOf } from '../method.ts'
import { environmentsOf } from './settings.ts'
import { write } from './writes.ts'

type Found<A> = E.Either<RpcError, A>

/** The words for a thread that must be loaded, or known, and is not. */
export const threadNotFound = (threadId: string): RpcError =>
  invalidRequest(`thread not found: ${threadId}`)

/** The words for a thread without a file. */
export const noRollout = (threadId: string): RpcError =>
  invalidRequest(`no rollout found for thread id ${threadId}`)

/** True when a rollout of the thread is there. */
export const isStored = async (call: Call, threadId: string): Promise<boolean> => {
  const engine = await engineOf(call)
  return E.isRight(await engine.locate(threadId)())
}

/** The draft of a loaded thread that has no rollout, or null. */
export const draftOf = async (call: Call, threadId: string): Promise<Draft | null> => {
  const draft = call.server.live.find(threadId)?.draft ?? null
  return draft === null || (!draft.thread.ephemeral && (await isStored(call, threadId)))
    ? null
    : draft
}

/** A thread that must be loaded. */
export const loadedThread = (call: Call, text: string): Found<LiveThread> => {
  const id = threadIdOf(text)
  if (E.isLeft(id)) return id
  const live = call.server.live.find(id.right)
  return live === null ? E.left(threadNotFound(id.right)) : E.right(live)
}

/** A thread with the members that only a loaded one has; lists of 0.169 do not tell whether it takes input. */
export const shown = <T extends Pick<ShownThread, 'id' | 'status'>>(
  thread: T,
  { live, profile }: Server,
  isListed = false
): T => {
  const loaded = live.find(thread.id)
  if (loaded === null) return thread
  const { status, settings } = loaded
  if (profile !== '0.169') return { ...thread, status }
  const { model, reasoningEffort } = settings
  const environments = environmentsOf(settings)
  const known = { ...thread, environments, model, reasoningEffort, status }
  return isListed ? known : { ...known, canAcceptDirectInput: true }
}

/** Turns with the one that runs as running: the log alone cannot tell it from one that was cut short. */
export const withRunning = (
  { live }: Server,
  threadId: string,
  turns: ReadonlyArray<Turn>
): ReadonlyArray<Turn> => {
  const loaded = live.find(threadId)
  const running = loaded?.turn?.turnId ?? loaded?.writtenTurnId ?? null
  if (running === null) return turns
  return turns.map((turn) =>
    turn.id === running && turn.status === 'interrupted' && turn.completedAt === null
      ? { ...turn, status: 'inProgress' }
      : turn
  )
}

/**
 * A stored thread, with all turns when asked. Codex shows a loaded one by the head of its file, but to who joins it.
 */
export const storedThread = async (
  call: Call,
  threadId: string,
  includeTurns: boolean,
  isJoined = false
): Promise<Found<ShownThread>> => {
  const { server } = call
  const isLoaded = server.live.find(threadId) !== null
  const read = await ask(call, (engine) => engine.readThread(threadId, includeTurns))
  if (E.isLeft(read) || !(includeTurns && isLoaded && server.strict) || isJoined)
    return E.map((thread: Thread) => shown(thread, server))(read)
  const head = await ask(call, (engine) => engine.readThread(threadId, false))
  return E.map((thread: Thread) => shown({ ...thread, turns: read.right.turns }, server))(head)
}

/** The head of a stored thread; in strict mode only of one that Codex can read as a whole. */
export const readableThread = async (call: Call, threadId: string): Promise<Found<Thread>> => {
  const whole = call.server.strict
    ? await ask(call, (engine) => engine.readThread(threadId, true))
    : E.right(null)
  return E.isLeft(whole) ? whole : ask(call, (engine) => engine.readThread(threadId, false))
}

/** Why nothing can be read of a thread that has no rollout. */
export const unmaterialized = ({ thread }: Draft, what: string, isRead169: boolean): RpcError => {
  if (thread.ephemeral) return invalidRequest(`ephemeral threads do not support ${what}`)
  if (isRead169) return unsupported('list_turns')
  return invalidRequest(
    `thread ${thread.id} is not materialized yet; ${what} is unavailable before first user message`
  )
}

/** Follows a thread from now on. */
export const subscribe = ({ session }: Call, threadId: string): void =>
  void session.subscriptions.add(threadId)

/** Loads a thread for the client that asked; its file is named after it unless said otherwise. */
export const load = (
  call: Call,
  thread: Pick<LiveThread, 'id' | 'settings' | 'draft'> & Partial<Pick<LiveThread, 'streamId'>>
): void => {
  call.server.live.put({
    streamId: thread.id,
    ...thread,
    status: { type: 'idle' },
    turn: null,
    review: null,
    rolledBackAt: 0,
    writtenTurnId: null
  })
  subscribe(call, thread.id)
}

/** Makes the rollout of a draft, if the thread is one; then changes find it. */
export const materialized = async (call: Call, threadId: string): Promise<Found<void>> => {
  const draft = await draftOf(call, threadId)
  if (draft === null) return E.right(undefined)
  const { meta, startedAtMs } = draft
  const event = {
    timestamp: new Date(startedAtMs).toISOString(),
    type: 'session_meta',
    payload: meta
  }
  const made = await write(call, (engine, options) =>
    engine.append(threadId, [event], 'no_stream', options)
  )
  if (E.isLeft(made)) return made
  const live = call.server.live.find(threadId)
  if (live !== null) call.server.live.put({ ...live, draft: null })
  return E.right(undefined)
}

/** How a method words what it cannot be used on. */
export interface ThreadWords {
  readonly ephemeral: (id: string) => string
  readonly unknown: (id: string) => RpcError
}

/** A thread that is loaded or stored, and not one that is never stored. */
export const knownThread = async (
  call: Call,
  text: string,
  words: ThreadWords
): Promise<Found<string>> => {
  const id = threadIdOf(text)
  if (E.isLeft(id)) return id
  const draft = await draftOf(call, id.right)
  if (draft?.thread.ephemeral === true) return E.left(invalidRequest(words.ephemeral(id.right)))
  return draft === null && !(await isStored(call, id.right)) ? E.left(words.unknown(id.right)) : id
}

/** The same, with a rollout that can be changed. */
export const changeable = async (
  call: Call,
  text: string,
  words: ThreadWords
): Promise<Found<string>> => {
  const id = await knownThread(call, text, words)
  if (E.isLeft(id)) return id
  const made = await materialized(call, id.right)
  return E.isLeft(made) ? made : id
}

/** Words of changes to metadata; 0.169 speaks of rollouts. */
export const metadataWords = ({ profile }: Server): ThreadWords => ({
  ephemeral: (id) => `ephemeral thread does not support metadata updates: ${id}`,
  unknown: profile === '0.169' ? noRollout : threadNotFound
})

/** How long a turn may take to stop before its thread is changed all the same; Codex waits as long. */
const STOP_MS_MAX = 10_000

/** Stops the turn that runs in a thread, if one does. */
export const stopTurn = async ({ server }: Call, threadId: string): Promise<void> => {
  const turn = server.live.find(threadId)?.turn ?? null
  if (turn === null) return
  turn.abort.abort()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, STOP_MS_MAX)
    timer.unref()
  })
  await Promise.race([turn.ended, late])
  clearTimeout(timer)
}

/** JSON without the members that are not there. */
export const present = (members: Readonly<Record<string, unknown>>): JsonObject =>
  Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined && value !== null)
  ) as JsonObject
