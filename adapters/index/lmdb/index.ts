/**
 * The index in LMDB: ordered keys, checksummed rows, one transaction per commit. Any number of processes may share
 * a directory; LMDB lets one write at a time.
 */
import * as E from 'fp-ts/lib/Either.js'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StoreError } from '../../../domain/errors.ts'
import type { RowKey } from '../../../projections/projection.ts'
import { compareKeys } from '../../../replay/catch-up/overlay.ts'
import { IndexDamage, type Index } from '../../../replay/ports.ts'
import { noTelemetry, type Telemetry } from '../../../replay/telemetry.ts'
import { deleteIndex, remap, openEnvironment, type Environment } from './environment.ts'
import { whileOpening } from './opening.ts'
import { encodeRow, rowJson } from './row.ts'
import { seal, watcher } from './seal.ts'

const GENERATION: RowKey = ['generation']

/** How long after a commit the index is sealed, so that a burst of commits is sealed once. */
const SEAL_DELAY_MS = 50

/** After so much was written the file is mapped anew: a commit looks at most of what others before it wrote. */
const MAPPED_BYTES = 8 * 1024 * 1024

type Commit = Parameters<Index['commit']>

const failed = (directory: string, cause: unknown): E.Either<StoreError, never> =>
  E.left({
    _tag: 'IoFailure',
    operation: 'write the index in',
    path: directory,
    cause: cause instanceof Error ? cause.message : String(cause)
  })

/** Key of a row, in the mutable form LMDB's types ask for. */
const lmdbKey = (key: RowKey): Array<string | number> => key as Array<string | number>

/** The driver gives a key of one part as that part. */
const partsOf = (key: RowKey | string | number): RowKey => (typeof key === 'object' ? key : [key])

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

const putGeneration = (environment: Environment, generation: number): void =>
  void environment.putSync(lmdbKey(GENERATION), encodeRow(GENERATION, String(generation)))

/**
 * A new file counts its generations from the clock, so that no number comes twice: a process that remembers one from
 * before a clear must not take the new file for the old.
 */
const begin = (environment: Environment): void =>
  reading(() => {
    if (jsonAt(environment, GENERATION) !== null) return
    environment.transactionSync(() => putGeneration(environment, Date.now()))
    environment.resetReadTxn()
  })

/**
 * Writes in an order in which rows of one table that are new together come to lie on pages beside each other: where they lie
 * apart, reading a table maps most of the file. Pages that were given back are used first and lie anywhere, so the tables that
 * are read from end to end, which have the first names, come last.
 */
const inPageOrder = (writes: Commit[0]): Commit[0] =>
  writes.toSorted(({ key: a }, { key: b }) =>
    a[0] === b[0] ? compareKeys(a, b) : compareKeys([b[0] ?? ''], [a[0] ?? ''])
  )

/** Applies writes inside a transaction; false when an expected row is no longer as given. */
const apply = (environment: Environment, writes: Commit[0], expected: Commit[1]): boolean => {
  for (const { key, json } of expected) if (jsonAt(environment, key) !== json) return false
  for (const { key, json } of inPageOrder(writes)) {
    if (json === null) environment.removeSync(lmdbKey(key))
    else environment.putSync(lmdbKey(key), encodeRow(key, json))
  }
  putGeneration(environment, generationOf(environment) + 1)
  return true
}

/** Seals an index when commits have come to rest: what was committed during the wait is sealed by the next one. */
const sealer = (sealNow: () => void, flushed: () => Promise<unknown>) => {
  let timer: NodeJS.Timeout | null = null
  const stop = (): void => {
    if (timer !== null) clearTimeout(timer)
    timer = null
  }
  return {
    soon: (): void => {
      timer ??= setTimeout(() => {
        timer = null
        void flushed().then(() => {
          if (timer === null) sealNow()
        })
      }, SEAL_DELAY_MS).unref()
    },
    now: (): void => {
      stop()
      sealNow()
    },
    stop
  }
}

/** A range as LMDB walks it: backwards it begins at its high end, which stays out. */
const lmdbRange = (from: RowKey, until: RowKey, limit: number, reverse: boolean) => {
  const [low, high] = [lmdbKey(from), lmdbKey(until)]
  const bound = Number.isFinite(limit) ? { limit } : {}
  if (!reverse) return { start: low, end: high, ...bound }
  return { start: high, exclusiveStart: true, end: low, inclusiveEnd: true, reverse, ...bound }
}

