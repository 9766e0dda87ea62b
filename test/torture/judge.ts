/**
 * What is left of a home when whoever worked on it was killed: is everything there that was acknowledged, does the index
 * tell of nothing else, and does the next change succeed?
 */
import * as E from 'fp-ts/lib/Either.js'
import { isDeepStrictEqual } from 'node:util'
import type { Engine } from '../../adapters/library.ts'
import { jsonlStore } from '../../adapters/log/jsonl/store.ts'
import { DEFAULT_PROFILE } from '../../domain/log/profile.ts'
import { everyLine, messageOf } from '../support/crash.ts'
import { withEngine } from '../support/engines.ts'
import {
  brokenLines,
  isTorn,
  keptBytes,
  lostBytes,
  observe,
  observeHome,
  rolloutBytes,
  type Observation,
  type Shown
} from './observe.ts'
import { OLD, PAGED, said } from './threads.ts'
import type { Event } from './work.ts'

/** What is known of a home when a worker is gone. */
export interface Left {
  readonly home: string
  readonly index: string
  /** What threads were when they were last told of; null: not there. */
  readonly shown: Readonly<Record<string, Shown | null>>
  /** Threads that something was being done to. */
  readonly uncertain: ReadonlyArray<string>
  readonly events: ReadonlyArray<Event>
  /** Threads that were, or were being, deleted for good. */
  readonly deleted: ReadonlyArray<string>
}

/** What was found. */
export interface Judgement {
  readonly problems: ReadonlyArray<string>
  readonly tornTails: number
  /** What the home shows now. */
  readonly shown: Observation
  readonly lost: number
}

interface Known {
  readonly bytes: ReadonlyMap<string, Buffer>
  /** Broken lines there may be, by file: the most there ever were, since the undo of a repair brings them back. */
  readonly broken: ReadonlyMap<string, number>
}

/** What stood in the files of each home when it was last judged. */
const known = new Map<string, Known>()

/** What a repair keeps counts too: its undo brings that back. */
const look = (home: string): Known => {
  const bytes = rolloutBytes(home)
  const kept = keptBytes(home)
  const broken = [...bytes].map(([name, each]) => {
    const all = [each, ...(kept.get(name) ?? [])]
    return [name, Math.max(...all.map(brokenLines))] as const
  })
  return { bytes, broken: new Map(broken) }
}

const mostOf = (
  one: ReadonlyMap<string, number>,
  other: ReadonlyMap<string, number>
): ReadonlyMap<string, number> =>
  new Map([
    ...one,
    ...[...other].map(([name, n]) => [name, Math.max(n, one.get(name) ?? 0)] as const)
  ])

/** Remembers what stands in the files of a home, before anybody works on it. */
export const remember = (home: string): null => {
  known.set(home, look(home))
  return null
}

const eventsLost = async (home: string, events: Left['events']): Promise<ReadonlyArray<string>> => {
  const store = jsonlStore({ home, profile: DEFAULT_PROFILE, strict: false })
  const lost: Array<string> = []
  for (const id of new Set(events.map(({ thread }) => thread))) {
    const lines = await everyLine(store, id)
    for (const { thread, revision, message } of events)
      if (thread === id && messageOf(lines[revision]) !== message)
        lost.push(`${id}: revision ${revision} is not ${message.slice(0, 30)}`)
  }
  return lost
}

/** What is wrong with the files as the killed process left them. */
const fileProblems = (
  { home, deleted }: Left,
  before: Known,
  now: Known
): ReadonlyArray<string> => {
  const kept = [...before.bytes].filter(([name]) => !deleted.some((id) => name.includes(id)))
  const problems = [...lostBytes(new Map(kept), home)]
  for (const [name, bytes] of now.bytes) {
    const fresh = (now.broken.get(name) ?? 0) - (before.broken.get(name) ?? 0)
    if (fresh > (isTorn(bytes) ? 1 : 0)) problems.push(`${name}: ${fresh} more broken lines`)
  }
  return problems
}

const different = (what: string, one: unknown, other: unknown): ReadonlyArray<string> =>
  isDeepStrictEqual(one, other)
    ? []
    : [`${what}: ${JSON.stringify(one ?? null)} and ${JSON.stringify(other ?? null)}`]

/** Threads of which two observations say otherwise. */
const differing = (what: string, one: Observation, other: Observation): ReadonlyArray<string> =>
  [...new Set([...Object.keys(one), ...Object.keys(other)])].flatMap((id) =>
    different(`${what}, ${id}`, one[id], other[id])
  )

/** Every kind of change that must succeed for whoever comes next. */
const heal = async (engine: Engine): Promise<ReadonlyArray<string>> => {
  const problems: Array<string> = []
  const tried = async (what: string, call: () => Promise<E.Either<unknown, unknown>>) => {
    const answer = await call().catch((cause: unknown) => E.left(String(cause)))
    if (E.isLeft(answer)) problems.push(`next ${what}: ${JSON.stringify(answer.left)}`)
  }
  for (const id of [OLD, PAGED]) await tried('append', engine.append(id, [said('healed')]))
  await tried('rename', engine.rename(OLD, 'healed'))
  // Looked at now: what was left half done is finished by the first change.
  const place = await engine.locate(PAGED)()
  const moves = ['archive', 'unarchive'] as const
  for (const move of E.isRight(place) && place.right.archived ? moves.toReversed() : moves)
    await tried(move, engine[move](PAGED))
  return problems
}

/** What is wrong with the files after the next changes. */
const healedProblems = (now: Known, healed: Known): ReadonlyArray<string> => {
  const problems: Array<string> = []
  for (const [name, broken] of healed.broken)
    if (broken > (now.broken.get(name) ?? 0)) problems.push(`${name}: the next change broke a line`)
  for (const [name, bytes] of healed.bytes)
    if (isTorn(bytes) && name.includes(OLD)) problems.push(`${name} still ends in a torn line`)
  return problems
}

/**
 * Judges a home, lets the next changes succeed, and remembers what stands there then. One process comes after the kill: it
 * opens the index that was left, reads, changes and reads again; beside it the files are read from scratch.
 */
export const judge = async (left: Left): Promise<Judgement> => {
  const { home, index } = left
  const before = known.get(home) ?? look(home)
  const now = look(home)
  const problems = [...fileProblems(left, before, now)]
  const tornTails = [...now.bytes.values()].filter(isTorn).length
  const fromFiles = await observeHome(home)
  for (const [id, shown] of Object.entries(left.shown))
    if (!left.uncertain.includes(id))
      problems.push(...different(`told and shown of ${id}`, shown, fromFiles[id] ?? null))
  const lost = await eventsLost(home, left.events)
  problems.push(...lost)
  const after = await withEngine({ home, index }, async (engine) => {
    problems.push(...differing('index and files', await observe(engine), fromFiles))
    problems.push(...(await heal(engine)))
    return observe(engine)
  })
  const healed = look(home)
  const usual = { ...now, broken: mostOf(before.broken, now.broken) }
  problems.push(...healedProblems(usual, healed))
  const shown = await observeHome(home)
  problems.push(...differing('index and files then', after, shown))
  known.set(home, { ...healed, broken: mostOf(before.broken, healed.broken) })
  return { problems, tornTails, shown, lost: lost.length }
}
