/**
 * The index in LMDB: ordered keys, checksummed rows, one transaction per commit. Any number of processes may share
 * a directory; LMDB lets one write at a time.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../domain/errors.ts'
import type { RowKey } from '../../projections/projection.ts'
import { IndexDamage, type Index } from '../../replay/ports.ts'
import { deleteIndex, lmdbKey, openEnvironment, seal, type Environment } from './environment.ts'
import { encodeRow, rowJson } from './row.ts'

const GENERATION: RowKey = ['generation']

const failure = (path: string, cause: unknown): StoreError => ({
  _tag: 'IoFailure',
  operation: 'write the index in',
  path,
  cause: cause instanceof Error ? cause.message : String(cause)
})

/** Runs a read; whatever LMDB itself finds wrong with its pages is damage too. */
const reading = <A>(read: () => A): A => {
  try {
    return read()
  } catch (cause) {
    throw cause instanceof IndexDamage ? cause : new IndexDamage(String(cause))
  }
}

const jsonAt = (environment: Environment, key: RowKey): string | null => {
  const row = environment.getBinaryFast(lmdbKey(key))
  return row === undefined ? null : rowJson(key, row)
}

const generationOf = (environment: Environment): number =>
  Number(jsonAt(environment, GENERATION) ?? '0')

/** Applies writes inside a transaction; false when an expected row is no longer as given. */
const apply = (
  environment: Environment,
  writes: Parameters<Index['commit']>[0],
  expected: Parameters<Index['commit']>[1]
): boolean => {
  for (const { key, value } of expected) {
    if ((jsonAt(environment, key) ?? 'null') !== JSON.stringify(value)) return false
  }
  for (const { key, value } of writes) {
    if (value === null) environment.removeSync(lmdbKey(key))
    else environment.putSync(lmdbKey(key), encodeRow(key, JSON.stringify(value)))
  }
  environment.putSync(
    lmdbKey(GENERATION),
    encodeRow(GENERATION, String(generationOf(environment) + 1))
  )
  return true
}

/** How long after a commit the index is sealed, so that a burst of commits is sealed once. */
const SEAL_DELAY_MS = 50

/** Seals the directory when commits have come to rest. */
const sealer = (directory: string, flushed: () => Promise<unknown>) => {
  let timer: NodeJS.Timeout | null = null
  return {
    soon: (): void => {
      timer ??= setTimeout(() => {
        timer = null
        void flushed().then(() => seal(directory))
      }, SEAL_DELAY_MS).unref()
    },
    stop: (): void => {
      if (timer !== null) clearTimeout(timer)
    }
  }
}

/** Opens the index of a directory, making both when they are missing. Throws when the directory cannot be used. */
export const openLmdbIndex = (directory: string): Index => {
  let environment = openEnvironment(directory)
  const sealing = sealer(directory, () => environment.flushed)
  return {
    get: (key) => {
      const json = reading(() => jsonAt(environment, key))
      return json === null ? undefined : (JSON.parse(json) as unknown)
    },
    range: (from, until, limit, reverse) =>
      reading(() => {
        const [low, high] = [lmdbKey(from), lmdbKey(until)]
        const bound = Number.isFinite(limit) ? { limit } : {}
        const rows = environment.getRange(
          reverse
            ? {
                start: high,
                exclusiveStart: true,
                end: low,
                inclusiveEnd: true,
                reverse: true,
                ...bound
              }
            : { start: low, end: high, ...bound }
        )
        return Array.from(
          rows,
          ({ key, value }) => [key, JSON.parse(rowJson(key, value)) as unknown] as const
        )
      }),
    commit: (writes, expected) => async () => {
      try {
        const done = environment.transactionSync(() => apply(environment, writes, expected))
        environment.resetReadTxn()
        sealing.soon()
        return Promise.resolve(E.right(done ? ('committed' as const) : ('moved' as const)))
      } catch (cause) {
        if (cause instanceof IndexDamage) throw cause
        return E.left(failure(directory, cause))
      }
    },
    generation: () =>
      reading(() => {
        environment.resetReadTxn()
        return generationOf(environment)
      }),
    clear: () => async () => {
      try {
        await environment.close()
        deleteIndex(directory)
        environment = openEnvironment(directory)
        return E.right(undefined)
      } catch (cause) {
        return E.left(failure(directory, cause))
      }
    },
    close: async () => {
      sealing.stop()
      await environment.flushed
      await environment.close()
      seal(directory)
    }
  }
}
