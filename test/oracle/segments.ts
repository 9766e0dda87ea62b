/**
 * Homes whose threads have several files, for a 0.169 that has no database.
 */
import * as E from 'fp-ts/lib/Either.js'
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { eraOfVersion } from '../support/agreement.ts'
import { right, withEngine } from '../support/engines.ts'
import { startCodex } from './codex.ts'

const rolloutsOf = (home: string): ReadonlyArray<string> =>
  ['sessions', 'archived_sessions']
    .filter((folder) => existsSync(join(home, folder)))
    .flatMap((folder) =>
      (readdirSync(join(home, folder), { recursive: true }) as Array<string>).map((name) =>
        join(folder, name)
      )
    )
    .filter((path) => /\.jsonl(\.zst)?$/.test(path))
    .sort((a, b) => (a.split('/').pop() ?? '').localeCompare(b.split('/').pop() ?? ''))

const ID = /rollout-.{19}-([0-9a-f-]{36})/
const SEGMENT = /([0-9a-f-]{36})\.jsonl(\.zst)?$/

/** Segments through which the history of threads leads. */
export const segmentsOf = (
  home: string,
  reader: string,
  threads: ReadonlyArray<string>
): Promise<ReadonlySet<string>> =>
  withEngine({ home, profile: eraOfVersion(reader) }, async (engine) => {
    await right(engine.status())
    const all = await Promise.all(threads.map((id) => engine.lineage(id)()))
    return new Set(all.flatMap((found) => (E.isLeft(found) ? [] : found.right.map(({ id }) => id))))
  })

/**
 * 0.169 takes turns from its database, and only those of a thread's newest file come there when it is resumed. So every
 * older file is the newest one once.
 */
export const projectOlderFiles = async (
  binary: string,
  home: string,
  needed: ReadonlySet<string>
): Promise<void> => {
  const files = rolloutsOf(home)
  for (const [at, path] of files.entries()) {
    const id = ID.exec(path)?.[1] ?? ''
    const later = files.slice(at + 1).filter((other) => other.includes(id))
    if (later.length === 0 || !needed.has(SEGMENT.exec(path)?.[1] ?? '')) continue
    for (const other of later) renameSync(join(home, other), join(home, `${other}.hidden`))
    const codex = await startCodex(binary, home)
    await codex.answer('thread/resume', { threadId: id, excludeTurns: true })
    await codex.stop()
    for (const other of later) renameSync(join(home, `${other}.hidden`), join(home, other))
    for (const name of readdirSync(home))
      if (name.startsWith('state_')) rmSync(join(home, name), { force: true })
  }
}

/** Ids of the threads that have files. */
export const threadsOf = (home: string): ReadonlyArray<string> =>
  rolloutsOf(home).flatMap((path) => ID.exec(path)?.[1] ?? [])
