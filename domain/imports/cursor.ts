/**
 * Cursor: `~/.cursor/projects/<directory>/agent-transcripts/**.jsonl`, a message per line, without times.
 *
 * The name of the project is its directory with `-` for every separator, so that it can only be told by looking which directories
 * are there.
 *
 * Source: what Codex 0.169.0 makes of planted files.
 */
import { isJsonObject, type Json } from '../json.ts'
import type { ProfileName } from '../log/profile.ts'
import { saidIn } from './blocks.ts'
import type { IsDirectory, SessionLine, SessionSource } from './source.ts'
import { secondsOf } from './time.ts'
import { unwrappedQuery } from './title.ts'

const parse = (record: Json, era: ProfileName): SessionLine | null => {
  if (!isJsonObject(record)) return null
  const { role, message } = record
  if ((role !== 'user' && role !== 'assistant') || !isJsonObject(message)) return null
  const said = saidIn(message['content'])
  if (said === null) return null
  const text = role === 'user' ? unwrappedQuery(said.text) : said.text
  if (text === '') return null
  return {
    message: { role: said.isResults ? 'assistant' : role, text, at: secondsOf(record, era) }
  }
}

/** What may stand in a name of a directory where its project has `-`. */
const JOINTS = ['-', '_', '.', ' ', '--', '..', '__', '+', '@', '&']
const PARTS_MAX = 4
const TRIES_MAX = 128

/** Every name that up to four parts may stand for. */
const namesOf = (parts: ReadonlyArray<string>): ReadonlyArray<string> => {
  const [first = '', ...rest] = parts
  return rest.reduce<ReadonlyArray<string>>(
    (names, part) => names.flatMap((name) => JOINTS.map((joint) => `${name}${joint}${part}`)),
    [first]
  )
}

/** The only directory that a project can stand for; null when there is none, or more than one. */
export const projectDirectory = (encoded: string, isDirectory: IsDirectory): string | null => {
  const parts = encoded.split('-').filter((part) => part !== '')
  const found: Array<string> = []
  let tries = 0
  const visit = (folder: string, at: number): void => {
    if (at === parts.length) {
      found.push(folder)
      return
    }
    for (let taken = 1; taken <= Math.min(PARTS_MAX, parts.length - at); taken++)
      for (const name of namesOf(parts.slice(at, at + taken))) {
        if (found.length > 1 || tries >= TRIES_MAX) return
        tries += 1
        const path = `${folder}/${name}`
        if (isDirectory(path)) visit(path, at + taken)
      }
  }
  visit('', 0)
  return found.length === 1 ? (found[0] ?? null) : null
}

/** Sessions of Cursor. */
export const CURSOR: SessionSource = {
  name: 'cursor',
  root: '.cursor/projects',
  select: (path) => {
    const [, transcripts, ...rest] = path.split('/')
    if (transcripts !== 'agent-transcripts' || rest.includes('subagents')) return false
    return rest.at(-1)?.endsWith('.jsonl') ?? false
  },
  depthMax: 8,
  fallbackCwd: (path, isDirectory) => projectDirectory(path.split('/')[0] ?? '', isDirectory),
  needsDirectory: false,
  fallbackTime: 'file',
  parse
}
