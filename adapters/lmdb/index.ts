/**
 * The index in LMDB: ordered keys, checksummed rows, one transaction per commit. Any number of processes may share
 * a directory; LMDB lets one write at a time.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../domain/errors.ts'
import type { RowKey } from '../../projections/projection.ts'
import { compareKeys } from '../../replay/catch-up/overlay.ts'
import { IndexDamage, type Index } from '../../replay/ports.ts'
import { noTelemetry, type Telemetry } from '../../replay/telemetry.ts'
import {
  deleteIndex,
  lmdbKey,
  mappedAnew,
  openEnvironment,
  seal,
  type Environment,
  type OpenEnvironment
} from './environment.ts'
import { whileOpening } from './opening.ts'
import { encodeRow, rowJson } from './row.ts'
import { watcher } from './watching.ts'

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

/**
 * Writes in an order in which rows of one table that are new together come to lie on pages beside each other: where they lie
 * apart, reading a table maps most of the file. Pages that were given back are used first and lie anywhere, so the tables that
 * are read from end to end, which have the first names, come last.
 */
const inPageOrder = (writes: Parameters<Index['commit']>[0]): Parameters<Index['commit']>[0] =>
  writes.toSorted(({ key: a }, { key: b }) =>
    a[0] === b[0] ? compareKeys(a, b) : compareKeys([b[0] ?? ''], [a[0] ?? ''])
  )

/** Applies writes inside a transaction; false when an expected row is no longer as given. */
const apply = (
  environment: Environment,
  writes: Parameters<Index['commit']>[0],
  expected: Parameters<Index['commit']>[1]
): boolean => {
  for (const { key, json } of expected) if (jsonAt(environment, key) !== json) return false
  for (const { key, json } of inPageOrder(writes)) {
    if (json === null) environment.removeSync(lmdbKey(key))
    else environment.putSync(lmdbKey(key), encodeRow(key, json))
  }
  environment.putSync(
    lmdbKey(GENERATION),
    encodeRow(GENERATION, String(generationOf(environment) + 1))
  )
  return true
}

/**
 * A new file counts its generations from the clock, so that no number comes twice: a process that remembers one from
 * before a clear must not take the new file for the old.
 */
const begin = (environment: Environment): void => {
  if (jsonAt(environment, GENERATION) !== null) return
  environment.transactionSync(() =>
    environment.putSync(lmdbKey(GENERATION), encodeRow(GENERATION, String(Date.now())))
  )
  environment.resetReadTxn()
}

/** How long after a commit the index is sealed, so that a burst of commits is sealed once. */
const SEAL_DELAY_MS = 50

/** Seals the directory when commits have come to rest: what was committed during the wait is sealed by the next one. */
const sealer = (seals: () => void, flushed: () => Promise<unknown>) => {
  let timer: NodeJS.Timeout | null = null
  let isDue = false
  return {
    /** True from a commit until it is sealed. */
    isDue: (): boolean => isDue,
    soon: (): void => {
      isDue = true
      timer ??= setTimeout(() => {
        timer = null
        void flushed().then(() => {
          if (timer !== null) return
          seals()
          isDue = false
        })
      }, SEAL_DELAY_MS).unref()
    },
    stop: (): void => {
      if (timer !== null) clearTimeout(timer)
    }
  }
}

/** A range as LMDB walks it: backwards it begins at its high end, which stays out. */
const walk = (from: RowKey, until: RowKey, limit: number, reverse: boolean) => {
  const [low, high] = [lmdbKey(from), lmdbKey(until)]
  const bound = Number.isFinite(limit) ? { limit } : {}
  if (!reverse) return { start: low, end: high, ...bound }
  return { start: high, exclusiveStart: true, end: low, inclusiveEnd: true, reverse, ...bound }
}

/** The driver gives a key of one part as that part. */
const partsOf = (key: RowKey | string | number): RowKey => (typeof key === 'object' ? key : [key])

/** After so much was written the file is mapped anew: a commit looks at most of what others before it wrote. */
const MAPPED_BYTES = 8 * 1024 * 1024

const bytesOf = (writes: Parameters<Index['commit']>[0]): number =>
  writes.reduce((sum, { json }) => sum + (json?.length ?? 0), 0)

const readsOf = (open: () => Environment): Pick<Index, 'get' | 'range' | 'keys'> => ({
  get: (key) => {
    const json = reading(() => jsonAt(open(), key))
    return json === null ? undefined : (JSON.parse(json) as unknown)
  },
  range: (from, until, limit, reverse) =>
    reading(() => {
      const rows = open().getRange(walk(from, until, limit, reverse))
      return Array.from(
        rows,
        ({ key, value }) =>
          [partsOf(key), JSON.parse(rowJson(partsOf(key), value)) as unknown] as const
      )
    }),
  keys: (from, until) =>
    reading(() =>
      Array.from(open().getKeys({ start: lmdbKey(from), end: lmdbKey(until) }), partsOf)
    )
})

/** An index, and whether its file is still as those who may write to it have left it. */
export interface LmdbIndex extends Index {
  /**
   * False when somebody changed the file who is no index. What this process commits is taken for granted until it is sealed;
   * only a file that became shorter is noticed even then.
   */
  readonly isAsLeft: () => boolean
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
  const opened = (doubt = false): OpenEnvironment =>
    openEnvironment(directory, (fresh) => reading(() => begin(fresh)), telemetry, doubt)
  let { environment, inode, mark } = opened(inDoubt)
  let writtenBytes = 0
  let epoch = 0
  const watch = watcher(directory)
  watch.trust()
  const seals = (): void => {
    seal(directory, { inode, mark })
    watch.trust()
  }
  const sealing = sealer(seals, () => environment.flushed)
  sealing.soon()
  return {
    isAsLeft: () => watch.isAsLeft(inode, sealing.isDue()),
    ...readsOf(() => environment),
    commit: (writes, expected) => async () => {
      try {
        mark.up()
        const done = environment.transactionSync(() => apply(environment, writes, expected))
        environment.resetReadTxn()
        writtenBytes += bytesOf(writes)
        if (writtenBytes >= MAPPED_BYTES) {
          environment = mappedAnew(directory, { environment, inode })
          writtenBytes = 0
        }
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
    epoch: () => epoch,
    clear: () => async () => {
      epoch += 1
      try {
        await environment.close()
        mark.down()
        whileOpening(directory, () => deleteIndex(directory))
        ;({ environment, inode, mark } = opened())
        watch.trust()
        sealing.soon()
        return E.right(undefined)
      } catch (cause) {
        return E.left(failure(directory, cause))
      }
    },
    close: async () => {
      sealing.stop()
      await environment.flushed
      await environment.close()
      seals()
    }
  }
}
