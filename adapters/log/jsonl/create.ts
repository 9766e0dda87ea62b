/**
 * Creating segments of a home: a new file appears whole under its name, or not at all. No existing file is touched.
 */
import * as E from 'fp-ts/lib/Either.js'
import { statSync, writeFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { v7 } from 'uuid'
import { ioFailure } from '../../../replay/guarded.ts'
import type { EventStore, NewSegment, Segment, SegmentWriter } from '../../../replay/ports.ts'
import type { Telemetry } from '../../../replay/telemetry.ts'
import { makeFolder } from '../../home/own-folder.ts'
import { refuseLinks, writeWhole } from '../../home/plain-file.ts'
import { createFile } from '../../home/replace-file.ts'
import { readBuffer } from './buffers.ts'
import { openBytes } from './bytes.ts'
import { syncAside } from './file-calls.ts'
import { isHeldByCodex } from '../../home/codex-lock.ts'
import { endOfLine, NEWLINE } from './lines.ts'
import { dayOf, twoDigits } from './place.ts'
import { lockWriter } from './writer-lock.ts'

/** Folder and name of a segment made at a time; Codex goes by local time. */
const placeOf = (
  home: string,
  { streamId, segmentId, atMs }: Pick<NewSegment, 'streamId' | 'segmentId' | 'atMs'>
): readonly [string, string] => {
  const at = new Date(atMs)
  const directory = dayOf(home, atMs)
  const date = directory.split(sep).slice(-3).join('-')
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(twoDigits).join('-')
  const id = segmentId === streamId ? streamId : `${streamId}_${segmentId}`
  return [directory, `rollout-${date}T${time}-${id}.jsonl`]
}

/** Where a segment made at a time belongs. */
export const segmentPath = (
  home: string,
  segment: Pick<NewSegment, 'streamId' | 'segmentId' | 'atMs'>
): string => join(...placeOf(home, segment))

const CHUNK_BYTES = 1024 * 1024
/** So much is written before the next part is put on disk. */
const SYNC_BYTES = 32 * 1024 * 1024

/** How a line begins that has a time; `0` stands for any digit. */
const STAMP = Buffer.from('{"timestamp":"0000-00-00T00:00:00.000Z"')
const TIME_AT = STAMP.indexOf('0')
const [ZERO = 0, NINE = 0] = Buffer.from('09')

const beginsWithTime = (lines: Buffer, from: number): boolean => {
  for (let i = 0; i < STAMP.length; i++) {
    const byte = lines[from + i] ?? 0
    if (STAMP[i] === ZERO ? byte < ZERO || byte > NINE : byte !== STAMP[i]) return false
  }
  return true
}

/** Replaces the time of every line that begins with one. */
const stamp = (lines: Buffer, time: Buffer): void => {
  for (let from = 0; from !== -1 && from < lines.length;) {
    if (beginsWithTime(lines, from)) lines.set(time, from + TIME_AT)
    const end = endOfLine(lines, from, lines.length)
    from = end === -1 ? -1 : end + 1
  }
}

/** Puts a file on disk while more is written to it, so that little is left to do at its end. */
const syncsBehind = (file: number) => {
  let failure: Error | null = null
  let running = Promise.resolve()
  const ended = async (): Promise<void> => {
    await running
    if (failure !== null) throw failure
  }
  const begin = async (): Promise<void> => {
    await ended()
    running = syncAside(file).catch((cause: unknown) => {
      failure = E.toError(cause)
    })
  }
  return { begin, ended, idle: () => running }
}

/** Copies the bytes of a file up to a place, line by line, with a new time on each. */
const copy = async (
  target: number,
  { path, compressed }: Pick<Segment, 'path' | 'compressed'>,
  until: number,
  time: Buffer,
  step: () => void
): Promise<void> => {
  const source = openBytes(path, compressed)
  const syncs = syncsBehind(target)
  let buffer = readBuffer(CHUNK_BYTES)
  let held = 0
  let unsynced = 0
  try {
    for (let at = 0; at < until;) {
      if (held === buffer.length) buffer = Buffer.concat([buffer, readBuffer(held)])
      const read = source.read(buffer, held, Math.min(buffer.length - held, until - at), at)
      if (read === 0) throw new Error(`${path} became shorter while it was copied`)
      at += read
      const have = held + read
      const whole = at >= until ? have : buffer.subarray(0, have).lastIndexOf(NEWLINE) + 1
      stamp(buffer.subarray(0, whole), time)
      step()
      writeWhole(target, buffer.subarray(0, whole))
      buffer.copyWithin(0, whole, have)
      held = have - whole
      unsynced += whole
      if (unsynced >= SYNC_BYTES) {
        await syncs.begin()
        unsynced = 0
      }
      await new Promise((resolve) => setImmediate(resolve))
    }
    await syncs.ended()
  } finally {
    // The caller closes the file, whose number may then be that of another one.
    await syncs.idle()
    source.close()
  }
}

const write = async (
  store: SegmentSource,
  file: number,
  segment: NewSegment,
  step: () => void
): Promise<void> => {
  const { lines, copied } = segment
  const [first = '', ...others] = lines
  step()
  writeFileSync(file, `${first}\n`)
  if (copied !== undefined) {
    const base = store.lineage(copied.info)[copied.segment]
    const time = Buffer.from(new Date(segment.atMs).toISOString())
    if (base === undefined) throw new Error('what is copied is a segment of its lineage')
    await copy(file, base, copied.until, time, step)
  }
  step()
  if (others.length > 0) writeFileSync(file, `${others.join('\n')}\n`)
}

export type SegmentSource = Pick<EventStore, 'lineage'>

/** Makes a segment: whole, on disk, under its name. Throws when the name is taken. */
export const createSegment = async (
  home: string,
  store: SegmentSource,
  segment: NewSegment,
  step = (): void => undefined
): Promise<string> => {
  const [directory, name] = placeOf(home, segment)
  refuseLinks(home, directory)
  step()
  makeFolder(directory)
  const path = join(directory, name)
  // Not named after the process: the one of a container has the same number again, and may have been killed before.
  const temporary = join(directory, `.${name}.${v7()}.tmp`)
  await createFile(path, (file) => write(store, file, segment, step), { temporary, step })
  return path
}

/** A writer of segments for a home; `store` is where copied history is read from. */
export const segmentWriter = (
  home: string,
  store: EventStore,
  step?: () => void,
  telemetry?: Telemetry
): SegmentWriter => ({
  newId: () => v7(),
  nowMs: () => Date.now(),
  pathOf: (streamId, atMs) => segmentPath(home, { streamId, segmentId: streamId, atMs }),
  isHeld: (streamId) => isHeldByCodex(home, streamId),
  hasDatabase: () =>
    statSync(join(home, 'state_5.sqlite'), { throwIfNoEntry: false }) !== undefined,
  create: async (segment) => {
    try {
      // Nobody appends to the file that a revert leaves behind.
      const lock = await lockWriter(home, segment.streamId, undefined, telemetry)
      if (E.isLeft(lock)) return lock
      try {
        await createSegment(home, store, segment, step)
        return E.right(undefined)
      } finally {
        lock.right.release()
      }
    } catch (cause) {
      return E.left(ioFailure(cause, home))
    }
  }
})
