/**
 * The file of a marketplace: its name and its plugins. Where a plugin may come from is in `plugin-source.ts`.
 */
import { isJsonObject, parsedObject, type Json, type JsonObject } from '../json.ts'
import { anyJson, listOf, readJson, textJson } from './json-reader.ts'
import { needed, oneOf, otherwise, perhaps, struct } from './json-struct.ts'

/** Longer files are not read. */
export const MARKETPLACE_BYTES_MAX = 1024 * 1024

const INSTALLATION = ['NOT_AVAILABLE', 'AVAILABLE', 'INSTALLED_BY_DEFAULT'] as const
const AUTHENTICATION = ['ON_INSTALL', 'ON_USE'] as const
const PRODUCTS = ['CHATGPT', 'chatgpt', 'CODEX', 'codex', 'ATLAS', 'atlas'] as const

export interface PluginPolicy {
  readonly installation: (typeof INSTALLATION)[number]
  readonly authentication: (typeof AUTHENTICATION)[number]
  /** Null: for every product. */
  readonly products: ReadonlyArray<string> | null
}

/** A plugin as a marketplace lists it. */
export interface MarketplaceEntry {
  readonly name: string
  /** As it is written; what is meant depends on the version. */
  readonly source: Json
  readonly policy: PluginPolicy
  readonly category: string | null
  /** Everything else that stands in the entry, which may take the place of a manifest. */
  readonly rest: JsonObject
}

export interface MarketplaceFile {
  readonly name: string
  readonly displayName: string | null
  readonly plugins: ReadonlyArray<MarketplaceEntry>
}

const policy = struct('RawMarketplaceManifestPluginPolicy', {
  installation: otherwise(oneOf(...INSTALLATION), 'AVAILABLE'),
  authentication: otherwise(oneOf(...AUTHENTICATION), 'ON_INSTALL'),
  products: perhaps(listOf(oneOf(...PRODUCTS)))
})

const EVERYBODY: PluginPolicy = {
  installation: 'AVAILABLE',
  authentication: 'ON_INSTALL',
  products: null
}

const entry = struct('RawMarketplaceManifestPlugin', {
  name: needed(textJson),
  source: needed(anyJson),
  policy: otherwise(policy, EVERYBODY),
  category: perhaps(textJson)
})

const file = struct('RawMarketplaceManifest', {
  name: needed(textJson),
  interface: perhaps(struct('RawMarketplaceManifestInterface', { displayName: perhaps(textJson) })),
  plugins: needed(listOf(entry))
})

const OWN: ReadonlySet<string> = new Set(['name', 'source', 'policy', 'category'])

const restOf = (written: Json | undefined): JsonObject =>
  isJsonObject(written)
    ? Object.fromEntries(Object.entries(written).filter(([name]) => !OWN.has(name)))
    : {}

/** Reads the file of a marketplace; what is wrong with it is said in Codex's words. */
export const readMarketplace = (
  text: string
): { readonly problem: string } | { readonly value: MarketplaceFile } => {
  const read = readJson(text, file)
  if ('problem' in read) return read
  const { name, plugins } = read.value
  const written = parsedObject(text)?.['plugins']
  const entries = Array.isArray(written) ? (written as ReadonlyArray<Json>) : []
  return {
    value: {
      name,
      displayName: read.value.interface?.displayName ?? null,
      plugins: plugins.map((plugin, at) => ({ ...plugin, rest: restOf(entries[at]) }))
    }
  }
}

/** True for a plugin that is meant for Codex, among other products. */
export const isForCodex = ({ products }: PluginPolicy): boolean =>
  products === null || products.includes('CODEX') || products.includes('codex')
