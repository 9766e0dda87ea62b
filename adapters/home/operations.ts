/**
 * The operation log: `.unroll/operations.jsonl` of a home, to which every process appends whole lines.
 */
import * as E from 'fp-ts/lib/Either.js'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { v7 } from 'uuid'
import { toOperationRecord, type OperationRecord } from '../../domain/changes/operations.ts'
import { OWN_FOLDER } from '../../domain/changes/relocation.ts'
import { ioFailure } from '../../replay/guarded.ts'
import type { OperationLog } from '../../replay/ports.ts'
import { appendLine, ownFolder } from './own-folder.ts'

const FILE = 'operations.jsonl'
const CHUNK_BYTES = 64 * 1024
const NEWLINE = 10

const recordOf = (line: Buffer): OperationRecord | null => {
  try {
    return toOperationRecord(JSON.parse(line.toString('utf8')))
  } catch {
    return null
  }
}

function* linesIn(buffer: Buffer): Iterable<Buffer> {
  for (let from = 0; from < buffer.length;) {
    const end = buffer.indexOf(NEWLINE, from)
    const until = end === -1 ? buffer.length : end
    if (until > from) yield buffer.subarray(from, until)
    from = until + 1
  }
}

const readAt = (file: number, from: number, bytes: number): Buffer => {
  const chunk = Buffer.alloc(bytes)
  return chunk.subarray(0, readSync(file, chunk, 0, bytes, from))
}

/** Lines from the start to where the file ended when it was opened. */
function* forwards(file: number, size: number): Iterable<Buffer> {
  let rest = Buffer.alloc(0)
  for (let at = 0; at < size;) {
    const chunk = readAt(file, at, Math.min(CHUNK_BYTES, size - at))
    if (chunk.length === 0) break
    at += chunk.length
    const bytes = Buffer.concat([rest, chunk])
    const whole = bytes.lastIndexOf(NEWLINE) + 1
    yield* linesIn(bytes.subarray(0, whole))
    rest = bytes.subarray(whole)
  }
  yield* linesIn(rest)
}

/** The same lines, last one first. */
function* reversed(file: number, size: number): Iterable<Buffer> {
  let rest = Buffer.alloc(0)
  for (let at = size; at > 0;) {
    const from = Math.max(0, at - CHUNK_BYTES)
    const bytes = Buffer.concat([readAt(file, from, at - from), rest])
    at = from
    // What stands before the first newline may begin further up.
    const whole = at === 0 ? 0 : bytes.indexOf(NEWLINE) + 1
    const cut = at > 0 && whole === 0 ? bytes.length : whole
    yield* [...linesIn(bytes.subarray(cut))].reverse()
    rest = bytes.subarray(0, cut)
  }
}

const open = (path: string): number | null => {
  try {
    return openSync(path, 'r')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw cause
  }
}

async function* readRecords(
  path: string,
  order: 'oldest' | 'newest'
): AsyncIterable<OperationRecord> {
  const file = open(path)
  if (file === null) return
  try {
    const { size } = fstatSync(file)
    for (const line of (order === 'oldest' ? forwards : reversed)(file, size)) {
      const record = recordOf(line)
      if (record !== null) yield record
    }
  } finally {
    closeSync(file)
  }
}

const userName = (): string => {
  try {
    return userInfo().username
  } catch {
    return ''
  }
}

/** The operation log of a home. */
export const homeOperations = (home: string): OperationLog => {
  const path = join(home, OWN_FOLDER, FILE)
  return {
    newId: () => v7(),
    nowMs: () => Date.now(),
    process: { pid: process.pid, user: userName() },
    append: (record, durable) => {
      try {
        ownFolder(home)
        return E.right(appendLine(path, JSON.stringify(record), { durable }))
      } catch (cause) {
        return E.left(ioFailure(cause, path))
      }
    },
    read: (order) => readRecords(path, order)
  }
}
