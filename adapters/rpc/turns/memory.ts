/**
 * What one client asked of its threads before the child had them, so that the child begins with it.
 */
import { isJsonObject, type JsonObject } from '../../../domain/json.ts'

export interface Memory {
  /** A client resumed, forked or started a thread with these parameters. */
  readonly opened: (threadId: string, params: unknown) => void
  readonly settingsChanged: (threadId: string, params: unknown) => void
  readonly overridesOf: (threadId: string) => JsonObject
  readonly settingsOf: (threadId: string) => ReadonlyArray<JsonObject>
  /** The child has the settings now. */
  readonly handedOver: (threadId: string) => void
}

/** Members that say what a session runs with; the others are about the request. */
const OVERRIDES = [
  'model',
  'modelProvider',
  'serviceTier',
  'cwd',
  'runtimeWorkspaceRoots',
  'approvalPolicy',
  'approvalsReviewer',
  'sandbox',
  'permissions',
  'config',
  'baseInstructions',
  'developerInstructions',
  'personality'
]

const overridesIn = (params: unknown): JsonObject =>
  isJsonObject(params)
    ? Object.fromEntries(
        OVERRIDES.flatMap((name) => {
          const value = params[name]
          return value === undefined || value === null ? [] : [[name, value]]
        })
      )
    : {}

export const createMemory = (): Memory => {
  const overrides = new Map<string, JsonObject>()
  const settings = new Map<string, ReadonlyArray<JsonObject>>()
  return {
    opened: (threadId, params) => {
      overrides.set(threadId, overridesIn(params))
      settings.delete(threadId)
    },
    settingsChanged: (threadId, params) => {
      if (isJsonObject(params)) settings.set(threadId, [...(settings.get(threadId) ?? []), params])
    },
    overridesOf: (threadId) => overrides.get(threadId) ?? {},
    settingsOf: (threadId) => settings.get(threadId) ?? [],
    handedOver: (threadId) => void settings.delete(threadId)
  }
}