/** Rows as the JSON that is stored. */
interface RowTexts {
  readonly get: (key: RowKey) => string | null
  readonly range: (...asked: Parameters<Index['range']>) => ReadonlyArray<readonly [RowKey, string]>
}

/** An index for who answers others from it, and may wait for their requests without a turn of the event loop. */
export interface LmdbIndex extends Index {
  readonly texts: RowTexts
  /** Seals what was committed without waiting for more, since a timer would wait for a turn of the event loop. */
  readonly seal: () => void
  /** Lets go of the state that was read last: its pages can be used again. */
  readonly releaseSnapshot: () => void
  readonly lockName: () => string
  /** False when somebody changed the file who is no index. What this process commits is taken for granted until it is sealed. */
  readonly isIntact: () => boolean
}

const readsOf = (
  environment: () => Environment
): Pick<LmdbIndex, 'texts' | 'get' | 'getMany' | 'ahead' | 'range' | 'keys'> => {
  const texts: RowTexts = {
    get: (key) => reading(() => jsonAt(environment(), key)),
    range: (from, until, limit, reverse) =>
      reading(() => {
        const rows = environment().getRange(lmdbRange(from, until, limit, reverse))
        return Array.from(rows, ({ key, value }) => {
          const parts = partsOf(key)
          return [parts, rowJson(parts, value)] as const
        })
      })
  }
  const get = (key: RowKey): unknown => {
    const json = texts.get(key)
    return json === null ? undefined : JSON.parse(json)
  }
  return {
    texts,
    get,
    getMany: (keys) => keys.map(get),
    ahead: () => Promise.resolve(),
    range: (...asked) =>
      texts.range(...asked).map(([key, json]) => [key, JSON.parse(json) as unknown] as const),
    keys: (from, until) =>
      reading(() =>
        Array.from(environment().getKeys({ start: lmdbKey(from), end: lmdbKey(until) }), partsOf)
      )
  }
}

/**
 * Opens the index of a directory, making both when they are missing. Throws when the directory cannot be used. A file in doubt
 * is copied or built anew even when it is as its seal has it.
 */
export const openLmdbIndex = (
  directory: string,
  telemetry: Telemetry = noTelemetry,
  inDoubt = false
): LmdbIndex => {
  const open = (doubt: boolean) => openEnvironment(directory, begin, telemetry, doubt)
  let { environment, inode, lockName, mark, isDamaged } = open(inDoubt)
  let writtenBytes = 0
  let epoch = 0
  const watch = watcher(directory)
  watch.trust()
  const sealNow = (): void => {
    seal(directory, { inode, mark })
    watch.trust()
  }
  const remapNow = (): void => {
    environment = remap(directory, { environment, inode })
    writtenBytes = 0
  }
  const sealing = sealer(sealNow, () => environment.flushed)
  sealing.soon()
  return {
    ...readsOf(() => environment),
    seal: sealing.now,
    releaseSnapshot: () => environment.resetReadTxn(),
    lockName: () => lockName,
    isIntact: () => watch.isIntact(inode),
    commit: (writes, expected) => async () => {
      try {
        mark.up()
        const done = environment.transactionSync(() => apply(environment, writes, expected))
        environment.resetReadTxn()
        for (const { json } of writes) writtenBytes += json?.length ?? 0
        if (writtenBytes >= MAPPED_BYTES) remapNow()
        sealing.soon()
        return E.right(done ? 'committed' : 'moved')
      } catch (cause) {
        if (cause instanceof IndexDamage) throw cause
        return failed(directory, cause)
      }
    },
    generation: () =>
      reading(() => {
        if (isDamaged()) throw new IndexDamage('the index was found damaged')
        environment.resetReadTxn()
        return generationOf(environment)
      }),
    epoch: () => epoch,
    clear: () => async () => {
      epoch += 1
      try {
        await environment.close()
        mark.down()
        whileOpening(directory, () => deleteIndex(directory))
        ;({ environment, inode, lockName, mark, isDamaged } = open(false))
        watch.trust()
        sealing.soon()
        return E.right(undefined)
      } catch (cause) {
        return failed(directory, cause)
      }
    },
    close: async () => {
      sealing.stop()
      await environment.flushed
      await environment.close()
      sealNow()
    }
  }
}

/**
 * An empty index that ends with its process, below the folder for temporary files. Its files have no names any more when it is
 * there, so that they are gone with the process, however that ends.
 */
export const passingIndex = (): Index => {
  const directory = mkdtempSync(join(tmpdir(), 'unroll-past-'))
  try {
    return openLmdbIndex(directory)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
