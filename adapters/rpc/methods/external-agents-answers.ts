/**
 * What is done for `externalAgentConfig/*`. It is loaded when a client asks for it: importing runs much that no other method needs.
 */
import * as E from 'fp-ts/lib/Either.js'
import { homedir } from 'node:os'
import { v4 } from 'uuid'
import { isJsonObject, type Json, type JsonObject } from '../../../domain/json.ts'
import type { ProfileName } from '../../../domain/log/profile.ts'
import { SOURCES } from '../../../domain/imports/sources.ts'
import type { SessionSource } from '../../../domain/imports/source.ts'
import { configInForce, providerIn } from '../../home/config.ts'
import { isHoldLeftBehind } from '../../home/hold.ts'
import { homeOperations } from '../../home/operations.ts'
import {
  detectSessions,
  folderOf,
  sessionDetails,
  SESSION_DAYS_MAX,
  SESSIONS_MAX
} from '../../imports/detect.ts'
import { readHistories, recordHistory, type ImportHistory } from '../../imports/history.ts'
import { IMPORTERS } from '../../imports/importers.ts'
import { settingsFailure } from '../../imports/settings/apply.ts'
import type { ImportTarget } from '../../imports/importing.ts'
import type { ImportItem, ImportPlace } from '../../imports/item.ts'
import { runImport, sessionsOf, type ImportRequest, type TypeOutcome } from '../../imports/run.ts'
import { holdingImports, notDetected } from '../../imports/sessions.ts'
import type { RpcCall, Server } from '../threads/server.ts'
import { CODE, internal, invalidRequest } from '../wire/errors.ts'
import type { Notice } from '../wire/message.ts'
import { answer, type MethodOutcome } from './method.ts'

const since169 = (profile: ProfileName, members: JsonObject): JsonObject =>
  profile === '0.169' ? members : {}

const sourceOf = (name: string | null | undefined): SessionSource =>
  name?.toLowerCase() === 'cursor' ? SOURCES.cursor : SOURCES.claude

const placeOf = ({ home, userHome, profile }: Server, source: SessionSource): ImportPlace => ({
  home,
  userHome: userHome ?? homedir(),
  profile,
  from: source.name
})

const importInto = (server: Server, actor: string, originator: string): ImportTarget => ({
  home: server.home,
  operations: homeOperations(server.home),
  actor,
  originator,
  modelProvider: providerIn(configInForce(server)),
  engine: () => server.engine,
  nowMs: Date.now
})

const actorOf = ({ session }: RpcCall): string => `app-server:${session.clientName}`

const targetOf = (call: RpcCall): ImportTarget =>
  importInto(call.server, actorOf(call), call.session.clientName)

const NAMES_OF_DETAILS = [
  'plugins',
  'skills',
  'sessions',
  'mcpServers',
  'hooks',
  'subagents',
  'commands'
]

/** An item as an era tells it. */
const shownItem = ({ itemType, description, cwd, details }: ImportItem, profile: ProfileName) => ({
  itemType,
  description,
  cwd,
  details:
    details === null
      ? null
      : Object.fromEntries(
          NAMES_OF_DETAILS.filter((name) => name !== 'skills' || profile === '0.169').map(
            (name) => [name, details[name] ?? []]
          )
        )
})

const sessionsItem = async (
  server: Server,
  source: SessionSource,
  place: ImportPlace,
  { max, days }: { readonly max: number; readonly days: number }
): Promise<E.Either<string, ReadonlyArray<ImportItem>>> => {
  const folder = folderOf(place.userHome, source)
  const found = await detectSessions({
    ...{ home: server.home, folder, source, era: server.profile, max, days },
    nowMs: Date.now()
  })
  if (E.isLeft(found)) return found
  const { sessions, notes } = found.right
  for (const note of notes) server.log(note)
  const item = {
    itemType: 'SESSIONS',
    description: `Migrate recent sessions from ${folder}`,
    cwd: null,
    details: { sessions: sessionDetails(sessions) }
  } as const
  return E.right(sessions.length === 0 ? [] : [item])
}

