/**
 * A change of a home's `config.toml` that can be taken back: the inverse is the exact text before, and is refused where the file
 * changed since.
 */
import * as E from 'fp-ts/lib/Either.js'
import { createHash } from 'node:crypto'
import { lstatSync, realpathSync, unlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isJsonObject, textIn, type JsonObject } from '../../domain/json.ts'
import type { Inverse } from '../../domain/changes/operations.ts'
import type { StoreError } from '../../domain/errors.ts'
import { ioFailure } from '../../replay/guarded.ts'
import type { MutationOptions } from '../../replay/change/life/life.ts'
import { recorded } from '../../replay/change/life/recorded.ts'
import { impossible } from '../../replay/result.ts'
import { configText, replaceConfig } from './config-file.ts'
import { homeOperations } from './operations.ts'
import { syncFolder } from './own-folder.ts'

/** The text of a configuration; null where there is none. */
const textAt = (path: string): string | null =>
  lstatSync(path, { throwIfNoEntry: false }) === undefined ? null : configText(path)

const digestOf = (text: string | null): string | null =>
  text === null ? null : createHash('sha256').update(text).digest('hex')

/** The one piece in which a text differs from another: where it begins, how long it is there, and what stood there before. */
const piece = (before: string, after: string): JsonObject => {
  const shorter = Math.min(before.length, after.length)
  let start = 0
  while (start < shorter && before[start] === after[start]) start += 1
  let end = 0
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end += 1
  return {
    at: start,
    length: after.length - start - end,
    text: before.slice(start, before.length - end)
  }
}

const inverseOf = (before: string | null, after: string | null): Inverse => ({
  operation: 'restore-config',
  arguments: {
    sha256: digestOf(after),
    before: before === null ? null : piece(before, after ?? '')
  }
})

/** Gives a configuration another text, or takes the file away; answers how that is taken back. Throws what the system says. */
const written = (path: string, before: string | null, after: string | null): Inverse => {
  if (after !== null) replaceConfig(path, after)
  else if (before !== null) {
    const target = realpathSync(path)
    unlinkSync(target)
    syncFolder(dirname(target))
  }
  return inverseOf(before, after)
}

/** Gives a configuration another text; answers how that is taken back. */
export const changeConfig = (path: string, after: string): E.Either<StoreError, Inverse> => {
  try {
    return E.right(written(path, textAt(path), after))
  } catch (cause) {
    return E.left(ioFailure(cause, path))
  }
}

/** The text that an inverse means. */
const restored = (now: string | null, { before }: JsonObject): string | null => {
  if (!isJsonObject(before)) return null
  const [at, length] = [Number(before['at']), Number(before['length'])]
  const text = now ?? ''
  return text.slice(0, at) + textIn(before['text']) + text.slice(at + length)
}

/** Takes a change of the configuration back, where it is as the change left it. */
export const restoreConfig = async (
  home: string,
  given: JsonObject,
  { actor = 'library', undoes, dryRun = false }: MutationOptions
): Promise<E.Either<StoreError, { readonly operationId: string | null }>> => {
  const path = join(home, 'config.toml')
  try {
    const now = textAt(path)
    if (digestOf(now) !== given['sha256'])
      return impossible(
        `${path} was changed since`,
        'switch the skill with `unroll skills enable` or `disable`, or edit the file by hand'
      )
    if (dryRun) return E.right({ operationId: null })
    const request = { operation: 'restore-config', threadId: '', arguments: given, undoes }
    const operations = homeOperations(home)
    return await recorded({ operations, actor }, request, null, async (operationId) => {
      const inverse = written(path, now, restored(now, given))
      return E.right({ answer: { operationId }, after: null, inverse })
    })
  } catch (cause) {
    return E.left(ioFailure(cause, path))
  }
}
