/**
 * Thread names: `session_index.jsonl`, one line `{id, thread_name, updated_at}` per naming; the last one wins.
 *
 * The file is small and Codex rewrites it when a thread is deleted, so it is read whole whenever it changed.
 */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { isJsonObject } from '../../domain/json.ts'
import { readPlain } from '../plain-file.ts'
import type { Names } from '../../replay/home-ports.ts'

const parseNames = (text: string): ReadonlyMap<string, string> => {
  const names = new Map<string, string>()
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue
    try {
      const entry: unknown = JSON.parse(line)
      if (!isJsonObject(entry)) continue
      const { id, thread_name: name } = entry
      if (typeof id === 'string' && typeof name === 'string') names.set(id.toLowerCase(), name)
    } catch {
      // One unreadable line names nothing; the others still count.
    }
  }
  return names
}

/** What is no plain file names nothing. */
const namesIn = (path: string): string => {
  try {
    return readPlain(path).toString('utf8')
  } catch (cause) {
    if (['EINVAL', 'ENOENT', 'EISDIR'].includes((cause as NodeJS.ErrnoException).code ?? ''))
      return ''
    throw cause
  }
}

/** Names of a home's threads, as new as the file. */
export const homeNames = (home: string): Names => {
  const path = join(home, 'session_index.jsonl')
  let seen = ''
  let names: ReadonlyMap<string, string> = new Map()
  const all = (): ReadonlyMap<string, string> => {
    const stat = statSync(path, { throwIfNoEntry: false })
    const now = stat === undefined ? '' : `${stat.size} ${stat.mtimeMs} ${stat.ino}`
    if (now === seen) return names
    names = stat === undefined ? new Map() : parseNames(namesIn(path))
    seen = now
    return names
  }
  return { all, nameOf: (threadId) => all().get(threadId) ?? null }
}
