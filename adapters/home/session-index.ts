/**
 * Changing `session_index.jsonl`: appending a name, taking the names of deleted threads out, and giving them back.
 *
 * Other lines keep their bytes. Codex appends to the file without asking: a rewrite begins again when the file changed under
 * it, and what came in the last moment is carried over. Codex from 0.169 on locks `session_index.jsonl.lock` while it writes;
 * the lock cannot be taken from here, but it is waited for.
 */
import { closeSync, fstatSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isJsonObject } from '../../domain/json.ts'
import { openPlain, readPlain } from '../plain-file.ts'
import { replaceFile } from '../replace-file.ts'
import { sleepSync } from '../sleep.ts'
import { isLocked } from './codex-lock.ts'
import { appendLine, ownFolder, syncFolder } from './own-folder.ts'

const FILE = 'session_index.jsonl'
const MODE = 0o644
const ATTEMPTS_MAX = 100
const WAIT_MS = 20
const WAITS_MAX = 100

/** Names the file of a home. */
export const sessionIndexOf = (home: string): string => join(home, FILE)

const awaitCodex = (home: string): void => {
  const lock = join(home, `${FILE}.lock`)
  for (let waits = 0; waits < WAITS_MAX && isLocked(lock, false); waits++) sleepSync(WAIT_MS)
}

/** RFC 3339 with nine digits behind the seconds, as Codex writes it; the clock here has three of them. */
const timeOf = (nowMs: number): string => new Date(nowMs).toISOString().replace(/Z$/, '000000Z')

/** Appends a name; on disk when it returns. */
export const appendName = (home: string, id: string, name: string, nowMs: number): void => {
  awaitCodex(home)
  const line = JSON.stringify({ id, thread_name: name, updated_at: timeOf(nowMs) })
  appendLine(sessionIndexOf(home), line, { durable: true, mode: MODE })
}

/** A line with its newline, if it has one. */
const linesOf = (text: string): ReadonlyArray<string> => text.match(/[^\n]*\n|[^\n]+$/g) ?? []

const idOf = (line: string): string | null => {
  try {
    const entry: unknown = JSON.parse(line)
    const id = isJsonObject(entry) ? entry['id'] : null
    return typeof id === 'string' ? id.toLowerCase() : null
  } catch {
    return null
  }
}

const readIndex = (path: string): Buffer | null => {
  try {
    return readPlain(path)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw cause
  }
}

interface Split {
  readonly kept: Buffer
  readonly taken: ReadonlyArray<string>
}

/** Latin-1 keeps every byte as it is; ids are ASCII. */
const split = (bytes: Buffer, ids: ReadonlySet<string>): Split => {
  const lines = linesOf(bytes.toString('latin1'))
  const isTaken = (line: string): boolean => ids.has(idOf(line) ?? '')
  return {
    kept: Buffer.from(lines.filter((line) => !isTaken(line)).join(''), 'latin1'),
    taken: lines
      .filter(isTaken)
      .map((line) => Buffer.from(line, 'latin1').toString('utf8').trimEnd())
  }
}

const replace = (home: string, kept: Buffer, mode: number): void => {
  const temporary = join(ownFolder(home), `${FILE}.tmp`)
  replaceFile(sessionIndexOf(home), kept, { temporary, mode })
}

const tailOf = (file: number, from: number): Buffer => {
  const tail = Buffer.alloc(Math.max(0, fstatSync(file).size - from))
  if (tail.length > 0) readSync(file, tail, 0, tail.length, from)
  return tail
}

/** False when the file changed meanwhile. */
const tryTake = (
  home: string,
  ids: ReadonlySet<string>,
  save: (lines: ReadonlyArray<string>) => void
): boolean => {
  const path = sessionIndexOf(home)
  const bytes = readIndex(path)
  if (bytes === null) return true
  const { kept, taken } = split(bytes, ids)
  if (taken.length === 0) return true
  save(taken)
  const old = openPlain(path)
  try {
    const { size, mode } = fstatSync(old)
    if (size !== bytes.length) return false
    replace(home, kept, mode & 0o777)
    // A line that Codex appended in this moment is in the file that is gone now.
    for (const line of linesOf(tailOf(old, size).toString('utf8')))
      appendLine(path, line.trimEnd(), { durable: true, mode: MODE })
    return true
  } finally {
    closeSync(old)
  }
}

/** Takes the lines that name some threads out of the file; `save` gets them before they are gone. */
export const takeNames = (
  home: string,
  threadIds: ReadonlyArray<string>,
  save: (lines: ReadonlyArray<string>) => void
): void => {
  awaitCodex(home)
  const ids = new Set(threadIds)
  for (let attempt = 0; !tryTake(home, ids, save); attempt++)
    if (attempt === ATTEMPTS_MAX) throw new Error('session_index.jsonl changes all the time')
  if (statSync(sessionIndexOf(home), { throwIfNoEntry: false }) !== undefined) syncFolder(home)
}

/** Appends lines that are not in the file, all in one write. */
export const giveNames = (home: string, lines: ReadonlyArray<string>): void => {
  awaitCodex(home)
  const path = sessionIndexOf(home)
  const there = new Set(linesOf(readIndex(path)?.toString('utf8') ?? '').map((l) => l.trimEnd()))
  const missing = lines.filter((line) => !there.has(line))
  if (missing.length > 0) appendLine(path, missing.join('\n'), { durable: true, mode: MODE })
}
