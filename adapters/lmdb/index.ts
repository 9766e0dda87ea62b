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
  const stop = (): void => {
    if (timer !== null) clearTimeout(timer)
    timer = null
  }
  return {
    soon: (): void => {
      timer ??= setTimeout(() => {
        timer = null
        void flushed().then(() => {
          if (timer === null) seals()
        })
      }, SEAL_DELAY_MS).unref()
    },
    now: (): void => {
      stop()
      seals()
    },
    stop
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

/** Rows as the JSON that is stored. */
export interface Texts {
  readonly get: (key: RowKey) => string | null
  readonly range: (...asked: Parameters<Index['range']>) => ReadonlyArray<readonly [RowKey, string]>
}

const textsOf = (open: () => Environment): Texts => ({
  get: (key) => reading(() => jsonAt(open(), key)),
  range: (from, until, limit, reverse) =>
    reading(() => {
      const rows = open().getRange(walk(from, until, limit, reverse))
      return Array.from(rows, ({ key, value }) => {
        const parts = partsOf(key)
        return [parts, rowJson(parts, value)] as const
      })
    })
})

const readsOf = (
  open: () => Environment
): Pick<Index, 'get' | 'range' | 'keys'> & { readonly texts: Texts } => {
  const texts = textsOf(open)
  return {
    texts,
    get: (key) => {
      const json = texts.get(key)
      return json === null ? undefined : (JSON.parse(json) as unknown)
    },
    range: (...asked) =>
      texts.range(...asked).map(([key, json]) => [key, JSON.parse(json) as unknown] as const),
    keys: (from, until) =>
      reading(() =>
        Array.from(open().getKeys({ start: lmdbKey(from), end: lmdbKey(until) }), partsOf)
      )
  }
}

/** An index for who answers others from it, and may wait for their questions without a turn of the event loop. */
export interface LmdbIndex extends Index {
  readonly texts: Texts
  /** Seals what was committed without waiting for more, since a timer would wait for a turn of the event loop. */
  readonly seal: () => void
  /** Lets go of the state that was read last: its pages can be used again. */
  readonly letGo: () => void
  readonly lockName: () => string
  /** False when somebody changed the file who is no index. What this process commits is taken for granted until it is sealed. */
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
  let { environment, inode, lockName, mark } = opened(inDoubt)
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
    seal: sealing.now,
    letGo: () => environment.resetReadTxn(),
    lockName: () => lockName,
    isAsLeft: () => watch.isAsLeft(inode),
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
        ;({ environment, inode, lockName, mark } = opened())
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
