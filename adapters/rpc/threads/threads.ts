/**
 * Threads as the methods of this server find and show them: stored ones from the engine, drafts from live state, and the
 * live state of both on top.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../domain/errors.ts'
import type { JsonObject } from '../../../domain/json.ts'
import type { Thread, Turn } from '../../../domain/protocol.ts'
import type { StreamInfo } from '../../../replay/ports.ts'
import { atMost } from '../../home/sleep.ts'
import { invalidRequest, unsupported, type RpcError } from '../wire/errors.ts'
import type { LiveThread, ShownThread, UnstoredThread } from './live.ts'
import { ask, parseThreadId, write, type RpcCall, type Server, type ThreadIds } from './server.ts'

/** The words for a thread that must be loaded, or known, and is not. */
export const threadNotFound = (threadId: string): RpcError =>
  invalidRequest(`thread not found: ${threadId}`)

/** The words for a thread without a file. */
export const noRollout = (threadId: string): RpcError =>
  invalidRequest(`no rollout found for thread id ${threadId}`)

export const locate = async (
  { server }: RpcCall,
  { streamId }: ThreadIds
): Promise<E.Either<StoreError, StreamInfo>> => (await server.engine).locate(streamId)()

/** The draft of a loaded thread that has no rollout, or null. */
export const draftOf = async (call: RpcCall, thread: ThreadIds): Promise<UnstoredThread | null> => {
  const draft = call.server.live.find(thread.id)?.draft ?? null
  return draft === null || (!draft.thread.ephemeral && E.isRight(await locate(call, thread)))
    ? null
    : draft
}

export const loadedThread = (call: RpcCall, text: string): E.Either<RpcError, LiveThread> => {
  const id = parseThreadId(text)
  if (E.isLeft(id)) return id
  const live = call.server.live.find(id.right)
  return live === null ? E.left(threadNotFound(id.right)) : E.right(live)
}

/** A thread with the members that only a loaded one has; lists of 0.169 do not say whether it takes input. */
export const shown = <T extends Pick<ShownThread, 'id' | 'status'>>(
  thread: T,
  { live, profile, relay }: Server,
  isListed = false
): T => {
  const loaded = live.find(thread.id)
  const word = relay?.wordOf(thread.id) ?? null
  if (loaded === null) return word === null ? thread : { ...thread, status: word.status }
  const { settings } = loaded
  const { status } = word ?? loaded
  if (profile !== '0.169') return { ...thread, status }
  const { model, reasoningEffort, environments } = settings
  const known = { ...thread, environments, model, reasoningEffort, status }
  return isListed ? known : { ...known, canAcceptDirectInput: true }
}

/** The turn of a thread that runs now, as far as this server knows. */
export const runningTurnId = ({ live, relay }: Server, threadId: string): string | null => {
  const word = relay?.wordOf(threadId) ?? null
  if (word !== null) return word.turnId
  const loaded = live.find(threadId)
  return loaded?.turn?.turnId ?? live.writtenTurn(threadId)
}

/** Shows the running turn as running: in the log alone it looks like one that was cut short. */
export const withRunning = (
  server: Server,
  threadId: string,
  turns: ReadonlyArray<Turn>
): ReadonlyArray<Turn> => {
  const running = runningTurnId(server, threadId)
  if (running === null) return turns
  return turns.map((turn) =>
    turn.id === running && turn.status === 'interrupted' && turn.completedAt === null
      ? { ...turn, status: 'inProgress' }
      : turn
  )
}

/**
 * A stored thread, with all turns when asked. Codex shows a loaded one by the head of its file, except to a client that joins
 * it.
 */
export const storedThread = async (
  call: RpcCall,
  { id, streamId }: ThreadIds,
  includeTurns: boolean,
  isJoined = false
): Promise<E.Either<RpcError, ShownThread>> => {
  const { server } = call
  const isLoaded = server.live.find(id) !== null
  const read = await ask(call, (engine) => engine.readThread(streamId, includeTurns))
  if (E.isLeft(read) || !(includeTurns && isLoaded && server.strict) || isJoined)
    return E.map((thread: Thread) => shown(thread, server))(read)
  const head = await ask(call, (engine) => engine.readThread(streamId, false))
  return E.map((thread: Thread) => shown({ ...thread, turns: read.right.turns }, server))(head)
}

/** The head of a stored thread; in strict mode only of one that Codex can read as a whole. */
export const readableThread = async (
  call: RpcCall,
  { streamId }: ThreadIds
): Promise<E.Either<RpcError, Thread>> => {
  const whole = call.server.strict
    ? await ask(call, (engine) => engine.readThread(streamId, true))
    : E.right(null)
  return E.isLeft(whole) ? whole : ask(call, (engine) => engine.readThread(streamId, false))
}

