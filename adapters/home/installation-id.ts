/**
 * `installation_id`: which installation a home is, for Codex and for every server of the home alike. Whoever starts first makes it.
 */
import * as E from 'fp-ts/lib/Either.js'
import { constants, chmodSync, closeSync, fstatSync, lstatSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from '../../domain/errors.ts'
import { installationIdIn } from '../../domain/uuid.ts'
import { isLocked } from './codex-lock.ts'
import { holdHome } from './hold.ts'
import { openPlain } from './plain-file.ts'
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

/** A new id under the name, unless another process was faster. */
const create = async (path: string, id: string): Promise<void> => {
  const temporary = `${path}.${id}`
  const content = async (file: number): Promise<void> => void writeSync(file, id)
  try {
    await createFile(path, content, { temporary, mode: MODE })
    chmodSync(path, MODE)
  } catch (cause) {
    if (codeOf(cause) !== 'EEXIST') throw cause
  }
}

/** Puts a new id in the place of a text that is none; one process at a time, and none while a Codex does so. */
const replace = async (home: string, path: string, id: string): Promise<string> => {
  if (lstatSync(path).isSymbolicLink()) throw new Error(`${path} is a link to a file without an id`)
  const hold = await holdHome(home, 'files', LOCK_MS_MAX)
  if (E.isLeft(hold)) throw new Error(describe(hold.left))
  try {
    const there = readId(path)
    if (typeof there === 'string') return there
    if (isLocked(path, false)) throw new Error(`Codex is writing ${path}`)
    replaceFile(path, id, { temporary: `${path}.${id}`, mode: MODE })
    return id
  } finally {
    await hold.right.release(!hold.right.leftOver)
  }
}

/**
 * The id of a home, which is made where the home has none. `Left` says why it has none and cannot get one: a folder, a link, a file
 * system that is read-only.
 */
export const installationId = async (home: string): Promise<E.Either<string, string>> => {
  const path = join(home, NAME)
  try {
    const fresh = globalThis.crypto.randomUUID()
    const first = readId(path)
    if (typeof first === 'string') return E.right(first)
    if (first === undefined) await create(path, fresh)
    const second = readId(path)
    return E.right(second ?? (await replace(home, path, fresh)))
  } catch (cause) {
    return E.left(E.toError(cause).message)
  }
}
