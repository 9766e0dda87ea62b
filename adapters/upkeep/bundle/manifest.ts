/**
 * What a bundle says of itself: `manifest.json`, the first file in it.
 */
import { isJsonObject, parsedJson } from '../../../domain/json.ts'

export const BUNDLE_SCHEMA = 'unroll.bundle/1'
export const MANIFEST = 'manifest.json'
/** Names of the threads, as a home keeps them. */
export const NAMES = 'session_index.jsonl'

export interface BundledFile {
  /** In the home, with `/` between its parts. */
  readonly path: string
  readonly bytes: number
  readonly sha256: string
  readonly modifiedAtMs: number
  /** The thread it belongs to, and which file of it; null for the names. */
  readonly thread: string | null
  readonly segment: string | null
}

export interface BundleManifest {
  readonly schema: typeof BUNDLE_SCHEMA
  readonly generator: string
  /** The threads that were asked for; files of others are there because these continue them. */
  readonly threads: ReadonlyArray<{ readonly id: string; readonly name: string | null }>
  readonly files: ReadonlyArray<BundledFile>
}

const ROLLOUT =
  /^(?:sessions\/(?:\d{4}\/\d{2}\/\d{2}\/)?|archived_sessions\/)rollout-[\w.:-]+\.(?:jsonl|jsonl\.zst|json)$/

/** True for a path that a bundle may hold: nothing leads out of a home, and nothing but rollouts and names into it. */
export const isBundledPath = (path: string): boolean => path === NAMES || ROLLOUT.test(path)

const isFile = (value: unknown): value is BundledFile =>
  isJsonObject(value) &&
  typeof value['path'] === 'string' &&
  isBundledPath(value['path']) &&
  Number.isSafeInteger(value['bytes']) &&
  typeof value['sha256'] === 'string' &&
  /^[0-9a-f]{64}$/.test(value['sha256']) &&
  typeof value['modifiedAtMs'] === 'number'

/** Reads a manifest; null for a text that is none. */
export const manifestOf = (text: string): BundleManifest | null => {
  const value = parsedJson(text)
  if (!isJsonObject(value) || value['schema'] !== BUNDLE_SCHEMA) return null
  const { files, threads } = value
  if (!Array.isArray(files) || !Array.isArray(threads) || !files.every(isFile)) return null
  return value as unknown as BundleManifest
}
