/**
 * The threads of a server between itself and its child: runs `owner.ts`, and does what it says.
 */
import * as E from 'fp-ts/lib/Either.js'
import { statSync } from 'node:fs'
import type { StreamId } from '../../../domain/ids.ts'
import { isJsonObject, type Json, type JsonObject } from '../../../domain/json.ts'
import { describe } from '../../../domain/errors.ts'
import { lockWriter, type WriterLock } from '../../log/jsonl/writer-lock.ts'
import type { Server } from '../threads/server.ts'
import { threadKey } from '../threads/scheduler.ts'
import { reasonOf } from '../wire/errors.ts'
import type { Notice } from '../wire/message.ts'
import { noCodex, otherFile, UNWRITTEN } from './failed.ts'
import type { CodexLink } from './link.ts'
import {
  ownerStep,
  UNOWNED,
  type NotLoaded,
  type Owned,
  type OwnerEffect,
  type OwnerInput
} from './owner.ts'
import { isSameFile } from './thread-file.ts'
import type { Words } from './words.ts'

export type DeskServer = Pick<Server, 'home' | 'profile' | 'engine' | 'live' | 'follow' | 'log'>

/** What the desk needs of a client. */
export interface DeskClient {
  readonly id: string
  /** Its connection to the child, which may have to be started; `Left` says why there is none. */
  readonly link: () => Promise<E.Either<string, CodexLink>>
  /** What its own resume of a thread asked for. */
  readonly overridesOf: (threadId: string) => JsonObject
  /** Settings that it changed since, in order. */
  readonly settingsOf: (threadId: string) => ReadonlyArray<JsonObject>
  /** The child has these now. */
  readonly handedOver: (threadId: string) => void
  readonly pass: (number: number) => void
  readonly serve: (number: number) => void
  readonly fail: (number: number, why: string) => void
  /** Lets it follow a thread in unroll; nothing of that is sent. */
  readonly followHere: (threadId: string) => Promise<void>
  readonly tell: (notice: Notice) => void
  /** The child has ended: what waits for it is answered. */
  readonly lostChild: () => void
  /** True while it waits for an answer that the child may have to give, or the child for one of it. */
  readonly isWaiting: () => boolean
}

export interface Desk {
  readonly of: (threadId: string) => Owned
  readonly step: (threadId: string, input: OwnerInput) => void
  readonly clients: Map<string, DeskClient>
  /** Threads that unroll does not own. */
  readonly owned: () => ReadonlyArray<string>
  /** Every thread that anybody follows, or that has an owner. */
  readonly known: () => ReadonlyArray<string>
  readonly followersOf: (threadId: string) => ReadonlyArray<DeskClient>
  /** Where the file of a thread is; null where it has none. */
  readonly pathOf: (threadId: string) => Promise<string | null>
  readonly close: () => void
}

/** Another process has the thread. */
const FOREIGN =
  'another program runs a turn in this thread; wait for its end, or end it there, and send the message again'

/** Loads a thread into the child for one of its clients; null when it has it, from our file. */
const loadThread = async (
  { live, follow, profile }: DeskServer,
  pathOf: Desk['pathOf'],
  client: DeskClient,
  threadId: string
): Promise<NotLoaded | null> => {
  const not = (why: string, isFinal = false): NotLoaded => ({ why, isFinal })
  const path = await pathOf(threadId)
  if (path === null) return not(UNWRITTEN)
  if (profile !== '0.169' && live.find(threadId) !== null) {
    const run = async (): Promise<void> => void (await follow.join(threadId))
    await live.schedule(threadKey(threadId), { run })
    if (live.writtenTurn(threadId) !== null) return not(noCodex(FOREIGN, threadId))
  }
  const link = await client.link()
  if (E.isLeft(link)) return not(noCodex(link.left, threadId))
  const asked = { ...client.overridesOf(threadId), threadId, path, excludeTurns: true }
  const resumed = await link.right.ask('thread/resume', asked)
  if (E.isLeft(resumed)) {
    const [, current] = /stale path: .*current `?([^`;]+)/.exec(resumed.left.message) ?? []
    return current === undefined
      ? not(noCodex(resumed.left.message, threadId))
      : not(otherFile(current, path), true)
  }
  const { thread } = resumed.right as { readonly thread?: Json }
  const opened = isJsonObject(thread) ? thread['path'] : null
  if (!isSameFile(opened, path)) {
    await link.right.ask('thread/unsubscribe', { threadId })
    return not(otherFile(typeof opened === 'string' ? opened : 'none', path), true)
  }
  for (const settings of client.settingsOf(threadId)) {
    const set = await link.right.ask('thread/settings/update', { ...settings, threadId })
    if (E.isLeft(set)) return not(noCodex(set.left.message, threadId))
  }
  client.handedOver(threadId)
  return null
}

