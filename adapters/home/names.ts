/**
 * Thread names: `session_index.jsonl`, one line `{id, thread_name, updated_at}` per naming; the last one wins.
 *
 * The file is small and Codex rewrites it when a thread is deleted, so it is read whole whenever it changed.
 */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { isJsonObject, parsedJson } from '../../domain/json.ts'
import type { Names } from '../../replay/home-ports.ts'
import { readPlain } from './plain-file.ts'

export const sessionIndexOf = (home: string): string => join(home, 'session_index.jsonl')

/** A line of the file; null where a member is missing. */
interface NameEntry {
  readonly threadId: string
  readonly name: string | null
  readonly updatedAt: string | null
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null)

/** What a line says; null for one without a thread. */
export const nameEntryOf = (line: string): NameEntry | null => {
  const entry = parsedJson(line)
  if (!isJsonObject(entry) || typeof entry['id'] !== 'string') return null
  const { id, thread_name: name, updated_at: updatedAt } = entry
  return { threadId: id.toLowerCase(), name: text(name), updatedAt: text(updatedAt) }
}

const textOf = (path: string): string => {
  try {
    return readPlain(path).toString('utf8')
  } catch (cause) {
    // What is no plain file names nothing.
    if (['EINVAL', 'ENOENT', 'EISDIR'].includes((cause as NodeJS.ErrnoException).code ?? ''))
      return ''
    throw cause
  }
}

const namesIn = (lines: string): ReadonlyMap<string, string> => {
  const names = new Map<string, string>()
  for (const line of lines.split('\n')) {
    const { threadId = '', name = null } = nameEntryOf(line) ?? {}
    if (name !== null) names.set(threadId, name)
  }
  return names
}

/** Names of a home's threads, as new as the file. */
export const homeNames = (home: string): Names => {
  const path = sessionIndexOf(home)
  let seen = ''
  let names: ReadonlyMap<string, string> = new Map()
  const all = (): ReadonlyMap<string, string> => {
    const stat = statSync(path, { throwIfNoEntry: false })
    const now = stat === undefined ? '' : `${stat.size} ${stat.mtimeMs} ${stat.ino}`
    if (now === seen) return names
    names = stat === undefined ? new Map() : namesIn(textOf(path))
    seen = now
    return names
  }
  return { all, nameOf: (threadId) => all().get(threadId) ?? null }
}