/** Settings of the user or of a directory; one file that cannot be read refuses all, as in Codex. */
const settingsItems = async (
  place: ImportPlace,
  cwd: string | null
): Promise<E.Either<string, ReadonlyArray<ImportItem>>> => {
  const found: Array<ImportItem> = []
  try {
    for (const importer of IMPORTERS) {
      const item = await importer.detect(place, cwd)
      if (item !== null) found.push(item)
    }
  } catch (cause) {
    return E.left(settingsFailure(cause, cwd).message)
  }
  return E.right(found)
}

/** Finishes the import of a process that was killed. */
export const finishOthers = async (server: Server, actor: string): Promise<void> => {
  if (isHoldLeftBehind(server.home, 'imports'))
    await holdingImports(importInto(server, actor, actor), () => Promise.resolve())
}

/** Which items a client wants to hear of; the last three are unknown before 0.169. */
export interface DetectParams {
  readonly includeHome?: boolean | null | undefined
  readonly cwds?: ReadonlyArray<string> | null | undefined
  readonly maxSessionAgeDays?: number | null | undefined
  readonly maxSessions?: number | null | undefined
  readonly migrationSource?: string | null | undefined
}

export const detect = async (params: DetectParams, call: RpcCall): Promise<MethodOutcome> => {
  const { server } = call
  const source = sourceOf(params.migrationSource)
  const place = placeOf(server, source)
  await finishOthers(server, actorOf(call))
  const found: Array<ImportItem> = []
  const places = [...(params.includeHome === true ? [null] : []), ...(params.cwds ?? [])]
  for (const cwd of places) {
    const settings = await settingsItems(place, cwd)
    if (E.isLeft(settings)) return E.left(internal(settings.left))
    found.push(...settings.right)
    if (cwd !== null) continue
    const sessions = await sessionsItem(server, source, place, {
      max: params.maxSessions ?? SESSIONS_MAX,
      days: params.maxSessionAgeDays ?? SESSION_DAYS_MAX
    })
    if (E.isLeft(sessions)) return E.left(internal(sessions.left))
    found.push(...sessions.right)
  }
  return E.right(
    answer({
      items: found.map((item) => shownItem(item, server.profile)),
      ...since169(server.profile, { connectors: [] })
    })
  )
}

const toAll = (method: string, params: object): Notice => ({ method, params, to: 'all' })

/** Results as an era tells them. */
const shownOutcome = (
  { itemType, successes, failures }: TypeOutcome,
  profile: ProfileName
): JsonObject => {
  const isNew = profile === '0.169'
  return {
    itemType,
    successes: successes.map(({ cwd, source, target, title }) => ({
      itemType,
      cwd: isNew || itemType !== 'SESSIONS' ? cwd : null,
      source,
      target,
      ...(isNew ? { title } : {})
    })),
    failures: failures.map(({ errorType, subErrorType, ...others }) => ({
      itemType,
      errorType,
      ...(isNew ? { subErrorType } : {}),
      ...others
    }))
  }
}

/** The last import of each server; the next one waits for it. */
const last = new WeakMap<Server, Promise<void>>()

const runBehind = (call: RpcCall, request: ImportRequest): void => {
  const { server } = call
  const { importId } = request
  const { profile } = server
  const isOld = profile === '0.130'
  const notify = (method: string, params: object): void =>
    server.live.notify(toAll(`externalAgentConfig/import/${method}`, params))
  const results = (outcomes: ReadonlyArray<TypeOutcome>): ReadonlyArray<JsonObject> =>
    outcomes.map((outcome) => shownOutcome(outcome, profile))
  const told = {
    progress: (outcome: TypeOutcome) =>
      isOld ? undefined : notify('progress', { importId, itemTypeResults: results([outcome]) }),
    completed: (outcomes: ReadonlyArray<TypeOutcome>) =>
      notify('completed', isOld ? {} : { importId, itemTypeResults: results(outcomes) })
  }
  const run = async (): Promise<void> => {
    try {
      await runImport(targetOf(call), request, told)
    } catch (cause) {
      server.log(`import ${importId} failed: ${(cause as Error).message}`)
      told.completed([])
    }
  }
  last.set(server, (last.get(server) ?? Promise.resolve()).then(run))
}

