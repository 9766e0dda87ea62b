/**
 * Everything of an engine over a store besides its lines: names, logs, moving files, making segments.
 */
import { hostname, userInfo } from 'node:os'
import { v7 } from 'uuid'
import { streamId } from '../../../../domain/ids.ts'
import type { AuditHome, Names } from '../../../../replay/home-ports.ts'
import { operationLog } from '../../../../replay/operation-log.ts'
import type { EventStore } from '../../../../replay/ports.ts'
import { importIn, sha256Hex } from '../../../home/audit-home.ts'
import type { Source } from '../../source.ts'
import type { Directory } from '../directory/directory.ts'
import type { Wire } from '../wire.ts'
import { storeLogs } from './home-log.ts'
import { storeWriter } from './home-writer.ts'
import { isInTrash } from './change.ts'
import { storeSegments } from './segments.ts'

/** What the parts are made of; clocks, ids and who this is come from the process unless a test says otherwise. */
export interface LifeOptions {
  readonly wire: Wire
  readonly directory: Directory
  readonly store: Pick<EventStore, 'lineage'>
  /** Absolute path below which paths are shown. */
  readonly home: string
  readonly nowMs?: () => number
  readonly newId?: () => string
  readonly sleep?: (ms: number) => Promise<void>
  readonly owner?: string
}

export type StoreLife = Pick<
  Source,
  'writer' | 'homeWriter' | 'operations' | 'homeLogs' | 'names' | 'auditHome'
>

/** Names from the directory of a store; those of deleted threads wait in the trash with them. */
export const storeNames = (directory: Directory): Names => {
  let stamp = -1
  let names: ReadonlyMap<string, string> = new Map()
  return {
    all: () => {
      if (directory.stamp() === stamp) return names
      stamp = directory.stamp()
      names = new Map(
        [...directory.all()].flatMap(([threadId, known]) =>
          known.name === null || isInTrash(known) ? [] : [[threadId, known.name.name]]
        )
      )
      return names
    },
    nameOf: (threadId) => {
      const known = directory.get(streamId(threadId))
      return known === null || isInTrash(known) ? null : (known.name?.name ?? null)
    }
  }
}

const storeAuditHome = (directory: Directory): AuditHome => ({
  names: async () =>
    directory.named().filter(({ threadId }) => {
      const known = directory.get(threadId)
      return known === null || !isInTrash(known)
    }),
  imports: async () => directory.imported().flatMap(importIn),
  // They are facts of a home, beside its rollouts.
  sources: async () => [],
  questions: async () => new Map(),
  sha256: sha256Hex
})

const userName = (): string => {
  try {
    return userInfo().username
  } catch {
    return ''
  }
}

const sleepFor = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

export const storeLife = (options: LifeOptions): StoreLife => {
  const { wire, directory, store, home } = options
  const { nowMs = () => Date.now(), newId = () => v7(), sleep = sleepFor } = options
  const { owner = `${hostname()} ${process.pid}` } = options
  const self = { pid: process.pid, user: userName() }
  const changing = { wire, directory, newId, nowMs }
  const homeLogs = storeLogs(wire, directory, { newId, nowMs, process: self })
  const operations = operationLog(homeLogs('operations'))
  return {
    homeLogs,
    operations,
    names: storeNames(directory),
    auditHome: storeAuditHome(directory),
    writer: storeSegments({ ...changing, home, store }),
    homeWriter: storeWriter({ ...changing, operations, sleep, owner })
  }
}
