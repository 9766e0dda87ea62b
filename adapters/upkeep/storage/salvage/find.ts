/**
 * Finding rollouts by what is in them, whatever they are called and wherever they lie. Links are not followed, nothing is changed.
 */
import { lstatSync } from 'node:fs'
import { basename, join, sep } from 'node:path'
import { OWN_FOLDER } from '../../../../domain/changes/relocation.ts'
import { isJsonObject, parsedJson } from '../../../../domain/json.ts'
import { uuid7Ms } from '../../../../domain/log/inherited.ts'
import { eraOf, NEWEST_ERA } from '../../../../domain/log/profile.ts'
import { isDocument } from '../../../../domain/rollout-file.ts'
import { walk } from '../../../home/walk.ts'
import { openBytes } from '../../../log/jsonl/bytes.ts'
import { readFirstLine } from '../../../log/jsonl/first-line.ts'
import { parseLine } from '../../../log/jsonl/lines.ts'
import { decompressedContent, isZstd, plainContent } from '../../../log/jsonl/zstd.ts'

export interface FoundRollout {
  readonly source: string
  readonly threadId: string
  readonly segmentId: string
  readonly archived: boolean
  readonly compressed: boolean
  /** The name it gets, without `.zst`. */
  readonly name: string
  readonly modifiedAtMs: number
  /** Of its uncompressed content. */
  readonly bytes: number
  readonly sha256: string
}

type SalvageFinding =
  | { readonly kind: 'rollout'; readonly rollout: FoundRollout }
  | { readonly kind: 'names'; readonly path: string }
  /** Looks like a rollout and cannot be used. */
  | { readonly kind: 'unusable'; readonly path: string; readonly reason: string }
  | { readonly kind: 'other' }

const DEPTH_MAX = 32
const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const ROLLOUT = new RegExp(
  `^rollout-\\d{4}-\\d{2}-\\d{2}T\\d{2}-\\d{2}-\\d{2}-(${UUID})(?:_(${UUID}))?\\.jsonl(?:\\.zst)?$`,
  'i'
)
const ANY_ID = new RegExp(`(${UUID})(?!.*${UUID})`, 'i')
const PROFILE = eraOf(NEWEST_ERA, false)
const HEAD_BYTES = 256 * 1024
const HEAD_LINES_MAX = 64

/** Every plain file below a folder, by path; what unroll itself keeps there is left out. */
export function* filesBelow(folder: string): Iterable<string> {
  const enters = (name: string): boolean => name !== OWN_FOLDER
  for (const { path, entry } of walk(folder, '', { depthMax: DEPTH_MAX, enters }))
    if (entry.isFile()) yield join(folder, path)
}

interface FileHead {
  readonly firstLine: Buffer | null
  /** The first lines, the first of them whole. */
  readonly lines: ReadonlyArray<Buffer>
}

const headOf = (path: string, compressed: boolean): FileHead => {
  const source = openBytes(path, compressed)
  try {
    const firstLine = readFirstLine(source)
    const buffer = Buffer.alloc(HEAD_BYTES)
    const head = buffer.subarray(0, source.read(buffer, 0, HEAD_BYTES, 0))
    const lines: Array<Buffer> = firstLine === null ? [] : [firstLine]
    for (let from = head.indexOf(10) + 1; from > 0 && lines.length < HEAD_LINES_MAX;) {
      const end = head.indexOf(10, from)
      if (end === -1) break
      lines.push(head.subarray(from, end))
      from = end + 1
    }
    return { firstLine, lines }
  } finally {
    source.close()
  }
}

const isNames = (line: Buffer | null): boolean => {
  const value = parsedJson(line?.toString('utf8') ?? '')
  const { id, thread_name: name } = isJsonObject(value) ? value : {}
  return typeof id === 'string' && typeof name === 'string'
}

const nameOf = (
  path: string,
  timestamp: unknown,
  threadId: string,
  modifiedAtMs: number
): string => {
  const told = typeof timestamp === 'string' ? Date.parse(timestamp) : NaN
  const ms = Number.isNaN(told) ? (uuid7Ms(threadId) ?? modifiedAtMs) : told
  const at = new Date(ms).toISOString().slice(0, 19).replaceAll(':', '-')
  return isDocument(path)
    ? `rollout-${at.slice(0, 10)}-${threadId}.json`
    : `rollout-${at}-${threadId}.jsonl`
}

/** Who a file belongs to; a text says why that is unknown, null that it is no rollout. */
const identify = (
  path: string,
  { lines }: FileHead,
  modifiedAtMs: number
): Pick<FoundRollout, 'threadId' | 'segmentId' | 'name'> | string | null => {
  const file = basename(path)
  const parsed = lines.map((line) => parseLine(line[0] === 0xef ? line.subarray(3) : line, PROFILE))
  const events = parsed.filter((line) => typeof line !== 'string')
  const [, thread, segment] = ROLLOUT.exec(file) ?? []
  if (events.length === 0)
    return thread === undefined ? null : 'none of its first lines is an event'
  if (thread !== undefined) {
    const threadId = thread.toLowerCase()
    const name = file.replace(/\.zst$/i, '')
    return { threadId, segmentId: segment?.toLowerCase() ?? threadId, name }
  }
  const meta = events.find((line) => line.type === 'session_meta')
  const named = ANY_ID.exec(file)?.[1]?.toLowerCase()
  if (meta?.type !== 'session_meta') {
    const looksSo = events.some((line) => line.type !== 'ignored')
    if (!looksSo) return null
    return named === undefined
      ? 'neither its name nor its first lines tell the thread'
      : { threadId: named, segmentId: named, name: nameOf(path, null, named, modifiedAtMs) }
  }
  const threadId = meta.payload.id.toLowerCase()
  const { history_base: base } = meta.payload as { history_base?: { thread_id?: unknown } | null }
  if (base?.thread_id === threadId)
    return 'it continues a thread after a revert, and with its name the id of its segment is lost'
  const { timestamp } = meta.payload as { timestamp?: unknown }
  return { threadId, segmentId: threadId, name: nameOf(path, timestamp, threadId, modifiedAtMs) }
}

/** What a file is. Throws system errors. */
export const lookAt = async (path: string): Promise<SalvageFinding> => {
  const { size, mtimeMs } = lstatSync(path)
  if (size === 0)
    return ROLLOUT.test(basename(path))
      ? { kind: 'unusable', path, reason: 'it is empty' }
      : { kind: 'other' }
  const compressed = isZstd(path)
  try {
    const head = headOf(path, compressed)
    if (isNames(head.firstLine)) return { kind: 'names', path }
    const identity = identify(path, head, mtimeMs)
    if (identity === null) return { kind: 'other' }
    if (typeof identity === 'string') return { kind: 'unusable', path, reason: identity }
    const content = await (compressed ? decompressedContent : plainContent)(path)
    const archived = path.split(sep).includes('archived_sessions')
    const rollout = { source: path, ...identity, archived, compressed, modifiedAtMs: mtimeMs }
    return { kind: 'rollout', rollout: { ...rollout, ...content } }
  } catch (cause) {
    if (!compressed) throw cause
    const reason = `it cannot be decompressed: ${(cause as Error).message}`
    return { kind: 'unusable', path, reason }
  }
}
