/**
 * Sends a request where its route says.
 */
import * as E from 'fp-ts/lib/Either.js'
import { isJsonObject, textOrNull, type Json } from '../../../domain/json.ts'
import { wellFormed } from '../wire/message.ts'
import { done, serveHere, type BothServers, type TakenOver } from './both.ts'
import { linkOf } from './client-link.ts'
import { failHere } from './failing.ts'
import { noCodex } from './failed.ts'
import type { CodexLink } from './link.ts'
import type { OwnerNeed } from './owner.ts'
import { threadIn, type TurnRoute } from './routes.ts'
import { isLarge, isSameFile } from './thread-file.ts'

/** How long a client waits for a child that starts, for what unroll has an answer to. */
const SOON_MS = 1000

const NEEDS: Readonly<Partial<Record<TurnRoute, OwnerNeed>>> = {
  load: 'load',
  owned: 'owned',
  both: 'owned',
  thread: 'thread',
  'thread,soon': 'thread'
}

const within = <A>(ms: number, work: Promise<A>, late: A): Promise<A> => {
  let timer: NodeJS.Timeout | undefined
  const given = new Promise<A>((resolve) => {
    timer = setTimeout(() => resolve(late), ms).unref()
  })
  return Promise.race([work, given]).finally(() => clearTimeout(timer))
}

const linkFor = (both: BothServers, { route }: TakenOver): Promise<E.Either<string, CodexLink>> => {
  const link = linkOf(both)
  return route.endsWith(',soon')
    ? within(SOON_MS, link, E.left('it does not answer within a second'))
    : link
}

/** Lets unroll answer a request that was taken. */
export const serveTaken = (both: BothServers, request: TakenOver): void => {
  done(both, request.number)
  serveHere(both, request, request.line)
}

const passNow = ({ passed }: BothServers, request: TakenOver, to: CodexLink): void => {
  passed.set(request.id, request)
  to.pass(request.line)
}

/** Passes a request on; without a child unroll answers, or a turn fails. */
export const passOn = async (both: BothServers, request: TakenOver): Promise<void> => {
  const to = await linkFor(both, request)
  if (both.isLeft || !both.taken.has(request.number)) return
  if (E.isRight(to)) passNow(both, request, to.right)
  else failHere(both, request, noCodex(to.left, threadIn(request.params) ?? ''))
}

/** Whether the child means the file that unroll reads; a thread without a file is Codex's own, as long as it is in this home. */
const meansOurs = async (both: BothServers, threadId: string, to: CodexLink): Promise<boolean> => {
  const path = await both.core.desk.pathOf(threadId)
  const read = await to.ask('thread/read', { threadId })
  const thread = E.isRight(read) && isJsonObject(read.right) ? read.right['thread'] : null
  const theirs = isJsonObject(thread) ? textOrNull(thread['path']) : null
  if (theirs === null) return true
  return path === null ? theirs.startsWith(`${both.server.home}/`) : isSameFile(theirs, path)
}

/** Passes a change of a thread on if the child means the same file; else it is unroll's. */
export const passChange = async (
  both: BothServers,
  request: TakenOver,
  threadId: string
): Promise<void> => {
  const to = await linkFor(both, request)
  const isOurs = E.isRight(to) && (await meansOurs(both, threadId, to.right))
  if (both.isLeft || !both.taken.has(request.number)) return
  if (E.isRight(to) && isOurs) passNow(both, request, to.right)
  else serveTaken(both, request)
}

/** True for a thread that somebody here has open. */
const isKnown = ({ core, server }: BothServers, threadId: string): boolean => {
  const { at, followers } = core.desk.of(threadId)
  return at !== 'unroll' || followers.length > 0 || server.live.find(threadId) !== null
}

/** Reads what the child began: unroll can, once there is a file. */
const readUnstored = async (
  both: BothServers,
  request: TakenOver,
  threadId: string
): Promise<void> => {
  const { desk, unstored } = both.core
  const path = await desk.pathOf(threadId)
  if (path !== null) unstored.delete(threadId)
  const isTheirs = path === null && desk.of(threadId).at === 'child'
  if (isTheirs) await passOn(both, request)
  else serveTaken(both, request)
}

/** An ephemeral fork lives in the child, which reads the file that we name. */
const ephemeralFork = async (
  both: BothServers,
  request: TakenOver,
  threadId: string
): Promise<void> => {
  const path = await both.core.desk.pathOf(threadId)
  const params = { ...(request.params as Record<string, Json>), ...(path === null ? {} : { path }) }
  const line = `{"id":${request.id},"method":${wellFormed(request.method)},"params":${wellFormed(params)}}`
  await passOn(both, { ...request, line })
}

/**
 * Opens a thread that the child has or loads. unroll answers at once where Codex would read all of a large file again; the client is
 * taken along before the next turn. A turn that runs is handed over by Codex alone.
 */
const reopen = async (both: BothServers, request: TakenOver, threadId: string): Promise<void> => {
  const { desk, words } = both.core
  const path = both.server.profile === '0.169' ? null : await desk.pathOf(threadId)
  if (both.isLeft || !both.taken.has(request.number)) return
  const { at } = desk.of(threadId)
  const isQuiet = at === 'loading' || words.of(threadId).status.type !== 'active'
  if (path !== null && isQuiet && isLarge(path)) return serveTaken(both, request)
  const ask = { client: both.id, number: request.number, need: 'owned' } as const
  desk.step(threadId, { type: 'asked', ask })
}

export const dispatch = (both: BothServers, request: TakenOver): void => {
  const { core, id } = both
  const { method, params, route, number } = request
  const members = isJsonObject(params) ? params : {}
  const threadId = threadIn(params)
  if (method === 'thread/resume' && Array.isArray(members['history']))
    return void passOn(both, request)
  if (route === 'child' || route === 'child,soon') return void passOn(both, request)
  if (route === 'running')
    return core.children.ready() === null ? serveTaken(both, request) : void passOn(both, request)
  if (threadId === null) return serveTaken(both, request)
  const isOwned = core.desk.of(threadId).at !== 'unroll'
  if (method === 'thread/fork' && members['ephemeral'] === true && !isOwned)
    return void ephemeralFork(both, request, threadId)
  if (route === 'read')
    return core.unstored.has(threadId)
      ? void readUnstored(both, request, threadId)
      : serveTaken(both, request)
  if (method === 'thread/resume' && isOwned) return void reopen(both, request, threadId)
  const asked = NEEDS[route] ?? 'owned'
  const need = asked === 'load' && !isKnown(both, threadId) ? 'owned' : asked
  core.desk.step(threadId, { type: 'asked', ask: { client: id, number, need } })
}