/** Locks of threads that the child has: while one is held no other writer of unroll gets in. */
const createLocks = ({ home, log }: DeskServer) => {
  const held = new Map<string, WriterLock>()
  return {
    /** Takes it; the reason when somebody else has it. */
    take: async (threadId: string): Promise<string | null> => {
      if (held.has(threadId)) return null
      try {
        const lock = await lockWriter(home, threadId as StreamId)
        if (E.isLeft(lock)) return describe(lock.left)
        held.set(threadId, lock.right)
        return null
      } catch (cause) {
        log(`thread ${threadId} is not locked: ${reasonOf(cause)}`)
        return null
      }
    },
    give: (threadId: string): void => {
      held.get(threadId)?.release()
      held.delete(threadId)
    },
    close: (): void => {
      for (const lock of held.values()) lock.release()
      held.clear()
    }
  }
}

const locate = async ({ engine, live }: DeskServer, threadId: string): Promise<string | null> => {
  const { locate: find } = await engine
  const found = await find(live.find(threadId)?.streamId ?? threadId)()
  if (E.isLeft(found)) return null
  return statSync(found.right.path, { throwIfNoEntry: false }) === undefined
    ? null
    : found.right.path
}

interface WorkParts extends Pick<Desk, 'clients' | 'pathOf' | 'step'> {
  readonly locks: ReturnType<typeof createLocks>
}

/** What the machine of a thread has done, and tells it the outcome of. */
const workOf = (server: DeskServer, words: Words, { clients, locks, pathOf, step }: WorkParts) => {
  const load = async (threadId: string, id: string, attempt: number): Promise<void> => {
    const client = clients.get(id)
    const busy = client === undefined ? 'its client left' : await locks.take(threadId)
    const failed =
      client === undefined || busy !== null
        ? { why: noCodex(busy ?? '', threadId), isFinal: false }
        : await loadThread(server, pathOf, client, threadId)
    step(threadId, { type: 'loaded', client: id, attempt, failed })
  }

  const join = async (threadId: string, id: string, attempt: number): Promise<void> => {
    const link = await clients.get(id)?.link()
    const path = await pathOf(threadId)
    const where = path === null ? {} : { path }
    const joined =
      link === undefined || E.isLeft(link)
        ? E.left(null)
        : await link.right.ask('thread/resume', { threadId, ...where, excludeTurns: true })
    step(threadId, { type: 'joined', client: id, attempt, isJoined: E.isRight(joined) })
  }

  /** unroll takes a thread back: it looks to the end of the file before anybody hears of it again. */
  const release = async (threadId: string, followers: ReadonlyArray<string>): Promise<void> => {
    for (const id of followers) await clients.get(id)?.followHere(threadId)
    await server.follow.settle(threadId)
    words.forget(threadId)
    step(threadId, { type: 'released' })
  }
  return { load, join, release }
}

/** No thread has an owner yet. */
export const createDesk = (server: DeskServer, words: Words): Desk => {
  const { log } = server
  const threads = new Map<string, Owned>()
  const clients = new Map<string, DeskClient>()
  const locks = createLocks(server)
  const of: Desk['of'] = (threadId) => threads.get(threadId) ?? UNOWNED
  const pathOf: Desk['pathOf'] = (threadId) => locate(server, threadId).catch(() => null)

  const step: Desk['step'] = (threadId, input) => {
    const [next, effects] = ownerStep(of(threadId), input)
    const isPlain = next.attempt === 0 && next.at === 'unroll' && next.followers.length === 0
    if (isPlain) threads.delete(threadId)
    else threads.set(threadId, next)
    for (const effect of effects) run(threadId, effect)
  }

  const { load, join, release } = workOf(server, words, { clients, locks, pathOf, step })

  const later = (work: Promise<void>): void =>
    void work.catch((cause: unknown) => log(`between Codex and unroll: ${reasonOf(cause)}`))

  const run = (threadId: string, effect: OwnerEffect): void => {
    switch (effect.do) {
      case 'load':
        return later(load(threadId, effect.client, effect.attempt))
      case 'join':
        return later(join(threadId, effect.client, effect.attempt))
      case 'pass':
        return clients.get(effect.ask.client)?.pass(effect.ask.number)
      case 'serve':
        return clients.get(effect.ask.client)?.serve(effect.ask.number)
      case 'fail':
        return clients.get(effect.ask.client)?.fail(effect.ask.number, effect.why)
      case 'lock':
        return later(locks.take(threadId).then(() => undefined))
      case 'unlock':
        return locks.give(threadId)
      case 'release':
        return later(release(threadId, effect.followers))
    }
  }

  return {
    of,
    step,
    clients,
    pathOf,
    owned: () => [...threads].flatMap(([id, { at }]) => (at === 'unroll' ? [] : [id])),
    known: () => [...threads.keys()],
    followersOf: (threadId) =>
      of(threadId).followers.flatMap((id) => {
        const client = clients.get(id)
        return client === undefined ? [] : [client]
      }),
    close: locks.close
  }
}
