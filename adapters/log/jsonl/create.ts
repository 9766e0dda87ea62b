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
import { refuseLinks } from '../../home/plain-file.ts'
import { createFile } from '../../home/replace-file.ts'
import { openBytes } from './bytes.ts'
import { isHeldByCodex } from '../../home/codex-lock.ts'
import { endOfLine } from './lines.ts'
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

const TIMESTAMP_AT = Buffer.from('{"timestamp":"').length
const TIMESTAMP_LENGTH = 24
const CHUNK_BYTES = 1024 * 1024

/** Replaces the time of every line that begins with one. */
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
  { path, compressed }: Pick<Segment, 'path' | 'compressed'>,
  until: number,
  time: Buffer,
  step: () => void
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
      step()
      writeFileSync(target, lines)
      rest = bytes.subarray(whole)
      await new Promise((resolve) => setImmediate(resolve))
    }
  } finally {
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
