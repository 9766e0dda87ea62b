/**
 * An import as clients ask for it: several items, of which each tells what came of it, and the whole at the end.
 */
import * as E from 'fp-ts/lib/Either.js'
import { describe } from '../../domain/errors.ts'
import type { SessionSource } from '../../domain/imports/source.ts'
import { isJsonObject, textOrNull, type Json, type JsonObject } from '../../domain/json.ts'
import { folderOf } from './detect.ts'
import { recordHistory } from './history.ts'
import type { ImportTarget } from './importing.ts'
import { IMPORTERS } from './importers.ts'
import {
  ITEM_TYPES,
  type ImportItem,
  type ImportPlace,
  type ItemFailure,
  type ItemOutcome,
  type ItemSuccess,
  type ItemType
} from './item.ts'
import {
  holdingImports,
  importSessions,
  notDetected,
  wantedSessions,
  type ImportChoices,
  type SessionOutcome,
  type WantedSession
} from './sessions.ts'
import { canonicalPath } from '../home/places.ts'

/** What a client asked for. */
export interface ImportRequest {
  readonly importId: string
  readonly providerId: string | null
  readonly items: ReadonlyArray<ImportItem>
  readonly place: ImportPlace
  readonly source: SessionSource
  readonly choices: ImportChoices
  /** False where a session that cannot be appended to is passed over in silence, as Codex does. */
  readonly tellsRewritten: boolean
}

/** What came of the items of one type. */
export interface TypeOutcome extends ItemOutcome {
  readonly itemType: ItemType
}

/** Hears how an import goes. */
export interface ImportListener {
  readonly progress: (outcome: TypeOutcome) => void
  readonly completed: (outcomes: ReadonlyArray<TypeOutcome>) => void
}

const NOTHING: ItemOutcome = { successes: [], failures: [] }

const SUB_ERRORS: Readonly<Record<string, string>> = {
  session_missing: 'session_not_detected',
  session_prepare: 'failed_to_prepare_session'
}

/** The failure of a session as clients see it. */
const sessionFailure = (path: string, outcome: SessionOutcome): ItemFailure => {
  const { stage, message } =
    outcome.kind === 'failed' ? outcome : { stage: 'session_persist', message: outcome.kind }
  return {
    errorType: null,
    subErrorType: SUB_ERRORS[stage] ?? null,
    failureStage: stage,
    message,
    cwd: null,
    source: path
  }
}

/** Paths of the sessions that an item names. */
export const pathsIn = ({ details }: ImportItem): ReadonlyArray<string> => {
  const sessions = details?.['sessions']
  if (!Array.isArray(sessions)) return []
  return (sessions as ReadonlyArray<Json>).flatMap((session) => {
    const path = isJsonObject(session) ? textOrNull(session['path']) : null
    return path === null ? [] : [path]
  })
}

/** The sessions of a request, looked at by their paths alone. */
export const sessionsOf = ({ items, place, source }: ImportRequest): ReadonlyArray<WantedSession> =>
  wantedSessions(
    canonicalPath(folderOf(place.userHome, source)),
    { source },
    items.filter(({ itemType }) => itemType === 'SESSIONS').flatMap(pathsIn)
  )

const runSessions = async (
  target: ImportTarget,
  request: ImportRequest,
  wanted: ReadonlyArray<WantedSession>
): Promise<ItemOutcome> => {
  const { place, source, choices, tellsRewritten } = request
  const successes: Array<ItemSuccess> = []
  const failures: Array<ItemFailure> = []
  const root = canonicalPath(folderOf(place.userHome, source)) ?? ''
  const files = wanted.flatMap(({ file }) => file ?? [])
  const run = (): Promise<void> =>
    importSessions(
      target,
      { root, source, era: place.profile },
      files,
      choices,
      (file, outcome) => {
        if (outcome.kind === 'imported' || outcome.kind === 'appended') {
          const { title, cwd } = outcome.survey
          successes.push({ cwd, source: file.path, target: outcome.threadId, title })
        } else if (outcome.kind === 'failed' && (tellsRewritten || outcome.isRewritten !== true))
          failures.push(sessionFailure(file.path, outcome))
      }
    )
  const held = await holdingImports(target, run)
  if (E.isLeft(held))
    for (const { path } of files)
      failures.push(
        sessionFailure(path, {
          kind: 'failed',
          stage: 'session_permit',
          message: describe(held.left)
        })
      )
  return { successes, failures }
}

const refused = ({ itemType, cwd }: ImportItem): ItemOutcome => ({
  successes: [],
  failures: [
    {
      errorType: null,
      subErrorType: null,
      failureStage: 'import_request_failed',
      message:
        itemType === 'MEMORY'
          ? 'this server keeps no memories'
          : `this server does not import ${itemType}`,
      cwd,
      source: null
    }
  ]
})

const runItem = async (place: ImportPlace, item: ImportItem): Promise<ItemOutcome> => {
  const importer = IMPORTERS.find(({ itemType }) => itemType === item.itemType)
  return importer === undefined ? refused(item) : importer.run(place, item)
}

/** Members of a record as a table has them. */
const snakeCase = (members: object): JsonObject =>
  Object.fromEntries(
    Object.entries(members).map(([name, value]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value as Json
    ])
  )

const historyOf = (
  { importId, providerId }: ImportRequest,
  outcomes: ReadonlyArray<TypeOutcome>,
  nowMs: number
) => ({
  importId,
  providerId,
  completedAtMs: nowMs,
  successes: outcomes.flatMap(({ itemType, successes }) =>
    successes.map((one) => snakeCase({ itemType, ...one }))
  ),
  failures: outcomes.flatMap(({ itemType, failures }) =>
    failures.map((one) => snakeCase({ itemType, ...one }))
  )
})

/** Runs an import to its end. */
export const runImport = async (
  target: ImportTarget,
  request: ImportRequest,
  told: ImportListener
): Promise<void> => {
  const { items, place } = request
  const outcomes = new Map<ItemType, ItemOutcome>()
  const add = (itemType: ItemType, { successes, failures }: ItemOutcome): void => {
    const before = outcomes.get(itemType) ?? NOTHING
    outcomes.set(itemType, {
      successes: [...before.successes, ...successes],
      failures: [...before.failures, ...failures]
    })
    told.progress({ itemType, successes, failures })
  }
  const hasSessions = items.some(({ itemType }) => itemType === 'SESSIONS')
  const wanted = sessionsOf(request)
  if (hasSessions) {
    const missing = wanted.filter(({ file }) => file === null)
    const failures = missing.map(({ path }) => sessionFailure(path, notDetected(path)))
    add('SESSIONS', { successes: [], failures })
  }
  for (const item of items)
    if (item.itemType !== 'SESSIONS') add(item.itemType, await runItem(place, item))
  if (wanted.some(({ file }) => file !== null))
    add('SESSIONS', await runSessions(target, request, wanted))
  const results = ITEM_TYPES.flatMap((itemType) => {
    const outcome = outcomes.get(itemType)
    return outcome === undefined ? [] : [{ itemType, ...outcome }]
  })
  recordHistory(target.home, historyOf(request, results, target.nowMs()))
  told.completed(results)
}
