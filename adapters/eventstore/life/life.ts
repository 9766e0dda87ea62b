/**
 * Everything of an engine over a store besides its lines: names, logs, moving files, making segments.
 */
import { hostname, userInfo } from 'node:os'
import { v7 } from 'uuid'
import { operationLog } from '../../../replay/operation-log.ts'
import type { EventStore } from '../../../replay/ports.ts'
import type { Source } from '../../source.ts'
import { storeAuditHome } from './audit-home.ts'
import type { Directory } from '../directory/directory.ts'
import { storeLogs } from './home-log.ts'
import { storeWriter } from './home-writer.ts'
import { storeNames } from './names.ts'
import { storeSegments } from './segments.ts'
import type { Wire } from '../wire.ts'

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

/** The parts that write and read besides lines. */
export type StoreLife = Pick<
  Source,
  'writer' | 'homeWriter' | 'operations' | 'homeLogs' | 'names' | 'auditHome'
>

const userName = (): string => {
  try {
    return userInfo().username
  } catch {
    return ''
  }
}

const waited = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Puts the parts together. */
export const storeLife = (options: LifeOptions): StoreLife => {
  const { wire, directory, store, home } = options
  const { nowMs = () => Date.now(), newId = () => v7(), sleep = waited } = options
  const self = { pid: process.pid, user: userName() }
  const { owner = `${hostname()} ${process.pid}` } = options
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