/** Why nothing can be read of a thread that has no rollout. */
export const unmaterialized = (
  { thread }: UnstoredThread,
  what: string,
  isRead169: boolean
): RpcError => {
  if (thread.ephemeral) return invalidRequest(`ephemeral threads do not support ${what}`)
  if (isRead169) return unsupported('list_turns')
  return invalidRequest(
    `thread ${thread.id} is not materialized yet; ${what} is unavailable before first user message`
  )
}

/** A client takes up a thread: it follows it, and the thread behaves as that client needs it. */
export const subscribe = ({ server, session }: RpcCall, threadId: string): void => {
  session.subscriptions.add(threadId)
  const live = server.live.find(threadId)
  if (live !== null && live.behaviours !== session.behaviours)
    server.live.put({ ...live, behaviours: session.behaviours })
}

/** Loads a thread for the client that asked; its file is named after it unless said otherwise. */
export const load = (
  call: RpcCall,
  thread: Pick<LiveThread, 'id' | 'settings' | 'draft'> &
    Partial<ThreadIds & Pick<LiveThread, 'behaviours'>>
): LiveThread => {
  const loaded: LiveThread = {
    streamId: thread.id,
    behaviours: call.session.behaviours,
    ...thread,
    status: { type: 'idle' },
    turn: null,
    review: null,
    rolledBackAt: 0,
    writtenTurnId: null
  }
  call.server.live.put(loaded)
  call.session.subscriptions.add(thread.id)
  return loaded
}

/** Makes the rollout of a draft, if the thread is one; then changes find it. */
export const materialized = async (
  call: RpcCall,
  thread: ThreadIds
): Promise<E.Either<RpcError, void>> => {
  const draft = await draftOf(call, thread)
  if (draft === null) return E.right(undefined)
  const { meta, startedAtMs } = draft
  const timestamp = new Date(startedAtMs).toISOString()
  const event = { timestamp, type: 'session_meta', payload: meta }
  const { server, session } = call
  const made = await write({ server, session }, (engine, options) =>
    engine.append(thread.streamId, [event], 'no_stream', options)
  )
  if (E.isLeft(made)) return made
  const live = call.server.live.find(thread.id)
  if (live !== null) call.server.live.put({ ...live, draft: null })
  return E.right(undefined)
}

/** How a method words what it cannot be used on. */
export interface ThreadWords {
  readonly ephemeral: (id: string) => string
  readonly unknown: (id: string) => RpcError
}

/** Refuses a thread that is neither loaded nor stored, and one that is never stored. */
export const knownThread = async (
  call: RpcCall,
  thread: ThreadIds,
  words: ThreadWords
): Promise<E.Either<RpcError, void>> => {
  const { id } = thread
  const draft = await draftOf(call, thread)
  if (draft?.thread.ephemeral === true) return E.left(invalidRequest(words.ephemeral(id)))
  const isKnown = draft !== null || E.isRight(await locate(call, thread))
  return isKnown ? E.right(undefined) : E.left(words.unknown(id))
}

/** The same; then the thread has a rollout that can be changed. */
export const changeable: typeof knownThread = async (call, thread, words) => {
  const known = await knownThread(call, thread, words)
  return E.isLeft(known) ? known : materialized(call, thread)
}

/** Words of changes to metadata; 0.169 speaks of rollouts. */
export const metadataWords = ({ profile }: Server): ThreadWords => ({
  ephemeral: (id) => `ephemeral thread does not support metadata updates: ${id}`,
  unknown: profile === '0.169' ? noRollout : threadNotFound
})

/** How long a turn may take to stop before its thread is changed all the same; Codex waits as long. */
const STOP_MS_MAX = 10_000

export const stopTurn = async ({ server }: RpcCall, threadId: string): Promise<void> => {
  const turn = server.live.find(threadId)?.turn ?? null
  if (turn === null) return
  turn.abort.abort()
  await atMost(STOP_MS_MAX, turn.ended)
}

const NEWEST = { limit: 1, sortDirection: 'desc', itemsView: 'notLoaded' } as const

/**
 * Cursors to the newest turn and item of a thread, from which a client of 0.169 pages backwards; null where there is nothing,
 * and for threads without numbered lines.
 */
export const newestCursors = async (
  call: RpcCall,
  { streamId }: ThreadIds,
  { historyMode }: Pick<ShownThread, 'historyMode'>
): Promise<JsonObject> => {
  if (historyMode !== 'paginated') return { turnsBackwardsCursor: null, itemsBackwardsCursor: null }
  const turns = await ask(call, (engine) => engine.listTurns(streamId, NEWEST))
  const items = await ask(call, (engine) => engine.listItems(streamId, NEWEST))
  return {
    turnsBackwardsCursor: E.isRight(turns) ? turns.right.backwardsCursor : null,
    itemsBackwardsCursor: E.isRight(items) ? items.right.backwardsCursor : null
  }
}
