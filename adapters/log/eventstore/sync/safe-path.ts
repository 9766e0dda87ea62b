/**
 * Where a store may have files written: paths come from a server and are not trusted. A rollout goes to the place that
 * Codex would give it, under a name that says which thread and segment it is, and no link is followed on the way.
 */
import { lstatSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { isUuid } from '../../../../domain/ids.ts'
import { ioFailure } from '../../../../replay/guarded.ts'
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../../domain/errors.ts'
import { syncFolder } from '../../../home/own-folder.ts'

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const NAME = `rollout-\\d{4}-\\d{2}-\\d{2}T\\d{2}-\\d{2}-\\d{2}-(${UUID})(?:_(${UUID}))?\\.jsonl`
const ROLLOUT = new RegExp(`^(?:sessions/\\d{4}/\\d{2}/\\d{2}|archived_sessions)/${NAME}$`)

/** Why a path of a store is not written to; null when it may be. */
export const refusalOf = (path: string, thread: string, segment: string): string | null => {
  if (!isUuid(thread) || !isUuid(segment)) return 'the ids are no UUIDs in lower case'
  const [match, named, later = named] = ROLLOUT.exec(path) ?? []
  if (match === undefined) return 'it is no place of a rollout'
  return named === thread && later === segment ? null : 'its name is that of another segment'
}

/**
 * Makes the folder of a file below a home, a level at a time; refuses when a link or anything but a folder is in the way.
 * Answers its path.
 */
export const makeFolderOf = (home: string, path: string): E.Either<StoreError, string> => {
  let folder = home
  try {
    for (const name of path.split('/').slice(0, -1)) {
      const parent = folder
      folder = join(folder, name)
      const stat = lstatSync(folder, { throwIfNoEntry: false })
      if (stat === undefined) {
        mkdirSync(folder, { recursive: true })
        syncFolder(parent)
      } else if (!stat.isDirectory())
        return E.left({
          _tag: 'NotPossible',
          reason: `${folder} is a link or no folder: nothing is written through it`,
          next: 'pull to another folder with --to'
        })
    }
    return E.right(folder)
  } catch (cause) {
    return E.left(ioFailure(cause, folder))
  }
}
