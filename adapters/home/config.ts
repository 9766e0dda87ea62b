/**
 * What unroll needs from a home's `config.toml`: the model provider that unnamed threads belong to, and the settings that
 * new sessions begin with.
 */
import * as E from 'fp-ts/lib/Either.js'
import { join } from 'node:path'
import { parse, TomlError } from 'smol-toml'
import { readPlain } from './plain-file.ts'
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts'

/** Codex's own default when the configuration names none. */
const DEFAULT_PROVIDER = 'openai'

/** A configuration, or why a text is no TOML: the first line says what, and where. */
export const parsedToml = (text: string): E.Either<string, JsonObject> =>
  E.tryCatch(
    () => parse(text) as JsonObject,
    (thrown) => (thrown as Error).message.split('\n')[0] ?? ''
  )

/** A configuration; null for a text that is not TOML. */
export const parsedConfig = (text: string): JsonObject | null => {
  const read = parsedToml(text)
  return E.isRight(read) ? read.right : null
}

/** Where a text stops being TOML, and why. */
export interface TomlProblem {
  readonly line: number
  readonly column: number
  readonly reason: string
}

/** Why a text is no TOML; null for one that is. */
export const tomlProblem = (text: string): TomlProblem | null => {
  try {
    parse(text)
    return null
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause
    const [first = ''] = cause.message.split('\n')
    const reason = first.replace('Invalid TOML document: ', '')
    return { line: cause.line, column: cause.column, reason }
  }
}

/** The configuration as it was written; empty when the file is missing or cannot be read as TOML. */
export const homeConfig = (home: string): JsonObject => {
  try {
    return parsedConfig(readPlain(join(home, 'config.toml')).toString('utf8')) ?? {}
  } catch {
    return {}
  }
}

const textAt = (config: JsonObject, key: string): string | null => {
  const value = config[key]
  return typeof value === 'string' ? value : null
}

export const providerIn = (config: JsonObject): string =>
  textAt(config, 'model_provider') ?? DEFAULT_PROVIDER

/** Provider named in `config.toml`; the default when the file is missing or cannot be read as TOML. */
export const configuredProvider = (home: string): string => providerIn(homeConfig(home))

/** A configuration with some values replaced; a key with dots names a member of a table. */
const withOverrides = (config: JsonObject, overrides: JsonObject): JsonObject =>
  Object.entries(overrides).reduce<JsonObject>((all, [key, value]) => {
    const [first = '', ...rest] = key.split('.')
    if (rest.length === 0) return { ...all, [first]: value }
    const inner = all[first]
    const table = isJsonObject(inner) ? inner : {}
    return { ...all, [first]: withOverrides(table, { [rest.join('.')]: value }) }
  }, config)

/** A home, and the values of its configuration that a command line overrides. */
export interface ConfiguredHome {
  readonly home: string
  readonly overrides?: JsonObject
}

/** The configuration in force: that of the home, overridden by the command line, and that by the request. */
export const configInForce = (
  { home, overrides = {} }: ConfiguredHome,
  requested: JsonObject = {}
): JsonObject => withOverrides(withOverrides(homeConfig(home), overrides), requested)

const SANDBOX_MODES = ['read-only', 'workspace-write', 'danger-full-access'] as const

/** How far a session may go, as `config.toml` names it. */
export type SandboxMode = (typeof SANDBOX_MODES)[number]

export interface SessionDefaults {
  readonly model: string | null
  readonly modelProvider: string
  /** False for a provider that is neither configured nor one of Codex's own. */
  readonly knowsProvider: (name: string) => boolean
  readonly serviceTier: string | null
  readonly approvalPolicy: Json
  readonly approvalsReviewer: string
  readonly sandboxMode: SandboxMode
  /** Members of `[sandbox_workspace_write]`. */
  readonly workspaceWrite: JsonObject
  readonly reasoningEffort: string | null
  readonly reasoningSummary: string | null
  readonly personality: string | null
  /** A feature by name; null when the configuration does not mention it. */
  readonly feature: (name: string) => boolean | null
}

/** The settings that are read here; the others concern the agent. */
const READ_KEYS = new Set([
  'approval_policy',
  'approvals_reviewer',
  'model',
  'model_provider',
  'model_providers',
  'model_reasoning_effort',
  'model_reasoning_summary',
  'personality',
  'projects',
  'sandbox_mode',
  'sandbox_workspace_write',
  'service_tier'
])
const READ_FEATURES = new Set(['features', 'features.goals'])

/** True for a setting, named by its path, that an answer depends on. */
export const isRead = (key: string): boolean =>
  READ_FEATURES.has(key) || READ_KEYS.has(key.split('.')[0] ?? '')

const BUILT_IN_PROVIDERS = new Set(['openai', 'oss', 'ollama', 'lmstudio', 'amazon-bedrock'])

const tableAt = (config: JsonObject, key: string): JsonObject => {
  const value = config[key]
  return isJsonObject(value) ? value : {}
}

export const sessionDefaults = (config: JsonObject, cwd: string): SessionDefaults => {
  const trust = textAt(tableAt(tableAt(config, 'projects'), cwd), 'trust_level')
  const mode = textAt(config, 'sandbox_mode')
  const features = tableAt(config, 'features')
  const providers = tableAt(config, 'model_providers')
  return {
    model: textAt(config, 'model'),
    modelProvider: providerIn(config),
    knowsProvider: (name) => BUILT_IN_PROVIDERS.has(name) || Object.hasOwn(providers, name),
    serviceTier: textAt(config, 'service_tier'),
    approvalPolicy:
      config['approval_policy'] ?? (trust === 'untrusted' ? 'untrusted' : 'on-request'),
    approvalsReviewer: textAt(config, 'approvals_reviewer') ?? 'user',
    sandboxMode:
      SANDBOX_MODES.find((known) => known === mode) ??
      (trust === null ? 'read-only' : 'workspace-write'),
    workspaceWrite: tableAt(config, 'sandbox_workspace_write'),
    reasoningEffort: textAt(config, 'model_reasoning_effort'),
    reasoningSummary: textAt(config, 'model_reasoning_summary'),
    personality: textAt(config, 'personality'),
    feature: (name) => {
      const value = features[name]
      return typeof value === 'boolean' ? value : null
    }
  }
}
