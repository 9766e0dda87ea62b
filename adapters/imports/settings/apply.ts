/**
 * Imports planned settings as one operation of the home, and takes such an operation back where nothing changed since.
 */
import * as E from 'fp-ts/lib/Either.js'
import { createHash } from 'node:crypto'
import { lstatSync, readFileSync, realpathSync, rmdirSync, unlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { isJsonObject, textIn, type Json, type JsonObject } from '../../../domain/json.ts'
import type { StoreError } from '../../../domain/errors.ts'
import type { MutationOptions } from '../../../replay/change/life/life.ts'
import { recorded } from '../../../replay/change/life/recorded.ts'
import type { OperationLog } from '../../../replay/home-ports.ts'
import { impossible } from '../../../replay/result.ts'
import { replaceConfig } from '../../home/config-file.ts'
import { withoutInsertions, type Insertion } from '../../home/config-text.ts'
import { homeOperations } from '../../home/operations.ts'
import { syncFolder } from '../../home/own-folder.ts'
import type { ItemFailure, ItemOutcome, ItemSuccess } from '../item.ts'
import type { SettingsPlan } from './plan.ts'
import { SettingsProblem } from './read.ts'
import type { Site } from './site.ts'
import { written, type WrittenEntry } from './write.ts'

/** A plan, and where it is for. */
export interface PlannedSettings {
  readonly site: Site
  readonly plan: SettingsPlan
}

/** Who imports. */
export interface SettingsDoer {
  readonly operations: OperationLog
  readonly actor: string
  /** Called between the steps of a change; a trial ends the process there. */
  readonly step?: () => void
}

/** What went wrong with an item; anything but settings and disks is a defect and thrown on. */
export const settingsFailure = (cause: unknown, cwd: string | null): ItemFailure => {
  const isSystem =
    cause instanceof Error && typeof (cause as NodeJS.ErrnoException).code === 'string'
  if (!(cause instanceof SettingsProblem) && !isSystem) throw cause
  const errorType = cause instanceof SettingsProblem ? cause.errorType : null
  const failureStage = 'import_request_failed'
  return { errorType, subErrorType: null, failureStage, message: cause.message, cwd, source: null }
}

/** Tells what was imported of a plan. */
const successesOf = ({ site, plan }: PlannedSettings): ReadonlyArray<ItemSuccess> => {
  const named = (plan.names ?? []).map((name) => ({ source: name, target: name }))
  const rows = plan.whole === null ? named : [plan.whole]
  return rows.map((row) => ({ cwd: site.repository, ...row, title: null }))
}

const digestOf = (path: string): string =>
  createHash('sha256').update(readFileSync(path)).digest('hex')

/** What undoing needs: every new file as it is now, and what was put into configurations. */
const inverseOf = (entries: ReadonlyArray<WrittenEntry>): JsonObject => {
  const made = new Set(entries.flatMap(({ kind, path }) => (kind === 'file' ? [path] : [])))
  const configs = new Map<string, ReadonlyArray<Insertion>>()
  for (const entry of entries)
    if (entry.kind === 'config' && !made.has(entry.path))
      configs.set(entry.path, [...(configs.get(entry.path) ?? []), ...entry.inserted])
  return {
    files: [...made].map((path) => ({ path, sha256: digestOf(path) })),
    folders: entries.flatMap(({ kind, path }) => (kind === 'folder' ? [path] : [])),
    configs: [...configs].map(([path, inserted]) => ({ path, sha256: digestOf(path), inserted }))
  }
}

/** Does what plans say, as one operation; what fails is told in the outcome of its plan. */
export const importPlanned = (
  planned: ReadonlyArray<PlannedSettings>,
  { operations, actor, step }: SettingsDoer
): Promise<E.Either<StoreError, ReadonlyArray<ItemOutcome>>> => {
  const items = planned.map(({ plan, site }) => ({ itemType: plan.itemType, cwd: site.repository }))
  const from = planned[0]?.site.agent.name ?? ''
  const request = { operation: 'import-settings', threadId: '', arguments: { from, items } }
  return recorded({ operations, actor }, request, null, async () => {
    const entries: Array<WrittenEntry> = []
    const outcomes = planned.map((one): ItemOutcome => {
      try {
        for (const write of one.plan.writes) entries.push(...written(one.site, write, step))
        return { successes: successesOf(one), failures: [] }
      } catch (cause) {
        return { successes: [], failures: [settingsFailure(cause, one.site.repository)] }
      }
    })
    const given = inverseOf(entries)
    const inverse =
      entries.length === 0
        ? { none: 'it changed nothing' }
        : { operation: 'unimport-settings', arguments: given }
    return E.right({ answer: outcomes, after: null, inverse })
  })
}

const listIn = (given: JsonObject, name: string): ReadonlyArray<Json> => {
  const list = given[name]
  return Array.isArray(list) ? (list as ReadonlyArray<Json>) : []
}

const rowsIn = (given: JsonObject, name: string): ReadonlyArray<JsonObject> =>
  listIn(given, name).filter(isJsonObject)

/** Files that are not as the import left them. */
const changedSince = (rows: ReadonlyArray<JsonObject>): ReadonlyArray<string> =>
  rows.flatMap((row) => {
    const path = textIn(row['path'])
    const stat = lstatSync(path, { throwIfNoEntry: false })
    return stat?.isFile() === true && digestOf(path) === row['sha256'] ? [] : [path]
  })

const takeOut = (files: ReadonlyArray<JsonObject>, folders: ReadonlyArray<Json>): void => {
  for (const row of files) {
    const path = textIn(row['path'])
    unlinkSync(path)
    syncFolder(dirname(path))
  }
  for (const folder of folders.toReversed()) {
    try {
      rmdirSync(textIn(folder))
      syncFolder(dirname(textIn(folder)))
    } catch {
      // Something else stands in it by now.
    }
  }
}

/** Takes an import of settings back: every file is as the import left it, or nothing is done. */
export const undoSettingsImport = (
  home: string,
  given: JsonObject,
  { actor = 'library', undoes, dryRun = false }: MutationOptions
): Promise<E.Either<StoreError, { readonly operationId: string | null }>> => {
  const [files, configs] = [rowsIn(given, 'files'), rowsIn(given, 'configs')]
  // A configuration may be a link of its user.
  const real = configs.map((row) => {
    const path = textIn(row['path'])
    const isThere = lstatSync(path, { throwIfNoEntry: false }) !== undefined
    return { ...row, path: isThere ? realpathSync(path) : path }
  })
  const [changed] = changedSince([...files, ...real])
  if (changed !== undefined)
    return Promise.resolve(
      impossible(`${changed} was changed since the import`, 'edit or remove it by hand')
    )
  if (dryRun) return Promise.resolve(E.right({ operationId: null }))
  const operations = homeOperations(home)
  const request = { operation: 'unimport-settings', threadId: '', arguments: given, undoes }
  return recorded({ operations, actor }, request, null, async (operationId) => {
    for (const { path, ...row } of real) {
      const inserted = listIn(row, 'inserted') as ReadonlyArray<Insertion>
      replaceConfig(path, withoutInsertions(readFileSync(path, 'utf8'), inserted))
    }
    takeOut(files, listIn(given, 'folders'))
    const none = 'importing again is a command'
    return E.right({ answer: { operationId }, after: null, inverse: { none } })
  })
}
