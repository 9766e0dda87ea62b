/**
 * Model providers as a client is told of them: which there are, without keys and headers, and what the one in use can do.
 */
import { byBytes } from './byte-order.ts'
import { isJsonObject, type Json, type JsonObject } from './json.ts'
import type { ProfileName } from './log/profile.ts'

const BEDROCK = 'amazon-bedrock'

/** Providers that are Codex's own; what a configuration says of them is not listed. */
const OWN = new Set(['openai', 'ollama', 'lmstudio', 'oss'])

interface ListedProvider {
  readonly id: string
  readonly name: string
  readonly canEdit: boolean
  readonly baseUrl: string | null
  readonly settings: JsonObject
}

/** What the models of a provider can be given; members and values are those of the era. */
export const providerCapabilities = (profile: ProfileName, provider: string): JsonObject => {
  const isBedrock = provider === BEDROCK
  if (profile === '0.169') return { imageGeneration: !isBedrock, webSearch: true }
  return {
    namespaceTools: !isBedrock || profile === '0.142',
    imageGeneration: !isBedrock,
    webSearch: !isBedrock
  }
}

const textIn = (table: JsonObject, key: string): string | null => {
  const value = table[key]
  return typeof value === 'string' ? value : null
}

const hasEntries = (value: Json | undefined): boolean =>
  isJsonObject(value) && Object.keys(value).length > 0

/** How a provider of the user proves who asks: what it is proved with is told to nobody. */
const authOf = (table: JsonObject): JsonObject => {
  const envKey = textIn(table, 'env_key')
  const isElsewhere =
    table['requires_openai_auth'] === true ||
    textIn(table, 'experimental_bearer_token') !== null ||
    isJsonObject(table['auth']) ||
    ['http_headers', 'env_http_headers', 'query_params'].some((key) => hasEntries(table[key]))
  if (isElsewhere) return { mode: 'externallyConfigured', envKey }
  return envKey === null ? { mode: 'none' } : { mode: 'environmentVariable', envKey }
}

const configured = (id: string, table: JsonObject): ListedProvider => {
  const baseUrl = textIn(table, 'base_url')
  if (id !== BEDROCK) {
    const settings = { type: 'customGateway', auth: authOf(table) }
    return { id, name: textIn(table, 'name') ?? id, canEdit: true, baseUrl, settings }
  }
  const aws = isJsonObject(table['aws']) ? table['aws'] : {}
  const settings = {
    type: 'bedrock',
    profile: textIn(aws, 'profile'),
    region: textIn(aws, 'region')
  }
  return { id, name: 'Amazon Bedrock Mantle', canEdit: true, baseUrl, settings }
}

/** The providers of a configuration and Codex's default one, by id. */
export const listedProviders = (config: JsonObject): ReadonlyArray<ListedProvider> => {
  const tables = isJsonObject(config['model_providers']) ? config['model_providers'] : {}
  const openai = {
    ...{ id: 'openai', name: 'OpenAI', canEdit: false },
    ...{ baseUrl: textIn(config, 'openai_base_url'), settings: { type: 'openai' } }
  }
  const others = Object.entries(tables).flatMap(([id, table]) =>
    isJsonObject(table) && !OWN.has(id) ? [configured(id, table)] : []
  )
  return [...others, openai].toSorted((a, b) => byBytes(a.id, b.id))
}
