/**
 * Making segments of a home: a new file appears whole under its name, or not at all. No existing file is touched.
 */
import * as E from 'fp-ts/lib/Either.js'
import assert from 'node:assert/strict'
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeFileSync
} from 'node:fs'
import { join, sep } from 'node:path'
import { v7 } from 'uuid'
import { ioFailure } from '../../replay/guarded.ts'
import type { EventStore, NewSegment, SegmentWriter } from '../../replay/ports.ts'
import { openBytes } from './bytes.ts'
import { endOfLine } from './lines.ts'
import { dayOf, twoDigits } from './place.ts'

/** Where a segment made at a time belongs; Codex goes by local time. */
const pathOf = (
  home: string,
  { streamId, segmentId, atMs }: NewSegment
): readonly [string, string] => {
  const at = new Date(atMs)
  const directory = dayOf(home, atMs)
  const date = directory.split(sep).slice(-3).join('-')
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(twoDigits).join('-')
  const id = segmentId === streamId ? streamId : `${streamId}_${segmentId}`
  return [directory, `rollout-${date}T${time}-${id}.jsonl`]
}

const TIMESTAMP_AT = Buffer.from('{"timestamp":"').length
const TIMESTAMP_LENGTH = 24
const CHUNK_BYTES = 1024 * 1024

/** Puts a time on every line that has one in the usual place. */
const stamp = (lines: Buffer, time: Buffer): void => {
  for (let from = 0; from !== -1 && from < lines.length;) {
    const head = lines.toString('latin1', from, from + TIMESTAMP_AT + TIMESTAMP_LENGTH + 1)
    if (head.startsWith('{"timestamp":"') && head.endsWith('Z"'))
      time.copy(lines, from + TIMESTAMP_AT)
    const end = endOfLine(lines, from, lines.length)
    from = end === -1 ? -1 : end + 1
  }
}

/** Copies the bytes of a file up to a place, line by line, with a new time on each. */
const copy = async (
  target: number,
  path: string,
  compressed: boolean,
  until: number,
  time: Buffer
): Promise<void> => {
  const source = openBytes(path, compressed)
  let rest = Buffer.alloc(0)
  try {
    for (let at = 0; at < until;) {
      const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, until - at))
      const read = source.read(chunk, 0, chunk.length, at)
      if (read === 0) throw new Error(`${path} became shorter while it was copied`)
      at += read
      const bytes = Buffer.concat([rest, chunk.subarray(0, read)])
      const whole = at >= until ? bytes.length : bytes.lastIndexOf(10) + 1
      const lines = bytes.subarray(0, whole)
      stamp(lines, time)
      writeFileSync(target, lines)
      rest = bytes.subarray(whole)
      await new Promise((resolve) => setImmediate(resolve))
    }
  } finally {
    source.close()
  }
}

const sync = (path: string): void => {
  const directory = openSync(path, 'r')
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}

const write = async (store: EventStore, file: number, segment: NewSegment): Promise<void> => {
  const { lines, copied } = segment
  const [first = '', ...others] = lines
  writeFileSync(file, `${first}\n`)
  if (copied !== undefined) {
    const base = store.lineage(copied.info)[copied.segment]
    const time = Buffer.from(new Date(segment.atMs).toISOString())
    assert(base !== undefined, 'what is copied is a segment of its lineage')
    await copy(file, base.path, base.compressed, copied.until, time)
  }
  if (others.length > 0) writeFileSync(file, `${others.join('\n')}\n`)
  fsyncSync(file)
}

const create = async (home: string, store: EventStore, segment: NewSegment): Promise<void> => {
  const [directory, name] = pathOf(home, segment)
  mkdirSync(directory, { recursive: true })
  const temporary = join(directory, `.${name}.${process.pid}.tmp`)
  const file = openSync(temporary, 'wx')
  try {
    await write(store, file, segment)
    linkSync(temporary, join(directory, name))
  } finally {
    closeSync(file)
    unlinkSync(temporary)
  }
  sync(directory)
}

const LOCKS = '/proc/locks'

/** True while a process holds a lock on a file; `otherwise` where the system does not tell. False without the file. */
export const isLocked = (path: string, otherwise: boolean): boolean => {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return false
  const locks = E.tryCatch(() => readFileSync(LOCKS, 'utf8'), E.toError)
  if (E.isLeft(locks)) return otherwise
  return locks.right.split('\n').some((line) => line.includes(`:${stat.ino} `))
}

/**
 * Codex from 0.148 on holds a lock on `thread-writer-locks/<thread>.lock` as long as a thread is loaded, and deletes the
 * file at its end. Where the system does not tell who holds it, a file that is there counts.
 */
export const isHeld = (home: string, threadId: string): boolean =>
  isLocked(join(home, 'thread-writer-locks', `${threadId}.lock`), true)

/** A writer of segments for a home; `store` is where copied history is read from. */
export const segmentWriter = (home: string, store: EventStore): SegmentWriter => ({
  newId: () => v7(),
  nowMs: () => Date.now(),
  isHeld: (streamId) => isHeld(home, streamId),
  hasDatabase: () =>
    statSync(join(home, 'state_5.sqlite'), { throwIfNoEntry: false }) !== undefined,
  create: async (segment) => {
    try {
      return E.right(await create(home, store, segment))
    } catch (cause) {
      return E.left(ioFailure(cause, home))
    }
  }
})
