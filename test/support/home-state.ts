/**
 * What is in a home, as plain data: which files there are, what is in them, and what the names file says.
 */
import { createHash } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Content of every file of a home but those of unroll itself, by path. */
export const homeFiles = (home: string): Readonly<Record<string, string>> => {
  const entries = readdirSync(home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.startsWith(join(home, '.unroll')))
    .toSorted()
  return Object.fromEntries(
    entries.map((path) => [path.slice(home.length + 1), readFileSync(path, 'utf8')])
  )
}

/** The rollouts of a home, wherever they are, by their name: what must never get lost. */
export const rollouts = (home: string): Readonly<Record<string, string>> => {
  const entries = readdirSync(home, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && entry.name.startsWith('rollout-')
  )
  return Object.fromEntries(
    entries
      .map((entry) => {
        const bytes = readFileSync(join(entry.parentPath, entry.name))
        return [entry.name, createHash('sha256').update(bytes).digest('hex')] as const
      })
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
  )
}
