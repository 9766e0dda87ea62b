/**
 * `installation_id`: which installation a home is, for Codex and for every server of the home alike. Whoever starts first makes it.
 *
 * A new id is written to `installation_id.<id>.tmp` first, which a process that is killed leaves behind. As soon as the home has an id
 * every such file is of no use, also to the process that is writing it, so whoever reads the id deletes them.
 */
import * as E from 'fp-ts/lib/Either.js'
import {
  constants,
  chmodSync,
  closeSync,
  fstatSync,
  lstatSync,
  readdirSync,
  readSync,
  writeSync
} from 'node:fs'
import { join } from 'node:path'
import { describe } from '../../domain/errors.ts'
import { installationIdIn } from '../../domain/uuid.ts'
import { isLocked } from './codex-lock.ts'
import { holdHome } from './hold.ts'
import { openPlain, readPlain, removeQuietly } from './plain-file.ts'
import { createFile, replaceFile } from './replace-file.ts'

const NAME = 'installation_id'
const MODE = 0o644
const PERMISSIONS = 0o777
/** Longer texts are no id, however much white space they begin with. */
const BYTES_MAX = 4096
const LOCK_MS_MAX = 2000

const codeOf = (cause: unknown): string => (cause as NodeJS.ErrnoException).code ?? ''

/** Throws for bytes that are no text: Codex does not start on such a file, and leaves it as it is. */
const textIn = (bytes: Uint8Array): string =>
  new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)

/** As Codex does, but through no link; whoever may read the file but not change it goes without. */
const openToAll = (path: string): void => {
  if (lstatSync(path).isSymbolicLink()) return
  E.tryCatch(() => chmodSync(path, MODE), E.toError)
}

/** The id in the file; null for a file without one, undefined for none. Throws what the system says. */
const readId = (path: string): string | null | undefined => {
  let file: number
  try {
    file = openPlain(path, constants.O_RDONLY, true)
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT' && lstatSync(path, { throwIfNoEntry: false }) === undefined)
      return undefined
    throw cause
  }
  try {
    const bytes = Buffer.alloc(BYTES_MAX + 1)
    const length = readSync(file, bytes)
    const id = length > BYTES_MAX ? null : installationIdIn(textIn(bytes.subarray(0, length)))
    if (id !== null && (fstatSync(file).mode & PERMISSIONS) !== MODE) openToAll(path)
    return id
  } finally {
    closeSync(file)
  }
}

/** Under which name an id is written before it is that of the home. */
const temporaryOf = (path: string, id: string): string => `${path}.${id}.tmp`

const TEMPORARY = /^installation_id\.([0-9a-f-]{36})\.tmp$/

/** True for a file of that name that holds its own id, as far as it was written: nothing else is ever deleted. */
const isLeftOver = (home: string, name: string): boolean => {
  const id = TEMPORARY.exec(name)?.[1]
  if (id === undefined) return false
  const path = join(home, name)
  const stat = lstatSync(path, { throwIfNoEntry: false })
  return stat?.isFile() === true && stat.size <= id.length && id.startsWith(String(readPlain(path)))
}

/** Deletes what killed processes left; a file that cannot be looked at or deleted stays. */
const removeLeftOvers = (home: string): void => {
  E.tryCatch(() => {
    for (const name of readdirSync(home))
      if (isLeftOver(home, name)) removeQuietly(join(home, name))
  }, E.toError)
}

/** Called between the stages of making an id; a trial ends the process there. */
type MakingStep = () => void

/** A new id under the name, unless another process was faster, which may have deleted the unfinished one. */
const create = async (path: string, id: string, step: MakingStep): Promise<void> => {
  const content = async (file: number): Promise<void> => {
    step()
    writeSync(file, id)
    step()
  }
  try {
    await createFile(path, content, { temporary: temporaryOf(path, id), mode: MODE, step })
    chmodSync(path, MODE)
  } catch (cause) {
    if (!['EEXIST', 'ENOENT'].includes(codeOf(cause))) throw cause
  }
}

/** Puts a new id in the place of a text that is none; one process at a time, and none while a Codex does so. */
const replace = async (
  home: string,
  path: string,
  id: string,
  step: MakingStep
): Promise<string> => {
  if (lstatSync(path).isSymbolicLink()) throw new Error(`${path} is a link to a file without an id`)
  const hold = await holdHome(home, 'files', LOCK_MS_MAX)
  if (E.isLeft(hold)) throw new Error(describe(hold.left))
  try {
    const there = readId(path)
    if (typeof there === 'string') return there
    if (isLocked(path, false)) throw new Error(`Codex is writing ${path}`)
    replaceFile(path, id, { temporary: temporaryOf(path, id), mode: MODE, step })
    return id
  } finally {
    await hold.right.release(!hold.right.leftOver)
  }
}

/**
 * The id of a home, which is made where the home has none. `Left` says why it has none and cannot get one: a folder, a link, a file
 * system that is read-only.
 */
export const installationId = async (
  home: string,
  step: MakingStep = () => undefined
): Promise<E.Either<string, string>> => {
  const path = join(home, NAME)
  try {
    const fresh = globalThis.crypto.randomUUID()
    const first = readId(path)
    if (first === undefined) await create(path, fresh, step)
    const id = first ?? readId(path) ?? (await replace(home, path, fresh, step))
    removeLeftOvers(home)
    return E.right(id)
  } catch (cause) {
    return E.left(E.toError(cause).message)
  }
}
