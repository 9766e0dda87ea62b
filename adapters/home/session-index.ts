/**
 * Changing `session_index.jsonl`: appending a name, taking the names of deleted threads out, and giving them back.
 *
 * Other lines keep their bytes. Codex appends to the file without asking: a rewrite begins again when the file changed under
 * it, and what came in the last moment is carried over. Codex from 0.169 on locks `session_index.jsonl.lock` while it writes;
 * the lock cannot be taken from here, but it is waited for.
 */
import { closeSync, fstatSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { openPlain, readPlain } from './plain-file.ts'
import { replaceFile } from './replace-file.ts'
import { sleepSync } from './sleep.ts'
import { isLocked } from './codex-lock.ts'
import { nameEntryOf, sessionIndexOf } from './names.ts'
import { appendLine, ownFolder, syncFolder } from './own-folder.ts'

const MODE = 0o644
const ATTEMPTS_MAX = 100
const WAIT_MS = 20
const WAITS_MAX = 100

const awaitCodex = (home: string): void => {
  const lock = `${sessionIndexOf(home)}.lock`
  for (let waits = 0; waits < WAITS_MAX && isLocked(lock, false); waits++) sleepSync(WAIT_MS)
}

const append = (home: string, line: string): void =>
  appendLine(sessionIndexOf(home), line, { durable: true, mode: MODE })

/** Appends a name, with a time as Codex writes it: nine digits behind the seconds, of which the clock here has three. */
export const appendName = (home: string, id: string, name: string, nowMs: number): void => {
  awaitCodex(home)
  const updatedAt = new Date(nowMs).toISOString().replace(/Z$/, '000000Z')
  append(home, JSON.stringify({ id, thread_name: name, updated_at: updatedAt }))
}

/** Lines with their newlines, where they have one. */
const linesOf = (text: string): ReadonlyArray<string> => text.match(/[^\n]*\n|[^\n]+$/g) ?? []

const readIndex = (home: string): Buffer | null => {
  try {
    return readPlain(sessionIndexOf(home))
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw cause
  }
}

const tailOf = (file: number, from: number): string => {
  const tail = Buffer.alloc(Math.max(0, fstatSync(file).size - from))
  if (tail.length > 0) readSync(file, tail, 0, tail.length, from)
  return tail.toString('utf8')
}

/** False when the file changed meanwhile. */
const tryTake = (
  home: string,
  ids: ReadonlySet<string>,
  save: (lines: ReadonlyArray<string>) => void
): boolean => {
  const bytes = readIndex(home)
  if (bytes === null) return true
  // Latin-1 keeps every byte as it is; ids are ASCII.
  const lines = linesOf(bytes.toString('latin1'))
  const isTaken = (line: string): boolean => ids.has(nameEntryOf(line)?.threadId ?? '')
  const taken = lines.filter(isTaken)
  if (taken.length === 0) return true
  save(taken.map((line) => Buffer.from(line, 'latin1').toString('utf8').trimEnd()))
  const old = openPlain(sessionIndexOf(home))
  try {
    const { size, mode } = fstatSync(old)
    if (size !== bytes.length) return false
    const kept = lines.filter((line) => !isTaken(line)).join('')
    const temporary = join(ownFolder(home), 'session_index.jsonl.tmp')
    replaceFile(sessionIndexOf(home), Buffer.from(kept, 'latin1'), {
      temporary,
      mode: mode & 0o777
    })
    // A line that Codex appended in this moment is in the file that is gone now.
    for (const line of linesOf(tailOf(old, size))) append(home, line.trimEnd())
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
  const there = new Set(linesOf(readIndex(home)?.toString('utf8') ?? '').map((l) => l.trimEnd()))
  const missing = lines.filter((line) => !there.has(line))
  if (missing.length > 0) append(home, missing.join('\n'))
}