/** What a client wants to have; the last two are unknown before 0.169. */
export interface ImportParams {
  readonly migrationItems: ReadonlyArray<ImportItem>
  readonly providerId?: string | null | undefined
  readonly migrationSource?: string | null | undefined
}

export const importItems = async (params: ImportParams, call: RpcCall): Promise<MethodOutcome> => {
  const { server } = call
  if (server.remote !== undefined)
    return E.left(invalidRequest('threads of a store are imported by `unroll import` and a push'))
  const source = sourceOf(params.migrationSource)
  const importId = v4()
  const request: ImportRequest = {
    importId,
    providerId: params.providerId ?? null,
    items: params.migrationItems,
    place: placeOf(server, source),
    source,
    choices: { appends: server.profile === '0.169', again: false },
    tellsRewritten: !server.strict
  }
  const isOld = server.profile === '0.130'
  const missing = isOld ? sessionsOf(request).find(({ file }) => file === null) : undefined
  if (missing !== undefined) {
    const outcome = notDetected(missing.path)
    const message = outcome.kind === 'failed' ? outcome.message : ''
    return E.left({ code: CODE.invalidParams, message })
  }
  const isEmpty = request.items.length === 0
  return E.right({
    result: isOld ? {} : { importId },
    ...(isEmpty ? {} : { then: () => runBehind(call, request) })
  })
}

/** Members of a row as clients read them. */
const camelCase = (row: JsonObject, profile: ProfileName): JsonObject =>
  Object.fromEntries(
    Object.entries(
      row['item_type'] === 'SESSIONS' && profile !== '0.169' ? { ...row, cwd: null } : row
    )
      .filter(([name]) => profile === '0.169' || (name !== 'title' && name !== 'sub_error_type'))
      .map(([name, value]) => [
        name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
        value
      ])
  )

const shownHistory = (
  { importId, providerId, completedAtMs, successes, failures }: ImportHistory,
  profile: ProfileName
): JsonObject => ({
  importId,
  ...since169(profile, { providerId }),
  completedAtMs,
  successes: successes.map((row) => camelCase(row, profile)),
  failures: failures.map((row) => camelCase(row, profile))
})

export const histories = async ({ server }: RpcCall): Promise<MethodOutcome> =>
  E.right(
    answer({
      data: (await readHistories(server.home)).map((one) => shownHistory(one, server.profile)),
      ...since169(server.profile, { connectors: [] })
    })
  )

const snakeRow = (value: Json): ReadonlyArray<JsonObject> =>
  isJsonObject(value)
    ? [
        Object.fromEntries(
          Object.entries(value).map(([name, member]) => [
            name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
            member
          ])
        )
      ]
    : []

const rowsOf = (results: ReadonlyArray<JsonObject>, member: string): ReadonlyArray<JsonObject> =>
  results.flatMap((result) => {
    const rows = result[member]
    return Array.isArray(rows) ? (rows as ReadonlyArray<Json>).flatMap(snakeRow) : []
  })

/** An import that a client did itself. */
export interface RecordParams {
  readonly providerId: string
  readonly itemTypeResults: ReadonlyArray<unknown>
}

export const record = (params: RecordParams, { server }: RpcCall): MethodOutcome => {
  const importId = v4()
  const results = params.itemTypeResults as ReadonlyArray<JsonObject>
  recordHistory(server.home, {
    importId,
    providerId: params.providerId,
    completedAtMs: Date.now(),
    successes: rowsOf(results, 'successes'),
    failures: rowsOf(results, 'failures')
  })
  return E.right(answer({ importId }))
}
