/**
 * What a home shows and what its files hold, as plain data that can be compared.
 */
import * as E from 'fp-ts/lib/Either.js'
import { decompress } from 'fzstd'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Engine } from '../../adapters/library.ts'
import { right, withEngine } from '../support/engines.ts'

/** A thread as a client sees it. */
export interface Shown {
  readonly archived: boolean
  readonly name: string | null
  readonly turns: ReadonlyArray<string>
  readonly damaged: number
}

/** Every thread of a home, by id. */
export type Observation = Readonly<Record<string, Shown>>

const EVERY = { limit: 1000, modelProviders: [] } as const

/** One thread; null when it is not there, undefined when that could not be told. */
export const shownThread = async (
  engine: Engine,
  id: string
): Promise<Shown | null | undefined> => {
  const place = await engine.locate(id)()
  const thread = await engine.readThread(id, true)()
  if (E.isLeft(place)) return place.left._tag === 'StreamNotFound' ? null : undefined
  if (E.isLeft(thread)) return thread.left._tag === 'StreamNotFound' ? null : undefined
  const { name, turns } = thread.right
  return {
    archived: place.right.archived,
    name,
    turns: turns.map((turn) => `${turn.id} ${turn.status} ${JSON.stringify(turn.items).length}`),
    damaged: (await right(engine.damage(id))).length
  }
}

/** Every thread that is listed, as a client sees it. */
export const observe = async (engine: Engine): Promise<Observation> => {
  const shown: Record<string, Shown> = {}
  for (const archived of [false, true])
    for (const { id } of (await right(engine.listThreads({ ...EVERY, archived }))).data) {
      const one = await shownThread(engine, id)
      if (one) shown[id] = { ...one, archived }
    }
  return shown
}

/** What a fresh process shows of a home, from an index or from the files alone. */
export const observeHome = (home: string, index = 'memory'): Promise<Observation> =>
  withEngine({ home, index }, observe)

const filesBelow = (home: string): ReadonlyArray<string> =>
  readdirSync(home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.startsWith('rollout-'))
    .map((entry) => join(entry.parentPath, entry.name))

const QUARANTINE = join('.unroll', 'quarantine')
const ZST = /\.zst$/

const bytesOf = (path: string): Buffer =>
  ZST.test(path) ? Buffer.from(decompress(readFileSync(path))) : readFileSync(path)

/** Bytes of every rollout, wherever in the home it is, by its name; of a compressed one the bytes that are in it. */
export const rolloutBytes = (home: string): ReadonlyMap<string, Buffer> =>
  new Map(
    filesBelow(home)
      .filter((path) => !path.includes(QUARANTINE))
      .toSorted((a, b) => Number(ZST.test(b)) - Number(ZST.test(a)))
      .map((path) => [basename(path).replace(ZST, ''), bytesOf(path)] as const)
  )

/** What repairs of a home keep of its rollouts, by name. */
export const keptBytes = (home: string): ReadonlyMap<string, ReadonlyArray<Buffer>> => {
  const kept = new Map<string, ReadonlyArray<Buffer>>()
  for (const path of filesBelow(home))
    if (path.includes(QUARANTINE)) {
      const name = basename(path).replace(ZST, '')
      kept.set(name, [...(kept.get(name) ?? []), bytesOf(path)])
    }
  return kept
}

const beginsWith = (bytes: Buffer | undefined, begin: Buffer): boolean =>
  bytes?.subarray(0, begin.length).equals(begin) === true

/** Rollouts that are gone, or that do not begin with what stood in them and are not in quarantine as they were. */
export const lostBytes = (
  before: ReadonlyMap<string, Buffer>,
  home: string
): ReadonlyArray<string> => {
  const now = rolloutBytes(home)
  const kept = filesBelow(home).filter((path) => path.includes(QUARANTINE))
  return [...before].flatMap(([name, bytes]) => {
    if (beginsWith(now.get(name), bytes)) return []
    if (kept.some((path) => beginsWith(bytesOf(path), bytes))) return []
    return [`${name} is ${now.has(name) ? 'changed' : 'gone'}`]
  })
}

const isWhole = (line: string): boolean => {
  try {
    JSON.parse(line)
    return true
  } catch {
    return false
  }
}

/** Lines of a rollout that are no JSON, an unfinished last one among them. */
export const brokenLines = (bytes: Buffer): number => {
  const lines = bytes.toString('utf8').split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines.filter((line) => !isWhole(line)).length
}

/** True when the last line has no newline. */
export const isTorn = (bytes: Buffer): boolean => bytes.length > 0 && bytes.at(-1) !== 10

/** Files that somebody left behind: half-made ones and locks of processes that are gone. */
export const litter = (home: string): ReadonlyArray<string> =>
  readdirSync(home, { recursive: true })
    .map(String)
    .filter((path) => /\.tmp$|\.next$|\.purge$|\.lock\.\d+$|^\.moving/.test(basename(path)))
